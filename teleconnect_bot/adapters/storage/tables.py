"""Every table and every column, with how long its content is kept (ARCHITECTURE §5).

A column of the aggregate bears the name of its field in the domain; `rows.py` maps by that name. `sealed()` makes a column
whose content only the session's key opens. docs/data-retention.md explains each column; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
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

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _column(
    name: str, of: TypeEngine[Any] | type[TypeEngine[Any]], kept: Kept, /, *more: Any, null: bool = False, **options: Any
) -> Column[Any]:
    return Column(name, of, *more, nullable=null, info={"retention": kept}, **options)


def sealed(name: str) -> Column[Any]:
    """Noise without the session's key; NULL once it was wiped."""
    return _column(name, LargeBinary, Kept.SEALED, null=True)


def _id(kept: Kept = Kept.SESSION) -> Column[Any]:
    return _column("id", Text, kept, primary_key=True)


def _number(kept: Kept = Kept.SESSION) -> Column[Any]:
    return _column("number", Number, kept, primary_key=True, autoincrement=True)


def _session(**options: Any) -> Column[Any]:
    return _column("session", Text, Kept.SESSION, ForeignKey("session.id", ondelete="CASCADE"), **options)


session = Table(
    "session",
    metadata,
    _id(),
    _column("version", Integer, Kept.SESSION),
    _column("code", Text, Kept.SESSION),
    _column("marker", Text, Kept.SESSION),
    _column("key", Text, Kept.SESSION),
    _column("state", Text, Kept.SESSION),
    _column("state_since", Moment, Kept.SESSION),
    _column("created_at", Moment, Kept.SESSION),
    _column("last_activity_at", Moment, Kept.SESSION),
    _column("mode", Text, Kept.SESSION),
    _column("requester", Text, Kept.STAFF),
    _column("chat", Text, Kept.STAFF),
    _column("backup", Text, Kept.STAFF, null=True),
    _column("team", Text, Kept.STAFF, null=True),
    _column("team_members", JSON, Kept.STAFF, null=True),
    _column("orphaned_at", Moment, Kept.SESSION, null=True),
    _column("holder", Text, Kept.STAFF, null=True),
    _column("staff_invited", JSON, Kept.STAFF),
    _column("staff_inside", JSON, Kept.STAFF),
    _column("colleagues", JSON, Kept.STAFF),
    sealed("language"),
    sealed("zone"),
    sealed("interpreter_wanted"),
    _column("interpreter_ready", Boolean, Kept.SESSION),
    _column("sought_since", Moment, Kept.SESSION, null=True),
    _column("ask_next_at", Moment, Kept.SESSION, null=True),
    _column("held_back_since", Moment, Kept.SESSION, null=True),
    _column("time_before", Moment, Kept.SESSION, null=True),
    _column("discreet", Boolean, Kept.SESSION),
    _column("via", Text, Kept.SESSION, null=True),
    sealed("note"),
    _column("planned_at", Moment, Kept.SESSION, null=True),
    _column("remind_at", Moment, Kept.SESSION, null=True),
    _column("room", Text, Kept.SESSION, null=True),
    _column("room_wanted", Boolean, Kept.SESSION),
    _column("starts", JSON, Kept.SESSION),
    _column("came_from", Text, Kept.SESSION, null=True),
    _column("arrived_at", Moment, Kept.SESSION, null=True),
    _column("left_at", Moment, Kept.SESSION, null=True),
    _column("last_ring_at", Moment, Kept.SESSION, null=True),
    _column("seen_at", Moment, Kept.SESSION, null=True),
    _column("nobody_came", Boolean, Kept.SESSION),
    _column("end_announced", Boolean, Kept.SESSION),
    _column("message_noted", Boolean, Kept.SESSION),
    _column("calendar_sequence", Integer, Kept.SESSION),
    _column("emptied_at", Moment, Kept.SESSION, null=True),
    _column("policy", JSON, Kept.SESSION),
    Index(None, "requester"),
    Index(None, "backup"),
    Index(None, "room"),
    Index(None, "state"),
    Index("uq_session_code", "code", unique=True, sqlite_where=text("state <> 'gone'"), postgresql_where=text("state <> 'gone'")),
)

