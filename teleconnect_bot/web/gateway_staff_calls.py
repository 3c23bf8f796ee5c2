"""What guests may know of a call that staff hold by Element (MSC3401, MSC4143): that somebody is in it, and until when to believe so.

Who is in such a call says so in the room's state, with the device, the media server and more. None of that is any guest's business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

CALL_EVENTS = ("m.call.member", "org.matrix.msc3401.call.member")
WITHOUT_CALLS: Mapping[str, Any] = {"not_types": list(CALL_EVENTS)}
"""Part of an event filter of the client-server API: none of them comes."""
_PASSED = ("type", "event_id", "sender", "origin_server_ts")
_TIMES = ("created_ts", "expires")


def scrubbed(body: bytes) -> bytes:
    """The homeserver's JSON with each such event reduced, wherever in it. Raises `ValueError` for what is no JSON."""
    return json.dumps(_reduced(json.loads(body)), separators=(",", ":")).encode()


def _reduced(value: Any) -> Any:
    if isinstance(value, list):
        return [_reduced(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") in CALL_EVENTS and "content" in value:
        return _event(value)
    return {key: _reduced(each) for key, each in value.items()}


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    """The state key names a device; what tells one from another is enough."""
    device = hashlib.sha256(str(event.get("state_key")).encode()).hexdigest()[:16]
    return {**{key: event[key] for key in _PASSED if key in event}, "state_key": device, "content": _content(event["content"])}


def _content(content: Any) -> dict[str, Any]:
    """Whoever has left has an empty content; older clients list what they are in under `memberships`."""
    if not isinstance(content, Mapping):
        return {}
    memberships = content.get("memberships", [content] if content else [])
    if not isinstance(memberships, list) or not memberships or not isinstance(memberships[-1], Mapping):
        return {}
    times = {key: memberships[-1].get(key) for key in _TIMES}
    return {"in_call": True, **{key: value for key, value in times.items() if isinstance(value, int) and not isinstance(value, bool)}}
