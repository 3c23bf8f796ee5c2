"""An interpreter is sought in an organisation's own Matrix room, from the invitation to the last row (PRODUCT §5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.organisations import OfferState, Organisation
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.requester_settings import with_contact
from tests.services.fakes import FakeEvent
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import ADMIN, ADMINS_CHAT, CHAT, GRACE, LINGUAS_ROOM, NURSE, World

ANNA, KARIM, FIRST = "anna@example.net", "karim@example.net", "a" * 43
DOCTOR = "@doctor:example.org"
SELAM, OTHER = "@selam:example.org", "@other:example.org"
SELAMS_CHAT = "!chat-selam:example.org"
HORNS_ROOM = "!horn:example.org"
LINGUA = Organisation(id="lingua", name="Lingua", languages=("prs", "ti"), room=LINGUAS_ROOM)
HORN = Organisation(id="horn", name="Horn", languages=("ti", "so"), room=HORNS_ROOM)


async def with_organisations(world: World) -> World:
    world.shared.rooms[HORNS_ROOM] = set()
    await world.organisations.put(LINGUA)
    await world.organisations.put(HORN)
    return world


async def sought(world: World, line: str = f"invite {ANNA} name=Anna lang=fr interpreter=tigrinya") -> str:
    """The nurse's line; the session's code."""
    await with_organisations(world)
    await world.write(line, "$invite")
    return (await world.session()).code


async def says(world: World, words: str, by: str = SELAM, room: str = LINGUAS_ROOM) -> str:
    """Somebody in an organisation's room; the last thing said there."""
    await world.write(words, f"$said{len(world.homeserver.transactions)}.{len(words)}", by=by, room=room)
    return world.texts(room)[-1]


def said(world: World, words: str, room: str = CHAT) -> bool:
    """Something with these words was said there, not only by the newest message: answers and effects do not wait for each other."""
    return any(words in text for text in world.texts(room))


def cards(world: World, room: str = LINGUAS_ROOM) -> list[tuple[str, FakeEvent]]:
    """The cards in the room by event, as they stand after all edits."""
    events = world.homeserver.events
    found = [(name, event) for name, event in events.items() if event.room == room and ".offer." in event.transaction]
    latest = dict(found)
    for event in events.values():
        if event.room == room and event.replaces in latest:
            latest[event.replaces] = event
    return list(latest.items())


def card(world: World, room: str = LINGUAS_ROOM) -> str:
    text = cards(world, room)[-1][1].text
    assert text is not None
    return text.plain


async def presses(world: World, key: str, by: str = SELAM, room: str = LINGUAS_ROOM, number: int = -1) -> str:
    """A member's reaction on a card; the last thing said in the room."""
    await world.desk.reacted(room, f"$reaction{len(world.homeserver.transactions)}", by, cards(world, room)[number][0], key)
    await world.settle()
    return world.texts(room)[-1]


# ---- asking


async def test_the_card_says_when_which_languages_and_how_long_and_nothing_about_the_person(world: World) -> None:
    code = await sought(world, f'invite {ANNA} name=Anna lang=fr at="2026-11-12 14:00" tz=Europe/Kyiv interpreter=ti')
    shown = card(world)
    assert shown.splitlines()[0] == f"Session {code} – an interpreter is needed"
    assert "Languages: Tigrinya and English" in shown
    assert "Expected to take 60 minutes" in shown
    assert "12 November 2026" in shown
    assert "12:00" in shown
    assert "14:00" in shown
    assert not any(word in shown for word in ("Anna", "anna", "fr)", NURSE, "French"))
    assert "Please answer until" in shown


async def test_while_it_is_held_only_the_organisations_know_and_the_card_shows_who_was_asked_and_until_when(world: World) -> None:
    await sought(world)
    session = await world.session()
    assert (session.state, session.interpreter_wanted, world.mailer.taken) == (State.HELD, "ti", [])
    assert len(cards(world)) == len(cards(world, HORNS_ROOM)) == 1
    assert "Interpreter for Tigrinya" in world.card()
    assert "Lingua: asked, may answer until" in world.card()
    assert "Horn: asked, may answer until" in world.card()
    assert world.offers() == {"✖", "⏩"}


