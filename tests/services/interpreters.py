"""A session that seeks an interpreter, and what organisations and interpreters do about it."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import datetime

from teleconnect_bot.domain.commands import Send
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.services.interpreter_door import OfferView
from teleconnect_bot.services.interpreter_links import new_offer
from teleconnect_bot.services.ports import Email
from teleconnect_bot.services.sessions import Invitation
from tests.services.world import CHAT, NURSE, World

LINGUA = Organisation(id="lingua", name="Lingua", languages=("ti",), email="desk@lingua.example")
HORN = Organisation(id="horn", name="Horn", languages=("ti",), email="horn@interpreters.example", language="fr")
AMINA, SELAM = "amina@example.org", "selam@lingua.example"


async def seek(world: World, *organisations: Organisation, at: datetime | None = None, wanted: str = "ti") -> None:
    """The nurse invites Amina with an interpreter of these organisations; everything has happened that is due."""
    invitation = Invitation(
        by=NURSE, chat=CHAT, event="$invite", contact=Contact.email(AMINA), name="Amina", language="fr", zone="Europe/Kyiv", planned_at=at
    )
    async with world.units.begin() as unit:
        for organisation in organisations:
            await unit.put_organisation(organisation)
        draft = world.sessions.filled(await world.sessions.new_draft(unit, NURSE, CHAT, "$invite"), invitation)
        offers = tuple(new_offer(world.keys, world.tokens, draft, organisation) for organisation in organisations)
        await world.sessions.apply(unit, replace(draft, interpreter_wanted=wanted, offers=offers), Send(NURSE))
    await world.settle()


def mail_to(world: World, address: str) -> Email:
    """The last one."""
    return next(mail for mail in reversed(world.mailer.taken) if mail.to == address)


def mails_to(world: World, address: str) -> list[Email]:
    return [mail for mail in world.mailer.taken if mail.to == address]


@dataclass(frozen=True)
class Desk:
    """Whoever reads the mail of an organisation, or of an interpreter, and follows its link to the page."""

    world: World
    address: str

    @property
    def token(self) -> str:
        return html.unescape(mail_to(self.world, self.address).markdown).partition("/i#")[2][:22]

    async def sees(self, language: str = "en") -> OfferView:
        view = await self.world.interpreters.view(self.token, language)
        assert view is not None
        return view

    async def accepts(
        self, name: str = "Selam", contact: str = SELAM, *, round_: int = 1, language: str = "en", terms: str = "1"
    ) -> OfferView:
        view = await self.world.interpreters.accept(self.token, round_, name, contact, language, terms)
        await self.world.settle()
        assert view is not None
        return view

    async def declines(self, reason: str = "", *, round_: int = 1) -> OfferView:
        view = await self.world.interpreters.decline(self.token, round_, reason, "en")
        await self.world.settle()
        assert view is not None
        return view

    async def withdraws(self, reason: str = "") -> OfferView:
        view = await self.world.interpreters.withdraw(self.token, reason, "en")
        await self.world.settle()
        assert view is not None
        return view
