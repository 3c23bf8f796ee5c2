"""Every mail that somebody outside the staff's chat may receive, composed as the bot composes it and written out as it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from itertools import product
from typing import Any, cast

from teleconnect_bot.adapters.messaging.email import SmtpSettings, compose
from teleconnect_bot.adapters.messaging.language_names import name_of_language
from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.people import Contact, Role
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import MessageKind, OutgoingMessage, Session
from teleconnect_bot.services.interpreter_facts import InterpreterFacts
from teleconnect_bot.services.messages import Messages, Sender
from teleconnect_bot.services.organisation_mails import OrganisationMails
from teleconnect_bot.services.ports import Email
from tests import fakes_domain as made
from tests.messaging.conftest import FixedClock

TEXTS = Catalogues.load()
NAME, PUBLIC = "Red Star (Berlin)", "https://tele.example.org"
RECIPIENT = "somebody@example.net"
SMTP = SmtpSettings("127.0.0.1", 0, "none", "bot@tele.example.org")
ROLES = (Role.SERVICE_USER, Role.COLLEAGUE, Role.INTERPRETER)


class Keys:
    def derive(self, key_id: str, purpose: str) -> bytes:
        return hashlib.sha256(f"{key_id}/{purpose}".encode()).digest()


class NurseSettings:
    async def of(self, user: str) -> Settings:
        return Settings(zone="Europe/Zurich")


@dataclass
class Taken:
    """The mails that were handed over."""

    mails: list[Email]

    async def send(self, email: Email) -> None:
        self.mails.append(email)


def session_of(role: Role, language: str, *, planned: bool, discreet: bool = False, asked_again: bool = False) -> Session:
    session = made.invited()
    (link, *_) = session.links
    link = replace(link, role=role, language=language, contact=Contact.email(RECIPIENT))
    state = OfferState.ASKED if asked_again else OfferState.ACCEPTED
    offers = (replace(made.offer(1), link=link.id, state=state, round=2),) if role is Role.INTERPRETER else ()
    at = made.NOW + made.minutes(60 * 24 * 3) if planned else None
    return replace(session, links=(link,), offers=offers, discreet=discreet, planned_at=at, zone="Africa/Addis_Ababa", language=language)


async def every_mail(language: str) -> AsyncIterator[tuple[str, Email]]:
    """What it is, and the mail."""
    keys, sender, settings = cast(Any, Keys()), Sender(NAME, PUBLIC), cast(Any, NurseSettings())
    facts = InterpreterFacts(TEXTS, format_moment, name_of_language, settings)
    nothing = cast(Any, None)
    messages = Messages(nothing, keys, TEXTS, format_moment, nothing, sender, FixedClock(), for_interpreters=facts.in_message)
    for role, kind, planned, discreet, again in product(ROLES, MessageKind, (True, False), (True, False), (True, False)):
        if (again and role is not Role.INTERPRETER) or (not planned and (discreet or kind is MessageKind.REMINDER)):
            continue
        session = session_of(role, language, planned=planned, discreet=discreet, asked_again=again)
        message = OutgoingMessage(id=f"session.link.{kind}.1", link=session.links[0].id, recipient=0, kind=kind, channel=Channel.EMAIL)
        mail = messages.compose(session, message)
        assert mail is not None
        yield f"{role} {kind} planned={planned} discreet={discreet} again={again}", mail
    organisation = Organisation(id="lingua", name="Lingua", languages=("ti",), email=RECIPIENT, language=language)
    taken = Taken([])
    mails = OrganisationMails(keys, TEXTS, facts, taken, sender)
    session = session_of(Role.SERVICE_USER, language, planned=True)
    for round_ in (1, 2):
        await mails.ask(session, of_state(OfferState.ASKED, round_), organisation)
    for state in (OfferState.TAKEN, OfferState.EXPIRED, OfferState.CANCELLED, OfferState.WITHDRAWN):
        await mails.tell(session, of_state(state), organisation)
    for number, mail in enumerate(taken.mails):
        yield f"organisation {number}", mail


def of_state(state: OfferState, round_: int = 1) -> Offer:
    return replace(made.offer(1), state=state, round=round_)


@cache
def written_out(mail: Email) -> EmailMessage:
    return compose(mail, Address(addr_spec=RECIPIENT), SMTP, TEXTS, FixedClock())


def html_of(mail: Email) -> str:
    found = written_out(mail).get_body(("html",))
    assert found is not None
    return str(found.get_content())


def plain_of(mail: Email) -> str:
    found = written_out(mail).get_body(("plain",))
    assert found is not None
    return str(found.get_content())
