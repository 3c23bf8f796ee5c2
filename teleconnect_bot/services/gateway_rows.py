"""What the gateway needs of the database, as a Protocol (ARCHITECTURE §4, "Gateway" and "Letters")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class GatewaySeat:
    """One browser's place in one session, as far as the gateway is concerned."""

    seat_id: str
    user: str
    device: str
    room: str | None
    """`None` until the seat's keys are uploaded and the room is opened to it."""
    revoked: bool
    token: str | None = field(default=None, repr=False)
    """Of a native Matrix guest: the homeserver is asked with it. `None`: with the appservice's, as user and device."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A to-device message for somebody who was invited but had not joined when it was written."""

    letter_id: str
    """Opaque, of `[A-Za-z0-9_-]`, unique for ever: the transaction id of its delivery is made of it."""
    sender: str
    sender_device: str
    recipient: str
    event_type: str
    content: Mapping[str, Any] = field(repr=False)
    """By device id of the recipient (or `*`): the content of the event for that device."""
    token: str | None = field(default=None, repr=False)
    """The sender's own, of a native guest."""


class GatewayRows(Protocol):
    """Rows are the truth; the gateway only remembers them for seconds."""

    async def seat_by_digest(self, digest: bytes) -> GatewaySeat | None:
        """The seat whose secret has this SHA-256, once its account exists; also a revoked one."""

    async def keep_letter(
        self, seat_id: str, recipient: str, event_type: str, content: Mapping[str, Any], room: str, transaction_id: str
    ) -> None:
        """A durable row when this returns, together with the seat's user and device.

        It survives a restart and the revocation of the seat that sent it, and goes with the session. The same
        (seat, recipient, event type, transaction id) is kept once.
        """

    async def keep_upload(self, seat_id: str, place: str, uploaded_by: str) -> None:
        """The ledger knows this file (`mxc://…`) of the seat's session when this returns: before it is uploaded for the seat."""

    async def count_upload(self, seat_id: str, size: int, most_files: int, most_bytes: int) -> bool:
        """One file of `size` bytes more is counted for the seat, durably, before it is uploaded. False, and nothing is counted: the
        seat would then have sent more than `most_files`, or more than `most_bytes` together."""

    async def uncount_upload(self, seat_id: str, size: int) -> None:
        """What was counted was not uploaded."""

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]:
        """Everything kept for this person (of this session) and not delivered yet, oldest first."""

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None:
        """The rows are gone afterwards; unknown ids are fine."""
