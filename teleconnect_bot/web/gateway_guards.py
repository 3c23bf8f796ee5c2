"""What a body may say: each function takes the parsed body and gives the one that is passed on, or refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.gateway_letters import TO_DEVICE, as_sent
from teleconnect_bot.web.gateway_shapes import Holds, is_base64, is_flag, is_id, is_key, is_list_of, is_map_of, is_record
from teleconnect_bot.web.gateway_table import RECEIPTS, SENDABLE

Body = dict[str, Any]

MEGOLM = "m.megolm.v1.aes-sha2"
MOST_TYPING_MS = 60_000
RELATION: Mapping[str, Holds] = {
    "rel_type": is_id,
    "event_id": is_id,
    "is_falling_back": is_flag,
    "m.in_reply_to": is_record({"event_id": is_id}),
}
is_relation = is_record(RELATION)
"""What says in the clear what an encrypted event belongs to: ids alone."""
_is_encrypted = is_record(
    {
        "algorithm": lambda value: value == MEGOLM,
        "ciphertext": is_base64,
        "sender_key": is_key,
        "session_id": is_key,
        "device_id": is_id,
    },
    ("algorithm", "ciphertext"),
)
_SIGNATURES = is_map_of(is_map_of(is_key))
_is_signed_key = is_record(
    {
        "user_id": is_id,
        "device_id": is_id,
        "algorithms": is_list_of(is_id),
        "usage": is_list_of(is_id),
        "keys": is_map_of(is_key),
        "signatures": _SIGNATURES,
    }
)
_is_one_time_key = is_record({"key": is_key, "signatures": _SIGNATURES, "fallback": is_flag})
_ONE_TIME_KEYS = ("one_time_keys", "fallback_keys", "org.matrix.msc2732.fallback_keys")
_CROSS_SIGNING_KEYS = ("master_key", "self_signing_key", "user_signing_key")


class Refused(Exception):
    """The call ends here with a Matrix error; nothing of it reaches the homeserver."""

    def __init__(self, status: int, errcode: str, error: str, retry_after: float | None = None) -> None:
        super().__init__(errcode)
        self.status = status
        self.retry_after = retry_after
        self.body: Body = {"errcode": errcode, "error": error}
        if retry_after is not None:
            self.body["retry_after_ms"] = int(retry_after * 1000) + 1


def forbidden(why: str) -> Refused:
    return Refused(403, "M_FORBIDDEN", why)


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(400, "M_BAD_JSON", f"`{what}` must be an object")
    return value


def encrypted_event(event_type: str, body: Body) -> Body:
    """Only an event whose every word is ciphertext, or an id: a stray `body` beside it would be stored in the clear."""
    if event_type not in SENDABLE:
        raise forbidden("Only encrypted messages can be sent")
    own = {key: value for key, value in body.items() if key != "m.relates_to"}
    if not _is_encrypted(own):
        raise forbidden("Only encrypted messages can be sent, and nothing unencrypted beside")
    relation = body.get("m.relates_to")
    if relation is not None and not is_relation(relation):
        raise forbidden("A relation holds ids alone")
    return body


def typing_notice(body: Body) -> Body:
    timeout = body.get("timeout")
    asked = timeout if isinstance(timeout, int) and not isinstance(timeout, bool) else MOST_TYPING_MS
    return {"typing": True, "timeout": max(0, min(asked, MOST_TYPING_MS))} if body.get("typing") is True else {"typing": False}


def receipt(receipt_type: str, body: Body) -> Body:
    if receipt_type not in RECEIPTS:
        raise forbidden("Not this kind of receipt")
    thread = body.get("thread_id")
    return {"thread_id": thread} if is_id(thread) else {}


def own_device_keys(seat: GatewaySeat, body: Body) -> Body:
    """Keys alone. What a device is called, and whatever else is unsigned, is left out; words among what is signed are refused."""
    passed: Body = {}
    if body.get("device_keys") is not None:
        keys = passed["device_keys"] = _signed(body["device_keys"], "device_keys")
        if keys.get("user_id") != seat.user or keys.get("device_id") != seat.device:
            raise forbidden("Only keys of one's own device")
    for kind in _ONE_TIME_KEYS:
        if body.get(kind) is not None:
            passed[kind] = {key_id: _without_unsigned(key) for key_id, key in _mapping(body[kind], kind).items()}
            if not is_map_of(lambda key: is_key(key) or _is_one_time_key(key))(passed[kind]):
                raise forbidden("Keys hold keys alone")
    return passed


def own_cross_signing(seat: GatewaySeat, body: Body) -> Body:
    passed = {key: _signed(body[key], key) for key in _CROSS_SIGNING_KEYS if key in body}
    if any(value.get("user_id") != seat.user for value in passed.values()):
        raise forbidden("Only one's own keys")
    return passed


def own_signatures(seat: GatewaySeat, body: Body) -> Body:
    if body.keys() - {seat.user}:
        raise forbidden("Only signatures of one's own keys")
    own = {key_id: _signed(key, "signatures") for key_id, key in _mapping(body.get(seat.user, {}), "signatures").items()}
    if not all(map(is_id, own)):
        raise forbidden("Keys hold keys alone")
    return {seat.user: own} if body else {}


def _signed(value: object, what: str) -> Mapping[str, Any]:
    keys: Mapping[str, Any] = _without_unsigned(_mapping(value, what))
    if not _is_signed_key(keys):
        raise forbidden("Keys hold keys alone")
    return keys


def _without_unsigned(key: Any) -> Any:
    return {name: value for name, value in key.items() if name != "unsigned"} if isinstance(key, Mapping) else key


def asked_users(body: Body, key: str) -> Mapping[str, Any]:
    """The users that `/keys/query` (`device_keys`) or `/keys/claim` (`one_time_keys`) asks for."""
    return _mapping(body.get(key, {}), key)


def narrowed(body: Body, key: str, known: Collection[str]) -> Body:
    """Narrowed, not refused: the SDK asks in batches, and one stranger in it must not cost the others their keys."""
    passed: Body = {key: {user: value for user, value in asked_users(body, key).items() if user in known}}
    timeout = body.get("timeout")
    return passed | {"timeout": timeout} if isinstance(timeout, int) else passed


def to_device_messages(event_type: str, body: Body, room: str | None) -> dict[str, Mapping[str, Any]]:
    """By recipient, by device: the contents. Their shapes are checked, the recipients not yet."""
    if event_type not in TO_DEVICE:
        raise forbidden("Only encrypted kinds")
    messages = {user: _mapping(devices, "messages") for user, devices in _mapping(body.get("messages", {}), "messages").items()}
    return {user: {device: _letter(event_type, content, room) for device, content in devices.items()} for user, devices in messages.items()}


def _letter(event_type: str, content: object, room: str | None) -> Mapping[str, Any]:
    passed = as_sent(event_type, content, room)
    if passed is None:
        raise forbidden("Only encrypted kinds, with nothing unencrypted beside")
    return passed
