"""The calls that the gateway lets through, as data (ARCHITECTURE §4, "Gateway"). What is not here is refused.

Deliberately absent, although Matrix has it: `/logout` (through masquerading it deletes the visitor's device), profile,
account data, state, device management, OpenID, reactions in the clear, thumbnails, any unencrypted event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from teleconnect_bot.web.gateway_staff_calls import WITHOUT_CALLS
from teleconnect_bot.web.security import Limit

CLIENT = "/_matrix/client"

MAX_JSON_BYTES = 256 * 1024
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
MOST_UPLOADS = 200
MOST_UPLOADED_BYTES = 500 * 1024 * 1024
"""Of one seat in one session, together. Photos leave the page at less than 1 MiB: nobody who shows what hurts comes near them, and six
guests cannot fill the homeserver's disk."""
LONGEST_POLL_MS = 30_000
MOST_MESSAGES = 100
MOST_HELD_POLLS = 3
"""One browser holds one poll; a reload may overlap. The oldest above this number is ended."""


class Guard(StrEnum):
    """What is checked or rewritten besides the path; `gateway_guards.py` has one function for each that reads the body."""

    PUBLIC = "public"
    """No seat needed, nothing of the caller is passed on."""
    PLAIN = "plain"
    """Nothing but the path and the listed query parameters are passed on."""
    SYNC = "sync"
    OWN_DEVICE_KEYS = "own_device_keys"
    KNOWN_USERS = "known_users"
    MEMBERS_KEYS = "members_keys"
    OWN_CROSS_SIGNING = "own_cross_signing"
    OWN_SIGNATURES = "own_signatures"
    LETTERS = "letters"
    EMPTY = "empty"
    """The body is replaced by `{}`: reasons and the like would be stored in the clear."""
    ENCRYPTED = "encrypted"
    TYPING = "typing"
    RECEIPT = "receipt"
    UPLOAD = "upload"
    DOWNLOAD = "download"


class Shown(StrEnum):
    """What the page gets to see of a good answer; `gateway_scrub.py` has one function for each but the first."""

    WHOLE = "whole"
    """Streamed as it comes: it holds nothing but ids, or is ciphertext."""
    SYNC = "sync"
    EVENTS = "events"
    KEYS = "keys"


NOT_FOR_GUESTS = frozenset({Guard.OWN_CROSS_SIGNING, Guard.OWN_SIGNATURES, Guard.TYPING, Guard.RECEIPT})
"""A homeserver refuses these to native guests: it is not even asked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One call. In `template`, `{room}` must be the seat's room, `{me}` its user, `{server}` our own server name."""

    method: str
    template: str
    guard: Guard
    bucket: str
    """Which of `LIMITS` counts it."""
    query: tuple[str, ...] = ()
    """Query parameters passed on; others are dropped."""
    forced: tuple[tuple[str, str], ...] = ()
    """Query parameters that are set here, whatever the page asks."""
    needs_room: bool = False
    """Refused until the room is assigned (rules with `{room}` are so by themselves)."""
    shown: Shown = Shown.WHOLE

    @property
    def name(self) -> str:
        """For counters: holds no id."""
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class LocalAnswer:
    """A call that clients make by themselves and that the homeserver need not hear of."""

    method: str
    template: str
    status: int
    body: Mapping[str, Any]
    bucket: str = "read"

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


MESSAGES_FILTER = json.dumps(WITHOUT_CALLS, separators=(",", ":"))
"""Past calls of staff are nothing that was said."""

RULES: tuple[Rule, ...] = (
    # The SDK's keep-alive carries no token: a 401 here would end the page.
    Rule("GET", CLIENT + "/versions", Guard.PUBLIC, "read"),
    Rule("GET", CLIENT + "/v3/sync", Guard.SYNC, "sync", ("since", "timeout"), shown=Shown.SYNC),
    Rule("POST", CLIENT + "/v3/keys/upload", Guard.OWN_DEVICE_KEYS, "keys"),
    Rule("POST", CLIENT + "/v3/keys/query", Guard.KNOWN_USERS, "keys", shown=Shown.KEYS),
    Rule("POST", CLIENT + "/v3/keys/claim", Guard.MEMBERS_KEYS, "keys", shown=Shown.KEYS),
    Rule("POST", CLIENT + "/v3/keys/device_signing/upload", Guard.OWN_CROSS_SIGNING, "keys"),
    Rule("POST", CLIENT + "/v3/keys/signatures/upload", Guard.OWN_SIGNATURES, "keys"),
    Rule("PUT", CLIENT + "/v3/sendToDevice/{type}/{txn}", Guard.LETTERS, "keys", needs_room=True),
    Rule("POST", CLIENT + "/v3/rooms/{room}/join", Guard.EMPTY, "room"),
    Rule("POST", CLIENT + "/v3/join/{room}", Guard.EMPTY, "room"),
    Rule("POST", CLIENT + "/v3/rooms/{room}/leave", Guard.EMPTY, "room"),
    Rule("GET", CLIENT + "/v3/rooms/{room}/members", Guard.PLAIN, "read", ("membership", "not_membership", "at"), shown=Shown.EVENTS),
    Rule(
        "GET",
        CLIENT + "/v3/rooms/{room}/messages",
        Guard.PLAIN,
        "read",
        ("from", "to", "dir", "limit"),
        (("filter", MESSAGES_FILTER),),
        shown=Shown.EVENTS,
    ),
    Rule("PUT", CLIENT + "/v3/rooms/{room}/send/{type}/{txn}", Guard.ENCRYPTED, "send"),
    Rule("PUT", CLIENT + "/v3/rooms/{room}/redact/{event}/{txn}", Guard.EMPTY, "send"),
    Rule("PUT", CLIENT + "/v3/rooms/{room}/typing/{me}", Guard.TYPING, "typing"),
    Rule("POST", CLIENT + "/v3/rooms/{room}/receipt/{receipt}/{event}", Guard.RECEIPT, "typing"),
    Rule("GET", CLIENT + "/v3/voip/turnServer", Guard.PLAIN, "read", needs_room=True),
    Rule("POST", "/_matrix/media/v3/upload", Guard.UPLOAD, "upload", needs_room=True),
    # Which media belong to the room cannot be told from ciphertext: whoever knows the unguessable id of one of our own
    # server may fetch its encrypted bytes; other servers' media are never fetched.
    Rule("GET", CLIENT + "/v1/media/download/{server}/{media}", Guard.DOWNLOAD, "download", needs_room=True),
)