async def test_one_organisation_alone_and_the_persons_own_language(world: World) -> None:
    await sought(world, f"invite {ANNA} interpreter=prs/lingua")
    assert [offer.organisation for offer in (await world.session()).offers] == ["lingua"]
    await world.organisations.put(Organisation(id="paris", name="Paris", languages=("fr",), room=LINGUAS_ROOM))
    await world.write(f"invite {KARIM} lang=fr interpreter", "$second")
    *_, second = await world.sessions.sessions_of(NURSE)
    assert (second.interpreter_wanted, [offer.organisation for offer in second.offers]) == ("fr", ["paris"])


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("interpreter=somalia", "Did you mean interpreter=so?"),
        ("interpreter=klingonese", "none of the organisations speaks it"),
        ("interpreter=uk", "None of the organisations speaks Ukrainian. There are: Dari (prs), Somali (so), Tigrinya (ti)"),
        ("interpreter", "None of the organisations speaks French"),
        ("interpreter=prs/horn", "No organisation called so speaks Dari"),
        ("interpreter=ti/lingau", "Did you mean interpreter=ti/lingua?"),
    ],
)
async def test_what_nobody_speaks_is_said_plainly_with_what_there_is(world: World, wanted: str, answer: str) -> None:
    await with_organisations(world)
    await world.write(f"invite {ANNA} lang=fr {wanted}", "$invite")
    assert answer in world.texts()[-1]
    assert (await world.session()).state is State.DRAFT


@pytest.mark.parametrize("name", ["tigrinya", "Tigrigna", "tigriña", "التغرينية", "ትግርኛ", "ti", "TI"])
async def test_the_language_is_understood_in_the_languages_of_staff_and_its_own(world: World, name: str) -> None:
    await sought(world, f"invite {ANNA} interpreter={name}")
    assert (await world.session()).interpreter_wanted == "ti"


async def test_where_no_organisation_is_known_that_is_said(world: World) -> None:
    await world.write(f"invite {ANNA} interpreter=ti", "$invite")
    assert "No interpreting organisation is known to me" in world.texts()[-1]


async def test_planning_ahead_is_recommended_and_the_address_for_letters_asked_for(world: World) -> None:
    await sought(world)
    (answer,) = [text for text in world.texts() if "found more easily when the session is planned ahead" in text]
    assert "settings email=nurse@example.org tells me" in answer
    assert "You decide: without" in answer


async def test_a_session_that_is_too_near_is_warned_of_and_one_that_is_not_needs_no_words(world: World) -> None:
    await world.settings.change(NURSE, lambda chosen: with_contact(chosen, "email", Contact.email("nurse@example.org")))
    await sought(world, f'invite {ANNA} interpreter=ti at="today 16:00"')
    assert said(world, "so near that the organisations have less than the usual 24 hours")
    before = len(world.texts())
    await world.write(f'invite {KARIM} interpreter=ti at="2026-11-20 16:00"', "$far")
    assert len(world.texts()) == before + 1, "the card alone"


async def test_whose_room_cannot_be_used_is_not_waited_for(world: World) -> None:
    world.shared.unencrypted.add(LINGUAS_ROOM)
    await sought(world, f"invite {ANNA} interpreter=prs")
    assert (await world.session()).state is State.UNAVAILABLE
    assert "Lingua: declined: its room cannot be used" in world.card()


async def test_a_member_may_invite_the_bot_once_an_administrator_has_named_the_room(world: World) -> None:
    world.shared.closed.add(LINGUAS_ROOM)
    add = f"org add lingua name=Lingua languages=ti room={LINGUAS_ROOM}"
    await world.write(add, "$add", by=ADMIN, room=ADMINS_CHAT)
    assert "I am not in the room" in world.texts(ADMINS_CHAT)[-1]
    world.shared.closed.clear()
    await world.desk.invited(LINGUAS_ROOM, "@selam:elsewhere.org")
    assert world.direct_chats.left == []
    await world.write(add, "$again", by=ADMIN, room=ADMINS_CHAT)
    assert [each.room for each in await world.organisations.all()] == [LINGUAS_ROOM]


