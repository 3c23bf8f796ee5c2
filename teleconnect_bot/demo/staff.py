"""A staff member's encrypted Matrix client that shares no code with the bot (matrix-nio with its own crypto store).

The walk-through of the demo and the tests meet the bot through it, as Element would. It has no background task: it
reads the homeserver while somebody waits for something (`wait_for`) or asks it to (`sync`).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import nio
from nio.crypto.attachments import decrypt_attachment

from teleconnect_bot.demo.homeserver import Login

T = TypeVar("T")

DEFAULT_TIMEOUT_SECONDS = 60.0
_POLL_MILLISECONDS = 2_000
_WITHOUT_GAPS = {"room": {"timeline": {"limit": 500}}}
"""A client that was not looking for a while fetches no older events by itself, so that none may be left out."""


class StaffRefused(Exception):
    """The homeserver refused a call of the staff client."""


class StaffWaitedInVain(Exception):
    """What was waited for did not come in time; the text lists what the client had seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event of a room as this client could read it. `type` is `m.room.encrypted` when it could not."""

    room: str
    event: str
    sender: str
    type: str
    at: datetime
    encrypted: bool
    content: Mapping[str, Any] = field(repr=False)
    state_key: str | None = None
    redacts: str | None = None

    @property
    def text(self) -> str:
        return str(self.content.get("body", ""))

    @property
    def html(self) -> str:
        return str(self.content.get("formatted_body", ""))

    @property
    def replaces(self) -> str | None:
        """The event that this one is a new version of."""
        relation = self.content.get("m.relates_to", {})
        return str(relation["event_id"]) if relation.get("rel_type") == "m.replace" else None

    @property
    def mentions(self) -> tuple[str, ...]:
        return tuple(self.content.get("m.mentions", {}).get("user_ids", ()))

    @property
    def reaction(self) -> tuple[str, str] | None:
        """(target event, key) of a reaction."""
        if self.type != "m.reaction":
            return None
        relation = self.content.get("m.relates_to", {})
        return str(relation.get("event_id", "")), str(relation.get("key", ""))

    @property
    def file(self) -> Mapping[str, Any] | None:
        """The `EncryptedFile` of an encrypted attachment."""
        file = self.content.get("file")
        return file if isinstance(file, Mapping) else None


class Staff:
    """Sign in with `await Staff.open(...)`, or use it as `async with`. `directory` keeps keys and position: opening it
    again with the same login continues where it stopped."""

    def __init__(self, address: str, login: Login, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.login = login
        self.user = login.user
        self.device = login.device
        self.seen: list[Seen] = []
        self.invitations: dict[str, str] = {}
        self.left: set[str] = set()
        """Rooms that the person left or was removed from, as far as the client has noticed."""
        self._keyless: list[nio.MegolmEvent] = []
        configuration = nio.AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True, request_timeout=60)
        self.client = nio.AsyncClient(address, login.user, device_id=login.device, store_path=str(directory), config=configuration)
        self.client.restore_login(login.user, login.device, login.token)
        self.client.add_event_callback(self._remember, nio.Event)
        self.client.add_event_callback(self._remember_invitation, nio.InviteMemberEvent)

    @classmethod
    async def open(cls, address: str, login: Login, directory: Path) -> Staff:
        """Keys are uploaded and the first sync is done when this returns."""
        staff = cls(address, login, directory)
        await staff.sync(0)
        return staff

    async def __aenter__(self) -> Self:
        await self.sync(0)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self.client.close()

    async def sync(self, milliseconds: int = _POLL_MILLISECONDS) -> None:
        """One poll of the homeserver, and what end-to-end encryption needs around it."""
        client = self.client
        if client.should_upload_keys:
            await client.keys_upload()
        answer = await client.sync(timeout=milliseconds, full_state=None if client.next_batch else True, sync_filter=_WITHOUT_GAPS)
        if not isinstance(answer, nio.SyncResponse):
            raise StaffRefused(f"sync: {answer}")
        self.left |= set(answer.rooms.leave)
        self.left -= set(answer.rooms.join)
        for room in answer.rooms.leave:
            self.invitations.pop(room, None)
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())
        self._try_again()

    async def wait_for(self, what: Callable[[], T | None], timeout: float = DEFAULT_TIMEOUT_SECONDS) -> T:
        """Read the homeserver until `what` answers something that is neither None nor false; that answer.

        Raises `StaffWaitedInVain` after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (answer := what()):
                    await self.sync()
                return answer
        except TimeoutError:
            shown = "\n".join(f"  {seen.type} from {seen.sender}: {dict(seen.content)}" for seen in self.seen[-15:])
            raise StaffWaitedInVain(
                f"{self.user} waited {timeout:.0f} s in vain. Invitations: {self.invitations}. Seen:\n{shown}"
            ) from None

    async def wait_for_text(self, room: str, part: str, *, sender: str | None = None, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> Seen:
        """The first message in the room that contains `part`."""
        return await self.wait_for(
            lambda: next((seen for seen in self.messages(room) if part in seen.text and sender in (None, seen.sender)), None), timeout
        )

    async def wait_for_invitation(self, *, sender: str | None = None, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> str:
        """The room of an open invitation (from `sender`)."""
        return await self.wait_for(
            lambda: next((room for room, inviter in self.invitations.items() if sender in (None, inviter)), None), timeout
        )

    def messages(self, room: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.room == room and seen.type == "m.room.message"]

    def unreadable(self, room: str) -> list[Seen]:
        """Encrypted events of the room for which this client has no key."""
        return [seen for seen in self.seen if seen.room == room and seen.type == "m.room.encrypted"]

    def latest(self, room: str, event: str) -> Seen | None:
        """The newest version of a message, edits by its sender applied."""
        original = next((seen for seen in self.messages(room) if seen.event == event), None)
        if original is None:
            return None
        edits = [seen for seen in self.messages(room) if seen.replaces == event and seen.sender == original.sender]
        if not edits:
            return original
        newest = edits[-1]
        return Seen(
            room, event, newest.sender, newest.type, newest.at, newest.encrypted, newest.content.get("m.new_content", newest.content)
        )

    def is_redacted(self, event: str) -> bool:
        return any(seen.redacts == event for seen in self.seen)

    def reactions(self, event: str) -> list[tuple[str, str]]:
        """(sender, key) of each reaction to the event."""
        return [(seen.sender, seen.reaction[1]) for seen in self.seen if seen.reaction and seen.reaction[0] == event]

    async def start_chat(self, other: str, *, encrypted: bool = True, others: tuple[str, ...] = ()) -> str:
        """A direct chat made the way Element makes one; the other is invited; the room id."""
        encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        answer = await self.client.room_create(
            is_direct=True,
            preset=nio.RoomPreset.trusted_private_chat,
            invite=[other, *others],
            initial_state=[encryption] if encrypted else [],
        )
        room = str(_good(answer, nio.RoomCreateResponse).room_id)
        await self.wait_for(lambda: room in self.client.rooms and (not encrypted or self.client.rooms[room].encrypted))
        return room

    async def accept(self, room: str) -> None:
        _good(await self.client.join(room), nio.JoinResponse)
        self.invitations.pop(room, None)
        await self.wait_for(lambda: room in self.client.rooms)

    async def decline(self, room: str) -> None:
        _good(await self.client.room_leave(room), nio.RoomLeaveResponse)
        self.invitations.pop(room, None)

    async def leave(self, room: str) -> None:
        _good(await self.client.room_leave(room), nio.RoomLeaveResponse)

    async def wait_for_member(self, room: str, user: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """The user has joined the room."""
        await self.wait_for(lambda: user in self.client.rooms[room].users and user not in self.client.rooms[room].invited_users, timeout)

    async def say(self, room: str, text: str, **more: Any) -> str:
        """Write a text (encrypted when the room is); the event id. `more` is merged into the content."""
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def edit(self, room: str, event: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self.send(room, "m.room.message", {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation})

    async def react(self, room: str, event: str, key: str) -> str:
        return await self.send(room, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": key}})

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        answer = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        return str(_good(answer, nio.RoomSendResponse).event_id)

    async def set_state(self, room: str, kind: str, content: dict[str, Any], key: str = "") -> None:
        """A state event, which is never encrypted. Raises `StaffRefused`."""
        _good(await self.client.room_put_state(room, kind, content, key), nio.RoomPutStateResponse)

    async def send_file(self, room: str, data: bytes, name: str, mime_type: str, msgtype: str = "m.file") -> tuple[str, str]:
        """Send an encrypted file; (event id, mxc)."""
        answer, keys = await self.client.upload(io.BytesIO(data), "application/octet-stream", encrypt=True, filesize=len(data))
        mxc = str(_good(answer, nio.UploadResponse).content_uri)
        file = {**(keys or {}), "url": mxc}
        content = {"msgtype": msgtype, "body": name, "file": file, "info": {"mimetype": mime_type, "size": len(data)}}
        return await self.send(room, "m.room.message", content), mxc

    async def download(self, seen: Seen) -> bytes:
        """The decrypted bytes of an encrypted attachment."""
        file = seen.file
        if file is None:
            raise StaffRefused("the event carries no encrypted file")
        answer = _good(await self.client.download(mxc=file["url"]), nio.MemoryDownloadResponse)
        return bytes(decrypt_attachment(answer.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"]))

    async def redact(self, room: str, event: str) -> None:
        _good(await self.client.room_redact(room, event), nio.RoomRedactResponse)

    def _try_again(self) -> None:
        """A room key may come after the event: what can be read now takes the place of what could not (nio leaves that to us)."""
        for keyless in tuple(self._keyless):
            try:
                event = self.client.decrypt_event(keyless)
            except nio.EncryptionError:
                continue
            self._keyless.remove(keyless)
            place = next(index for index, seen in enumerate(self.seen) if seen.event == keyless.event_id)
            self.seen[place] = _seen(keyless.room_id, event)

    async def _remember(self, room: nio.MatrixRoom, event: nio.Event) -> None:
        if isinstance(event, nio.MegolmEvent):
            event.room_id = room.room_id
            self._keyless.append(event)
        self.seen.append(_seen(room.room_id, event))

    async def _remember_invitation(self, room: nio.MatrixRoom, event: nio.InviteMemberEvent) -> None:
        if event.state_key == self.user and event.membership == "invite":
            self.invitations[room.room_id] = event.sender


def _seen(room: str, event: nio.Event) -> Seen:
    source: dict[str, Any] = event.source
    content = source.get("content", {})
    redacts = source.get("redacts") or (content.get("redacts") if source.get("type") == "m.room.redaction" else None)
    return Seen(
        room=room,
        event=event.event_id,
        sender=event.sender,
        type=str(source.get("type", "")),
        at=datetime.fromtimestamp(event.server_timestamp / 1000, UTC),
        encrypted=bool(event.decrypted) or isinstance(event, nio.MegolmEvent),
        content=content,
        state_key=source.get("state_key"),
        redacts=redacts,
    )


def _good(answer: Any, kind: type[Any]) -> Any:
    if not isinstance(answer, kind):
        raise StaffRefused(f"{kind.__name__}: {answer}")
    return answer
