"""What a to-device message may say, in both directions (Matrix, "End-to-end encryption"): ciphertext, or the ids that a request for a
room key and its refusal are made of. By table, for each kind: a word beside them would stand in the clear at the homeserver.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Content = Mapping[str, Any]
Holds = Callable[[object], bool]

_LONGEST_ID = 255
_ID = re.compile(r"[!-~]{1,255}")
"""Printable ASCII without a blank."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_LEFT_OUT = {"m.room_key.withheld": frozenset({"reason"})}
"""What clients write by themselves and nobody needs: the code says the same. It is not refused but left out."""


def _id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _base64(value: object) -> bool:
    return isinstance(value, str) and _BASE64.fullmatch(value) is not None


def _key(value: object) -> bool:
    return _base64(value) and len(str(value)) <= _LONGEST_ID


def _ciphertexts(value: object) -> bool:
    """By the key of each device that it is for."""
    return isinstance(value, Mapping) and bool(value) and all(_key(key) and _ciphertext(part) for key, part in value.items())


def _ciphertext(value: object) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"type", "body"} and value["type"] in (0, 1) and _base64(value["body"])


_ENCRYPTED: Mapping[str, Holds] = {"algorithm": _id, "ciphertext": _ciphertexts, "sender_key": _key, "org.matrix.msgid": _id}


def _kinds(room: str | None) -> Mapping[str, tuple[Mapping[str, Holds], frozenset[str]]]:
    """By kind, what each key must hold, and which keys must be there. Keys of no other room are spoken of."""

    def own_room(value: object) -> bool:
        return room is not None and value == room

    about: Mapping[str, Holds] = {"algorithm": _id, "room_id": own_room, "sender_key": _key, "session_id": _key}

    def wanted(value: object) -> bool:
        return isinstance(value, Mapping) and value.keys() <= about.keys() and all(about[key](part) for key, part in value.items())

    request: Mapping[str, Holds] = {
        "action": lambda value: value in ("request", "request_cancellation"),
        "body": wanted,
        "request_id": _id,
        "requesting_device_id": _id,
        "org.matrix.msgid": _id,
    }
    withheld: Mapping[str, Holds] = {**about, "code": _id, "from_device": _id, "org.matrix.msgid": _id}
    return {
        "m.room.encrypted": (_ENCRYPTED, frozenset({"algorithm", "ciphertext"})),
        "m.room_key_request": (request, frozenset({"action", "request_id", "requesting_device_id"})),
        "m.room_key.withheld": (withheld, frozenset({"algorithm", "code", "sender_key"})),
    }


TO_DEVICE = frozenset(_kinds(None))


def as_sent(kind: str, content: object, room: str | None) -> Content | None:
    """What is passed on of a guest's letter, of a kind in `TO_DEVICE`; `None` where it holds anything that its kind does not."""
    if not isinstance(content, Mapping):
        return None
    own = {key: value for key, value in content.items() if key not in _LEFT_OUT.get(kind, frozenset())}
    return own if as_shown(kind, own, room) == own else None


def as_shown(kind: str, content: Content, room: str | None) -> Content | None:
    """What a guest is shown of somebody's letter; `None` where too little is left of it to be one."""
    table, needed = _kinds(room)[kind]
    kept = {key: value for key, value in content.items() if key in table and table[key](value)}
    return kept if needed <= kept.keys() else None
