"""Colleagues with a link of their own, sessions in person, and that nobody is added later (PRODUCT §1, §2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Mode, Session, State
from teleconnect_bot.services.ports import Text
from tests.services.fakes import FakeEvent
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import CHAT, GRACE, NURSE, World

ANNA, KARIM, DOCTOR, EXPERT = "anna@example.net", "karim@example.net", "doctor@example.net", "expert@example.net"
FIRST, SECOND = "a" * 43, "b" * 43


async def remote(world: World) -> World:
    await world.write(f"invite {ANNA} lang=fr guest={KARIM}/en colleague={DOCTOR}/en", "$invite")
    return world


async def in_person(world: World) -> World:
    await world.write(f"invite in-person colleague={DOCTOR}/en colleague={EXPERT} lang=fr", "$invite")
    return world


async def latest(world: World) -> Session:
    return list(await world.sessions.sessions_of(NURSE))[-1]


async def test_a_colleague_receives_a_link_of_their_own_in_their_own_language(world: World) -> None:
    await remote(world)
    assert [(mail.to, mail.language) for mail in world.mailer.taken] == [(ANNA, "fr"), (KARIM, "en"), (DOCTOR, "en")]
    assert world.token_for(DOCTOR) != world.token_for(ANNA)
    assert "Colleague: d…@example.net, in English" in world.card()
    await world.come(DOCTOR, "Doctor", FIRST)
    seat = (await world.session()).seats[0]
    assert (seat.role, seat.label) == (Role.COLLEAGUE, "Colleague")


async def test_a_remote_colleague_alone_makes_nobody_ring_and_no_session_wait(world: World) -> None:
    await remote(world)
    await world.come(DOCTOR, "Doctor", FIRST)
    assert (await world.session()).state is State.INVITED
    assert world.mentions() == []
    assert "Doctor (Colleague) is here" in world.card()
    await world.come(ANNA, "Anna", SECOND)
    assert (await world.session()).state is State.WAITING
    assert "Anna (Service user) is in the waiting room" in world.mentions()[-1]


async def test_when_the_service_user_goes_the_colleague_does_not_keep_it_waiting(world: World) -> None:
    await remote(world)
    await world.come(DOCTOR, "Doctor", FIRST)
    await world.come(ANNA, "Anna", SECOND)
    await world.guests.leave(digest_of(SECOND))
    await world.settle()
    assert (await world.session()).state is State.INVITED


async def test_a_colleague_joins_a_session_that_is_already_running(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.come(DOCTOR, "Doctor", SECOND)
    session = await world.session()
    assert session.state is State.ACTIVE
    assert [seat.role for seat in session.present_seats] == [Role.SERVICE_USER, Role.COLLEAGUE]


async def test_in_person_only_the_colleagues_are_invited_and_the_first_to_come_makes_it_wait(world: World) -> None:
    await in_person(world)
    session = await world.session()
    assert session.mode is Mode.IN_PERSON
    assert [(mail.to, mail.language) for mail in world.mailer.taken] == [(DOCTOR, "en"), (EXPERT, "fr")]
    assert {link.role for link in session.links} == {Role.COLLEAGUE}
    assert "only colleagues are invited" in world.card()
    assert "Colleague 2: e…@example.net, in French" in world.card()
    await world.come(EXPERT, "Expert", FIRST)
    assert (await world.session()).state is State.WAITING
    assert "Expert (Colleague) is in the waiting room" in world.mentions()[-1]
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE


async def test_in_person_the_session_cannot_be_opened_before_the_colleague_is_there(world: World) -> None:
    await in_person(world)
    code = (await world.session()).code
    await world.write(f"start {code}", "$start")
    assert "Nobody is in the waiting room" in world.texts()[-1]


async def test_nothing_remains_of_a_session_with_a_colleague(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.come(DOCTOR, "Doctor", SECOND)
    await world.join_as_staff()
    users = {seat.user for seat in (await world.session()).seats}
    await world.write("close now", "$close")
    await world.pass_time(GRACE + timedelta(seconds=1))
    assert users <= world.homeserver.erased
    await nothing_is_left(world)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("invite in-person", "say which colleague you need"),
        (f"invite in-person colleague={DOCTOR} guest={KARIM}", "there is no guest="),
        (f'invite in-person colleague={DOCTOR} name="Karim"', "there is no guest= and no name="),
        (f"invite {ANNA} colleague=doctor", "What stands after colleague= is not an e-mail address"),
        (f"invite {ANNA} colleague={ANNA}", "twice"),
        (f"invite {ANNA} karim", "too many words"),
        ("invite again", "code of the earlier session"),
        ("invite again K7M2", "There is no session K7M2 of yours"),
        ("invite again K7M2 lang=fr", "stay as they were"),
    ],
)
async def test_a_mistake_changes_nothing_and_repeats_no_contact(world: World, words: str, said: str) -> None:
    await world.write(words, "$wrong")
    assert said in world.texts()[-1]
    assert "karim" not in world.texts()[-1].lower()
    assert world.mailer.taken == []
    assert (await world.session()).state is State.DRAFT


@pytest.mark.parametrize(
    "order", ["invite karim@example.net", "add", "guest karim@example.net", "add guest=karim@example.net", "colleague x y"]
)
async def test_whoever_tries_to_add_somebody_in_the_room_reads_how_to_invite_the_same_people_anew(world: World, order: str) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    before = await world.session()
    world.homeserver.events["$order"] = event = FakeEvent(before.room or "", "hers", Text(order))
    await world.write(f"!tc {order}", "$order", room=before.room or "")
    after, answer = await world.session(), world.texts()[-1]
    assert (after.links, after.seats, after.state) == (before.links, before.seats, State.ACTIVE)
    assert f"invite again {before.code} guest=" in answer
    assert "karim" not in answer
    assert (event.text is None) is ("karim" in order), "a contact is taken out of the room at once"


@pytest.mark.parametrize("words", ["add {code}", "add {code} guest=x@example.net", "add x@example.net", "guest {code}", "add"])
async def test_in_the_direct_chat_adding_is_refused_in_the_same_words(world: World, words: str) -> None:
    await remote(world)
    session = await world.session()
    await world.write(words.format(code=session.code), "$add")
    assert "Nobody can be added to" in world.texts()[-1]
    assert "x@example.net" not in world.texts()[-1]
    assert (await latest(world)).links == session.links or (await latest(world)).state is State.DRAFT


async def test_a_session_of_somebody_else_is_not_told_apart_from_none(world: World) -> None:
    await remote(world)
    code = (await world.session()).code
    await world.write(f"add {code}", "$add", by="@other:example.org", room="!chat-other:example.org")
    await world.write(f"invite again {code}", "$again", by="@other:example.org", room="!chat-other:example.org")
    assert [f"There is no session {code} of yours" in text for text in world.texts("!chat-other:example.org")] == [True, True]
    assert len(world.mailer.taken) == 3


async def test_the_ready_made_line_invites_the_same_people_and_whoever_is_added_to_it(world: World) -> None:
    await remote(world)
    first = await world.session()
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.write("close", "$close")
    sent = len(world.mailer.taken)
    await world.write(f"invite again {first.code} guest={EXPERT}/en", "$again")
    second = await latest(world)
    assert second.id != first.id
    assert [(mail.to, mail.language) for mail in world.mailer.taken[sent:]] == [(ANNA, "fr"), (KARIM, "en"), (EXPERT, "en"), (DOCTOR, "en")]
    assert {link.digest for link in first.links}.isdisjoint(link.digest for link in second.links)
    assert (second.state, second.language) == (State.INVITED, first.language)


async def test_the_ready_made_line_works_for_a_session_in_person_as_well(world: World) -> None:
    await in_person(world)
    code = (await world.session()).code
    await world.write(f"invite again {code} colleague=third@example.net", "$again")
    second = await latest(world)
    assert (second.mode, [link.contact.value for link in second.links]) == (Mode.IN_PERSON, [DOCTOR, EXPERT, "third@example.net"])


async def test_the_people_of_a_deleted_session_are_not_known_any_more(world: World) -> None:
    await remote(world)
    code = (await world.session()).code
    await world.write(f"cancel {code}", "$cancel")
    await world.write(f"close now {code}", "$now")
    await world.write(f"invite again {code}", "$again")
    assert "being deleted" in world.texts()[-1] or "no session" in world.texts()[-1]
    assert len([mail for mail in world.mailer.taken if ".invitation." in mail.message_id]) == 3


async def test_who_said_that_it_was_not_for_them_is_not_invited_again(world: World) -> None:
    await remote(world)
    code = (await world.session()).code
    await world.guests.not_me(world.token_for(ANNA))
    await world.settle()
    await world.write(f"invite again {code}", "$again")
    assert "not for them" in world.texts()[-1]
    assert len(world.mailer.taken) == 3


async def test_the_command_with_the_contacts_is_redacted_once_its_card_exists(world: World) -> None:
    world.homeserver.events["$invite"] = event = FakeEvent(CHAT, "hers", Text("the command"))
    await remote(world)
    assert event.text is None
