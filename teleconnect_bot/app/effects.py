"""Every effect and who carries it out."""

from __future__ import annotations

from teleconnect_bot.adapters.matrix.bells import MatrixBells
from teleconnect_bot.app.homeserver import Homeserver
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.app.writing import Writing
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.domain.effects import Effect
from teleconnect_bot.services.arrivals import Arrivals
from teleconnect_bot.services.calls import CallOffers
from teleconnect_bot.services.organisation_cards import RoomCards
from teleconnect_bot.services.organisation_mails import OrganisationMails
from teleconnect_bot.services.organisation_requests import OrganisationRequests
from teleconnect_bot.services.outbox import Handler
from teleconnect_bot.services.passing_answers import PassingAnswers
from teleconnect_bot.services.requester_letters import RequesterLetters
from teleconnect_bot.services.staff_alerts import StaffAlerts
from teleconnect_bot.services.staff_notices import StaffNotices
from teleconnect_bot.services.status_card import StatusCard
from teleconnect_bot.services.team_notices import TeamNotices
from teleconnect_bot.services.teardown import Teardown
from teleconnect_bot.services.transcripts import Transcripts


def handlers(parts: Parts, homeserver: Homeserver, writing: Writing, cards: Cards) -> dict[type[Effect], Handler]:
    """By the effect's type; no effect is without one and none has two."""
    sessions, ledger, config = parts.sessions, parts.ledger, parts.config
    rooms, chat, visitors, staff_rooms = homeserver.rooms, homeserver.chat, homeserver.visitors, homeserver.staff_rooms
    mailer, settings, public_name = writing.mailer, parts.settings, parts.sender.public_name
    hands = (
        Arrivals(parts.units, sessions, ledger, rooms, visitors, parts.gateway, parts.tokens),
        writing.messages,
        writing.entries,
        parts.phone,
        StatusCard(sessions, ledger, chat, cards, parts.clock, settings, writing.previews),
        StaffNotices(sessions, ledger, chat, cards, parts.clock, settings),
        StaffAlerts(sessions, mailer, cards, settings, public_name, parts.clock, parts.phone),
        PassingAnswers(ledger, chat),
        OrganisationRequests(
            sessions,
            OrganisationMails(parts.keys, parts.texts, parts.facts, mailer, parts.sender),
            RoomCards(ledger, chat, cards, settings, homeserver.organisation_rooms),
        ),
        RequesterLetters(sessions, mailer, cards, settings, public_name),
        CallOffers(sessions, parts.call_links, MatrixBells(parts.account), by_link=config.calls.provider in ("builtin", "jitsi")),
        TeamNotices(sessions, ledger, chat, cards, parts.clock, settings, staff_rooms),
        Transcripts(sessions, ledger, rooms, chat, parts.pdf, cards, config.bot, settings),
        Teardown(
            parts.units,
            sessions,
            ledger,
            parts.keys,
            parts.clock,
            config.bot,
            rooms,
            chat,
            visitors,
            parts.gateway,
            cards,
            settings,
            parts.phone,
        ),
    )
    return {effect: handler for hand in hands for effect, handler in hand.handlers().items()}