LOCAL_ANSWERS: tuple[LocalAnswer, ...] = (
    LocalAnswer("GET", CLIENT + "/v3/pushrules/", 200, {"global": {k: [] for k in ("override", "content", "room", "sender", "underride")}}),
    LocalAnswer("POST", CLIENT + "/v3/user/{me}/filter", 200, {"filter_id": "0"}),
    LocalAnswer("GET", CLIENT + "/v3/capabilities", 200, {"capabilities": {}}),
    LocalAnswer("GET", CLIENT + "/v3/room_keys/version", 404, {"errcode": "M_NOT_FOUND", "error": "No backup"}),
    LocalAnswer(
        "GET", CLIENT + "/unstable/org.matrix.msc4143/rtc/transports", 404, {"errcode": "M_UNRECOGNIZED", "error": "No such endpoint"}
    ),
)

LIMITS: Mapping[str, Limit] = {
    # Per seat; the homeserver does not limit appservice users. Sync has its own bucket: nothing else can starve it.
    "sync": Limit(burst=30, per_second=5),
    "keys": Limit(burst=80, per_second=5),
    "read": Limit(burst=60, per_second=5),
    "room": Limit(burst=10, per_second=0.5),
    "send": Limit(burst=30, per_second=2),
    "typing": Limit(burst=30, per_second=3),
    "upload": Limit(burst=10, per_second=0.2),
    "download": Limit(burst=60, per_second=2),
}

SENDABLE = frozenset({"m.room.encrypted"})
RECEIPTS = frozenset({"m.read", "m.read.private"})

FORBIDDEN_QUERY = frozenset({"access_token", "user_id", "device_id", "org.matrix.msc3202.device_id", "kind", "ts"})
"""Parameters by which somebody would act as another, or date an event back: not dropped but refused."""


@dataclass(frozen=True, slots=True)
class Match:
    """The rule for a path, and the path's decoded parts by their names in the template."""

    rule: Rule | LocalAnswer
    parts: Mapping[str, str] = field(repr=False)


_PART = re.compile(r"(\{\w+\})")
_WRONG_IN_A_PART = re.compile(r"[\x00-\x20\x7f/\\%?#;]")
_LONGEST_PART = 255


def _compile(template: str) -> re.Pattern[str]:
    pieces = (f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in _PART.split(template))
    return re.compile("".join(pieces))


_ALL: tuple[Rule | LocalAnswer, ...] = (*RULES, *LOCAL_ANSWERS)
_PATTERNS = tuple((rule, _compile(rule.template)) for rule in _ALL)


def find_rule(method: str, raw_path: str) -> Match | None:
    """The rule for a request, from its path exactly as it came (without query, still percent-encoded).

    Fixed parts must stand there literally; a variable part is decoded once and must then be nothing that a server could
    take for structure: no slash, backslash, dot segment, control character or further encoding.
    """
    for rule, pattern in _PATTERNS:
        if rule.method == method and (found := pattern.fullmatch(raw_path)):
            parts = {name: _decoded(raw) for name, raw in found.groupdict().items()}
            checked = {name: part for name, part in parts.items() if part is not None}
            return Match(rule, checked) if len(checked) == len(parts) else None
    return None


def _decoded(raw: str) -> str | None:
    try:
        part = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if part in (".", "..") or len(part) > _LONGEST_PART or _WRONG_IN_A_PART.search(part):
        return None
    return part


def path_of(rule: Rule, parts: Mapping[str, str]) -> str:
    """The path to ask the homeserver for, made anew from the template and the decoded parts."""
    return _PART.sub(lambda m: quote(parts[m[0][1:-1]], safe=""), rule.template)


def sync_filter(room: str | None, *, staff_calls: bool = False) -> dict[str, Any]:
    """The filter that every sync of a seat carries: its own room, or none; no presence, no account data. With `staff_calls` what
    Element's calls leave in the state comes too, and must be scrubbed.

    Synapse shows invitations to other rooms in spite of it (they cannot be accepted through the gateway; the visitor's
    account refuses new ones from its arrival on); with no room at all it shows none.
    """
    nothing: dict[str, Any] = {"types": []}
    kinds = {} if staff_calls else WITHOUT_CALLS
    return {
        "presence": nothing,
        "account_data": nothing,
        "room": {
            "rooms": [room] if room else [],
            "account_data": nothing,
            "timeline": {"limit": 50, **kinds},
            "state": {"lazy_load_members": False, **kinds},
        },
    }
