"""What a page gets to see of the homeserver's answers, as tables: everything that is not named here is left out.

A guest needs ciphertext, who is in the room, and keys. It does not need what staff call themselves and their devices, their
pictures, reasons, other rooms, or state that other programs keep in the room.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from teleconnect_bot.web.gateway_guards import RELATION, is_relation
from teleconnect_bot.web.gateway_letters import TO_DEVICE, as_shown
from teleconnect_bot.web.gateway_shapes import (
    Holds,
    is_base64,
    is_flag,
    is_id,
    is_key,
    is_list_of,
    is_map_of,
    is_number,
    is_one_of,
    kept,
)
from teleconnect_bot.web.gateway_staff_calls import CALL_EVENTS, scrubbed
from teleconnect_bot.web.gateway_table import RECEIPTS, Shown

LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
"""Above any answer that is scrubbed: a poll brings at most 50 events and 100 letters, each of at most 64 KiB."""

ENCRYPTED = "m.room.encrypted"
Body = dict[str, Any]

_IDS = is_list_of(is_id)
_NUMBERS = is_map_of(is_number)

CONTENT: Mapping[str, Mapping[str, Holds]] = {
    ENCRYPTED: {
        "algorithm": is_id,
        "ciphertext": is_base64,
        "sender_key": is_key,
        "session_id": is_key,
        "device_id": is_id,
        "m.relates_to": is_relation,
    },
    "m.room.redaction": {"redacts": is_id},
    "m.room.create": {"room_version": is_id, "creator": is_id, "additional_creators": _IDS},
    "m.room.encryption": {"algorithm": is_id, "rotation_period_ms": is_number, "rotation_period_msgs": is_number},
    "m.room.history_visibility": {"history_visibility": is_id},
    "m.room.join_rules": {"join_rule": is_id},
    "m.room.guest_access": {"guest_access": is_id},
    "m.room.member": {"membership": is_one_of("join", "invite", "leave", "ban", "knock")},
    "m.room.power_levels": {
        "users": _NUMBERS,
        "events": _NUMBERS,
        **dict.fromkeys(("users_default", "events_default", "state_default", "invite", "kick", "ban", "redact"), is_number),
    },
    # As `gateway_staff_calls` has reduced them; they come where staff call by Element alone.
    **{kind: {"in_call": is_flag, "created_ts": is_number, "expires": is_number} for kind in CALL_EVENTS},
}
"""By kind of event, what of its content is shown, and what it must be. Events of other kinds are not."""
EVENT: Mapping[str, Holds] = {
    "type": is_id,
    "state_key": lambda value: value == "" or is_id(value),
    "sender": is_id,
    "event_id": is_id,
    "origin_server_ts": is_number,
    "redacts": is_id,
}
UNSIGNED: Mapping[str, Holds] = {"age": is_number, "transaction_id": is_id, "msc4354_sticky_duration_ttl_ms": is_number}
STICKY = "msc4354_sticky"
"""Of an event that is to stick for some time (MSC4354), by which staff say that they are in a call of Element's, encrypted."""
STICKS: Mapping[str, Holds] = {"duration_ms": is_number}
_RECEIPT: Mapping[str, Holds] = {"ts": is_number, "thread_id": is_id}
PASSING: Mapping[str, Callable[[Body], Body]] = {
    "m.typing": lambda content: kept({"user_ids": _IDS}, content),
    "m.receipt": lambda content: {event: readers for event, by_kind in content.items() if is_id(event) and (readers := _readers(by_kind))},
}
"""What does not stay: who is writing, and who has read how far, by the event and then the kind of receipt."""
SYNC: Mapping[str, Holds] = {
    "next_batch": is_id,
    "device_one_time_keys_count": _NUMBERS,
    "device_unused_fallback_key_types": _IDS,
}
DEVICE_LISTS: Mapping[str, Holds] = {"changed": _IDS, "left": _IDS}
TIMELINE: Mapping[str, Holds] = {"limited": is_flag, "prev_batch": is_id}
MESSAGES: Mapping[str, Holds] = {"start": is_id, "end": is_id}


class NoAnswer(Exception):
    """The homeserver's answer is not of the shape that Matrix gives it."""


def shown(how: Shown, answer: bytes, room: str | None, me: str) -> bytes:
    """The answer as the page sees it, for a seat in `room` whose user is `me`. Raises `NoAnswer`."""
    try:
        body = json.loads(scrubbed(answer), parse_constant=_no_number)
        seen = _SCRUBS[how](_object(body), room, me)
    except (ValueError, TypeError, RecursionError):
        raise NoAnswer from None
    return json.dumps(seen, separators=(",", ":")).encode()


