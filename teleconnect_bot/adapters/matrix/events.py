"""What the content of a room event says, read with the distrust that anything from a browser deserves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from teleconnect_bot.domain.transcript import FileKind
from teleconnect_bot.services.ports import Membership

NAME_KEY = "org.teleconnect.name"
"""The name that a visitor chose; it travels inside encrypted events alone (PRODUCT §2)."""

CALL_EVENT = "org.teleconnect.call"
"""What pages say to each other of a call, always encrypted: `{"kind": "here" | "gone" | "signal", …}`."""

MAX_NAME_LENGTH = 80
_TEXT_TYPES = frozenset({"m.text", "m.notice", "m.emote"})
_FILE_TYPES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_MAX_DEPTH = 12


class RoomEvents(Protocol):
    """What the rest of the bot does with events of the rooms it is in.

    Each may be called again with the same event after a crash or an error; only that the position has moved (all of them
    returned) ends this. The bot's own messages and reactions are not reported, its own membership is.
    `ServiceUnavailable` is tried again without end, any other error a few times.
    """

    async def on_invite(self, room: str, sender: str, is_direct: bool) -> None:
        """The bot is invited; answer with `BotAccount.accept_invite` or `refuse_invite`."""

    async def on_text(self, room: str, event: str, sender: str, text: str, at: datetime, encrypted: bool) -> None:
        """Somebody wrote a text. New versions of a text (edits) are not reported; what a reply quotes is cut off."""

    async def on_reaction(self, room: str, event: str, sender: str, target_event: str, key: str) -> None: ...

    async def on_member(self, room: str, user: str, membership: Membership, sender: str) -> None:
        """Somebody's membership is now this; the same may be told more than once."""

    async def on_media(self, room: str, event: str, sender: str, mxcs: tuple[str, ...]) -> None:
        """The event names these files. `sender` claims them; `MatrixRooms.delete_media` can check who uploaded them."""

    async def on_call(self, room: str, sender: str, at: datetime) -> None:
        """Somebody said at this moment, encrypted, that they are in a call of the pages; they repeat it."""

    async def on_undecryptable(self, room: str, event: str, sender: str) -> None:
        """The event could not be read so far. It is still reported as usual if its key arrives later."""


@dataclass(frozen=True, slots=True)
class Message:
    """The content of an `m.room.message`."""

    text: str = field(repr=False)
    file: FileKind | None
    name: str | None = field(repr=False)
    replaces: str | None
    answers: str | None = None


def read_message(content: Mapping[str, Any]) -> Message | None:
    """None when it is nothing that a person wrote or sent. For an edit, the new text and the event it replaces."""
    replaces = replaced_event(content)
    if replaces is not None:
        new = content.get("m.new_content")
        if not isinstance(new, Mapping):
            return None
        content = {**new, NAME_KEY: content.get(NAME_KEY)}
    kind, body = content.get("msgtype"), content.get("body")
    if not isinstance(body, str):
        return None
    if kind in _TEXT_TYPES:
        return Message(_without_quote(content, body), None, chosen_name(content), replaces, answered_event(content))
    if kind in _FILE_TYPES:
        return Message("", _file_kind(str(kind), content), chosen_name(content), replaces, answered_event(content))
    return None


def replaced_event(content: Mapping[str, Any]) -> str | None:
    relation = content.get("m.relates_to")
    if not isinstance(relation, Mapping) or relation.get("rel_type") != "m.replace":
        return None
    event = relation.get("event_id")
    return event if isinstance(event, str) else None


def answered_event(content: Mapping[str, Any]) -> str | None:
    """The event that this one is a reply to. In a thread, clients name the last message there for those that know no threads."""
    relation = content.get("m.relates_to")
    answered = relation.get("m.in_reply_to") if isinstance(relation, Mapping) and not relation.get("is_falling_back") else None
    event = answered.get("event_id") if isinstance(answered, Mapping) else None
    return event if isinstance(event, str) else None


def reaction(content: Mapping[str, Any]) -> tuple[str, str] | None:
    """(target event, key) of an `m.reaction`."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, Mapping):
        return None
    event, key = relation.get("event_id"), relation.get("key")
    return (event, key) if isinstance(event, str) and isinstance(key, str) else None


def media_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Every `mxc://` address in the content, each once, in order of appearance."""
    return tuple(dict.fromkeys(_media(content, 0)))


def chosen_name(content: Mapping[str, Any]) -> str | None:
    name = content.get(NAME_KEY)
    if not isinstance(name, str):
        return None
    return " ".join(name.split())[:MAX_NAME_LENGTH] or None


def membership_of(content: Mapping[str, Any]) -> Membership | None:
    try:
        return Membership(content.get("membership", ""))
    except ValueError:
        return None


def time_of(raw: Mapping[str, Any]) -> datetime:
    """`origin_server_ts` (milliseconds)."""
    return datetime.fromtimestamp(int(raw["origin_server_ts"]) / 1000, UTC)


def is_redacted(raw: Mapping[str, Any]) -> bool:
    unsigned = raw.get("unsigned")
    return not raw.get("content") or (isinstance(unsigned, Mapping) and "redacted_because" in unsigned)


def _media(value: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        if value.startswith("mxc://") and len(value) < 512:
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _media(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _media(part, depth + 1)


def _file_kind(kind: str, content: Mapping[str, Any]) -> FileKind:
    info = content.get("info")
    mime_type = str(info.get("mimetype", "")) if isinstance(info, Mapping) else ""
    if kind == "m.image" or mime_type.startswith("image/"):
        return FileKind.PHOTO
    if kind == "m.audio":
        return FileKind.VOICE
    return FileKind.PDF if mime_type == "application/pdf" else FileKind.FILE


def _without_quote(content: Mapping[str, Any], body: str) -> str:
    """The text without the quotation that older clients put before a reply (Client-Server API, "Rich replies")."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, Mapping) or "m.in_reply_to" not in relation or not body.startswith("> "):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith("> "):
        lines.pop(0)
    return "\n".join(lines[1:] if lines and not lines[0] else lines)
