"""What columns are made of: how long each one's content is kept, moments, growing numbers, and what only a session's key opens."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, LargeBinary, Table, Text, TypeDecorator
from sqlalchemy.types import TypeEngine


class Kept(StrEnum):
    """How long something stays, and what removes it."""

    SEALED = "sealed"
    """Unreadable from the moment the session's key is destroyed; emptied and deleted with the session's rows."""
    SESSION = "session"
    """Opaque: nothing that says who the invited people are. Deleted with the session's rows."""
    STAFF = "staff"
    """Names a member of staff by Matrix id. Deleted with the session's rows."""
    LEDGER = "ledger"
    """Opaque addresses of what must be removed elsewhere. Deleted once its removal is verified."""
    EVENTS = "events"
    """Opaque ids of Matrix events, so that none is handled twice. Deleted after some days."""
    POOL = "pool"
    """A visitor account that nobody has used. Deleted when it is used."""
    ORGANISATION = "organisation"
    """An interpreting organisation, and how its manager is reached. Deleted when an administrator removes it."""
    SPENDING = "spending"
    """How many messages went to whom, counted under a hash whose key is destroyed after a day. Deleted with its hour or day."""
    STATISTIC = "statistic"
    """Monthly sums. Kept."""
    REQUESTER = "requester"
    """Names a requester who has settings of their own. Deleted when they have no access any more."""
    CHOSEN = "chosen"
    """What a requester chose for themselves. Unreadable once their own key is destroyed; deleted with their row."""
    INSTALLATION = "installation"
    """Says which database this is. Kept."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which knows no zones, holds it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Number = BigInteger().with_variant(Integer, "sqlite")
"""Ever growing: a number that was given once is not given again (SQLite: AUTOINCREMENT)."""


def column(
    name: str, of: TypeEngine[Any] | type[TypeEngine[Any]], kept: Kept, /, *more: Any, null: bool = False, **options: Any
) -> Column[Any]:
    return Column(name, of, *more, nullable=null, info={"retention": kept}, **options)


def sealed(name: str) -> Column[Any]:
    """Noise without the session's key; NULL once it was wiped."""
    return column(name, LargeBinary, Kept.SEALED, null=True)


def id_column(kept: Kept = Kept.SESSION) -> Column[Any]:
    return column("id", Text, kept, primary_key=True)


def number_column(kept: Kept = Kept.SESSION) -> Column[Any]:
    return column("number", Number, kept, primary_key=True, autoincrement=True)


def of_session(**options: Any) -> Column[Any]:
    return column("session", Text, Kept.SESSION, ForeignKey("session.id", ondelete="CASCADE"), **options)


def sealed_columns(table: Table) -> tuple[str, ...]:
    return tuple(each.name for each in table.columns if each.info["retention"] is Kept.SEALED)
