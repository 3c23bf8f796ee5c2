"""Both ways: what stands outside without a row of ours, and what a row names that is not there (PRODUCT §9).

A crash, a timeout or a restored backup may leave what the ledger does not know. What belongs to nobody is removed by the running
bot twice a day; what a person must decide on is reported. What is being made at this moment is left alone: a room's marker stands in
the ledger before the room is made, and accounts and files are not taken for orphaned before they are an hour old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import State

from .inventory import Inventory
from .ports import Clock, PhoneMessenger, RefusedByService, Rooms, ServiceUnavailable, SessionKeys, UnitOfWork, Visitors
from .sessions import SESSION_KEY_PREFIX
from .teardown import purge

log = structlog.get_logger("teleconnect_bot.reconcile")

YOUNG = timedelta(hours=1)
OPEN = frozenset({State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN, State.CLOSED, State.CANCELLED})


class Stray(StrEnum):
    ROOM_WITHOUT_SESSION = "room_without_session"
    SESSION_WITHOUT_ROOM = "session_without_room"
    VISITOR_WITHOUT_SESSION = "visitor_without_session"
    FILE_WITHOUT_ROW = "file_without_row"
    KEY_WITHOUT_SESSION = "key_without_session"
    RECORD_WITHOUT_ROW = "record_without_row"
    RECORD_OF_SOMEBODY = "record_of_somebody"
    PROVIDER_NOT_ASKED = "provider_not_asked"


WORDS = {
    Stray.ROOM_WITHOUT_SESSION: "a session room at the homeserver that belongs to no session",
    Stray.SESSION_WITHOUT_ROOM: "a session whose room the homeserver does not know any more; its requester can only close it (`close now`)",
    Stray.VISITOR_WITHOUT_SESSION: "an active account of a visitor that belongs to no session",
    Stray.FILE_WITHOUT_ROW: "a file of the bot that no session knows",
    Stray.KEY_WITHOUT_SESSION: "the key of a session that does not exist",
    Stray.RECORD_WITHOUT_ROW: "the SMS provider's record of a message of ours that no session knows",
    Stray.RECORD_OF_SOMEBODY: (
        "the SMS provider's record of a message from or to a sender of ours that no session knows, and that may be another program's; "
        "delete it in the provider's console if nobody needs it"
    ),
    Stray.PROVIDER_NOT_ASKED: "could not be asked, so that its records were not looked at",
}
REPAIRED = frozenset(Stray) - {Stray.SESSION_WITHOUT_ROOM, Stray.RECORD_OF_SOMEBODY, Stray.PROVIDER_NOT_ASKED}


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` is opaque: the id of a room, account, file, session or key."""

    stray: Stray
    place: str


@dataclass(frozen=True, slots=True)
class Survey:
    """`known` counts the rooms, accounts, files and records outside, and the keys, that do belong to a row of ours."""

    findings: list[Finding]
    known: int


