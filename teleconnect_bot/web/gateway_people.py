"""Who may be reached from a seat, and the letters for those who have not joined yet (ARCHITECTURE §4, "Letters").

A client that excludes insecure devices refuses messages whose room key reached it before it had joined the room. So
to-device messages for invited people are kept as rows and sent when that person has joined.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import ClientError
from prometheus_client import CollectorRegistry, Counter

from teleconnect_bot.services.gateway_rows import GatewayRows, Letter
from teleconnect_bot.services.ports import ServiceUnavailable
from teleconnect_bot.web.gateway_guards import forbidden
from teleconnect_bot.web.gateway_seats import LiveSeat, MemberList, Seats
from teleconnect_bot.web.gateway_upstream import Upstream, UpstreamFailed
from teleconnect_bot.web.security import Seconds

log = structlog.get_logger()

MEMBERS_TRUSTED_FOR = 60.0
LETTERS_TRUST_MEMBERS_FOR = 1.0
"""Seconds: for these it matters whether a member has joined; they are rare."""
MEMBERS_ASKED_EVERY = 0.1
"""Seconds: the member list is asked for again on every miss, but at most ten times a second for a seat."""


class People:
    def __init__(self, upstream: Upstream, seats: Seats, rows: GatewayRows, seconds: Seconds, registry: CollectorRegistry) -> None:
        self._upstream = upstream
        self._seats = seats
        self._rows = rows
        self._seconds = seconds
        self._writing = asyncio.Lock()
        self._counted = Counter("teleconnect_gateway_letters", "To-device letters for invited people.", ("what",), registry=registry)

    async def around(self, live: LiveSeat, wanted: Collection[str]) -> frozenset[str]:
        """The visitor, and everybody joined or invited in the seat's room.

        Somebody unknown may have been invited this very moment, so the homeserver is asked again before anybody is said
        to be no member: the SDK believes an answer without devices until that person's device list next changes.
        """
        return (await self._members(live, wanted, MEMBERS_TRUSTED_FOR)).people | {live.row.user}

    async def _members(self, live: LiveSeat, wanted: Collection[str], trusted_for: float) -> MemberList:
        members, room, others = live.members, live.row.room, {*wanted} - {live.row.user}
        if room is None:
            return members
        async with members.asking:
            while self._seconds() - members.read_at >= trusted_for or not members.people.issuperset(others):
                await asyncio.sleep(max(0.0, members.asked_at + MEMBERS_ASKED_EVERY - self._seconds()))
                version, members.asked_at = members.version, self._seconds()
                joined, invited = await self._upstream.members(live.row, room)
                if version == members.version:
                    members.joined, members.invited, members.read_at = joined, invited, self._seconds()
                    break
        return members

    async def keep_letters(
        self, live: LiveSeat, event_type: str, transaction_id: str, messages: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Mapping[str, Any]]:
        """The messages that can go at once; those for invited people are rows when this returns, those for nobody in the room are gone.

        Somebody may have left since the page last looked: the keys for everybody else must not be held up by that.

        `deliver` outdates the member lists before it queues for the same lock, and nothing is waited for here between
        the list and the lock: what is kept by an old list is found by the delivery, what comes later asks anew.
        """
        members = await self._members(live, messages, LETTERS_TRUST_MEMBERS_FOR)
        async with self._writing:
            return await self._keep(live, members, event_type, transaction_id, messages)

    async def _keep(
        self, live: LiveSeat, members: MemberList, event_type: str, transaction_id: str, messages: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Mapping[str, Any]]:
        room = live.row.room
        if room is None:
            raise forbidden("Not a member of the room")
        for recipient in messages.keys() & members.invited:
            await self._rows.keep_letter(live.row.seat_id, recipient, event_type, messages[recipient], room, transaction_id)
            self._counted.labels("kept").inc()
        at_once = (members.joined | {live.row.user}) - members.invited
        return {user: devices for user, devices in messages.items() if user in at_once}

    async def deliver(self, user: str, session_id: str | None = None) -> None:
        """See `SeatGate.deliver_letters`. A letter that the homeserver refuses for good is dropped and counted."""
        self._seats.outdate_members()
        async with self._writing:
            letters = await self._rows.letters_for(user, session_id)
        for letter in letters:
            await self._send(letter)
            await self._rows.letters_delivered([letter.letter_id])

    async def _send(self, letter: Letter) -> None:
        messages = {letter.recipient: letter.content}
        try:
            await self._upstream.send_to_device(letter.sender, letter.event_type, f"letter-{letter.letter_id}", messages, letter.token)
        except (ClientError, TimeoutError):
            raise ServiceUnavailable("the homeserver") from None
        except UpstreamFailed as failed:
            if failed.status in (401, 429) or failed.status >= 500:
                wait = None if failed.retry_after is None else timedelta(seconds=failed.retry_after)
                raise ServiceUnavailable("the homeserver", wait) from None
            log.warning("letter_refused", letter=letter.letter_id, status=failed.status)
            self._counted.labels("refused").inc()
        else:
            self._counted.labels("delivered").inc()
