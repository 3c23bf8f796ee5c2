"""`invite` alone: one question at a time, until `send` (PRODUCT §3). Played on the real use cases and storage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.session import Mode, State
from teleconnect_bot.services.ports import Text
from tests.services.fakes import FakeEvent
from tests.services.world import CHAT, GRACE, NURSE, World

ANNA, BEA, EXPERT = "anna.secret@example.net", "bea.secret@example.net", "expert.secret@example.net"
DOCTOR, DOCTORS_CHAT = "@doctor:example.org", "!chat-doctor:example.org"


class Nurse:
    """Writes in the chat, each line an event that the homeserver keeps; reads the last answer."""

    def __init__(self, world: World) -> None:
        self.world, self.count = world, 0

    async def says(self, words: str) -> str:
        self.count += 1
        event = f"$said{self.count}"
        self.world.homeserver.events[event] = FakeEvent(CHAT, event, Text(words))
        before = set(self.world.homeserver.events)
        await self.world.write(words, event)
        return self._new(before)

    async def answers(self, *words: str) -> str:
        """All of them; what is said to the last."""
        return [await self.says(each) for each in words][-1]

    def last_event(self, containing: str) -> str:
        """The newest message that holds this."""
        return next(name for name, event in reversed(self.world.homeserver.events.items()) if event.text and containing in event.text.plain)

    async def reacts(self, key: str, target: str) -> str:
        self.count += 1
        before = set(self.world.homeserver.events)
        await self.world.desk.reacted(CHAT, f"$reaction{self.count}", NURSE, target, key)
        await self.world.settle()
        return self._new(before)

    def _new(self, before: set[str]) -> str:
        """What is new in the chat and still stands there."""
        events = self.world.homeserver.events
        new = [event for name, event in events.items() if name not in before and event.room == CHAT]
        return "\n".join(event.text.plain for event in new if event.text)


@pytest.fixture
def nurse(world: World) -> Nurse:
    return Nurse(world)


TO_THE_SUMMARY = ("invite", "remote", ANNA, "Anna", "French", "now", "skip", "skip")


async def test_one_thing_at_a_time_until_send(world: World, nurse: Nurse) -> None:
    assert "Where is the person?" in await nurse.says("invite")
    assert "How can they be reached" in await nurse.says("remote")
    assert f"Contact: {ANNA}" in (said := await nurse.says(ANNA))
    assert "name" in said
    assert "language" in await nurse.says("Anna")
    assert "When?" in await nurse.says("French")
    assert "same link" in await nurse.says("now")
    assert "colleague" in await nurse.says("skip")
    summary = await nurse.says("skip")
    assert f"Service user: Anna, {ANNA}, in French" in summary
    assert "https://meet.example.org/j#…" in summary
    assert "vous invite" in summary
    assert world.mailer.taken == []
    assert "Session" in await nurse.says("send")
    (mail,) = world.mailer.taken
    assert (mail.to, mail.language) == (ANNA, "fr")
    session = await world.session()
    assert (session.state, session.links[0].name, session.language) == (State.INVITED, "Anna", "fr")


async def test_the_text_of_the_summary_is_the_text_that_is_sent(world: World, nurse: Nurse) -> None:
    summary = await nurse.answers(*TO_THE_SUMMARY)
    await nurse.says("send")
    (mail,) = world.mailer.taken
    assert mail.subject in summary
    for line in mail.markdown.replace(world.token(), "…").splitlines():
        for part in line.replace("**", "").replace("[", "").partition("](")[0].split("\n"):
            assert part in summary


async def test_a_planned_session_is_echoed_with_day_of_week_and_zone(world: World, nurse: Nurse) -> None:
    said = await nurse.answers("invite", "remote", ANNA, "skip", "skip", "1.12. 14h Europe/Kyiv")
    assert "Tuesday" in said
    assert "Kyiv" in said
    summary = await nurse.answers("skip", "skip")
    assert "On your clock" in summary
    await nurse.says("send")
    session = await world.session()
    assert (session.planned_at, session.zone) == (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "Europe/Kyiv")


async def test_tomorrow_stays_the_day_that_was_meant_when_midnight_passes(world: World, nurse: Nurse) -> None:
    world.clock.moment = datetime(2026, 11, 2, 23, 50, tzinfo=UTC)
    await nurse.answers("invite", "remote", ANNA, "skip", "skip", "tomorrow 14:00", "skip")
    world.clock.advance(timedelta(minutes=20))
    await nurse.answers("skip", "send")
    assert (await world.session()).planned_at == datetime(2026, 11, 3, 14, 0, tzinfo=UTC)


async def test_several_people_are_added_one_after_another(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA, "skip", "skip", "now", f"{BEA}/fr", "skip", EXPERT, DOCTOR, "skip", "send")
    session = await world.session()
    assert [(link.contact.value, [other.language for other in link.others]) for link in session.links] == [(ANNA, ["fr"]), (EXPERT, [])]
    assert session.colleagues == {DOCTOR}


async def test_in_person_a_colleague_is_needed(world: World, nurse: Nurse) -> None:
    assert "Which colleague" in await nurse.answers("invite", "in person")
    assert "a colleague is needed" in await nurse.says("skip")
    await nurse.answers(DOCTOR, "skip", "now", "send")
    assert (await world.session()).mode is Mode.IN_PERSON
    assert "needs your help" in world.texts(DOCTORS_CHAT)[-1]


async def test_another_user_is_asked_neither_name_nor_language(world: World, nurse: Nurse) -> None:
    assert "When?" in await nurse.answers("invite", "remote", DOCTOR)
    await nurse.answers("now", "skip", "send")
    assert (await world.session()).mode is Mode.MEETING


async def test_back_asks_the_question_before_once_more(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA, "Anna", "fr")
    assert "language" in await nurse.says("back")
    assert "name" in await nurse.says("back")
    assert "How can they be reached" in await nurse.says("back")
    assert "Where is the person" in await nurse.says("back")
    assert "first question" in await nurse.says("back")
    await nurse.answers("remote", BEA, "skip", "skip", "now", "skip", "skip", "send")
    assert [(link.contact.value, link.name) for link in (await world.session()).links] == [(BEA, "")]


async def test_cancel_forgets_everything_at_once(world: World, nurse: Nurse) -> None:
    await nurse.answers(*TO_THE_SUMMARY)
    assert "nothing was sent" in await nurse.says("cancel")
    await world.pass_time(GRACE)
    assert await world.sessions.sessions_of(NURSE) == []
    assert "secret" not in "".join(world.texts())
    assert world.mailer.taken == []
    assert "no invitation to send" in await nurse.says("send")


async def test_it_ends_by_itself_30_minutes_after_the_last_answer(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA)
    await world.pass_time(timedelta(minutes=29))
    await nurse.says("Anna")
    await world.pass_time(timedelta(minutes=29))
    assert ANNA in "".join(world.texts())
    await world.pass_time(timedelta(minutes=1))
    assert "secret" not in "".join(world.texts())
    assert await world.sessions.sessions_of(NURSE) == []
    assert "was not sent, and is forgotten" in world.texts()[-1]


async def test_after_send_nothing_of_the_dialogue_stands_in_the_chat(world: World, nurse: Nurse) -> None:
    await nurse.answers(*TO_THE_SUMMARY, "send")
    assert "secret" not in "".join(world.texts())
    assert "Session" in world.card()
    async with world.database.reading() as connection:
        assert (await connection.execute(select(tables.dialogue))).all() == []


async def test_what_was_answered_is_sealed_in_the_database(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA, "Anna")
    async with world.database.reading() as connection:
        (row,) = (await connection.execute(select(tables.dialogue))).all()
    assert b"anna" not in row.state.lower()


async def test_the_triangle_on_the_summary_sends(world: World, nurse: Nurse) -> None:
    await nurse.answers(*TO_THE_SUMMARY)
    await nurse.reacts("▶️", nurse.last_event("Please check"))
    assert [mail.to for mail in world.mailer.taken] == [ANNA]
    assert (await world.session()).state is State.INVITED


async def test_the_triangle_on_an_outdated_summary_sends_nothing_and_shows_the_one_that_counts(world: World, nurse: Nurse) -> None:
    await nurse.answers(*TO_THE_SUMMARY)
    old = nurse.last_event("Please check")
    await nurse.answers("back", EXPERT, "skip")
    said = await nurse.reacts("▶", old)
    assert "outdated" in said
    assert EXPERT in said
    assert world.mailer.taken == []
    await nurse.reacts("▶", nurse.last_event("Please check"))
    assert [mail.to for mail in world.mailer.taken] == [ANNA, EXPERT]


async def test_the_cross_on_a_question_asks_once(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA)
    assert "write cancel" in await nurse.reacts("✖", nurse.last_event("name"))
    assert (await world.session()).state is State.DRAFT


async def test_orders_are_carried_out_in_between(world: World, nurse: Nurse) -> None:
    await world.write(f"invite {BEA}", "$first")
    await world.come(BEA, "Bea", "b" * 43)
    await nurse.answers("invite", "remote")
    assert "waits" in await nurse.says("waiting")
    assert "Join the room" in await nurse.says("next")
    assert "name" in await nurse.says(ANNA)


async def test_a_name_that_is_a_command_is_written_in_quotes(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA, '"Next"', "skip", "now", "skip", "skip", "send")
    assert (await world.session()).links[0].name == "Next"


async def test_a_second_invite_alone_goes_on_with_the_first(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA)
    said = await nurse.says("invite")
    assert "already" in said
    assert "name" in said
    assert len(await world.sessions.sessions_of(NURSE)) == 1


async def test_a_complete_line_with_check_leads_to_the_same_summary(world: World, nurse: Nurse) -> None:
    line = f'invite {ANNA} name="Anna" lang=fr at="1.12. 14h" tz=Europe/Kyiv colleague={DOCTOR} note="knows me" discreet=yes check'
    summary = await nurse.says(line)
    for part in ("Please check", f"Anna, {ANNA}, in French", "Tuesday", DOCTOR, "Discreet", "Your note: knows me", "send"):
        assert part in summary
    assert world.mailer.taken == []
    await nurse.says("send")
    session = await world.session()
    assert (session.state, session.discreet, session.note, session.zone) == (State.INVITED, True, "knows me", "Europe/Kyiv")
    assert "secret" not in "".join(world.texts())


async def test_a_line_that_is_wrong_is_answered_as_without_check(world: World, nurse: Nurse) -> None:
    assert "There are: en, fr" in await nurse.says(f"invite {ANNA} lang=xx check")
    assert "too many words" in await nurse.says(f"invite {ANNA} Muster check")
    assert world.mailer.taken == []
    assert "no invitation to send" in await nurse.says("send")


async def test_what_has_become_impossible_meanwhile_is_not_sent(world: World, nurse: Nurse) -> None:
    await nurse.answers("invite", "remote", ANNA, "skip", "skip", "today 09:20", "skip", "skip")
    world.clock.advance(timedelta(minutes=25))
    assert "has passed" in await nurse.says("send")
    assert world.mailer.taken == []
    await nurse.answers("back", "back", "back", "tomorrow 14:00", "skip", "skip", "send")
    assert len(world.mailer.taken) == 1


async def test_where_an_organisation_is_configured_an_interpreter_is_asked_for(world: World, nurse: Nurse) -> None:
    await world.organisations.put(Organisation(id="lingua", name="Lingua", languages=("fr", "prs"), email="lingua@example.net"))
    asked = await nurse.answers("invite", "remote", ANNA, "skip", "fr", "now", "skip")
    assert "yes for French, the language of the person; or write one of: Dari (prs), French (fr)" in asked
    assert "None of the organisations speaks Somali" in await nurse.says("somali")
    assert "Interpreter: French" in await nurse.says("yes")
    summary = await nurse.says("skip")
    assert "Interpreter for French; asked: Lingua. Nobody else is told before one accepts." in summary
    assert "found more easily when the session is planned ahead" in summary
    await nurse.says("send")
    assert ((await world.session()).state, [mail.to for mail in world.mailer.taken]) == (State.HELD, ["lingua@example.net"])


async def test_that_nobody_speaks_the_persons_language_is_said_plainly(world: World, nurse: Nurse) -> None:
    await world.organisations.put(Organisation(id="lingua", name="Lingua", languages=("prs",), email="lingua@example.net"))
    asked = await nurse.answers("invite", "remote", ANNA, "skip", "fr", "now", "skip")
    assert "no organisation speaks French, the language of the person" in asked
    assert "None of the organisations speaks French" in await nurse.says("yes")
    assert "Interpreter: Dari" in await nurse.says("dari")


@pytest.mark.parametrize("answered", range(1, len(TO_THE_SUMMARY) + 1))
async def test_it_goes_on_after_a_restart_between_any_two_answers(world: World, nurse: Nurse, answered: int) -> None:
    await nurse.answers(*TO_THE_SUMMARY[:answered])
    await world.stop()
    world.start()
    for words in (*TO_THE_SUMMARY[answered:], "send"):
        await nurse.says(words)
    assert [mail.to for mail in world.mailer.taken] == [ANNA]
    assert (await world.session()).links[0].name == "Anna"


BAD = [
    ((), "perhaps", "remote or in person"),
    (("remote",), "anna", "e-mail address"),
    (("remote",), "anna@example", "anna@example.org"),
    (("remote",), "+41 79 123", "too few digits"),
    (("remote",), "+41 79 123 45 67", "not configured here"),
    (("remote",), "skip", "e-mail address"),
    (("remote",), "@doctor", "A Matrix id is written like"),
    (("remote",), "@doctor:elsewhere.org", "no account on our server"),
    (("remote",), NURSE, "somebody else"),
    (("remote",), f"{ANNA} via=sms", "SMS is not configured"),
    (("remote", ANNA), "x" * 81, "longer than 80"),
    (("remote", ANNA, "skip"), "frnech", "Did you mean french"),
    (("remote", ANNA, "skip"), "xx", "en (English), fr (French)"),
    (("remote", ANNA, "skip", "fr"), "soon", "Example"),
    (("remote", ANNA, "skip", "fr"), "2020-01-01 14:00", "has passed"),
    (("remote", ANNA, "skip", "fr"), "tomorrow 14:00 Europe/Kiew", "Europe/Ki"),
    (("remote", ANNA, "skip", "fr"), "2027-03-28 02:30 Europe/Zurich", "does not exist"),
    (("remote", ANNA, "skip", "fr"), "2027-10-31 02:30 Europe/Zurich", "comes twice"),
    (("remote", ANNA, "skip", "fr", "now"), ANNA, "twice"),
    (("remote", ANNA, "skip", "fr", "now"), f"{BEA}/xx", "There are: en, fr"),
    (("remote", ANNA, "skip", "fr", "now", "skip"), ANNA, "twice"),
    (("remote", ANNA, "skip", "fr", "now", "skip"), "@doctor", "A Matrix id is written like"),
    (("remote", ANNA, "skip", "fr", "now", "skip", "skip"), "yes", "Nothing is sent yet"),
    (("remote", ANNA), "send", "not complete"),
]


@pytest.mark.parametrize(("before", "bad", "said"), BAD, ids=[f"{len(before)}: {bad[:30]}" for before, bad, _ in BAD])
async def test_a_bad_answer_is_explained_and_changes_nothing(
    world: World, nurse: Nurse, before: tuple[str, ...], bad: str, said: str
) -> None:
    asked = await nurse.answers("invite", *before)
    answer = await nurse.says(bad)
    assert said.replace("`", "") in answer.replace("Write ", "").replace("write ", "")
    question = asked.splitlines()[-1]
    assert answer.splitlines()[-1] == question
    (draft,) = await world.sessions.sessions_of(NURSE)
    assert (draft.state, draft.links, world.mailer.taken) == (State.DRAFT, (), [])
