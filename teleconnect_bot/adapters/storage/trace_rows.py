"""The part of a unit of work that remembers what was left where: ledger, handled events, letters, accounts, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, select, update
from sqlalchemy import func as sql
from sqlalchemy.dialects import postgresql, sqlite

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.rows import seal, unseal
from teleconnect_bot.adapters.storage.session_rows import upsert
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.services.ports import KeyDestroyed, Letter, SessionKeys


class TraceRows:
    """The ledger outlives the session's rows and key: it holds opaque addresses alone."""

    _connection: Transaction
    _keys: SessionKeys

    async def enter_trace(self, trace: Trace) -> None:
        row = {
            "session": trace.session,
            "kind": trace.kind.value,
            "key": trace.key,
            "place": trace.place,
            "container": trace.container,
            "state": trace.state.value,
        }
        await self._connection.execute(_enter(self._connection.dialect), row)

    async def update_trace(self, trace: Trace) -> None:
        """Nothing happens when the trace was never entered, or is forgotten."""
        which = {"of": trace.session, "of_kind": trace.kind.value, "of_key": trace.key}
        await self._connection.execute(_UPDATE, {**which, "place": trace.place, "container": trace.container, "state": trace.state.value})

    async def traces(self, session_id: str) -> Sequence[Trace]:
        """In the order in which they were entered."""
        return await self._traces(_TRACES_OF_ONE, {"of": session_id})

    async def traces_of(self, kinds: frozenset[TraceKind]) -> Sequence[Trace]:
        return await self._traces(_traces_where(tables.ledger.c.kind.in_(sorted(kind.value for kind in kinds))))

    async def _traces(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Trace]:
        return [
            Trace(
                session=row.session,
                kind=TraceKind(row.kind),
                key=row.key,
                place=row.place,
                container=row.container,
                state=TraceState(row.state),
            )
            for row in await self._connection.execute(query, values)
        ]

    async def rows_of(self, session_id: str) -> Mapping[str, int]:
        """The table `session` itself counts by its id."""
        rows: dict[str, int] = {}
        for table in tables.metadata.sorted_tables:
            column = table.c.id if table is tables.session else table.c.get("session")
            if column is not None:
                query = select(sql.count()).select_from(table).where(column == session_id)
                rows[table.name] = (await self._connection.execute(query)).scalar_one()
        return rows

    async def first_time(self, event: str, now: datetime) -> bool:
        statement = upsert(self._connection, tables.handled_event).values(event=event, at=now)
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["event"]).returning(tables.handled_event.c.event)
        )
        return result.first() is not None

    async def was_handled(self, event: str) -> bool:
        handled = tables.handled_event
        return (await self._connection.execute(select(handled.c.event).where(handled.c.event == event))).first() is not None

    async def forget_events_before(self, moment: datetime) -> None:
        await self._connection.execute(delete(tables.handled_event).where(tables.handled_event.c.at < moment))

    async def keep_letter(self, letter: Letter) -> None:
        """Kept once by its id. Nothing is kept for a session that is gone or whose key is."""
        key = (await self._connection.execute(select(tables.session.c.key).where(tables.session.c.id == letter.session))).scalar()
        if key is None or not self._keys.exists(key):
            return
        row = {
            "id": letter.id,
            "session": letter.session,
            "sender_user": letter.sender_user,
            "sender_device": letter.sender_device,
            "recipient": letter.recipient,
            "event_type": letter.event_type,
            "content": seal(self._keys, key, _content_of(letter.id), letter.content),
        }
        await self._connection.execute(upsert(self._connection, tables.letter).values(row).on_conflict_do_nothing(index_elements=["id"]))

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]:
        """Oldest first; of one session only, if one is named."""
        letter = tables.letter
        query = select(letter, tables.session.c.key).join(tables.session).where(letter.c.recipient == user).order_by(letter.c.number)
        if session_id is not None:
            query = query.where(letter.c.session == session_id)
        found: list[Letter] = []
        for row in await self._connection.execute(query):
            try:
                content: Mapping[str, object] = unseal(self._keys, row.key, _content_of(row.id), row.content)
            except KeyDestroyed:
                continue
            found.append(
                Letter(
                    id=row.id,
                    session=row.session,
                    sender_user=row.sender_user,
                    sender_device=row.sender_device,
                    recipient=row.recipient,
                    event_type=row.event_type,
                    content=content,
                )
            )
        return found

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None:
        await self._connection.execute(delete(tables.letter).where(tables.letter.c.id.in_(list(letter_ids))))

    async def keep_guest_token(self, session_id: str, user: str, token: str) -> None:
        key = (await self._connection.execute(select(tables.session.c.key).where(tables.session.c.id == session_id))).scalar()
        if key is None or not self._keys.exists(key):
            return
        row = {"user": user, "session": session_id, "token": seal(self._keys, key, _token_of(user), token)}
        statement = upsert(self._connection, tables.guest_token).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["user"], set_={"token": statement.excluded.token, "session": session_id})
        )

    async def guest_token(self, session_id: str, user: str) -> str | None:
        key = (await self._connection.execute(select(tables.session.c.key).where(tables.session.c.id == session_id))).scalar()
        return None if key is None else await read_guest_token(self._connection, self._keys, key, user)

    async def pool_size(self) -> int:
        size: int = (await self._connection.execute(select(sql.count()).select_from(tables.visitor_pool))).scalar_one()
        return size

    async def pool(self) -> frozenset[str]:
        return frozenset(row.user for row in await self._connection.execute(select(tables.visitor_pool.c.user)))

    async def add_to_pool(self, user: str) -> None:
        await self._connection.execute(
            upsert(self._connection, tables.visitor_pool).values(user=user).on_conflict_do_nothing(index_elements=["user"])
        )

    async def take_from_pool(self) -> str | None:
        """The account that has waited longest; it is in the pool no more."""
        pool = tables.visitor_pool
        row = (await self._connection.execute(select(pool).order_by(pool.c.number).limit(1))).one_or_none()
        if row is None:
            return None
        await self._connection.execute(delete(pool).where(pool.c.number == row.number))
        user: str = row.user
        return user

    async def spent(self, counted: str) -> int:
        counter = tables.spend_counter
        amount: int | None = (await self._connection.execute(select(counter.c.amount).where(counter.c.counted == counted))).scalar()
        return amount or 0

    async def spend(self, counted: str, until: datetime) -> None:
        statement = upsert(self._connection, tables.spend_counter).values(counted=counted, until=until, amount=1)
        more = {"amount": tables.spend_counter.c.amount + 1}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["counted"], set_=more))

    async def forget_spending_before(self, moment: datetime) -> None:
        await self._connection.execute(delete(tables.spend_counter).where(tables.spend_counter.c.until <= moment))

    async def count(self, month: str, name: str, amount: int = 1) -> None:
        statement = upsert(self._connection, tables.statistic).values(month=month, name=name, amount=amount)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["month", "name"], set_={"amount": tables.statistic.c.amount + statement.excluded.amount}
            )
        )

    async def counters(self) -> Mapping[tuple[str, str], int]:
        return {(row.month, row.name): row.amount for row in await self._connection.execute(select(tables.statistic))}


def _traces_where(condition: ColumnElement[bool]) -> Select[Any]:
    return select(tables.ledger).where(condition).order_by(tables.ledger.c.number)


# These are asked for all the time: made once, a statement is not put together and told apart from all others each time.
_TRACES_OF_ONE = _traces_where(tables.ledger.c.session == bindparam("of"))
_UPDATE = update(tables.ledger).where(
    tables.ledger.c.session == bindparam("of"), tables.ledger.c.kind == bindparam("of_kind"), tables.ledger.c.key == bindparam("of_key")
)


@cache
def _enter(dialect: str) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(tables.ledger).on_conflict_do_nothing(index_elements=["session", "kind", "key"])


def _content_of(letter_id: str) -> str:
    return f"letter.content/{letter_id}"


def _token_of(user: str) -> str:
    return f"guest_token.token/{user}"


async def read_guest_token(connection: Transaction, keys: SessionKeys, key: str, user: str) -> str | None:
    """None when there is none, or the key of its session is destroyed."""
    sealed: bytes | None = (await connection.execute(select(tables.guest_token.c.token).where(tables.guest_token.c.user == user))).scalar()
    try:
        token: str = unseal(keys, key, _token_of(user), sealed)
    except KeyDestroyed:
        return None
    return token
