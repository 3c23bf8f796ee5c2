"""Each kind of trace that a session leaves outside its own row: who keeps it, how it is removed, in which step (PRODUCT §9).

A trace is entered in the ledger before it is made. Its `place` is an opaque address (room id, event id, `mxc://`, user id) and
never holds personal data, so that the ledger may outlive the session's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Owner(StrEnum):
    HOMESERVER = "homeserver"
    BOT = "bot"
    SMS_PROVIDER = "SMS provider"


class Step(IntEnum):
    """The order of removal. Everything is closed to everybody before anything is removed."""

    CLOSE = 1
    REDACT = 2
    ROOM = 3
    MEDIA = 4
    VISITORS = 5
    RECORDS = 6
    KEYS = 7


class TraceKind(StrEnum):
    ROOM = "room"
    VISITOR = "visitor"
    ROOM_MEDIA = "room_media"
    ROOM_KEYS = "room_keys"
    CHAT_EVENT = "chat_event"
    CHAT_MEDIA = "chat_media"
    PROVIDER_RECORD = "provider_record"


UNTIL_TEARDOWN = "until the session's teardown, which begins 24 h after its close at the latest"


@dataclass(frozen=True, slots=True)
class Removal:
    """Who keeps it, when and how it goes, who is asked whether that is true, and how long it may stay at all."""

    owner: Owner
    step: Step
    how: str
    verified_by: str
    lifetime: str = UNTIL_TEARDOWN


REMOVALS: dict[TraceKind, Removal] = {
    TraceKind.CHAT_EVENT: Removal(
        Owner.HOMESERVER,
        Step.REDACT,
        "redaction of the bot's card, notice, transcript message or the requester's command",
        "the event holds no content",
    ),
    TraceKind.ROOM: Removal(
        Owner.HOMESERVER,
        Step.ROOM,
        "everybody removed, 120 s for clients to notice, the bot leaves, purge",
        "room unknown to the admin API",
    ),
    TraceKind.ROOM_MEDIA: Removal(Owner.HOMESERVER, Step.MEDIA, "deletion of the file by the admin API", "media unknown to the admin API"),
    TraceKind.CHAT_MEDIA: Removal(
        Owner.HOMESERVER, Step.MEDIA, "deletion of the transcript's file by the admin API", "media unknown to the admin API"
    ),
    TraceKind.VISITOR: Removal(
        Owner.HOMESERVER,
        Step.VISITORS,
        "media and devices deleted, account deactivated and erased; a native guest's is locked as well",
        "account deactivated, without devices; a native guest's locked",
    ),
    TraceKind.ROOM_KEYS: Removal(Owner.BOT, Step.KEYS, "rows of the crypto store and caches deleted", "no row names the room"),
    TraceKind.PROVIDER_RECORD: Removal(
        Owner.SMS_PROVIDER, Step.RECORDS, "deletion of the message's record once the provider has done with it", "record unknown to its API"
    ),
}


class TraceState(StrEnum):
    """`planned` before the trace is made, `made` once its place is known, `removed` once told to go, `verified` once its owner says so."""

    PLANNED = "planned"
    MADE = "made"
    REMOVED = "removed"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`key` tells the traces of one session and kind apart before the place is known (a transaction id, a seat, a marker).

    `container` is the room of an event, or who uploaded a file; `place` is empty until the trace is made.
    """

    session: str
    kind: TraceKind
    key: str
    place: str = ""
    container: str = ""
    state: TraceState = TraceState.PLANNED
