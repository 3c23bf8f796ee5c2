"""Every table and every column, with how long its content is kept (ARCHITECTURE §5).

A column of the aggregate bears the name of its field in the domain; `rows.py` maps by that name. `sealed()` makes a column
whose content only the session's key opens. docs/data-retention.md explains each column; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from teleconnect_bot.adapters.storage.columns import Kept, Moment, column, id_column, number_column, of_session, sealed

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

session = Table(
    "session",
    metadata,
    id_column(),
    column("version", Integer, Kept.SESSION),
    column("code", Text, Kept.SESSION),
    column("marker", Text, Kept.SESSION),
    column("key", Text, Kept.SESSION),
    column("state", Text, Kept.SESSION),
    column("state_since", Moment, Kept.SESSION),
    column("created_at", Moment, Kept.SESSION),
    column("last_activity_at", Moment, Kept.SESSION),
    column("mode", Text, Kept.SESSION),
    column("requester", Text, Kept.STAFF),
    column("chat", Text, Kept.STAFF),
    column("backup", Text, Kept.STAFF, null=True),
    column("team", Text, Kept.STAFF, null=True),
    column("team_members", JSON, Kept.STAFF, null=True),
    column("orphaned_at", Moment, Kept.SESSION, null=True),
    column("holder", Text, Kept.STAFF, null=True),
    column("staff_invited", JSON, Kept.STAFF),
    column("staff_inside", JSON, Kept.STAFF),
    column("colleagues", JSON, Kept.STAFF),
    sealed("language"),
    sealed("zone"),
    sealed("interpreter_wanted"),
    column("interpreter_ready", Boolean, Kept.SESSION),
    column("sought_since", Moment, Kept.SESSION, null=True),
    column("ask_next_at", Moment, Kept.SESSION, null=True),
    column("held_back_since", Moment, Kept.SESSION, null=True),
    column("time_before", Moment, Kept.SESSION, null=True),
    column("discreet", Boolean, Kept.SESSION),
    column("via", Text, Kept.SESSION, null=True),
    sealed("note"),
    column("planned_at", Moment, Kept.SESSION, null=True),
    column("remind_at", Moment, Kept.SESSION, null=True),
    column("room", Text, Kept.SESSION, null=True),
    column("room_wanted", Boolean, Kept.SESSION),
    column("starts", JSON, Kept.SESSION),
    column("came_from", Text, Kept.SESSION, null=True),
    column("arrived_at", Moment, Kept.SESSION, null=True),
    column("left_at", Moment, Kept.SESSION, null=True),
    column("last_ring_at", Moment, Kept.SESSION, null=True),
    column("seen_at", Moment, Kept.SESSION, null=True),
    column("nobody_came", Boolean, Kept.SESSION),
    column("end_announced", Boolean, Kept.SESSION),
    column("message_noted", Boolean, Kept.SESSION),
    column("calendar_sequence", Integer, Kept.SESSION),
    column("emptied_at", Moment, Kept.SESSION, null=True),
    column("policy", JSON, Kept.SESSION),
    Index(None, "requester"),
    Index(None, "backup"),
    Index(None, "room"),
    Index(None, "state"),
    Index("uq_session_code", "code", unique=True, sqlite_where=text("state <> 'gone'"), postgresql_where=text("state <> 'gone'")),
)

link = Table(
    "link",
    metadata,
    id_column(),
    of_session(index=True),
    column("position", Integer, Kept.SESSION),
    column("role", Text, Kept.SESSION),
    column("digest", LargeBinary, Kept.SESSION, unique=True),
    sealed("contact"),
    sealed("language"),
    sealed("name"),
    sealed("more"),
    sealed("others"),
    sealed("opted_out"),
    column("generation", Integer, Kept.SESSION),
    column("places", Integer, Kept.SESSION),
    column("dead", Boolean, Kept.SESSION),
    column("opened_at", Moment, Kept.SESSION, null=True),
    column("asked_at", Moment, Kept.SESSION, null=True),
    column("doubted_at", Moment, Kept.SESSION, null=True),
    column("tested", Text, Kept.SESSION, null=True),
    column("added", Integer, Kept.SESSION),
)

seat = Table(
    "seat",
    metadata,
    id_column(),
    of_session(index=True),
    column("position", Integer, Kept.SESSION),
    column("link", Text, Kept.SESSION),
    column("role", Text, Kept.SESSION),
    column("number", Integer, Kept.SESSION),
    column("digest", LargeBinary, Kept.SESSION, unique=True),
    sealed("language"),
    sealed("name"),
    sealed("terms"),
    sealed("consent_at"),
    column("state", Text, Kept.SESSION),
    column("user", Text, Kept.SESSION, null=True),
    column("device", Text, Kept.SESSION, null=True),
    column("present", Boolean, Kept.SESSION),
    column("last_beat_at", Moment, Kept.SESSION),
    column("away_since", Moment, Kept.SESSION, null=True),
    column("ended", Text, Kept.SESSION, null=True),
    column("tested", Text, Kept.SESSION, null=True),
    column("moves", Text, Kept.SESSION, null=True),
    column("deletion_asked", Boolean, Kept.SESSION),
    column("call_of", Text, Kept.STAFF, null=True),
)

call_link = Table(
    "call_link",
    metadata,
    id_column(),
    of_session(index=True),
    column("position", Integer, Kept.SESSION),
    column("user", Text, Kept.STAFF),
    column("digest", LargeBinary, Kept.SESSION, unique=True),
    column("seat", Text, Kept.SESSION, null=True),
    column("refused", Boolean, Kept.SESSION),
    column("kind", Text, Kept.SESSION, null=True),
)

message = Table(
    "message",
    metadata,
    id_column(),
    of_session(index=True),
    column("position", Integer, Kept.SESSION),
    column("link", Text, Kept.SESSION),
    column("recipient", Integer, Kept.SESSION),
    column("kind", Text, Kept.SESSION),
    column("channel", Text, Kept.SESSION),
    column("delivery", Text, Kept.SESSION),
    sealed("problem"),
    sealed("fallbacks"),
    column("replaces", Text, Kept.SESSION, null=True),
    column("tried_at", Moment, Kept.SESSION, null=True),
    column("late", Boolean, Kept.SESSION, server_default=false()),
)

dialogue = Table(
    "dialogue",
    metadata,
    of_session(primary_key=True),
    sealed("state"),
)

interpreter_offer = Table(
    "interpreter_offer",
    metadata,
    id_column(),
    of_session(index=True),
    column("position", Integer, Kept.SESSION),
    column("organisation", Text, Kept.SESSION),
    column("digest", LargeBinary, Kept.SESSION, unique=True),
    column("alone_for", Float, Kept.SESSION),
    column("state", Text, Kept.SESSION),
    column("round", Integer, Kept.SESSION),
    column("asked_at", Moment, Kept.SESSION, null=True),
    column("link", Text, Kept.SESSION, null=True),
    column("user", Text, Kept.STAFF, null=True),
    sealed("reason"),
)

organisation = Table(
    "organisation",
    metadata,
    id_column(Kept.ORGANISATION),
    column("name", Text, Kept.ORGANISATION),
    column("languages", JSON, Kept.ORGANISATION),
    column("email", Text, Kept.ORGANISATION, null=True),
    column("room", Text, Kept.ORGANISATION, null=True),
    column("may_decline", Boolean, Kept.ORGANISATION),
    column("alone_for", Float, Kept.ORGANISATION),
    column("configured", Boolean, Kept.ORGANISATION, server_default=false()),
    column("position", Integer, Kept.ORGANISATION, server_default="0"),
    column("language", Text, Kept.ORGANISATION),
)

deadline = Table(
    "deadline",
    metadata,
    of_session(primary_key=True),
    column("kind", Text, Kept.SESSION, primary_key=True),
    column("seat", Text, Kept.SESSION, primary_key=True),
    column("due_at", Moment, Kept.SESSION, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    number_column(),
    column("session", Text, Kept.SESSION),
    column("lane", Text, Kept.SESSION),
    column("name", Text, Kept.SESSION),
    column("fields", JSON, Kept.STAFF),
    column("due_at", Moment, Kept.SESSION, index=True),
    column("attempts", Integer, Kept.SESSION),
    column("dead", Boolean, Kept.SESSION),
    column("problem", Text, Kept.SESSION),
    Index(None, "session", "lane", "number"),
    sqlite_autoincrement=True,
)

letter = Table(
    "letter",
    metadata,
    number_column(),
    column("id", Text, Kept.SESSION, unique=True),
    of_session(index=True),
    column("sender_user", Text, Kept.SESSION),
    column("sender_device", Text, Kept.SESSION),
    column("recipient", Text, Kept.STAFF, index=True),
    column("event_type", Text, Kept.SESSION),
    sealed("content"),
    sqlite_autoincrement=True,
)

seat_uploads = Table(
    "seat_uploads",
    metadata,
    column("seat", Text, Kept.SESSION, primary_key=True),
    of_session(index=True),
    column("files", Integer, Kept.SESSION),
    column("bytes", BigInteger, Kept.SESSION),
)

guest_token = Table(
    "guest_token",
    metadata,
    column("user", Text, Kept.SESSION, primary_key=True),
    of_session(index=True),
    sealed("token"),
)

ledger = Table(
    "ledger",
    metadata,
    number_column(Kept.LEDGER),
    column("session", Text, Kept.LEDGER),
    column("kind", Text, Kept.LEDGER),
    column("key", Text, Kept.LEDGER),
    column("place", Text, Kept.LEDGER, index=True),
    column("container", Text, Kept.LEDGER),
    column("state", Text, Kept.LEDGER),
    UniqueConstraint("session", "kind", "key"),
    sqlite_autoincrement=True,
)

handled_event = Table(
    "handled_event",
    metadata,
    column("event", Text, Kept.EVENTS, primary_key=True),
    column("at", Moment, Kept.EVENTS, index=True),
)

visitor_pool = Table(
    "visitor_pool",
    metadata,
    number_column(Kept.POOL),
    column("user", Text, Kept.POOL, unique=True),
    sqlite_autoincrement=True,
)

spend_counter = Table(
    "spend_counter",
    metadata,
    column("counted", Text, Kept.SPENDING, primary_key=True),
    column("until", Moment, Kept.SPENDING, index=True),
    column("amount", Integer, Kept.SPENDING),
)

statistic = Table(
    "statistic",
    metadata,
    column("month", Text, Kept.STATISTIC, primary_key=True),
    column("name", Text, Kept.STATISTIC, primary_key=True),
    column("amount", BigInteger, Kept.STATISTIC),
)

requester_settings = Table(
    "requester_settings",
    metadata,
    column("user", Text, Kept.REQUESTER, primary_key=True),
    *(column(name, LargeBinary, Kept.CHOSEN, null=True) for name in ("language", "zone", "email", "phone")),
)

installation = Table(
    "installation",
    metadata,
    column("database", Text, Kept.INSTALLATION, primary_key=True),
    column("count", BigInteger, Kept.INSTALLATION),
    column("confirmed", Boolean, Kept.INSTALLATION),
)

OF_A_SESSION = (outbox, letter, guest_token, dialogue, deadline, interpreter_offer, message, call_link, seat, link)
"""What goes with the session's own row, children first."""