class Reconcile:
    """`messenger` is None where no provider of SMS is configured."""

    def __init__(self, units: UnitOfWork, keys: SessionKeys, messenger: PhoneMessenger | None = None) -> None:
        self.units, self.keys, self.messenger = units, keys, messenger

    async def _stray_records(self, young: datetime) -> tuple[list[Finding], int]:
        """Records at the provider without row, and how many there are with one.

        As long as a message may have been taken whose record is not known yet, none is taken for a stray: it may be that one, and would be
        looked for in vain and sent again.
        """
        if self.messenger is None:
            return [], 0
        try:
            kept = await self.messenger.kept()
        except (ServiceUnavailable, RefusedByService) as error:
            log.warning("provider_not_asked", error=type(error).__name__)
            return [Finding(Stray.PROVIDER_NOT_ASKED, "SMS provider")], 0
        async with self.units.begin() as unit:
            traces = await unit.traces_of(frozenset({TraceKind.PROVIDER_RECORD}))
        places = {trace.place for trace in traces}
        if any(_is_being_sent(trace) for trace in traces):
            return [], len(kept.keys() & places)
        found = [
            Finding(Stray.RECORD_WITHOUT_ROW if record.ours else Stray.RECORD_OF_SOMEBODY, name)
            for name, record in kept.items()
            if name not in places and (record.made is None or record.made < young)
        ]
        return found, len(kept.keys() & places)

    async def _orphan_keys(self) -> tuple[list[Finding], int]:
        """Keys without session, and how many there are with one. A key is durable before its session is committed, in the same unit."""
        found, known = list[Finding](), 0
        for key_id in self.keys.ids():
            if not key_id.startswith(SESSION_KEY_PREFIX):
                continue
            if await self._is_orphan(key_id):
                found.append(Finding(Stray.KEY_WITHOUT_SESSION, key_id))
            else:
                known += 1
        return found, known

    async def _is_orphan(self, key_id: str) -> bool:
        async with self.units.begin() as unit:
            return await unit.session(key_id.removeprefix(SESSION_KEY_PREFIX)) is None

    async def look(self, inventory: Inventory, clock: Clock) -> list[Finding]:
        return (await self.survey(inventory, clock)).findings

    async def survey(self, inventory: Inventory, clock: Clock) -> Survey:
        """Changes nothing. The homeserver is asked first: what was made meanwhile has its row by the time the rows are read."""
        rooms, visitors, files = await inventory.session_rooms(), await inventory.visitors(), await inventory.files()
        young = clock.now() - YOUNG
        async with self.units.begin() as unit:
            sessions = await unit.sessions_in(frozenset(State) - {State.GONE})
            traces = await unit.traces_of(frozenset({TraceKind.ROOM, TraceKind.VISITOR, TraceKind.ROOM_MEDIA, TraceKind.CHAT_MEDIA}))
            pool = await unit.pool()
        places = {trace.place for trace in traces if trace.place}
        being_made = {trace.key for trace in traces if trace.kind is TraceKind.ROOM and not trace.place}
        found = [
            Finding(Stray.ROOM_WITHOUT_SESSION, room) for room, marker in rooms.items() if room not in places and marker not in being_made
        ]
        away = {session.id: session.room for session in sessions if session.room and session.state in OPEN and session.room not in rooms}
        found += [Finding(Stray.SESSION_WITHOUT_ROOM, name) for name, room in away.items() if not await inventory.room_exists(room)]
        owned = places | pool
        found += [Finding(Stray.VISITOR_WITHOUT_SESSION, user) for user, made in visitors.items() if user not in owned and made < young]
        found += [Finding(Stray.FILE_WITHOUT_ROW, mxc) for mxc, made in files.items() if mxc not in places and made < young]
        records, known_records = await self._stray_records(young)
        orphans, known_keys = await self._orphan_keys()
        known = sum(room in places for room in rooms) + sum(user in owned for user in visitors) + sum(mxc in places for mxc in files)
        return Survey(found + records + orphans, known + known_records + known_keys)

    async def repair(self, findings: list[Finding], rooms: Rooms, visitors: Visitors, bot: str) -> int:
        """Removes what belongs to nobody; each by itself, and again the next time what could not be removed now. How many those are.

        Only for findings that the right database has made: see `right_database.py`.
        """
        failed = 0
        for finding in findings:
            try:
                await self._repair(finding, rooms, visitors, bot)
            except (ServiceUnavailable, RefusedByService) as error:
                failed += 1
                log.warning("stray_not_removed", stray=finding.stray.value, place=finding.place, error=type(error).__name__)
            else:
                event = "stray_removed" if finding.stray in REPAIRED else "stray_found"
                log.warning(event, stray=finding.stray.value, place=finding.place)
        return failed

    async def _repair(self, finding: Finding, rooms: Rooms, visitors: Visitors, bot: str) -> None:
        match finding.stray:
            case Stray.ROOM_WITHOUT_SESSION:
                await purge(rooms, finding.place, bot)
                await rooms.forget_keys(finding.place)
            case Stray.VISITOR_WITHOUT_SESSION:
                await visitors.remove(finding.place)
            case Stray.FILE_WITHOUT_ROW:
                await rooms.delete_media(finding.place, bot)
            case Stray.KEY_WITHOUT_SESSION:
                if await self._is_orphan(finding.place):
                    self.keys.destroy(finding.place)
            case Stray.RECORD_WITHOUT_ROW:
                if self.messenger is not None:
                    await self.messenger.delete(finding.place)
            case Stray.SESSION_WITHOUT_ROOM | Stray.RECORD_OF_SOMEBODY | Stray.PROVIDER_NOT_ASKED:
                return


def _is_being_sent(trace: Trace) -> bool:
    return not trace.place and trace.state is TraceState.PLANNED