link = Table(
    "link",
    metadata,
    _id(),
    _session(index=True),
    _column("position", Integer, Kept.SESSION),
    _column("role", Text, Kept.SESSION),
    _column("digest", LargeBinary, Kept.SESSION, unique=True),
    sealed("contact"),
    sealed("language"),
    sealed("name"),
    sealed("more"),
    sealed("others"),
    sealed("opted_out"),
    _column("generation", Integer, Kept.SESSION),
    _column("places", Integer, Kept.SESSION),
    _column("dead", Boolean, Kept.SESSION),
    _column("opened_at", Moment, Kept.SESSION, null=True),
    _column("asked_at", Moment, Kept.SESSION, null=True),
    _column("doubted_at", Moment, Kept.SESSION, null=True),
    _column("tested", Text, Kept.SESSION, null=True),
    _column("added", Integer, Kept.SESSION),
)

seat = Table(
    "seat",
    metadata,
    _id(),
    _session(index=True),
    _column("position", Integer, Kept.SESSION),
    _column("link", Text, Kept.SESSION),
    _column("role", Text, Kept.SESSION),
    _column("number", Integer, Kept.SESSION),
    _column("digest", LargeBinary, Kept.SESSION, unique=True),
    sealed("language"),
    sealed("name"),
    sealed("terms"),
    sealed("consent_at"),
    _column("state", Text, Kept.SESSION),
    _column("user", Text, Kept.SESSION, null=True),
    _column("device", Text, Kept.SESSION, null=True),
    _column("present", Boolean, Kept.SESSION),
    _column("last_beat_at", Moment, Kept.SESSION),
    _column("away_since", Moment, Kept.SESSION, null=True),
    _column("ended", Text, Kept.SESSION, null=True),
    _column("tested", Text, Kept.SESSION, null=True),
    _column("moves", Text, Kept.SESSION, null=True),
    _column("deletion_asked", Boolean, Kept.SESSION),
    _column("call_of", Text, Kept.STAFF, null=True),
)

call_link = Table(
    "call_link",
    metadata,
    _id(),
    _session(index=True),
    _column("position", Integer, Kept.SESSION),
    _column("user", Text, Kept.STAFF),
    _column("digest", LargeBinary, Kept.SESSION, unique=True),
    _column("seat", Text, Kept.SESSION, null=True),
    _column("refused", Boolean, Kept.SESSION),
    _column("kind", Text, Kept.SESSION, null=True),
)

message = Table(
    "message",
    metadata,
    _id(),
    _session(index=True),
    _column("position", Integer, Kept.SESSION),
    _column("link", Text, Kept.SESSION),
    _column("recipient", Integer, Kept.SESSION),
    _column("kind", Text, Kept.SESSION),
    _column("channel", Text, Kept.SESSION),
    _column("delivery", Text, Kept.SESSION),
    sealed("problem"),
    sealed("fallbacks"),
    _column("replaces", Text, Kept.SESSION, null=True),
    _column("tried_at", Moment, Kept.SESSION, null=True),
    _column("late", Boolean, Kept.SESSION, server_default=false()),
)

dialogue = Table(
    "dialogue",
    metadata,
    _session(primary_key=True),
    sealed("state"),
)

interpreter_offer = Table(
    "interpreter_offer",
    metadata,
    _id(),
    _session(index=True),
    _column("position", Integer, Kept.SESSION),
    _column("organisation", Text, Kept.SESSION),
    _column("digest", LargeBinary, Kept.SESSION, unique=True),
    _column("alone_for", Float, Kept.SESSION),
    _column("state", Text, Kept.SESSION),
    _column("round", Integer, Kept.SESSION),
    _column("asked_at", Moment, Kept.SESSION, null=True),
    _column("link", Text, Kept.SESSION, null=True),
    _column("user", Text, Kept.STAFF, null=True),
    sealed("reason"),
)

organisation = Table(
    "organisation",
    metadata,
    _id(Kept.ORGANISATION),
    _column("name", Text, Kept.ORGANISATION),
    _column("languages", JSON, Kept.ORGANISATION),
    _column("email", Text, Kept.ORGANISATION, null=True),
    _column("room", Text, Kept.ORGANISATION, null=True),
    _column("may_decline", Boolean, Kept.ORGANISATION),
    _column("alone_for", Float, Kept.ORGANISATION),
    _column("configured", Boolean, Kept.ORGANISATION, server_default=false()),
    _column("position", Integer, Kept.ORGANISATION, server_default="0"),
    _column("language", Text, Kept.ORGANISATION),
)

