"""What the use cases need of the homeserver: rooms, direct chats, visitors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from teleconnect_bot.domain.calls import CallKind
from teleconnect_bot.domain.transcript import WrittenEvent


class Unusable(StrEnum):
    """Why the bot takes no orders in a room (PRODUCT §3)."""

    NOT_JOINED = "not_joined"
    NOT_ENCRYPTED = "not_encrypted"
    ALONE = "alone"
    THIRD_MEMBER = "third_member"
    CANNOT_REDACT = "cannot_redact"


class Membership(StrEnum):
    INVITE = "invite"
    JOIN = "join"
    LEAVE = "leave"
    BAN = "ban"
    KNOCK = "knock"


@dataclass(frozen=True, slots=True)
class Text:
    """A message of the bot: `plain` stands alone, `html` is the same with mark-up (None: plain only)."""

    plain: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class Rooms(Protocol):
    """Session rooms at the homeserver (ARCHITECTURE §4, "Room recipe"). The bot is their creator."""

    async def create(self, marker: str, session_key: str, name: str) -> str:
        """Make the session room, or find the one that carries `marker` in its creation content; its room id.

        `name` is what Element's room list shows: state that names nobody.

        From then on the room's megolm sessions are kept under the key `session_key` of `SessionKeys`.
        """

    async def find(self, marker: str) -> str | None:
        """The room that carries `marker`, if the bot is in one."""

    async def invite(self, room: str, user: str) -> None:
        """The user is invited or already in the room afterwards."""

    async def remove(self, room: str, user: str) -> None:
        """The user is neither invited nor joined afterwards (kick, or invitation withdrawn)."""

    async def members(self, room: str) -> Mapping[str, Membership]:
        """Everybody who is invited or joined, the bot included; empty when the bot is not in the room."""

    async def make_read_only(self, room: str) -> None:
        """Nobody but the bot may send afterwards."""

    async def make_writable(self, room: str) -> None:
        """Members may write afterwards."""

    async def leave(self, room: str) -> None:
        """The bot itself leaves; must come before `purge` (FACTS, "The whole chain together")."""

    async def purge(self, room: str) -> None:
        """Delete the room at the homeserver and wait until it says so; uses the admin token."""

    async def is_gone(self, room: str) -> bool:
        """Asked of the homeserver (admin API): the room is unknown there."""

    async def forget_keys(self, room: str) -> None:
        """Delete the room's rows from the bot's crypto and state store and from its caches."""

    async def keys_forgotten(self, room: str) -> bool:
        """No row in the crypto or state store names the room."""

    async def delete_media(self, mxc: str, uploaded_by: str | None = None) -> None:
        """Delete one file of our own homeserver by the admin API; a missing one is fine.

        A file that somebody else than `uploaded_by` uploaded is left alone: an event may name any file.
        """

    async def media_is_gone(self, mxc: str, uploaded_by: str | None = None) -> bool:
        """Asked of the homeserver: no such file, or none that `uploaded_by` uploaded."""

    def history(self, room: str) -> AsyncIterator[WrittenEvent]:
        """The room's decrypted messages, oldest first; what cannot be decrypted comes as `text=None`."""


class CallBells(Protocol):
    async def ring(self, room: str, kind: CallKind, transaction_id: str) -> None:
        """The pages in this session room ring, told end-to-end encrypted. The same transaction id rings once."""