# ---- accepting


async def test_a_check_mark_makes_that_member_the_interpreter_and_now_the_others_are_told(world: World) -> None:
    code = await sought(world)
    await presses(world, "✅")
    assert said(world, f"{SELAM}: you interpret in session", LINGUAS_ROOM)
    session = await world.session()
    assert (session.state, session.interpreters, [mail.to for mail in world.mailer.taken]) == (State.INVITED, frozenset({SELAM}), [ANNA])
    assert f"Session {code} – {SELAM} interprets. Thank you." in card(world)
    assert card(world, HORNS_ROOM) == f"Session {code} is taken already, thank you."
    assert any("an interpreter has accepted" in mention for mention in world.mentions())
    assert f"Interpreter {SELAM}: is told, and not in the room" in world.card()
    assert "You have accepted to interpret" in world.texts(SELAMS_CHAT)[-1]


async def test_whoever_answers_later_reads_that_it_is_taken_and_nothing_else(world: World) -> None:
    code = await sought(world)
    await says(world, f"accept {code}")
    for answer in (
        await presses(world, "✅", by=OTHER),
        await says(world, f"!tc accept {code}", by=OTHER),
        await presses(world, "✅", by=OTHER, room=HORNS_ROOM),
    ):
        assert answer == "This is taken already, or not needed any more. Thank you."
    assert (await world.session()).interpreters == {SELAM}


async def test_the_interpreter_is_invited_at_arrival_may_come_late_and_can_neither_invite_nor_end(world: World) -> None:
    code = await sought(world)
    await presses(world, "✅")
    await world.come(ANNA, "Anna", FIRST)
    session = await world.session()
    assert session.room
    assert world.homeserver.rooms[session.room].invitations[-2:] == [NURSE, SELAM]
    assert "the person is there" in world.texts(SELAMS_CHAT)[-1]
    assert "Anna" not in world.texts(SELAMS_CHAT)[-1]
    await world.join_as_staff()
    await world.join_as_staff(by=SELAM)
    session = await world.session()
    assert (session.state, session.holder) == (State.ACTIVE, NURSE)
    assert f"Interpreter {SELAM}: is in the room" in world.card()
    await world.write("!tc close", "$close", by=SELAM, room=session.room or "")
    await world.write(f"!tc close {code}", "$close2", by=SELAM, room=LINGUAS_ROOM)
    await world.write(f"close {code}", "$close3", by=SELAM, room=SELAMS_CHAT)
    assert (await world.session()).state is State.ACTIVE
    assert "This way into session" in await says(world, f"join {code}")
    assert "You do not interpret" in await says(world, f"join {code}", by=OTHER)


async def test_who_has_no_chat_with_the_bot_is_told_in_the_organisations_room(world: World) -> None:
    world.chat.unknown.add(SELAM)
    await sought(world, f'invite {ANNA} name=Anna interpreter=ti at="2026-11-12 14:00"')
    await presses(world, "✅")
    told = world.texts(LINGUAS_ROOM)[-1]
    assert "You have accepted to interpret" in told
    assert [room for room, _, _ in world.homeserver.sent_files] == ["!chat-nurse:example.org", LINGUAS_ROOM]
    assert not any("Anna" in text for text in world.texts(LINGUAS_ROOM))


