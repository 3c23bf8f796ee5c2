"""Requests to interpreting organisations, and what became of them, by e-mail to the manager or distribution list (PRODUCT §5)."""

from __future__ import annotations

from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.session import Session, State

from .interpreter_facts import InterpreterFacts, in_markdown
from .interpreter_links import offer_link, offer_token
from .messages import Sender
from .ports import Email, Mailer, SessionKeys, Texts

TOLD = {
    OfferState.TAKEN: ("interpreter.over.subject", "interpreter.taken.markdown"),
    OfferState.EXPIRED: ("interpreter.expired.subject", "interpreter.expired.markdown"),
    OfferState.CANCELLED: ("interpreter.over.subject", "interpreter.over.markdown"),
    OfferState.WITHDRAWN: ("interpreter.withdrawn.subject", "interpreter.withdrawn.markdown"),
}
"""Subject and words of what an organisation is told. Whoever has declined has said so themselves."""


class OrganisationMails:
    """Each mail's `Message-ID` follows from session, offer, round and what it says, so that a repeat repeats it."""

    def __init__(self, keys: SessionKeys, texts: Texts, facts: InterpreterFacts, mailer: Mailer, sender: Sender) -> None:
        self.keys, self.texts, self.facts, self.mailer, self.sender = keys, texts, facts, mailer, sender

    async def ask(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        """The request, or the question whether a new time is possible. Nothing is sent once the offer is answered or asked anew.

        Raises `ServiceUnavailable` and `RefusedByService`.
        """
        if organisation.email is None or offer.state is not OfferState.ASKED:
            return
        language = organisation.language
        kind = "request" if offer.round == 1 else "again"
        link = offer_link(self.sender.public_url, offer_token(self.keys, session, offer.id))
        said = {"name": self.sender.public_name, "language": self.facts.language(session, language), "link": link}
        keys = (f"interpreter.{kind}.body.markdown", "interpreter.request.link.markdown")
        before, after = (self.texts.get(key, language, **said) for key in keys)
        facts = in_markdown(await self.facts.of(session, language), self.texts, language)
        subject = self.texts.get(f"interpreter.{kind}.subject", language, **said)
        await self._send(session, offer, organisation, "asked", subject, (before, facts, after))

    async def tell(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        """What became of the request; nothing while it is open. Raises `ServiceUnavailable` and `RefusedByService`."""
        told = TOLD.get(offer.state)
        if organisation.email is None or told is None or session.state in (State.TEARING_DOWN, State.GONE):
            return
        language = organisation.language
        subject, body = (self.texts.get(key, language) for key in told)
        facts = in_markdown((await self.facts.of(session, language))[:2], self.texts, language)
        await self._send(session, offer, organisation, offer.state.value, subject, (body, facts))

    async def _send(
        self, session: Session, offer: Offer, organisation: Organisation, what: str, subject: str, paragraphs: tuple[str, ...]
    ) -> None:
        assert organisation.email is not None
        await self.mailer.send(
            Email(
                message_id=f"{session.id}.{offer.id}.{offer.round}.{what}",
                to=organisation.email,
                subject=subject,
                markdown="\n\n".join(paragraphs),
                language=organisation.language,
                sender_name=self.sender.public_name,
            )
        )
