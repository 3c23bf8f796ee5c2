"""A loved one or another caregiver: the same link, a seat each, and nothing of them remains (PRODUCT §1, §4 "Seats")."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import Ended, digest_of
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Delivery, State
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.guest_door import LinkFull
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import CHAT, GRACE, NURSE, World

ANNA, KARIM, LEILA = "anna@example.net", "karim@example.net", "leila@example.net"
BACKUP, BACKUPS_CHAT = "@backup:example.org", "!chat-backup:example.org"
FIRST, SECOND, THIRD = "a" * 43, "b" * 43, "c" * 43


async def invited(world: World) -> World:
    await world.write(f'invite {ANNA} name="Anna" lang=fr guest={KARIM}/en guest={LEILA}', "$invite")
    return world


async def test_everybody_receives_the_same_link_each_in_their_own_language(world: World) -> None:
    await invited(world)
    assert [(mail.to, mail.language) for mail in world.mailer.taken] == [(ANNA, "fr"), (KARIM, "en"), (LEILA, "fr")]
    assert len({mail.message_id for mail in world.mailer.taken}) == 3
    assert world.token_for(ANNA) == world.token_for(KARIM) == world.token_for(LEILA)
    assert [mail.markdown.split(",")[0] for mail in world.mailer.taken] == ["Bonjour", "Hello", "Bonjour"]


async def test_the_card_shows_each_with_role_language_and_delivery_and_masks_the_contacts(world: World) -> None:
    world.mailer.refuses_to = {KARIM: "there is no mailbox with this address"}
    await invited(world)
    lines = world.card().splitlines()
    assert "- Relative: k…@example.net, in English" in lines
    assert lines[lines.index("- Relative: k…@example.net, in English") + 1] == (
        "- E-mail: could not be sent: there is no mailbox with this address"
    )
    assert lines[lines.index("- Relative 2: l…@example.net, in French") + 1] == "- E-mail: sent"
    assert lines[lines.index("- Service user: a…@example.net (Anna), in French") + 1] == "- E-mail: sent"
    assert not any(contact in text for text in world.texts() for contact in (ANNA, KARIM, LEILA))


async def test_seats_are_given_by_role_in_the_order_of_arrival_and_one_more_is_refused(world: World) -> None:
    await invited(world)
    for contact, name, secret in ((KARIM, "Karim", FIRST), (ANNA, "Anna", SECOND), (LEILA, "Leila", THIRD)):
        await world.come(contact, name, secret)
    session = await world.session()
    assert [seat.label for seat in session.seats] == ["Service user", "Relative", "Relative 2"]
    assert [world.homeserver.devices[seat.user] for seat in session.seats if seat.user]
    with pytest.raises(LinkFull):
        await world.guests.enter(world.token_for(ANNA), digest_of("d" * 43), "One more", "fr", "1")


async def test_who_says_who_they_are_has_that_role_while_it_is_free(world: World) -> None:
    await invited(world)
    token = world.token_for(KARIM)
    await world.guests.enter(token, digest_of(FIRST), "Karim", "fr", "1", Role.THIRD_PARTY)
    await world.guests.enter(token, digest_of(SECOND), "Anna", "fr", "1", Role.SERVICE_USER)
    await world.guests.enter(token, digest_of(THIRD), "Somebody", "fr", "1", Role.SERVICE_USER)
    assert [seat.label for seat in (await world.session()).seats] == ["Relative", "Service user", "Relative 2"]


async def test_nobody_claims_a_role_that_the_link_does_not_have(world: World) -> None:
    await invited(world)
    await world.guests.enter(world.token_for(KARIM), digest_of(FIRST), "Karim", "fr", "1", Role.INTERPRETER)
    assert (await world.session()).seats[0].role is Role.SERVICE_USER


async def test_anybody_of_the_link_makes_the_session_wait_and_leaving_ends_that(world: World) -> None:
    await invited(world)
    await world.come(KARIM, "Karim", FIRST)
    assert (await world.session()).state is State.WAITING
    assert "Karim (Service user) is here" in world.card()
    await world.guests.leave(digest_of(FIRST))
    await world.settle()
    assert (await world.session()).state is State.INVITED
    assert (await world.session()).seats[0].ended is Ended.LEFT


async def test_somebody_invited_before_enters_a_running_session(world: World) -> None:
    await invited(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.come(KARIM, "Karim", SECOND)
    session = await world.session()
    assert session.state is State.ACTIVE
    assert [seat.label for seat in session.present_seats] == ["Service user", "Relative"]
    assert {"Anna (Service user) is here", "Karim (Relative) is here"} <= {line.removeprefix("- ") for line in world.card().splitlines()}


@pytest.mark.parametrize("started", [False, True])
async def test_who_takes_a_free_place_beside_somebody_rings_once_by_name_and_role(started: bool, world: World) -> None:
    """Whoever has found the link comes in like that too; a card that is edited would ring nobody."""
    await invited(world)
    await world.come(ANNA, "Anna", FIRST)
    if started:
        await world.join_as_staff()
    before = len(world.mentions())
    await world.come(KARIM, "Karim", SECOND)
    code = (await world.session()).code
    (told,) = world.mentions()[before:]
    assert told.startswith(f"Session {code}: somebody else comes in, to a place that was free: Karim (Relative).")
    assert f"remove relative {code}" in told


async def test_whoever_comes_back_to_their_own_place_is_nobody_else(world: World) -> None:
    await invited(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.come(KARIM, "Karim", SECOND)
    await world.join_as_staff()
    before = len(world.mentions())
    await world.pass_time(timedelta(minutes=5))
    await world.guests.beat(digest_of(SECOND), True)
    await world.settle()
    assert world.mentions()[before:] == []


async def test_whoever_holds_the_session_reads_it_as_well_as_whoever_invited(world: World) -> None:
    await world.write(f"invite {ANNA} lang=fr guest={KARIM}/en backup={BACKUP}", "$invite")
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff(by=BACKUP)
    await world.come(KARIM, "Karim", SECOND)
    for chat in (CHAT, BACKUPS_CHAT):
        assert [text for text in world.texts(chat) if "somebody else comes in" in text], chat


async def test_the_transcript_names_each_speaker_also_when_two_chose_the_same_name(world: World) -> None:
    await invited(world)
    await world.come(ANNA, "Amina", FIRST)
    await world.come(KARIM, "Amina", SECOND)
    await world.join_as_staff()
    session = await world.session()
    assert session.room
    world.homeserver.rooms[session.room].history += [
        WrittenEvent("$1", session.seats[0].user or "", world.clock.now(), "one"),
        WrittenEvent("$2", session.seats[1].user or "", world.clock.now(), "two"),
        WrittenEvent("$3", NURSE, world.clock.now(), "three"),
    ]
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    (transcript,) = world.pdf.rendered
    assert [line.speaker for line in transcript.lines] == ["Amina (Service user)", "Amina (Relative)", "nurse"]


async def test_who_waited_and_met_nobody_is_written_to_and_the_others_are_not(world: World) -> None:
    await invited(world)
    await world.come(ANNA, "Anna", FIRST)
    for _ in range(31):
        await world.pass_time(timedelta(minutes=1))
        await world.guests.beat(digest_of(FIRST), True)
    assert [mail.to for mail in world.mailer.taken[3:]] == [ANNA]


async def test_a_second_role_that_waits_is_written_to_as_well(world: World) -> None:
    await invited(world)
    await world.guests.enter(world.token_for(KARIM), digest_of(FIRST), "Karim", "fr", "1", Role.THIRD_PARTY)
    await world.settle()
    await world.arrive(FIRST)
    for _ in range(31):
        await world.pass_time(timedelta(minutes=1))
        await world.guests.beat(digest_of(FIRST), True)
    assert [mail.to for mail in world.mailer.taken[3:]] == [KARIM, LEILA]


async def test_every_visitor_is_removed_and_no_row_remains(world: World) -> None:
    await invited(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.come(KARIM, "Karim", SECOND)
    await world.join_as_staff()
    users = {seat.user for seat in (await world.session()).seats}
    await world.write("close now", "$close")
    await world.pass_time(GRACE + timedelta(seconds=1))
    assert users <= world.homeserver.erased
    await nothing_is_left(world)


async def test_a_mail_that_is_delayed_for_one_is_still_that_ones_own_state(world: World) -> None:
    world.mailer.away = True
    await invited(world)
    world.mailer.away = False
    await world.pass_time(timedelta(minutes=1))
    assert [message.delivery for message in (await world.session()).messages] == [Delivery.SENT] * 3
    assert sorted(mail.to for mail in world.mailer.taken) == [ANNA, KARIM, LEILA]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (f"invite {ANNA} guest=karim", "What stands after `guest=` is not an e-mail address"),
        (f"invite {ANNA} guest={KARIM}/xx", "There are: en, fr."),
        (f"invite {ANNA} guest={KARIM}/frr", "Did you mean"),
        (f"invite {ANNA} guest={KARIM} guest={KARIM}", "twice"),
        (f"invite {ANNA} guest={ANNA.upper()}", "twice"),
        (f"invite {ANNA} " + " ".join(f"guest=g{number}@example.net" for number in range(9)), "At most 8 people"),
        (f"invite {ANNA} geust={KARIM}", "Did you mean"),
    ],
)
async def test_a_mistake_changes_nothing_and_repeats_no_contact(world: World, words: str, said: str) -> None:
    await world.write(words, "$wrong")
    answer = world.texts()[-1]
    assert said.replace("`", "") in answer
    assert "karim" not in answer.lower()
    assert world.mailer.taken == []
    assert (await world.session()).state is State.DRAFT


async def test_a_slash_in_an_address_is_no_language(world: World) -> None:
    await world.write(f"invite {ANNA} guest=a/b@example.net", "$invite")
    assert world.mailer.taken[-1].to == "a/b@example.net"