async def test_a_personal_link_to_the_call_never_stands_in_the_organisations_room(world: World) -> None:
    world.chat.unknown.add(SELAM)
    await sought(world)
    await presses(world, "✅")
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.join_as_staff(by=SELAM)
    assert [link.user for link in (await world.session()).call_links] == [NURSE, SELAM]
    await world.write("call", "$call")
    assert "a call has begun. In your own chat with me" in world.texts(LINGUAS_ROOM)[-1]
    written = [event.text.html or "" for event in world.homeserver.events.values() if event.room == LINGUAS_ROOM and event.text]
    assert not [text for text in written if "/c#" in text]
    assert sum("in a call" in text for text in written) == 0, "nor that there is one for somebody"


async def test_reminders_and_the_calendar_file_reach_the_interpreter(world: World) -> None:
    await sought(world, f'invite {ANNA} interpreter=ti at="2026-11-12 14:00"')
    await presses(world, "✅")
    assert SELAMS_CHAT in [room for room, _, _ in world.homeserver.sent_files]
    await world.pass_time(timedelta(days=9, hours=5, minutes=5))
    assert "is coming up" in world.texts(SELAMS_CHAT)[-1]


async def test_who_has_no_account_here_or_takes_part_already_cannot_interpret(world: World) -> None:
    code = await sought(world, f"invite {ANNA} colleague={DOCTOR} interpreter=ti")
    assert "no account on this server" in await says(world, f"accept {code}", by="@selam:elsewhere.org")
    assert "You take part in session" in await says(world, f"accept {code}", by=NURSE)
    assert "You take part in session" in await says(world, f"accept {code}", by=DOCTOR)
    assert (await world.session()).state is State.HELD


async def test_talk_in_the_room_is_not_answered_and_an_unknown_code_is(world: World) -> None:
    code = await sought(world)
    before = len(world.texts(LINGUAS_ROOM))
    for words in ("good morning", "accept whatever you like", "who takes this?", f"help {code}"):
        await world.write(words, f"${words}", by=SELAM, room=LINGUAS_ROOM)
    assert len(world.texts(LINGUAS_ROOM)) == before
    assert await says(world, "accept 2222") == "There is no request 2222."
    assert "Write the code" in await says(world, "accept")


async def test_after_more_than_an_hour_the_requester_sends_the_invitations(world: World) -> None:
    code = await sought(world)
    await world.pass_time(timedelta(minutes=61))
    await presses(world, "✅")
    assert ((await world.session()).state, world.mailer.taken) == (State.HELD, [])
    assert f"start {code} sends the invitations" in world.mentions()[-1]
    assert world.offers() == {"✖", "▶"}
    await world.write(f"start {code}", "$start")
    assert said(world, f"The invitations of session {code} are being sent.")
    assert [mail.to for mail in world.mailer.taken] == [ANNA]


# ---- nobody


async def test_who_declines_is_shown_with_the_reason_and_when_all_have_the_requester_chooses(world: World) -> None:
    await world.settings.change(NURSE, lambda chosen: with_contact(chosen, "email", Contact.email("nurse@example.org")))
    code = await sought(world)
    assert "you have declined" in await says(world, f"decline {code} nobody is free")
    assert "Lingua: declined: nobody is free" in world.card()
    assert (await world.session()).state is State.HELD
    await presses(world, "❌", room=HORNS_ROOM)
    assert (await world.session()).state is State.UNAVAILABLE
    notice = world.mentions()[-1]
    assert "no interpreter is available. Horn: declined; Lingua: declined: nobody is free." in notice
    assert all(f"{choice} {code}" in notice for choice in ("another", "without", "reschedule", "cancel"))
    assert world.offers() == {"🔄", "⏩", "✖"}
    (letter,) = world.mailer.taken
    assert (letter.to, letter.subject) == ("nurse@example.org", f"Session {code}: no interpreter is available")
    assert "Nobody else was told" in letter.markdown
    assert "nobody is free" not in letter.markdown


async def test_a_day_without_an_answer_also_across_a_restart_is_the_same(world: World) -> None:
    code = await sought(world)
    await world.pass_time(timedelta(hours=23))
    await world.stop()
    world.start()
    world.clock.advance(timedelta(hours=2))
    await world.settle()
    assert (await world.session()).state is State.UNAVAILABLE
    assert card(world) == f"Session {code}: the time to answer is over. Thank you."
    assert await presses(world, "✅") == f"Session {code}: the time to answer is over. Thank you."
    assert world.mailer.taken == []


