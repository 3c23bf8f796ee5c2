"""The use cases behind the page of interpreting organisations: `InterpreterDoor` (PRODUCT §5)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from teleconnect_bot.domain.channels import BY_TELEPHONE, Channel
from teleconnect_bot.domain.commands import InterpreterAccepted, InterpreterDeclined, InterpreterWithdrew
from teleconnect_bot.domain.guest_link import Link, Recipient, digest_of
from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact, Role
from teleconnect_bot.domain.session import Session, State

from . import telephone
from .guest_door import TermsNotCurrent
from .interpreter_door import ContactNotUsable, OfferStatus, OfferView, TimeChanged
from .interpreter_facts import InterpreterFacts
from .messages import Sender
from .ports import Texts
from .sessions import Sessions

STATUS_OF_OFFER = {
    OfferState.TAKEN: OfferStatus.TAKEN,
    OfferState.DECLINED: OfferStatus.DECLINED,
    OfferState.WITHDRAWN: OfferStatus.WITHDRAWN,
    OfferState.CANCELLED: OfferStatus.NOT_NEEDED,
    OfferState.EXPIRED: OfferStatus.EXPIRED,
}
"""What stays true of an offer that has ended, whatever becomes of the session."""
ANSWERABLE = frozenset({State.HELD, State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN})
"""In which states an interpreter who accepted may still be expected."""
KNOWN = frozenset(State) - {State.DRAFT, State.TEARING_DOWN, State.GONE}
PAGE = "interpreter.page."
MATRIX_ID = re.compile(r"@[a-z0-9._=/+-]{1,128}:([A-Za-z0-9.-]{1,128}(?::\d{1,5})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterReach:
    """At what interpreters can be reached here: `domain` is the homeserver's, since rooms are not federated; `country` (ISO code) is
    where numbers without a country code are."""

    domain: str
    channels: frozenset[Channel] = frozenset({Channel.EMAIL})
    country: str | None = None

    def contact(self, written: str) -> Contact:
        """The e-mail address, mobile number or Matrix id that was written. Raises `ContactNotUsable`."""
        written = written.strip()
        if written.startswith("@"):
            found = MATRIX_ID.fullmatch(written)
            if found is None or found[1] != self.domain:
                raise ContactNotUsable
            return Contact(ContactKind.MATRIX, written)
        if "@" not in written and telephone.looks_like_one(written):
            return self._telephone(written)
        try:
            return Contact.email(written)
        except NotAContact:
            raise ContactNotUsable from None

    def _telephone(self, written: str) -> Contact:
        try:
            number = telephone.read(written, self.country)
        except telephone.NotATelephone:
            raise ContactNotUsable from None
        if not number.mobile or not self.channels & BY_TELEPHONE:
            raise ContactNotUsable
        return number.contact


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a token leads to; `link` is set when it is the interpreter's own link, not the organisation's."""

    session: Session
    offer: Offer
    link: Link | None = None

    @property
    def status(self) -> OfferStatus:
        offer = self.offer
        if offer.state in STATUS_OF_OFFER:
            return STATUS_OF_OFFER[offer.state]
        if self.session.state not in ANSWERABLE:
            return OfferStatus.OVER
        if offer.state is OfferState.ASKED:
            return OfferStatus.CONFIRM if offer.named else OfferStatus.ASKED
        return OfferStatus.ACCEPTED if offer.state is OfferState.ACCEPTED else OfferStatus.OVER