class StaffChat(Protocol):
    """The encrypted direct chats between the bot and its requesters."""

    async def room_of(self, user: str) -> str | None:
        """The direct chat with this user that may be written to (encrypted, two members), if there is one."""

    async def post(self, room: str, text: Text, transaction_id: str, *, mention: str | None = None, mentions: Sequence[str] = ()) -> str:
        """Send, encrypted; the event id. The same transaction id is sent once. `mention` makes Element ring, and begins the
        text with the name; `mentions` ring without being named."""

    async def leave(self, room: str) -> None:
        """The bot is out afterwards, and has forgotten the room."""

    async def edit(self, room: str, event: str, text: Text, transaction_id: str) -> str:
        """Replace the text of an event of ours (`m.replace`); the event id of the edit, which holds the text as well."""

    async def react(self, room: str, event: str, key: str, transaction_id: str) -> str:
        """Attach a reaction that the person can press; the event id of the reaction."""

    async def reserve_file(self) -> str:
        """An `mxc://` address for a file that is uploaded later (`POST /_matrix/media/v1/create`)."""

    async def send_file(self, room: str, mxc: str, data: bytes, name: str, mime_type: str, transaction_id: str) -> str:
        """Encrypt, upload to the reserved address (a fresh one for each attempt), then send; the event id."""

    async def redact(self, room: str, event: str, transaction_id: str) -> None:
        """The event's content is gone afterwards; an unknown event is fine."""

    async def is_redacted(self, room: str, event: str) -> bool:
        """Asked of the homeserver: the event holds no content any more, or is unknown."""


class SharedRooms(Protocol):
    """Rooms of the organisation whose members are staff, and what the homeserver knows of its accounts."""

    async def resolve(self, name: str) -> str | None:
        """The room id that this room id or alias stands for; None when the homeserver knows no such alias."""

    async def enter(self, room: str) -> bool:
        """The bot is in the room afterwards, and knows who else is; False when nobody has invited it."""

    async def members(self, room: str) -> frozenset[str]:
        """Who has joined, as far as the bot has heard; empty when it is not in the room itself."""

    async def is_encrypted(self, room: str) -> bool: ...

    async def has_device(self, user: str) -> bool:
        """Asked of the homeserver: somebody is signed in to this account with encryption. An account that was closed has no device."""


@dataclass(frozen=True, slots=True)
class VisitorAccount:
    """`token` is there for a native guest alone: our own accounts are acted for with the appservice's."""

    user: str
    device: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server, for a browser's `RTCPeerConnection`. The credentials are the homeserver's, and last an hour or so."""

    urls: tuple[str, ...]
    username: str = field(repr=False)
    password: str = field(repr=False)


class Relays(Protocol):
    async def relay(self) -> Relay | None:
        """The deployment's TURN server with credentials that are good now; None when there is none."""


class Visitors(Protocol):
    """Accounts for people who have none: users of the appservice's namespace, or native Matrix guests (ARCHITECTURE §4)."""

    @property
    def named_ahead(self) -> bool:
        """We choose the names, so that the ledger knows an account before it exists: `user_id`, `register`.
        Else the homeserver does, and an account is known by the mark that it bears: `open`, `find`."""

    async def open(self, mark: str) -> VisitorAccount:
        """A new account, with its token. `mark` is opaque, of `[a-z0-9]`."""

    async def find(self, mark: str) -> str | None:
        """An account that was opened with this mark and is still active (admin API): after a crash nobody knows its token."""

    def user_id(self, opaque_id: str) -> str:
        """The Matrix id of a visitor with this id: prefix, id, our server's name; asks nobody."""

    async def register(self, user: str) -> None:
        """The account exists afterwards. `user` is a full Matrix id made by `user_id`."""

    async def provision(self, account: VisitorAccount, display_name: str) -> None:
        """The account has this device and display name (a role label, never a person's name)."""

    async def block_invitations(self, user: str) -> None:
        """Nobody can invite the visitor anywhere from now on (`m.invite_permission_config`); a native guest cannot be shielded."""

    async def remove(self, user: str) -> None:
        """Delete the account's media and devices, deactivate and erase it (admin API)."""

    async def is_gone(self, user: str) -> bool:
        """Asked of the homeserver: deactivated, without devices, or unknown."""


class SeatGate(Protocol):
    """What the gateway must be told besides the rows (ARCHITECTURE §4, "Gateway")."""

    def assigned(self, seat_id: str) -> None:
        """The seat's room is now open to it: held polls of the seat end at once."""

    def revoked(self, seat_id: str) -> None:
        """The seat is over: its held polls end at once with 401."""

    async def deliver_letters(self, user: str, session_id: str | None = None) -> None:
        """Send the to-device messages of this session that were kept for this person until they joined its room."""
