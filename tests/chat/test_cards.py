"""What the requester reads about a session: contacts masked, names as text, a sentence for each notice (PRODUCT §3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.chat.cards import NOTICES, Cards, waited
from teleconnect_bot.chat.commands import COMMANDS
from teleconnect_bot.chat.delivery_words import DELIVERY_WORDS
from teleconnect_bot.chat.state_words import NEXT_STEPS, STATE_WORDS
from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.effects import MENTIONING, Notice
from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import Delivery, Session, State
from tests import fakes_domain as made
from tests.chat.reading import ATTACKS, read_html, visible
from tests.fakes_domain import IN_STATE, NOW, after, minutes

CARDS = Cards(format_moment)
LEFT_OVER = ("**", "`", "\\", "](", "{", "}", "&amp;", "&lt;")


def _named(name: str, session: Session | None = None) -> Session:
    """The session with this as the name in the invitation and as the name that the person chose."""
    session = session or made.waiting()
    return replace(
        session,
        links=tuple(replace(link, name=name) for link in session.links),
        seats=tuple(replace(seat, name=name) for seat in session.seats),
    )


def test_each_state_delivery_and_notice_has_its_words() -> None:
    assert set(STATE_WORDS) == set(State)
    assert set(DELIVERY_WORDS) == set(Delivery)
    assert set(NOTICES) == set(Notice)
    assert set(NOTICES) >= MENTIONING


@pytest.mark.parametrize("state", State)
def test_the_card_of_each_state_is_whole(state: State) -> None:
    session = IN_STATE[state]()
    card = CARDS.card(session, NOW)
    assert card.plain.startswith("Session K7M2 – ")
    assert STATE_WORDS[state].strip("*") in card.plain
    assert not [mark for mark in LEFT_OVER if mark in card.plain]
    assert "amina@example.org" not in card.plain + (card.html or "")
    assert "a…@example.org (Amina), in French" in card.plain
    assert set(read_html(card.html).tags) <= {"p", "strong", "em", "code", "ul", "li", "a"}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("notice", Notice)
def test_each_notice_is_whole_whatever_the_session_is_meanwhile(notice: Notice, state: State) -> None:
    words = CARDS.notice(IN_STATE[state](), notice, NOW + minutes(3))
    assert "K7M2" in words.plain
    assert words.plain.endswith(".")
    assert "  " not in words.plain
    assert not [mark for mark in LEFT_OVER if mark in words.plain]
    assert "amina@example.org" not in words.plain + (words.html or "")


@pytest.mark.parametrize("source", [*NOTICES.values(), *NEXT_STEPS.values()])
def test_each_command_that_the_texts_name_exists(source: str) -> None:
    named = [words.split()[0] for words in source.split("`")[1::2]]
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_name_that_is_mark_up_stays_text_on_card_and_notices(attack: str) -> None:
    session = _named(attack)
    plain_tags = read_html(CARDS.card(_named("Amina"), NOW).html).tags
    card = CARDS.card(session, NOW)
    assert read_html(card.html).tags == plain_tags
    assert visible(attack) in read_html(card.html).words
    for notice in Notice:
        assert read_html(CARDS.notice(session, notice, NOW).html).tags == read_html(CARDS.notice(_named("Amina"), notice, NOW).html).tags


@given(st.text())
def test_any_name_stays_text_on_the_card(name: str) -> None:
    card = CARDS.card(_named(name), NOW)
    expected = read_html(CARDS.card(_named("Amina"), NOW).html)
    assert read_html(card.html).tags == expected.tags
    assert (f"{visible(name)} is here" if visible(name) else "Service user is here") in card.plain


@given(st.text())
def test_any_problem_of_a_message_stays_text(problem: str) -> None:
    session = made.invited()
    session = after(session, c.MessageFailed(session.messages[0].id, problem))
    assert read_html(CARDS.notice(session, Notice.UNDELIVERABLE, NOW).html).tags == ["p", "code"]
    assert read_html(CARDS.card(session, NOW).html).tags == ["p", "strong", "ul", "li", "li", "strong", "li", "p", "code", "code"]


def test_somebody_without_a_name_is_called_by_the_role() -> None:
    assert "Service user is in the waiting room." in CARDS.notice(_named(""), Notice.HERE, NOW).plain
    assert "Service user is in the waiting room." in CARDS.notice(_named("\u202e\x00"), Notice.HERE, NOW).plain


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (Contact(ContactKind.EMAIL, "anna.smith_x@example.org"), "a…@example.org"),
        (Contact(ContactKind.PHONE, "+41791234789"), "+41…789"),
        (Contact(ContactKind.MATRIX, "@anna_b:example.org"), "@a…"),
    ],
)
def test_contacts_are_masked(contact: Contact, shown: str) -> None:
    session = made.invited()
    session = replace(session, links=(replace(session.links[0], contact=contact),))
    card = CARDS.card(session, NOW)
    assert f"Service user: {shown} (Amina)" in card.plain
    assert contact.value not in card.plain + (card.html or "")


def test_the_card_tells_what_became_of_the_message_and_the_link() -> None:
    session = made.invited()
    assert "E-mail: is being sent" in CARDS.card(session, NOW).plain
    sent = after(session, c.MessageTaken(session.messages[0].id), c.LinkOpened(made.LINK))
    assert "E-mail: sent" in CARDS.card(sent, NOW).plain
    assert "The link was opened." in CARDS.card(sent, NOW).plain
    assert "not for them" in CARDS.card(after(sent, c.NotForMe(made.LINK)), NOW).plain


def test_a_time_is_shown_in_the_zone_of_the_requester_and_without_backslashes() -> None:
    card = CARDS.card(made.closed(), NOW, Settings(zone="Europe/Kyiv"))
    assert format_moment(NOW + timedelta(hours=24), "Europe/Kyiv", "en") in card.plain
    assert ":30" in read_html(card.html).words
    assert "\\" not in (card.html or "")


def test_the_link_to_the_room_is_one_that_every_element_opens() -> None:
    here = CARDS.notice(made.waiting(), Notice.HERE, NOW)
    assert "https://matrix.to/#/%21room%3Ahospital.example" in here.plain
    assert '<a href="https://matrix.to/#/%21room%3Ahospital.example">Open the room</a>' in (here.html or "")


def test_two_who_wait_are_both_named() -> None:
    session = _named("Amina", made.entered(made.waiting(), 2))
    assert "Amina and Amina is in" in CARDS.notice(session, Notice.HERE, NOW).plain


@pytest.mark.parametrize(("after_", "words"), [(0, "less than a minute"), (60, "1 minute"), (119, "1 minute"), (1800, "30 minutes")])
def test_how_long_somebody_waits_in_words(after_: int, words: str) -> None:
    assert waited(made.waiting(), NOW + timedelta(seconds=after_)) == words


def test_the_transcript_is_called_by_its_code_alone() -> None:
    assert CARDS.file_name(made.closed(), 1, 1) == "session-K7M2.pdf"
    assert CARDS.file_name(made.closed(), 2, 3) == "session-K7M2-part-2-of-3.pdf"


def test_moments_are_asked_for_with_the_requesters_zone() -> None:
    asked: list[tuple[datetime, str, str]] = []

    def moment(at: datetime, zone: str, language: str) -> str:
        asked.append((at, zone, language))
        return "then"

    assert "deleted on then" in Cards(moment).card(made.closed(), NOW, Settings(zone="Asia/Kabul")).plain
    assert asked == [(NOW + timedelta(hours=24), "Asia/Kabul", "en")]


@pytest.mark.parametrize("state", State)
def test_a_teams_room_reads_no_name_and_no_contact_in_any_card_or_notice(state: State) -> None:
    session = replace(_named("Xanthippe", IN_STATE[state]()), team="night", note="Xanthippe asked for a woman")
    for belongs in (session, replace(session, requester="")):
        said = [CARDS.team_card(belongs, NOW, Settings()), *(CARDS.team_notice(belongs, notice, NOW, Settings()) for notice in Notice)]
        assert len(said) > 1
        for words in said:
            assert belongs.code in words.plain
            assert not [word for word in ("Xanthippe", "amina@", "a…@", "woman") if word in f"{words.plain}{words.html}"]
            assert not [mark for mark in LEFT_OVER if mark in words.plain]
