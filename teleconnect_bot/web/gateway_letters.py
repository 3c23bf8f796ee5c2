"""What a to-device message may say, in both directions (Matrix, "End-to-end encryption"): ciphertext, or the ids that a request for a
room key and its refusal are made of. By table, for each kind: a word beside them would stand in the clear at the homeserver.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teleconnect_bot.web.gateway_shapes import Holds, is_base64, is_id, is_key, kept

Content = Mapping[str, Any]

_LEFT_OUT = {"m.room_key.withheld": frozenset({"reason"})}
"""What clients write by themselves and nobody needs: the code says the same. It is not refused but left out."""


def _ciphertexts(value: object) -> bool:
    """By the key of each device that it is for."""
    return isinstance(value, Mapping) and bool(value) and all(is_key(key) and _ciphertext(part) for key, part in value.items())


def _ciphertext(value: object) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"type", "body"} and value["type"] in (0, 1) and is_base64(value["body"])


_ENCRYPTED: Mapping[str, Holds] = {"algorithm": is_id, "ciphertext": _ciphertexts, "sender_key": is_key, "org.matrix.msgid": is_id}


def _kinds(room: str | None) -> Mapping[str, tuple[Mapping[str, Holds], frozenset[str]]]:
    """By kind, what each key must hold, and which keys must be there. Keys of no other room are spoken of."""

    def own_room(value: object) -> bool:
        return room is not None and value == room

    about: Mapping[str, Holds] = {"algorithm": is_id, "room_id": own_room, "sender_key": is_key, "session_id": is_key}

    def wanted(value: object) -> bool:
        return isinstance(value, Mapping) and value.keys() <= about.keys() and all(about[key](part) for key, part in value.items())

    request: Mapping[str, Holds] = {
        "action": lambda value: value in ("request", "request_cancellation"),
        "body": wanted,
        "request_id": is_id,
        "requesting_device_id": is_id,
        "org.matrix.msgid": is_id,
    }
    withheld: Mapping[str, Holds] = {**about, "code": is_id, "from_device": is_id, "org.matrix.msgid": is_id}
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
    seen = kept(table, content)
    return seen if needed <= seen.keys() else None
