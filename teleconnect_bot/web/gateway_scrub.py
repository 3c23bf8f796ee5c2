"""What a page gets to see of the homeserver's answers, as tables: everything that is not named here is left out.

A guest needs ciphertext, who is in the room, and keys. It does not need what staff call themselves and their devices, their
pictures, reasons, other rooms, or state that other programs keep in the room.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from teleconnect_bot.web.gateway_letters import TO_DEVICE, as_shown
from teleconnect_bot.web.gateway_staff_calls import CALL_EVENTS, scrubbed
from teleconnect_bot.web.gateway_table import Shown

LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
"""Above any answer that is scrubbed: a poll brings at most 50 events and 100 letters, each of at most 64 KiB."""

CONTENT: Mapping[str, frozenset[str]] = {
    "m.room.encrypted": frozenset({"algorithm", "ciphertext", "sender_key", "session_id", "device_id", "m.relates_to"}),
    "m.room.redaction": frozenset({"redacts"}),
    "m.room.create": frozenset({"room_version", "creator", "additional_creators"}),
    "m.room.encryption": frozenset({"algorithm", "rotation_period_ms", "rotation_period_msgs"}),
    "m.room.history_visibility": frozenset({"history_visibility"}),
    "m.room.join_rules": frozenset({"join_rule"}),
    "m.room.guest_access": frozenset({"guest_access"}),
    "m.room.member": frozenset({"membership"}),
    "m.room.power_levels": frozenset(
        {"users", "users_default", "events", "events_default", "state_default", "invite", "kick", "ban", "redact"}
    ),
    # As `gateway_staff_calls` has reduced them; they come where staff call by Element alone.
    **dict.fromkeys(CALL_EVENTS, frozenset({"in_call", "created_ts", "expires"})),
}
"""By kind of event, what of its content is shown. Events of other kinds are not."""
EVENT = frozenset({"type", "state_key", "sender", "event_id", "origin_server_ts", "redacts"})
UNSIGNED = frozenset({"age", "transaction_id"})
PASSING = frozenset({"m.typing", "m.receipt"})
SYNC = frozenset({"next_batch", "device_lists", "device_one_time_keys_count", "device_unused_fallback_key_types"})
TIMELINE = frozenset({"limited", "prev_batch"})
MESSAGES = frozenset({"start", "end"})

Body = dict[str, Any]


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
    seen = _only(body, SYNC)
    letters = [
        {**_only(letter, ("type", "sender")), "content": content}
        for letter in _events(body.get("to_device"))
        if letter["type"] in TO_DEVICE and (content := as_shown(letter["type"], letter["content"], room)) is not None
    ]
    if letters:
        seen["to_device"] = {"events": letters}
    rooms = _object(body.get("rooms", {}))
    found = {kind: _object(rooms.get(kind, {})).get(room) for kind in ("join", "invite", "leave")} if room else {}
    own = {kind: {room: _room(_object(part))} for kind, part in found.items() if part is not None}
    return {**seen, "rooms": own} if own else seen


def _room(part: Body) -> Body:
    seen: Body = {key: {"events": _scrubbed(_events(part[key]))} for key in ("state", "invite_state") if key in part}
    if "timeline" in part:
        seen["timeline"] = {**_only(_object(part["timeline"]), TIMELINE), "events": _scrubbed(_events(part["timeline"]))}
    if "ephemeral" in part:
        passing = [_only(event, ("type", "content")) for event in _events(part["ephemeral"]) if event["type"] in PASSING]
        seen["ephemeral"] = {"events": passing}
    return seen


def _chunk(body: Body, room: str | None, me: str) -> Body:
    """Of `/messages` and `/members`. Outside a sync an event names its room: by it alone a client knows what it belongs to."""
    lists: Body = {
        key: [{**event, "room_id": room} for event in _scrubbed(_well_formed(body[key]))] for key in ("chunk", "state") if key in body
    }
    return _only(body, MESSAGES) | lists


def _keys(body: Body, room: str | None, me: str) -> Body:
    """Of `/keys/query` and `/keys/claim`. What a device says of itself is signed and stays whole; what its owner called it goes."""
    devices = {
        user: {device: _without_name(_object(keys)) for device, keys in _object(of_user).items()}
        for user, of_user in _object(body.get("device_keys", {})).items()
    }
    seen = _only(body, ("one_time_keys", "master_keys", "self_signing_keys"))
    own = {user: key for user, key in _object(body.get("user_signing_keys", {})).items() if user == me}
    return {**seen, **({"device_keys": devices} if devices else {}), **({"user_signing_keys": own} if own else {}), "failures": {}}


def _without_name(keys: Body) -> Body:
    return {key: value for key, value in keys.items() if key != "unsigned"}


def _scrubbed(events: list[Body]) -> list[Body]:
    return [_event(event) for event in events if event["type"] in CONTENT]


def _event(event: Body) -> Body:
    seen = _only(event, EVENT)
    seen["content"] = _only(event["content"], CONTENT[event["type"]])
    unsigned = event.get("unsigned")
    if isinstance(unsigned, dict):
        seen["unsigned"] = _only(unsigned, UNSIGNED)
        if isinstance(because := unsigned.get("redacted_because"), dict):
            seen["unsigned"]["redacted_because"] = {**_only(because, EVENT), "content": {}}
    return seen


def _only(body: Body, keys: Collection[str]) -> Body:
    return {key: value for key, value in body.items() if key in keys}


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
