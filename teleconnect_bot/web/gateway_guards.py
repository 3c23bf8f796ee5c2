"""What a body may say: each function takes the parsed body and gives the one that is passed on, or refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.gateway_letters import TO_DEVICE, as_sent
from teleconnect_bot.web.gateway_table import RECEIPTS, SENDABLE

Body = dict[str, Any]

MEGOLM = "m.megolm.v1.aes-sha2"
MOST_TYPING_MS = 60_000
_MEGOLM_KEYS = frozenset({"algorithm", "ciphertext", "sender_key", "session_id", "device_id"})
_RELATION_KEYS = frozenset({"rel_type", "event_id", "is_falling_back", "m.in_reply_to"})
_CROSS_SIGNING_KEYS = ("master_key", "self_signing_key", "user_signing_key")
_LONGEST_ID = 255


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
    if body.get("algorithm") != MEGOLM or not isinstance(body.get("ciphertext"), str):
        raise forbidden("Only encrypted messages can be sent")
    relation = body.get("m.relates_to")
    own = {key: value for key, value in body.items() if key != "m.relates_to"}
    if own.keys() - _MEGOLM_KEYS or not all(isinstance(value, str) for value in own.values()):
        raise forbidden("An encrypted message holds nothing unencrypted")
    if any(len(value) > _LONGEST_ID for key, value in own.items() if key != "ciphertext"):
        raise forbidden("An encrypted message holds nothing unencrypted")
    if relation is not None and not _is_relation(relation):
        raise forbidden("A relation holds ids alone")
    return body


def _is_relation(relation: object) -> bool:
    if not isinstance(relation, Mapping) or relation.keys() - _RELATION_KEYS:
        return False
    reply = relation.get("m.in_reply_to", {})
    if not isinstance(reply, Mapping) or reply.keys() - {"event_id"} or not isinstance(relation.get("is_falling_back", True), bool):
        return False
    ids = [relation.get("rel_type", ""), relation.get("event_id", ""), reply.get("event_id", "")]
    return all(isinstance(value, str) and len(value) <= _LONGEST_ID for value in ids)


def typing_notice(body: Body) -> Body:
    timeout = body.get("timeout")
    asked = timeout if isinstance(timeout, int) and not isinstance(timeout, bool) else MOST_TYPING_MS
    return {"typing": True, "timeout": max(0, min(asked, MOST_TYPING_MS))} if body.get("typing") is True else {"typing": False}


def receipt(receipt_type: str, body: Body) -> Body:
    if receipt_type not in RECEIPTS:
        raise forbidden("Not this kind of receipt")
    thread = body.get("thread_id")
    return {"thread_id": thread} if isinstance(thread, str) and len(thread) <= _LONGEST_ID else {}


def own_device_keys(seat: GatewaySeat, body: Body) -> Body:
    keys = body.get("device_keys")
    if keys is not None:
        keys = _mapping(keys, "device_keys")
        if keys.get("user_id") != seat.user or keys.get("device_id") != seat.device:
            raise forbidden("Only keys of one's own device")
    return body


def own_cross_signing(seat: GatewaySeat, body: Body) -> Body:
    passed = {key: body[key] for key in _CROSS_SIGNING_KEYS if key in body}
    if any(_mapping(value, key).get("user_id") != seat.user for key, value in passed.items()):
        raise forbidden("Only one's own keys")
    return passed


def own_signatures(seat: GatewaySeat, body: Body) -> Body:
    if body.keys() - {seat.user}:
        raise forbidden("Only signatures of one's own keys")
    return body


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