async def test_another_organisation_is_asked_and_when_all_were_the_same_ones_again(world: World) -> None:
    code = await sought(world, f"invite {ANNA} interpreter=ti/lingua")
    await says(world, f"decline {code}")
    await world.write(f"another {code}", "$another")
    assert said(world, f"Session {code}: Horn may answer until")
    assert [(offer.organisation, offer.state) for offer in (await world.session()).offers] == [
        ("lingua", OfferState.DECLINED),
        ("horn", OfferState.ASKED),
    ]
    await says(world, f"decline {code}", room=HORNS_ROOM)
    await world.desk.reacted("!chat-nurse:example.org", "$again", NURSE, _status_card(world), "🔄")
    await world.settle()
    assert {offer.state for offer in (await world.session()).offers} == {OfferState.ASKED}
    await presses(world, "✅")
    assert (await world.session()).interpreters == {SELAM}


async def test_another_by_name_and_in_another_language(world: World) -> None:
    code = await sought(world, f"invite {ANNA} interpreter=prs")
    await says(world, f"decline {code}")
    await world.write(f"another {code} horn", "$another")
    assert "No organisation called so speaks Dari" in world.texts()[-1]
    await world.write(f"another {code} interpreter=so", "$somali")
    session = await world.session()
    assert (session.interpreter_wanted, session.state) == ("so", State.HELD)
    assert "Languages: Somali and English" in card(world, HORNS_ROOM)


async def test_without_is_asked_once_by_the_reaction_and_done_at_once_by_the_word(world: World) -> None:
    code = await sought(world)
    await world.desk.reacted("!chat-nurse:example.org", "$without", NURSE, _status_card(world), "⏩")
    await world.settle()
    assert (await world.session()).state is State.HELD
    assert "Really go on without an interpreter" in world.texts()[-1]
    await world.write(f"without {code}", "$yes")
    assert [mail.to for mail in world.mailer.taken] == [ANNA]
    assert card(world) == f"Session {code}: no interpreter is needed any more. Thank you."


def _status_card(world: World) -> str:
    return next(name for name, event in world.homeserver.events.items() if event.transaction.endswith(".card"))


# ---- afterwards


async def test_who_withdraws_is_told_of_at_once_and_nobody_is_held_back(world: World) -> None:
    code = await sought(world, f'invite {ANNA} interpreter=ti at="2026-11-12 14:00"')
    await presses(world, "✅")
    assert "the interpreter cannot come" in await says(world, f"withdraw {code} ill")
    assert (await world.session()).state is State.INVITED
    assert "the interpreter cannot come. Lingua: the interpreter withdrew: ill" in world.mentions()[-1]
    await world.write(f"another {code}", "$another")
    assert {offer.state for offer in (await world.session()).offers} == {OfferState.ASKED}
    assert "an interpreter is needed" in card(world, HORNS_ROOM)


async def test_a_new_time_is_a_new_card_that_the_interpreter_confirms_before_the_others_learn_it(world: World) -> None:
    code = await sought(world, f'invite {ANNA} interpreter=ti at="2026-11-12 14:00"')
    await presses(world, "✅")
    await world.write(f'reschedule {code} at="2026-11-14 10:00"', "$move")
    assert said(world, "The interpreter is asked to confirm it; then the others are told.")
    assert [mail.to for mail in world.mailer.taken] == [ANNA], "the invitation"
    first, second = (event.text.plain for _, event in cards(world) if event.text)
    assert first == f"The time of session {code} has changed. The newer card below counts."
    assert f"can {SELAM} still interpret?" in second
    opened = await world.guests.open(world.token_for(ANNA), "fr")
    assert opened is not None
    assert opened.opens_at is not None
    assert opened.opens_at.day == 12, "what the page shows is what was told"
    await world.write(f"resend {code}", "$resend")
    assert "12 November" in world.mailer.taken[-1].markdown, "and what a mail tells meanwhile"
    assert "newer card" in await presses(world, "✅", number=0)
    assert (await world.session()).held_back_since is not None
    await presses(world, "✅")
    assert [mail.to for mail in world.mailer.taken] == [ANNA, ANNA, ANNA]
    opened = await world.guests.open(world.token_for(ANNA), "fr")
    assert opened is not None
    assert opened.opens_at is not None
    assert opened.opens_at.day == 14


