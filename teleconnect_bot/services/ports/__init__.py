"""What the use cases need of the world, as Protocols.

Each port has a real adapter below `adapters/` and a fake in `tests/fakes.py`; both pass the same contract tests.
Every time is an aware `datetime` in UTC. Every method may be called again with the same arguments: it then changes
nothing more and answers the same (ARCHITECTURE §3, "each idempotent").
"""

from __future__ import annotations

from .machine import Clock, SessionKeys, Tokens
from .matrix import CallBells, Membership, Relay, Relays, Rooms, SeatGate, SharedRooms, StaffChat, Text, Unusable, VisitorAccount, Visitors
from .organisations import OrganisationCards, OrganisationMails, OrganisationWay
from .rows import DeadEffect, DueDeadline, Letter, QueuedEffect, Unit, UnitOfWork
from .trouble import KeyDestroyed, RefusedByService, ServiceUnavailable, StaleSession
from .writing import (
    Attachment,
    CalendarEntry,
    CalendarFiles,
    Email,
    KeptRecord,
    Mailer,
    PdfRenderer,
    PhoneMessage,
    PhoneMessenger,
    Preview,
    RecordState,
    StaffTexts,
    Texts,
)

__all__ = [
    "Attachment",
    "CalendarEntry",
    "CalendarFiles",
    "CallBells",
    "Clock",
    "DeadEffect",
    "DueDeadline",
    "Email",
    "KeptRecord",
    "KeyDestroyed",
    "Letter",
    "Mailer",
    "Membership",
    "OrganisationCards",
    "OrganisationMails",
    "OrganisationWay",
    "PdfRenderer",
    "PhoneMessage",
    "PhoneMessenger",
    "Preview",
    "QueuedEffect",
    "RecordState",
    "RefusedByService",
    "Relay",
    "Relays",
    "Rooms",
    "SeatGate",
    "ServiceUnavailable",
    "SessionKeys",
    "SharedRooms",
    "StaffChat",
    "StaffTexts",
    "StaleSession",
    "Text",
    "Texts",
    "Tokens",
    "Unit",
    "UnitOfWork",
    "Unusable",
    "VisitorAccount",
    "Visitors",
]
