"""The staff's face: who may do what, what is answered, who hears what is said in rooms."""

from __future__ import annotations

import asyncio
from functools import partial

from teleconnect_bot import doctor
from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.app.homeserver import Homeserver
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.app.writing import Writing
from teleconnect_bot.chat.access import Access
from teleconnect_bot.chat.answers import Answers
from teleconnect_bot.chat.belonging import Belonging
from teleconnect_bot.chat.calling import Calling
from teleconnect_bot.chat.contacts import Reach
from teleconnect_bot.chat.desk import Desk
from teleconnect_bot.chat.dialogue import Dialogue
from teleconnect_bot.chat.examination import Found
from teleconnect_bot.chat.interpreting import Interpreters
from teleconnect_bot.chat.interview import Interview
from teleconnect_bot.chat.organisation_desk import OrganisationDesk
from teleconnect_bot.chat.organisations import OrganisationOrders
from teleconnect_bot.chat.personal import Personal
from teleconnect_bot.config import Config
from teleconnect_bot.services.dialogues import Dialogues
from teleconnect_bot.services.leavers import Leavers
from teleconnect_bot.services.strangers import Strangers


async def examine(config: Config) -> list[Found]:
    """In a thread with a loop of its own, because some checks block, and rings do not wait for them."""
    results = await asyncio.to_thread(lambda: asyncio.run(doctor.examine(config)))
    return [Found(each.check.title, each.finding.words, each.finding.remedy, each.finding.level is doctor.Level.OK) for each in results]


class StaffSide:
    """The desk and those who look after who belongs to the staff."""

    def __init__(self, parts: Parts, homeserver: Homeserver, writing: Writing) -> None:
        config, chat, staff_rooms = parts.config, homeserver.chat, homeserver.staff_rooms
        organisation_rooms = homeserver.organisation_rooms
        self.access = Access(config.access.requesters, config.access.admins, config.access.focal_point, staff_rooms.members)
        access = self.access
        self.leavers = Leavers(
            *(parts.units, parts.sessions, parts.ledger, parts.settings, chat, homeserver.shared, staff_rooms),
            *(access.may_request, access.known_admins),
        )
        orders = OrganisationOrders(parts.organisations, organisation_rooms, parts.offer.sent)
        belonging = Belonging(parts.sessions, parts.clock, access, staff_rooms, chat.room_of, orders, partial(examine, config))
        personal = Personal(parts.settings, access, parts.offer.sent, parts.texts.display_name, config.messages.default_country)
        reach = Reach(frozenset(config.channels().usable), config.messages.default_country)
        interpreters = Interpreters(parts.organisations, config.policy())
        answers = Answers(
            *(parts.sessions, parts.clock, parts.offer.sent, format_moment, chat.room_of, access.may_request),
            *(personal, belonging, reach, parts.offer.withheld, interpreters),
            Calling(parts.sessions, parts.call_links, config.calls.provider),
        )
        dialogue = Dialogue(
            Dialogues(parts.sessions, parts.ledger, chat),
            Interview(answers.inviting, format_moment),
            writing.previews,
            answers.invitation,
            parts.settings,
        )
        strangers = Strangers(parts.units, parts.clock)
        organisation_desk = OrganisationDesk(
            parts.sessions, parts.ledger, chat, organisation_rooms, parts.settings, config.homeserver.domain
        )
        others = (self.leavers, strangers, organisation_desk)
        self.desk = Desk(config.bot, parts.sessions, parts.ledger, answers, dialogue, access, chat, chat, staff_rooms, *others)