deadline = Table(
    "deadline",
    metadata,
    _session(primary_key=True),
    _column("kind", Text, Kept.SESSION, primary_key=True),
    _column("seat", Text, Kept.SESSION, primary_key=True),
    _column("due_at", Moment, Kept.SESSION, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    _number(),
    _column("session", Text, Kept.SESSION),
    _column("lane", Text, Kept.SESSION),
    _column("name", Text, Kept.SESSION),
    _column("fields", JSON, Kept.STAFF),
    _column("due_at", Moment, Kept.SESSION, index=True),
    _column("attempts", Integer, Kept.SESSION),
    _column("dead", Boolean, Kept.SESSION),
    _column("problem", Text, Kept.SESSION),
    Index(None, "session", "lane", "number"),
    sqlite_autoincrement=True,
)

letter = Table(
    "letter",
    metadata,
    _number(),
    _column("id", Text, Kept.SESSION, unique=True),
    _session(index=True),
    _column("sender_user", Text, Kept.SESSION),
    _column("sender_device", Text, Kept.SESSION),
    _column("recipient", Text, Kept.STAFF, index=True),
    _column("event_type", Text, Kept.SESSION),
    sealed("content"),
    sqlite_autoincrement=True,
)

seat_uploads = Table(
    "seat_uploads",
    metadata,
    _column("seat", Text, Kept.SESSION, primary_key=True),
    _session(index=True),
    _column("files", Integer, Kept.SESSION),
    _column("bytes", BigInteger, Kept.SESSION),
)

guest_token = Table(
    "guest_token",
    metadata,
    _column("user", Text, Kept.SESSION, primary_key=True),
    _session(index=True),
    sealed("token"),
)

ledger = Table(
    "ledger",
    metadata,
    _number(Kept.LEDGER),
    _column("session", Text, Kept.LEDGER),
    _column("kind", Text, Kept.LEDGER),
    _column("key", Text, Kept.LEDGER),
    _column("place", Text, Kept.LEDGER, index=True),
    _column("container", Text, Kept.LEDGER),
    _column("state", Text, Kept.LEDGER),
    UniqueConstraint("session", "kind", "key"),
    sqlite_autoincrement=True,
)

handled_event = Table(
    "handled_event",
    metadata,
    _column("event", Text, Kept.EVENTS, primary_key=True),
    _column("at", Moment, Kept.EVENTS, index=True),
)

visitor_pool = Table(
    "visitor_pool",
    metadata,
    _number(Kept.POOL),
    _column("user", Text, Kept.POOL, unique=True),
    sqlite_autoincrement=True,
)

spend_counter = Table(
    "spend_counter",
    metadata,
    _column("counted", Text, Kept.SPENDING, primary_key=True),
    _column("until", Moment, Kept.SPENDING, index=True),
    _column("amount", Integer, Kept.SPENDING),
)

statistic = Table(
    "statistic",
    metadata,
    _column("month", Text, Kept.STATISTIC, primary_key=True),
    _column("name", Text, Kept.STATISTIC, primary_key=True),
    _column("amount", BigInteger, Kept.STATISTIC),
)

requester_settings = Table(
    "requester_settings",
    metadata,
    _column("user", Text, Kept.REQUESTER, primary_key=True),
    *(_column(name, LargeBinary, Kept.CHOSEN, null=True) for name in ("language", "zone", "email", "phone")),
)

installation = Table(
    "installation",
    metadata,
    _column("database", Text, Kept.INSTALLATION, primary_key=True),
    _column("count", BigInteger, Kept.INSTALLATION),
    _column("confirmed", Boolean, Kept.INSTALLATION),
)

OF_A_SESSION = (outbox, letter, guest_token, dialogue, deadline, interpreter_offer, message, call_link, seat, link)
"""What goes with the session's own row, children first."""


def sealed_columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.info["retention"] is Kept.SEALED)
