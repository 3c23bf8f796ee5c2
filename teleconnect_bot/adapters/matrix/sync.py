"""The bot's `/sync` with a durable position (ARCHITECTURE §4, FACTS "The bot account").

mautrix's own syncer stores the position before the events are handled and runs handlers in the background; this one
handles a batch completely, in order, and only then moves. What was handled before a crash comes again, nothing is skipped.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any, cast

import structlog
from mautrix.api import Method, Path
from mautrix.types import DeviceLists, DeviceOTKCount, EventType, SerializerError, StateEvent, UserID

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.events import (
    CALL_EVENT,
    RoomEvents,
    is_redacted,
    media_of,
    membership_of,
    reaction,
    read_message,
    time_of,
)
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi, HomeserverRefusal, translated
from teleconnect_bot.adapters.matrix.late_keys import ParkedEvents
from teleconnect_bot.adapters.matrix.machine import BotOlmMachine, CannotDecrypt, KeyNotHere, session_of
from teleconnect_bot.adapters.matrix.state import ForgottenRooms, KeyedStateStore
from teleconnect_bot.services.ports import Membership, ServiceUnavailable

log = structlog.get_logger("teleconnect_bot.matrix")

POLL = timedelta(seconds=30)
SHORTEST_POLL = timedelta(milliseconds=200)
ANSWER_GRACE_SECONDS = 30.0
FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
HANDLER_ATTEMPTS = 5
GAP_PAGES = 200
_NONE: dict[str, list[str]] = {"types": []}
_FILTER = json.dumps(
    {
        "presence": _NONE,
        "account_data": _NONE,
        "room": {"ephemeral": _NONE, "account_data": _NONE, "timeline": {"limit": 100}},
    }
)


def back_off(attempt: int) -> float:
    """Seconds to wait after the given attempt (0, 1, 2 …)."""
    return min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2.0 ** min(attempt, 16))


class SyncLoop:
    def __init__(
        self,
        *,
        user: str,
        api: HomeserverApi,
        machine: BotOlmMachine,
        store: KeyedCryptoStore,
        state: KeyedStateStore,
        database: CryptoDatabase,
        parked: ParkedEvents,
        forgotten: ForgottenRooms,
        events: Callable[[], RoomEvents],
    ) -> None:
        self._user, self._api, self._machine, self._store, self._state = user, api, machine, store, state
        self._database, self._parked, self._forgotten, self._events = database, parked, forgotten, events
        self.caught_up = asyncio.Event()
        """Set once the first batch of this run has been handled."""

    async def run(self) -> None:
        """Until cancelled. Raises `HomeserverRefusal` when the homeserver does not take the bot's token any more."""
        since = str(await self._store.get_next_batch() or "")
        await self._retry_parked(None)
        reachable, attempt = True, 0
        while True:
            try:
                batch = await self._poll(since)
            except (ServiceUnavailable, TimeoutError):
                if reachable:
                    log.warning("homeserver_unreachable")
                reachable = False
                await asyncio.sleep(back_off(attempt))
                attempt += 1
                continue
            if not reachable:
                log.info("homeserver_reachable_again")
            reachable, attempt = True, 0
            await self._handle_completely(batch, since)
            since = str(batch["next_batch"])
            await self._store.move_position(since)
            self.caught_up.set()
            await self._machine.repair_wedged()
            await self._report_overdue()

    async def _poll(self, since: str) -> dict[str, Any]:
        wait = POLL if self.caught_up.is_set() else timedelta(0)
        due = await self._parked.next_due_in()
        if due is not None:
            wait = min(wait, max(due, SHORTEST_POLL))
        query = {"timeout": str(int(wait.total_seconds() * 1000)), "filter": _FILTER, "set_presence": "offline"}
        if not since:  # all rooms at once: as long as it takes (FACTS, "Initial /sync")
            return await self._api.call(Method.GET, Path.v3.sync, query=query)
        async with asyncio.timeout(wait.total_seconds() + ANSWER_GRACE_SECONDS):
            return await self._api.call(Method.GET, Path.v3.sync, query={**query, "since": since})

    async def _handle_completely(self, batch: dict[str, Any], since: str) -> None:
        """Each event is reported once, however often the homeserver fails in between."""
        done: set[str] = set()
        attempt = 0
        while True:
            try:
                await self._handle(batch, since, done)
            except ServiceUnavailable:
                log.warning("sync_batch_interrupted", attempt=attempt)
                await asyncio.sleep(back_off(attempt))
                attempt += 1
            else:
                return

    async def _handle(self, batch: dict[str, Any], since: str, done: set[str]) -> None:
        for raw in _events(batch.get("to_device")):
            await self._letter(raw)
        await self._keys(batch)
        arrived, self._machine.arrived = self._machine.arrived, set()
        if arrived:
            await self._retry_parked(arrived)
        rooms = batch.get("rooms", {})
        for room, part in rooms.get("invite", {}).items():
            await self._invited(room, part)
        for room, part in departures_first(rooms.get("join", {})):
            await self._joined(room, part, since, done)
        for room, part in rooms.get("leave", {}).items():
            for raw in _events(part.get("timeline")):
                await self._event(room, raw, done, joined=False)

    # --- encryption

    async def _letter(self, raw: dict[str, Any]) -> None:
        """A crash leaves either all traces of the message or none; a message that comes again is not decrypted again."""
        digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
        if await self._store.is_letter_handled(digest):
            return
        async with self._database.transaction():
            await self._machine.receive_letter(deepcopy(raw))
            await self._store.put_letter_handled(digest)

    async def _keys(self, batch: Mapping[str, Any]) -> None:
        changed = batch.get("device_lists", {}).get("changed", [])
        if changed:
            await self._changed_devices(changed)
        if "device_one_time_keys_count" in batch:
            count = int(batch["device_one_time_keys_count"].get("signed_curve25519", 0))
            with translated():
                await self._machine.handle_otk_count(DeviceOTKCount(curve25519=0, signed_curve25519=count))
        if "signed_curve25519" not in batch.get("device_unused_fallback_key_types", ["signed_curve25519"]):
            with translated():
                await self._machine.upload_fallback_key()

    async def _changed_devices(self, users: list[str]) -> None:
        """Look the devices up again; one user whose keys make no sense must not hide the changes of the others."""
        try:
            with translated():
                await self._machine.handle_device_lists(DeviceLists(changed=[UserID(user) for user in users]))
        except ServiceUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  (keys come from other people's devices)
            if len(users) == 1:
                log.warning("device_list_not_understood", error=type(error).__name__)
                return
            for user in users:
                await self._changed_devices([user])

    async def _retry_parked(self, sessions: set[str] | None) -> None:
        for raw in await self._parked.waiting_for(sessions):
            try:
                opened = await self._machine.open_event(raw)
            except KeyNotHere:
                continue
            except CannotDecrypt:
                await self._undecryptable(raw)
            else:
                await self._written(raw, opened.type, opened.content, encrypted=True)
            await self._parked.remove(raw["event_id"])

    async def _report_overdue(self) -> None:
        for raw in await self._parked.overdue():
            log.info("room_key_missing", room=raw["room_id"], event_id=raw["event_id"])
            await self._undecryptable(raw)
            await self._parked.mark_told(raw["event_id"])
        await self._parked.drop_old()

    # --- rooms

    async def _invited(self, room: str, part: Mapping[str, Any]) -> None:
        for raw in _events(part.get("invite_state")):
            if raw.get("type") == "m.room.member" and raw.get("state_key") == self._user:
                await self._invitation(room, str(raw.get("sender", "")), raw.get("content", {}).get("is_direct") is True)

    async def _joined(self, room: str, part: Mapping[str, Any], since: str, done: set[str]) -> None:
        timeline = part.get("timeline", {})
        if timeline.get("limited") and since and "prev_batch" in timeline:
            for raw in await self._gap(room, str(timeline["prev_batch"]), since):
                await self._event(room, raw, done, joined=False)
        for raw in _events(part.get("state")):
            await self._event(room, raw, done, joined=True)
        for raw in _events(timeline):
            await self._event(room, raw, done, joined=True)

    async def _gap(self, room: str, newest: str, oldest: str) -> list[dict[str, Any]]:
        """What was left out of the batch, oldest first."""
        found: list[dict[str, Any]] = []
        token: str | None = newest
        for _ in range(GAP_PAGES):
            if token is None:
                break
            try:
                page = await self._api.call(
                    Method.GET, Path.v3.rooms[room].messages, query={"dir": "b", "from": token, "to": oldest, "limit": "100"}
                )
            except HomeserverRefusal as refusal:
                log.warning("gap_not_readable", room=room, code=refusal.code)
                break
            found += page.get("chunk", [])
            token = page.get("end") if page.get("chunk") else None
        return found[::-1]

    async def _event(self, room: str, raw: dict[str, Any], done: set[str], *, joined: bool) -> None:
        event_id = str(raw.get("event_id", ""))
        if event_id in done or room in self._forgotten:
            return
        raw = {**raw, "room_id": room}
        if "state_key" in raw:
            await self._state_event(raw, store=joined)
        elif raw.get("sender") != self._user and not is_redacted(raw):
            if raw.get("type") == "m.room.encrypted":
                await self._encrypted(raw)
            else:
                await self._written(raw, str(raw.get("type", "")), raw.get("content", {}), encrypted=False)
        done.add(event_id)

    async def _state_event(self, raw: dict[str, Any], *, store: bool) -> None:
        if store:
            try:
                event = StateEvent.deserialize(cast(Any, deepcopy(raw)))
                await self._state.update_state(event)
                if event.type == EventType.ROOM_MEMBER:
                    await self._machine.handle_member_event(event)
            except (SerializerError, AttributeError, ValueError):
                log.info("state_event_not_understood", room=raw["room_id"], event_id=raw.get("event_id"))
        membership = membership_of(raw.get("content", {})) if raw.get("type") == "m.room.member" else None
        if membership is not None:
            room, user, sender = str(raw["room_id"]), str(raw["state_key"]), str(raw["sender"])
            await self._tell(raw["event_id"], lambda: self._events().on_member(room, user, membership, sender))

    async def _encrypted(self, raw: dict[str, Any]) -> None:
        try:
            opened = await self._machine.open_event(raw)
        except KeyNotHere:
            await self._parked.park(raw, session_of(raw["content"]))
        except CannotDecrypt:
            await self._undecryptable(raw)
        else:
            await self._written(raw, opened.type, opened.content, encrypted=True)

    async def _written(self, raw: dict[str, Any], kind: str, content: Mapping[str, Any], *, encrypted: bool) -> None:
        room, event, sender = str(raw["room_id"]), str(raw["event_id"]), str(raw["sender"])
        if mxcs := media_of(content):
            await self._tell(raw["event_id"], lambda: self._events().on_media(room, event, sender, mxcs))
        if kind == "m.room.message":
            message = read_message(content)
            if message is not None and message.file is None and message.replaces is None:
                text, at = message.text, time_of(raw)
                await self._tell(raw["event_id"], lambda: self._events().on_text(room, event, sender, text, at, encrypted))
        elif kind == CALL_EVENT and encrypted and content.get("kind") == "here":
            await self._tell(raw["event_id"], lambda: self._events().on_call(room, sender, time_of(raw)))
        elif kind == "m.reaction" and (pressed := reaction(content)) is not None:
            target, key = pressed
            await self._tell(raw["event_id"], lambda: self._events().on_reaction(room, event, sender, target, key))

    async def _undecryptable(self, raw: dict[str, Any]) -> None:
        room, event, sender = str(raw["room_id"]), str(raw["event_id"]), str(raw["sender"])
        await self._tell(event, lambda: self._events().on_undecryptable(room, event, sender))

    async def _invitation(self, room: str, sender: str, is_direct: bool) -> None:
        await self._tell(None, lambda: self._events().on_invite(room, sender, is_direct))

    async def _tell(self, event: str | None, report: Callable[[], Awaitable[None]]) -> None:
        """Report an event. An error that is nobody's outage ends after some attempts, or one event would stop the bot."""
        attempt = failures = 0
        while True:
            try:
                await report()
            except ServiceUnavailable as outage:
                log.warning("event_waits_for_service", event_id=event, service=outage.service)
            except Exception as error:  # noqa: BLE001  (the edge between the homeserver and the use cases)
                failures += 1
                if failures >= HANDLER_ATTEMPTS:
                    log.error("event_not_handled", event_id=event, error=type(error).__name__)
                    return
            else:
                return
            await asyncio.sleep(back_off(attempt))
            attempt += 1


def departures_first(rooms: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The rooms of one batch, in which their order says nothing of time.

    Who was removed from a room that gives access must not be obeyed in another one, however close their next word followed.
    """
    return sorted(
        rooms.items(), key=lambda item: not any(map(_departure, (*_events(item[1].get("state")), *_events(item[1].get("timeline")))))
    )


def _departure(raw: Mapping[str, Any]) -> bool:
    return raw.get("type") == "m.room.member" and membership_of(raw.get("content", {})) in (Membership.LEAVE, Membership.BAN)


def _events(part: object) -> list[dict[str, Any]]:
    events = part.get("events", []) if isinstance(part, Mapping) else []
    return [event for event in events if isinstance(event, dict)]
