"""`InterpreterDoor` with one organisation's link and one interpreter's; it notes every call by name, and what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.services.guest_door import TermsNotCurrent
from teleconnect_bot.services.interpreter_door import ContactNotUsable, Fact, OfferStatus, OfferView, TimeChanged

DESK_TOKEN = "desktoken234567abcdefg"
TEXTS = Catalogues.load()
REQUEST = OfferView(
    OfferStatus.ASKED,
    1,
    "Example Organisation",
    (
        Fact("When", "Tuesday, 1 December 2026, 12:00 (UTC) = Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)"),
        Fact("Languages", "Tigrinya – English"),
        Fact("Expected duration", "About 60 minutes"),
        Fact("Where", "By internet: each person takes part from where they are"),
    ),
    terms_version="1",
    terms_text=TEXTS.get("interpreter.terms", "en"),
)
CLOSED = frozenset(OfferStatus) - {OfferStatus.ASKED, OfferStatus.CONFIRM, OfferStatus.ACCEPTED}


class FakeInterpreters:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.request = REQUEST
        self.accepted: list[tuple[str, str, str]] = []
        self.reasons: list[str] = []
        self.unusable: set[str] = set()

    def texts(self, language: str) -> Mapping[str, str]:
        self.calls["texts"] += 1
        return {key.removeprefix("interpreter.page."): TEXTS.get(key, language) for key in TEXTS.keys_from("interpreter.page.")}

    def becomes(self, status: OfferStatus) -> OfferView:
        self.request = OfferView(status) if status in CLOSED else replace(REQUEST, status=status, round=self.request.round)
        return self.request

    def _same_time(self, round_: int) -> None:
        if round_ != self.request.round:
            raise TimeChanged(self.request)

    async def view(self, token: str, language: str) -> OfferView | None:
        self.calls["view"] += 1
        return self.request if token == DESK_TOKEN else None

    async def accept(self, token: str, round_: int, name: str, contact: str, language: str, terms: str) -> OfferView | None:
        self.calls["accept"] += 1
        if token != DESK_TOKEN:
            return None
        self._same_time(round_)
        if contact in self.unusable:
            raise ContactNotUsable
        if self.request.status is OfferStatus.ASKED and terms != REQUEST.terms_version:
            raise TermsNotCurrent
        self.accepted.append((name, contact, language))
        return self.becomes(OfferStatus.ACCEPTED)

    async def decline(self, token: str, round_: int, reason: str, language: str) -> OfferView | None:
        self.calls["decline"] += 1
        if token != DESK_TOKEN:
            return None
        self._same_time(round_)
        self.reasons.append(reason)
        return self.becomes(OfferStatus.DECLINED)

    async def withdraw(self, token: str, reason: str, language: str) -> OfferView | None:
        self.calls["withdraw"] += 1
        if token != DESK_TOKEN:
            return None
        self.reasons.append(reason)
        return self.becomes(OfferStatus.WITHDRAWN)
