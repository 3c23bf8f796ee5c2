"""An organisation is asked by e-mail and answers by its link; the first acceptance wins, and then alone others are told (PRODUCT §5)."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.organisations import OfferState
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Channel, State
from teleconnect_bot.services.guest_door import TermsNotCurrent
from teleconnect_bot.services.interpreter_door import ContactNotUsable, OfferStatus, OfferView, TimeChanged
from tests.services.interpreters import AMINA, HORN, LINGUA, SELAM, Desk, mail_to, mails_to, seek
from tests.services.world import NURSE, World

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
NOTHING_MORE = OfferView(OfferStatus.TAKEN)


# ---- asking


async def test_the_request_says_when_on_both_clocks_which_languages_how_long_and_where(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    mail = mail_to(world, LINGUA.email or "")
    assert mail.subject == "Interpreter needed: Tigrinya"
    for words in ("Tuesday, 1 December 2026", "12:00 (UTC", "14:00 (Kyiv", "Tigrinya – English", "About 60 minutes", "By internet"):
        assert words in html.unescape(mail.markdown)
    assert "Example Organisation" in mail.markdown


async def test_it_says_nothing_about_the_service_user_who_receives_nothing_before_somebody_accepted(world: World) -> None:
    await seek(world, LINGUA, HORN)
    session = await world.session()
    assert session.state is State.HELD
    assert mails_to(world, AMINA) == []
    for organisation in (LINGUA, HORN):
        mail = mail_to(world, organisation.email or "")
        for secret in ("Amina", "amina", session.code, NURSE, "Français", "French", "français"):
            assert secret not in mail.subject + mail.markdown


async def test_each_organisation_is_written_to_in_its_own_language_and_by_its_own_link(world: World) -> None:
    await seek(world, LINGUA, HORN)
    assert (mail_to(world, HORN.email or "").language, mail_to(world, LINGUA.email or "").language) == ("fr", "en")
    assert Desk(world, HORN.email or "").token != Desk(world, LINGUA.email or "").token


async def test_a_request_that_is_sent_again_repeats_its_message_id(world: World) -> None:
    """It follows from session, offer and round, so there is no other for a repeat."""
    await seek(world, LINGUA)
    session = await world.session()
    (offer,) = session.offers
    assert [mail.message_id for mail in mails_to(world, LINGUA.email or "")] == [f"{session.id}.{offer.id}.1.asked"]


async def test_looking_at_the_request_changes_nothing(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    before = await world.session()
    for _ in range(10):
        view = await Desk(world, LINGUA.email or "").sees()
    assert await world.session() == before
    assert (view.status, view.round, view.name, view.may_decline) == (OfferStatus.ASKED, 1, "Example Organisation", True)
    assert [fact.label for fact in view.facts] == ["When", "Languages", "Expected duration", "Where"]
    assert "confidential" in view.terms_text


# ---- accepting


async def test_whoever_accepts_interprets_and_only_then_the_others_are_told(world: World) -> None:
    await seek(world, LINGUA, HORN)
    slower = Desk(world, HORN.email or "").token
    accepted = await Desk(world, LINGUA.email or "").accepts(language="fr")
    assert accepted.status is OfferStatus.ACCEPTED
    session = await world.session()
    assert session.state is State.INVITED
    link = session.links[-1]
    assert (link.role, link.name, link.contact.value, link.language) == (Role.INTERPRETER, "Selam", SELAM, "fr")
    assert len(mails_to(world, AMINA)) == len(mails_to(world, SELAM)) == 1
    assert any("interpreter" in words for words in world.mentions())
    told = mail_to(world, HORN.email or "")
    assert told.message_id.endswith(".1.taken")
    assert await world.interpreters.view(slower, "en") == NOTHING_MORE


async def test_the_interpreters_own_mail_has_the_facts_a_link_of_their_own_and_one_to_say_that_they_cannot_come(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    organisation = Desk(world, LINGUA.email or "").token
    await Desk(world, LINGUA.email or "").accepts()
    mail = mail_to(world, SELAM)
    assert mail.subject == "You interpret a conversation"
    assert "Tigrinya" in mail.markdown
    own = world.token_for(SELAM)
    assert (await Desk(world, SELAM).sees()).status is OfferStatus.ACCEPTED
    assert Desk(world, SELAM).token == own
    assert own not in (organisation, world.token_for(AMINA))
    (file,) = mail.attachments
    assert b"METHOD:REQUEST" in file.data
    assert (await world.session()).id.encode() in file.data


async def test_the_same_person_who_presses_twice_reads_twice_that_they_have_accepted(world: World) -> None:
    await seek(world, LINGUA)
    desk = Desk(world, LINGUA.email or "")
    assert [(await desk.accepts()).status for _ in range(2)] == [OfferStatus.ACCEPTED] * 2
    assert (await desk.accepts("Somebody else", "else@lingua.example")) == NOTHING_MORE
    assert len((await world.session()).links) == 2


@pytest.mark.parametrize(
    "contact", ["", "Selam", "selam@", "+41 22 000 00 00", "@selam:elsewhere.org", "@Selam:example.org", NURSE, "0041 12"]
)
async def test_somebody_who_cannot_be_reached_accepts_nothing(world: World, contact: str) -> None:
    await seek(world, LINGUA)
    with pytest.raises(ContactNotUsable):
        await Desk(world, LINGUA.email or "").accepts(contact=contact)
    assert (await world.session()).state is State.HELD


async def test_who_has_not_seen_the_terms_in_force_accepts_nothing(world: World) -> None:
    await seek(world, LINGUA)
    with pytest.raises(TermsNotCurrent):
        await Desk(world, LINGUA.email or "").accepts(terms="0")
    assert (await world.session()).state is State.HELD


async def test_an_interpreter_may_be_reached_by_sms(world: World) -> None:
    await world.stop()
    world.channels = frozenset({Channel.EMAIL, Channel.SMS})
    world.start()
    await seek(world, LINGUA)
    await Desk(world, LINGUA.email or "").accepts(contact="079 123 45 67")
    link = (await world.session()).links[-1]
    assert link.contact.value == "+41791234567"
    assert [message.channel for message in (await world.session()).messages if message.link == link.id] == [Channel.SMS]


async def test_an_interpreter_with_a_matrix_account_needs_no_link(world: World) -> None:
    await seek(world, LINGUA)
    await Desk(world, LINGUA.email or "").accepts(contact="@selam:example.org")
    session = await world.session()
    assert session.interpreters == {"@selam:example.org"}
    assert [link.role for link in session.links] == [Role.SERVICE_USER]


# ---- declining, withdrawing


async def test_the_requester_reads_why_nobody_can_come(world: World) -> None:
    await seek(world, LINGUA)
    assert (await Desk(world, LINGUA.email or "").declines("all are on leave")).status is OfferStatus.DECLINED
    session = await world.session()
    assert (session.state, session.offers[0].reason) == (State.UNAVAILABLE, "all are on leave")
    assert mails_to(world, AMINA) == []
    assert len(mails_to(world, LINGUA.email or "")) == 1, "whoever declined need not be told"


async def test_an_organisation_that_may_not_decline_is_not_offered_it_and_cannot(world: World) -> None:
    await seek(world, replace(LINGUA, may_decline=False))
    desk = Desk(world, LINGUA.email or "")
    assert not (await desk.sees()).may_decline
    assert (await desk.declines()).status is OfferStatus.ASKED
    assert (await world.session()).state is State.HELD


@pytest.mark.parametrize("who", [LINGUA.email, SELAM])
async def test_organisation_and_interpreter_may_withdraw_by_their_links(world: World, who: str) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    desk = Desk(world, who)
    token = desk.token
    assert (await desk.withdraws("ill")).status is OfferStatus.WITHDRAWN
    session = await world.session()
    assert (session.offers[0].state, session.offers[0].reason) == (OfferState.WITHDRAWN, "ill")
    assert session.links[-1].dead
    assert session.state is State.INVITED, "people who were told already are not held back"
    assert mail_to(world, LINGUA.email or "").subject == "Your interpreter cannot come"
    assert (await world.interpreters.view(token, "en")) == OfferView(OfferStatus.WITHDRAWN)


async def test_who_has_not_accepted_can_withdraw_nothing(world: World) -> None:
    await seek(world, LINGUA)
    before = await world.session()
    assert (await Desk(world, LINGUA.email or "").withdraws("ill")).status is OfferStatus.ASKED
    assert await world.session() == before


# ---- a new time


async def test_an_answer_to_the_old_time_counts_for_nothing_and_shows_the_new_one(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    await world.sessions.decide((await world.session()).id, c.Reschedule(NURSE, AT + timedelta(days=1)))
    await world.settle()
    desk = Desk(world, LINGUA.email or "")
    with pytest.raises(TimeChanged) as changed:
        await desk.accepts()
    assert "2 December 2026" in changed.value.view.facts[0].value
    with pytest.raises(TimeChanged):
        await desk.declines()
    assert (await world.session()).state is State.HELD
    assert mail_to(world, LINGUA.email or "").subject == "New time, please answer again: Tigrinya"
    assert (await desk.accepts(round_=2)).status is OfferStatus.ACCEPTED


@pytest.mark.parametrize("who", [LINGUA.email, SELAM])
async def test_whoever_accepted_confirms_the_new_time_before_the_others_learn_it(world: World, who: str) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    await world.sessions.decide((await world.session()).id, c.Reschedule(NURSE, AT + timedelta(days=1)))
    await world.settle()
    asked = mail_to(world, SELAM)
    assert (asked.subject, asked.attachments) == ("New time: please confirm", ())
    assert "2 December 2026" in asked.markdown
    assert len(mails_to(world, AMINA)) == 1
    desk = Desk(world, who)
    view = await desk.sees()
    assert (view.status, view.may_decline, view.terms_text) == (OfferStatus.CONFIRM, True, "")
    assert (await desk.accepts("", "", round_=2)).status is OfferStatus.ACCEPTED
    assert len(mails_to(world, AMINA)) == 2
    assert mail_to(world, SELAM).subject == "A new time for your conversation"
    assert b"SEQUENCE:1" in mail_to(world, SELAM).attachments[0].data


async def test_an_interpreter_who_cannot_come_at_the_new_time_is_out(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    await world.sessions.decide((await world.session()).id, c.Reschedule(NURSE, AT + timedelta(days=1)))
    await world.settle()
    assert (await Desk(world, SELAM).declines("not then", round_=2)).status is OfferStatus.DECLINED
    session = await world.session()
    assert session.links[-1].dead
    assert not session.interpreter_ready


# ---- ends


async def test_whoever_was_asked_learns_that_nobody_is_needed_any_more(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    token = Desk(world, LINGUA.email or "").token
    await world.sessions.decide((await world.session()).id, c.Cancel(NURSE))
    await world.settle()
    assert mail_to(world, LINGUA.email or "").subject == "No interpreter is needed any more"
    assert await world.interpreters.view(token, "en") == OfferView(OfferStatus.NOT_NEEDED)
    assert await world.interpreters.accept(token, 1, "Selam", SELAM, "en", "1") == OfferView(OfferStatus.NOT_NEEDED)


async def test_a_cancelled_session_reaches_the_interpreter_with_the_calendar_entry_taken_back(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    await world.sessions.decide((await world.session()).id, c.Cancel(NURSE))
    await world.settle()
    mail = mail_to(world, SELAM)
    assert mail.subject == "Your conversation will not take place"
    assert b"METHOD:CANCEL" in mail.attachments[0].data


async def test_after_the_time_to_answer_the_organisation_is_told_and_can_accept_no_more(world: World) -> None:
    await seek(world, LINGUA)
    token = Desk(world, LINGUA.email or "").token
    await world.pass_time(timedelta(hours=25))
    assert (await world.session()).state is State.UNAVAILABLE
    told = mail_to(world, LINGUA.email or "")
    assert (told.message_id.rpartition(".")[2], told.subject) == ("expired", "The time to answer is over")
    assert await world.interpreters.accept(token, 1, "Selam", SELAM, "en", "1") == OfferView(OfferStatus.EXPIRED)


async def test_the_interpreter_is_reminded_as_interpreter(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    await world.pass_time(AT - timedelta(hours=23) - world.clock.moment)
    assert "You interpret this conversation" in mail_to(world, SELAM).markdown


async def test_tokens_that_lead_nowhere_are_answered_alike(world: World) -> None:
    await seek(world, LINGUA)
    guests = world.interpreters
    session = await world.session()
    for token in ("", "x" * 22, "é", session.id, session.offers[0].id):
        assert await guests.view(token, "en") is None
        assert await guests.accept(token, 1, "Selam", SELAM, "en", "1") is None
        assert await guests.decline(token, 1, "", "en") is None
        assert await guests.withdraw(token, "", "en") is None
    assert await world.session() == session


async def test_a_service_users_link_opens_nothing_here(world: World) -> None:
    await seek(world, LINGUA)
    await Desk(world, LINGUA.email or "").accepts()
    assert await world.interpreters.view(world.token_for(AMINA), "en") is None


async def test_once_everything_is_deleted_the_organisations_link_leads_nowhere(world: World) -> None:
    await seek(world, LINGUA)
    token = Desk(world, LINGUA.email or "").token
    await world.sessions.decide((await world.session()).id, c.Cancel(NURSE))
    await world.pass_time(timedelta(days=2))
    assert await world.interpreters.view(token, "en") is None
