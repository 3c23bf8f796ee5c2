"""The part of a unit of work that loads, saves and erases sessions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.columns import sealed_columns
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.rows import CALL_LINKS, LINKS, MESSAGES, OFFERS, SEATS, SESSIONS, Rows
from teleconnect_bot.domain.calls import CallLink
from teleconnect_bot.domain.guest_link import Link, Seat
from teleconnect_bot.domain.organisations import Offer
from teleconnect_bot.domain.schedule import DeadlineKind, deadlines
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import SessionKeys, StaleSession

SESSIONS_AT_ONCE = 500
PARTS: Mapping[str, Rows[Any]] = {"links": LINKS, "seats": SEATS, "messages": MESSAGES, "offers": OFFERS, "call_links": CALL_LINKS}
"""By the field of the session that holds them."""


def upsert(connection: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ON CONFLICT, which both databases understand and SQL as such does not know."""
    return postgresql.insert(table) if connection.dialect == "postgresql" else sqlite.insert(table)


class SessionRows:
    """Sessions as rows. What was loaded in this unit is remembered, so that a save writes the changed parts alone."""

    def __init__(self, connection: Transaction, keys: SessionKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._loaded: dict[str, Session] = {}

    async def add(self, session: Session) -> None:
        """Raises `KeyDestroyed` when the session's key was not made before."""
        await self._connection.execute(insert(tables.session), [SESSIONS.write(session, self._keys, session.key)])
        await self._save_parts(session, None, sealable=True)

    async def save(self, session: Session) -> None:
        """Once the key is destroyed, sealed columns stay as they are: a volume that is not mounted must not empty them."""
        sealable = self._keys.exists(session.key)
        row = SESSIONS.write(session, self._keys, session.key) if sealable else SESSIONS.write_opaque(session)
        row["version"] = session.version + 1
        of_this_version = (tables.session.c.id == session.id) & (tables.session.c.version == session.version)
        result = await self._connection.execute(update(tables.session).where(of_this_version).values(row))
        if result.rowcount != 1:
            raise StaleSession
        await self._save_parts(session, self._loaded.get(session.id), sealable=sealable)
        self._loaded[session.id] = replace(session, version=session.version + 1)

    async def session(self, session_id: str) -> Session | None:
        return next(iter(await self._read(_BY_ID, {"id": session_id})), None)

    async def session_by_code(self, code: str) -> Session | None:
        return await self._one((tables.session.c.code == code) & _not_gone())

    async def session_by_link(self, digest: bytes) -> tuple[Session, Link] | None:
        found = await self._one(tables.session.c.id == _owner(tables.link, tables.link.c.digest == digest))
        return (found, next(link for link in found.links if link.digest == digest)) if found else None

    async def session_by_seat(self, digest: bytes) -> tuple[Session, Seat] | None:
        found = await self._one(tables.session.c.id == _owner(tables.seat, tables.seat.c.digest == digest))
        return (found, next(seat for seat in found.seats if seat.digest == digest)) if found else None

    async def session_by_call_link(self, digest: bytes) -> tuple[Session, CallLink] | None:
        found = await self._one(tables.session.c.id == _owner(tables.call_link, tables.call_link.c.digest == digest))
        return (found, next(link for link in found.call_links if link.digest == digest)) if found else None

    async def session_by_offer(self, digest: bytes) -> tuple[Session, Offer] | None:
        found = await self._one(tables.session.c.id == _owner(tables.interpreter_offer, tables.interpreter_offer.c.digest == digest))
        return (found, next(offer for offer in found.offers if offer.digest == digest)) if found else None

    async def session_by_room(self, room: str) -> Session | None:
        return await self._one(tables.session.c.room == room)

    async def session_by_event(self, event: str) -> Session | None:
        return await self._one(tables.session.c.id == _owner(tables.ledger, tables.ledger.c.place == event))

    async def sessions_of(self, user: str) -> Sequence[Session]:
        row = tables.session.c
        in_team = row.team.is_not(None) & cast(row.team_members, Text).contains(json.dumps(user), autoescape=True)
        return await self._load(or_(row.requester == user, row.backup == user, in_team) & _not_gone())

    async def sessions_of_team(self, team: str) -> Sequence[Session]:
        return await self._load((tables.session.c.team == team) & _not_gone())

    async def sessions_in(self, states: frozenset[State]) -> Sequence[Session]:
        return await self._load(tables.session.c.state.in_(sorted(states)))

    async def waiting_before(self, session: Session) -> int:
        if session.arrived_at is None:
            return 0
        table = tables.session
        # Without a requester it is a team's, or nobody's: then it shares nobody with others that have none.
        of_requester = (table.c.requester == session.requester) & (table.c.requester != "")
        of_team = table.c.team == session.team if session.team is not None else false()
        earlier = (
            (of_requester | of_team)
            & (table.c.state == State.WAITING)
            & (table.c.arrived_at < session.arrived_at)
            & (table.c.id != session.id)
        )
        return int((await self._connection.execute(select(func.count()).select_from(table).where(earlier))).scalar_one())

    async def erase(self, session_id: str) -> None:
        self._loaded.pop(session_id, None)
        for table in tables.OF_A_SESSION:
            await self._connection.execute(delete(table).where(table.c.session == session_id))
        await self._connection.execute(delete(tables.session).where(tables.session.c.id == session_id))

    async def forget(self, session_id: str) -> None:
        await self._connection.execute(delete(tables.ledger).where(tables.ledger.c.session == session_id))

    async def wipe_personal(self, session_id: str) -> None:
        self._loaded.pop(session_id, None)
        for table in (tables.session, *tables.OF_A_SESSION):
            if columns := sealed_columns(table):
                owner = table.c.id if table is tables.session else table.c.session
                await self._connection.execute(update(table).where(owner == session_id).values(dict.fromkeys(columns)))

    async def beat(self, seat_id: str, now: datetime) -> None:
        """The deadline moves by as much as the beat does, so that the distance between them stays the policy's."""
        seat, due = tables.seat, tables.deadline
        away = (due.c.session == seat.c.session) & (due.c.seat == seat.c.id) & (due.c.kind == DeadlineKind.SEAT_AWAY)
        query = select(seat.c.session, seat.c.last_beat_at, due.c.due_at).select_from(seat.outerjoin(due, away)).where(seat.c.id == seat_id)
        found = (await self._connection.execute(query)).one_or_none()
        if found is None or found.last_beat_at >= now:
            return
        self._loaded.pop(found.session, None)
        await self._connection.execute(update(seat).where(seat.c.id == seat_id).values(last_beat_at=now))
        if found.due_at is not None:
            row = (due.c.session == found.session) & (due.c.seat == seat_id) & (due.c.kind == DeadlineKind.SEAT_AWAY)
            await self._connection.execute(update(due).where(row).values(due_at=found.due_at + (now - found.last_beat_at)))

    async def _one(self, condition: ColumnElement[bool]) -> Session | None:
        return next(iter(await self._load(condition)), None)

    async def _load(self, condition: ColumnElement[bool]) -> list[Session]:
        return await self._read(_sessions_where(condition))

    async def _read(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Session]:
        rows = (await self._connection.execute(query, values)).mappings().all()
        sessions: list[Session] = []
        for start in range(0, len(rows), SESSIONS_AT_ONCE):
            sessions += await self._with_parts(rows[start : start + SESSIONS_AT_ONCE])
        self._loaded.update((session.id, session) for session in sessions)
        return sessions

    async def _with_parts(self, rows: Sequence[RowMapping]) -> list[Session]:
        parts = {name: await self._parts(name, [row for row in rows if row[_has(name)]]) for name in PARTS}
        return [
            SESSIONS.read(
                row, self._keys, row["key"], **{name: tuple(of_sessions.get(row["id"], ())) for name, of_sessions in parts.items()}
            )
            for row in rows
        ]

    async def _parts(self, name: str, rows: Sequence[RowMapping]) -> Mapping[str, list[Any]]:
        """Of the sessions that have any: most have none of one kind or another, and are not asked for it."""
        kind, found = PARTS[name], {row["id"]: list[Any]() for row in rows}
        keys = {row["id"]: row["key"] for row in rows}
        if not rows:
            return found
        # As a rule it is one session, and a list of one would be written out into the statement anew each time.
        query, values = (_PARTS_OF_ONE[name], {"of": rows[0]["id"]}) if len(rows) == 1 else (_PARTS_OF_MANY[name], {"of": list(keys)})
        for row in (await self._connection.execute(query, values)).mappings():
            found[row["session"]].append(kind.read(row, self._keys, keys[row["session"]]))
        return found

    async def _save_parts(self, session: Session, before: Session | None, *, sealable: bool) -> None:
        for name, kind in PARTS.items():
            await self._save_part(kind, session, getattr(session, name), getattr(before, name) if before else None, sealable)
        await self._save_deadlines(session)

    async def _save_part(
        self, kind: Rows[Any], session: Session, parts: Sequence[Any], before: Sequence[Any] | None, sealable: bool
    ) -> None:
        table, known = kind.table, {part.id: (position, part) for position, part in enumerate(before or ())}
        rows = []
        for position, part in enumerate(parts):
            if known.pop(part.id, None) != (position, part):
                row = kind.write(part, self._keys, session.key) if sealable else kind.write_opaque(part)
                rows.append({**row, "session": session.id, "position": position})
        if before is None:
            ids = [part.id for part in parts]
            await self._connection.execute(delete(table).where(table.c.session == session.id, table.c.id.not_in(ids)))
        elif known:
            await self._connection.execute(delete(table).where(table.c.id.in_(list(known))))
        if rows:
            statement = upsert(self._connection, table)
            new = {name: statement.excluded[name] for name in rows[0] if name != "id"}
            await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new), rows)

    async def _save_deadlines(self, session: Session) -> None:
        table = tables.deadline
        known = {(row.kind, row.seat): row.due_at for row in await self._connection.execute(_DEADLINES, {"of": session.id})}
        rows = []
        for deadline in deadlines(session):
            name = (deadline.kind.value, deadline.seat or "")
            if known.pop(name, None) != deadline.due_at:
                rows.append({"session": session.id, "kind": name[0], "seat": name[1], "due_at": deadline.due_at})
        for kind, seat in known:
            await self._connection.execute(delete(table).where(table.c.session == session.id, table.c.kind == kind, table.c.seat == seat))
        if rows:
            statement = upsert(self._connection, table)
            new = {"due_at": statement.excluded.due_at}
            await self._connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new), rows)