def _sync(body: Body, room: str | None, me: str) -> Body:
    seen = kept(SYNC, body)
    if isinstance(lists := body.get("device_lists"), dict):
        seen["device_lists"] = kept(DEVICE_LISTS, lists)
    letters = [
        {"type": letter["type"], "sender": letter["sender"], "content": content}
        for letter in _events(body.get("to_device"))
        if letter["type"] in TO_DEVICE
        and is_id(letter.get("sender"))
        and (content := as_shown(letter["type"], letter["content"], room)) is not None
    ]
    if letters:
        seen["to_device"] = {"events": letters}
    rooms = _object(body.get("rooms", {}))
    found = {kind: _object(rooms.get(kind, {})).get(room) for kind in ("join", "invite", "leave")} if room else {}
    own = {kind: {room: _room(_object(part), room)} for kind, part in found.items() if part is not None}
    return {**seen, "rooms": own} if own else seen


def _room(part: Body, room: str | None) -> Body:
    seen: Body = {key: {"events": _scrubbed(_events(part[key]))} for key in ("state", "invite_state") if key in part}
    if "timeline" in part:
        seen["timeline"] = {**kept(TIMELINE, _object(part["timeline"])), "events": _scrubbed(_events(part["timeline"]))}
    if STICKY in part:
        sticking = _scrubbed([event for event in _events(part[STICKY]) if event["type"] == ENCRYPTED])
        # The SDK takes the room of all other events of a sync from where they stand, of these from themselves alone.
        seen[STICKY] = {"events": [{**event, "room_id": room} for event in sticking]}
    if "ephemeral" in part:
        passing = [event for event in _events(part["ephemeral"]) if event["type"] in PASSING]
        seen["ephemeral"] = {"events": [{"type": each["type"], "content": PASSING[each["type"]](each["content"])} for each in passing]}
    return seen


def _readers(by_kind: object) -> Body:
    if not isinstance(by_kind, dict):
        return {}
    return {kind: _receipts(of_users) for kind, of_users in by_kind.items() if kind in RECEIPTS and isinstance(of_users, dict)}


def _receipts(of_users: Body) -> Body:
    return {user: kept(_RECEIPT, receipt) for user, receipt in of_users.items() if is_id(user) and isinstance(receipt, dict)}


def _chunk(body: Body, room: str | None, me: str) -> Body:
    """Of `/messages` and `/members`. Outside a sync an event names its room: by it alone a client knows what it belongs to."""
    lists: Body = {
        key: [{**event, "room_id": room} for event in _scrubbed(_well_formed(body[key]))] for key in ("chunk", "state") if key in body
    }
    return kept(MESSAGES, body) | lists


def _keys(body: Body, room: str | None, me: str) -> Body:
    """Of `/keys/query` and `/keys/claim`. What a device says of itself is signed and stays whole; what its owner called it goes."""
    seen: Body = {"failures": {}}
    for kind in ("device_keys", "one_time_keys"):
        if kind in body:
            seen[kind] = {
                user: {device: _without_name(_object(keys)) for device, keys in _object(of_user).items()}
                for user, of_user in _object(body[kind]).items()
            }
    for kind in ("master_keys", "self_signing_keys", "user_signing_keys"):
        if kind in body:
            own_alone = kind == "user_signing_keys"
            of_users = _object(body[kind]).items()
            seen[kind] = {user: _without_name(_object(key)) for user, key in of_users if user == me or not own_alone}
    return seen


def _without_name(keys: Body) -> Body:
    return {key: value for key, value in keys.items() if key != "unsigned"}


def _scrubbed(events: list[Body]) -> list[Body]:
    return [_event(event) for event in events if event["type"] in CONTENT]


def _event(event: Body) -> Body:
    seen = kept(EVENT, event)
    content = event["content"]
    if isinstance(relation := content.get("m.relates_to"), dict):
        content = {**content, "m.relates_to": kept(RELATION, relation)}
    seen["content"] = kept(CONTENT[event["type"]], content)
    if event["type"] == ENCRYPTED and isinstance(sticks := event.get(STICKY), dict):
        seen[STICKY] = kept(STICKS, sticks)
    unsigned = event.get("unsigned")
    if isinstance(unsigned, dict):
        seen["unsigned"] = kept(UNSIGNED, unsigned)
        if isinstance(because := unsigned.get("redacted_because"), dict):
            seen["unsigned"]["redacted_because"] = {**kept(EVENT, because), "content": {}}
    return seen


def _events(part: object) -> list[Body]:
    return _well_formed(_object(part).get("events", [])) if part is not None else []


def _well_formed(events: object) -> list[Body]:
    """One event that is none must not cost the others: it is left out."""
    if not isinstance(events, list):
        raise NoAnswer
    return [event for event in events if isinstance(event, dict) and _is_event(event)]


def _is_event(event: Body) -> bool:
    return isinstance(event.get("type"), str) and isinstance(event.get("content"), dict)


def _object(value: object) -> Body:
    if not isinstance(value, dict):
        raise NoAnswer
    return value


def _no_number(name: str) -> NoReturn:
    """`NaN` and `Infinity` are not JSON, and a browser takes no answer that holds them."""
    raise ValueError(name)


_SCRUBS: Mapping[Shown, Callable[[Body, str | None, str], Body]] = {Shown.SYNC: _sync, Shown.EVENTS: _chunk, Shown.KEYS: _keys}