async def test_who_has_not_confirmed_when_the_requester_goes_on_without_is_told_and_the_calendar_entry_taken_back(world: World) -> None:
    code = await sought(world, f'invite {ANNA} interpreter=ti at="2026-11-12 14:00"')
    await presses(world, "✅")
    await world.write(f'reschedule {code} at="2026-11-14 10:00"', "$move")
    before = len(world.homeserver.sent_files)
    await world.write(f"without {code}", "$without")
    assert said(world, f"Session {code}: you are not needed as interpreter any more", SELAMS_CHAT)
    assert card(world) == f"Session {code}: no interpreter is needed any more. Thank you."
    (file,) = [data for room, _, data in world.homeserver.sent_files[before:] if room == SELAMS_CHAT]
    assert b"METHOD:CANCEL" in file or b"STATUS:CANCELLED" in file
    assert await presses(world, "✅") == f"Session {code}: no interpreter is needed any more. Thank you."


async def test_a_new_time_while_nobody_has_accepted_asks_everybody_anew(world: World) -> None:
    code = await sought(world)
    await world.write(f'reschedule {code} at="2026-11-14 10:00"', "$move")
    assert "14 November 2026" in card(world)
    assert said(world, "The organisations are asked anew; nobody else is told before one accepts.")
    assert world.mailer.taken == []


async def test_cancelling_reaches_every_organisation_and_the_interpreter(world: World) -> None:
    code = await sought(world)
    await presses(world, "✅")
    await world.write(f"cancel {code}", "$cancel")
    assert card(world) == f"Session {code}: no interpreter is needed any more. Thank you."
    assert "is cancelled" in world.texts(SELAMS_CHAT)[-1]


async def test_interpreter_colleague_third_party_and_a_planned_time_in_one_session(world: World) -> None:
    code = await sought(world, f'invite {ANNA} guest={KARIM} colleague={DOCTOR} interpreter=ti at="2026-11-12 14:00"')
    assert world.mailer.taken == []
    assert world.texts("!chat-doctor:example.org") == []
    await says(world, f"accept {code}")
    assert [mail.to for mail in world.mailer.taken] == [ANNA, KARIM]
    assert "asks you to take part" in world.texts("!chat-doctor:example.org")[0]
    await world.pass_time(timedelta(days=10, hours=4, minutes=50))
    await world.come(ANNA, "Anna", FIRST)
    session = await world.session()
    assert session.room
    assert set(world.homeserver.rooms[session.room].invitations[-3:]) == {NURSE, DOCTOR, SELAM}
    await world.join_as_staff(by=SELAM)
    await world.join_as_staff(by=DOCTOR)
    assert (await world.session()).state is State.WAITING, "neither starts it"
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE


async def test_nothing_of_it_remains_but_the_sums(world: World) -> None:
    code = await sought(world)
    await says(world, f"decline {code} nobody is free")
    await presses(world, "✅", room=HORNS_ROOM)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.join_as_staff(by=SELAM)
    await world.write("close now", "$close")
    await world.pass_time(GRACE + timedelta(seconds=1))
    await nothing_is_left(world)
    assert all(event.text is None for _, event in cards(world))
    async with world.units.begin() as unit:
        sums = {name: amount for (_, name), amount in (await unit.counters()).items() if name.startswith("interp")}
    assert sums == {"interpreting.asked": 2, "interpreting.accepted": 1, "interpreting.declined": 1, "interpreted.ti": 1}