class InterpreterAnswers:
    """`organisation_of` finds an organisation by its id, None when it was removed meanwhile."""

    def __init__(
        self,
        sessions: Sessions,
        texts: Texts,
        facts: InterpreterFacts,
        sender: Sender,
        reach: InterpreterReach,
        organisation_of: Callable[[str], Awaitable[Organisation | None]],
    ) -> None:
        self.sessions, self.words, self.facts, self.sender, self.reach = sessions, texts, facts, sender, reach
        self.organisation_of = organisation_of

    def texts(self, language: str) -> Mapping[str, str]:
        return {key.removeprefix(PAGE): self.words.get(key, language) for key in self.words.keys_from(PAGE)}

    async def view(self, token: str, language: str) -> OfferView | None:
        asked = await self._asked(token)
        return await self._view(asked, language) if asked else None

    async def accept(self, token: str, round_: int, name: str, contact: str, language: str, terms: str) -> OfferView | None:
        asked = await self._asked(token)
        if asked is None:
            return None
        await self._same_time(asked, round_, language)
        if asked.status is OfferStatus.CONFIRM:
            await self.sessions.decide(asked.session.id, InterpreterAccepted(asked.offer.id, round_))
            return await self.view(token, language)
        reached = self.reach.contact(contact)
        if asked.status is OfferStatus.ASKED:
            if terms != self._terms_version:
                raise TermsNotCurrent
            await self.sessions.decide(asked.session.id, self._acceptance(asked, round_, name, reached, language))
        return await self._outcome(token, name, reached, language)

    def _acceptance(self, asked: _Asked, round_: int, name: str, contact: Contact, language: str) -> InterpreterAccepted:
        """Raises `ContactNotUsable` for somebody who takes part in another way already."""
        session, offer = asked.session, asked.offer
        if contact.kind is not ContactKind.MATRIX:
            link = self.sessions.new_link(session, Role.INTERPRETER, Recipient(contact, language))
            return InterpreterAccepted(offer.id, round_, link=replace(link, name=name))
        if session.may_see(contact.value) or contact.value in session.colleagues:
            raise ContactNotUsable
        return InterpreterAccepted(offer.id, round_, user=contact.value)

    async def _outcome(self, token: str, name: str, contact: Contact, language: str) -> OfferView | None:
        """Of several who accept by the same link one interprets; the same person's second press reads what the first one did."""
        asked = await self._asked(token)
        if asked is None:
            return None
        view = await self._view(asked, language)
        if view.status is not OfferStatus.ACCEPTED:
            return view
        link = asked.session.link(asked.offer.link) if asked.offer.link else None
        mine = asked.offer.user == contact.value if link is None else (link.name, link.contact) == (name, contact)
        return view if mine else OfferView(OfferStatus.TAKEN)

    async def decline(self, token: str, round_: int, reason: str, language: str) -> OfferView | None:
        asked = await self._asked(token)
        if asked is None:
            return None
        await self._same_time(asked, round_, language)
        if asked.status is OfferStatus.CONFIRM or (asked.status is OfferStatus.ASKED and await self._may_decline(asked)):
            await self.sessions.decide(asked.session.id, InterpreterDeclined(asked.offer.id, round_, reason))
        return await self.view(token, language)

    async def withdraw(self, token: str, reason: str, language: str) -> OfferView | None:
        asked = await self._asked(token)
        if asked is None:
            return None
        if asked.status is OfferStatus.ACCEPTED:
            await self.sessions.decide(asked.session.id, InterpreterWithdrew(asked.offer.id, reason))
        return await self.view(token, language)

    async def _asked(self, token: str) -> _Asked | None:
        """One path for every token, whatever is wrong with it."""
        digest = digest_of(token)
        async with self.sessions.units.begin() as unit:
            by_offer, by_link = await unit.session_by_offer(digest), await unit.session_by_link(digest)
        if by_offer is not None:
            found = _Asked(*by_offer)
        else:
            session, link = by_link or (None, None)
            offer = next((each for each in session.offers if link and each.link == link.id), None) if session else None
            if session is None or link is None or offer is None:
                return None
            found = _Asked(session, offer, link)
        return found if found.session.state in KNOWN and found.offer.asked_at is not None else None

    async def _same_time(self, asked: _Asked, round_: int, language: str) -> None:
        """An answer to an older question may come from a page that was left open."""
        if round_ != asked.offer.round and asked.status in (OfferStatus.ASKED, OfferStatus.CONFIRM):
            raise TimeChanged(await self._view(asked, language))

    async def _may_decline(self, asked: _Asked) -> bool:
        organisation = await self.organisation_of(asked.offer.organisation)
        return organisation is None or organisation.may_decline

    async def _view(self, asked: _Asked, language: str) -> OfferView:
        status = asked.status
        if status not in (OfferStatus.ASKED, OfferStatus.CONFIRM, OfferStatus.ACCEPTED):
            return OfferView(status)
        view = OfferView(
            status, asked.offer.round, self.sender.public_name, await self.facts.of(asked.session, language), await self._may_decline(asked)
        )
        if status is not OfferStatus.ASKED:
            return replace(view, may_decline=True)
        return replace(view, terms_version=self._terms_version, terms_text=self.words.get("interpreter.terms", language))

    @property
    def _terms_version(self) -> str:
        return self.words.get("interpreter.terms.version", "en")