def _not_gone() -> ColumnElement[bool]:
    return tables.session.c.state != State.GONE


def _owner(table: Table, condition: ColumnElement[bool]) -> Any:
    return select(table.c.session).where(condition).limit(1).scalar_subquery()


def _has(name: str) -> str:
    return f"has_{name}"


def _sessions_where(condition: ColumnElement[bool]) -> Select[Any]:
    has = [exists().where(kind.table.c.session == tables.session.c.id).label(_has(name)) for name, kind in PARTS.items()]
    return select(tables.session, *has).where(condition).order_by(tables.session.c.created_at, tables.session.c.id)


def _parts_where(table: Table, condition: ColumnElement[bool]) -> Select[Any]:
    return select(table).where(condition).order_by(table.c.position)


# These are asked for all the time: made once, a statement is not put together and told apart from all others each time.
_BY_ID = _sessions_where(tables.session.c.id == bindparam("id"))
_PARTS_OF_ONE = {name: _parts_where(kind.table, kind.table.c.session == bindparam("of")) for name, kind in PARTS.items()}
_PARTS_OF_MANY = {name: _parts_where(kind.table, kind.table.c.session.in_(bindparam("of", expanding=True))) for name, kind in PARTS.items()}
_DEADLINES = select(tables.deadline.c.kind, tables.deadline.c.seat, tables.deadline.c.due_at).where(
    tables.deadline.c.session == bindparam("of")
)
