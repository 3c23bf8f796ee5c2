"""One session from the invitation to the last deleted row, against fakes of the outside."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import Delivery, State
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.ports import Text
from tests.services.fakes import FakeEvent
from tests.services.world import CHAT, GRACE, NURSE, SECRET, World


async def invited(world: World) -> World:
    await world.write('invite anna@example.net name="Anna" lang=fr', "$invite")
    return world


async def started(world: World) -> World:
    await invited(world)
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    return world


async def test_an_invitation_is_sent_in_the_persons_language_and_shown_on_one_card(world: World) -> None:
    await invited(world)
    (mail,) = world.mailer.taken
    session = await world.session()
    assert (mail.to, mail.language, session.state) == ("anna@example.net", "fr", State.INVITED)
    assert "a…@example.net" in world.card()
    assert "E-mail: sent" in world.card()
    assert not any("anna@example.net" in text for text in world.texts())


async def test_the_command_with_the_contact_is_redacted_once_the_card_exists(world: World) -> None:
    world.homeserver.events["$invite"] = event = _written_by_the_nurse()
    await invited(world)
    assert event.text is None


async def test_arrival_rings_twice_and_joining_the_room_starts(world: World) -> None:
    await invited(world)
    await world.enter()
    assert [("coming" in text) for text in world.mentions()] == [True]
    await world.arrive()
    assert "Amina is in the waiting room" in world.mentions()[-1]
    assert (await world.session()).state is State.WAITING
    await world.join_as_staff()
    session = await world.session()
    assert (session.state, session.holder, len(session.starts)) == (State.ACTIVE, NURSE, 1)


async def test_the_requester_is_invited_only_after_the_visitor_has_joined_and_is_shielded(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.guests.ready(digest_of(SECRET))
    await world.settle()
    (room,) = world.homeserver.rooms.values()
    assert NURSE not in room.members
    await world.join_as_visitor()
    assert list(room.invitations)[-1] == NURSE
    assert world.homeserver.shielded


async def test_the_room_keys_that_waited_are_delivered_two_seconds_after_the_join(world: World) -> None:
    await started(world)
    assert world.gate.letters == []
    await world.pass_time(timedelta(seconds=2))
    (visitor,) = (seat.user for seat in (await world.session()).seats)
    assert world.gate.letters == [visitor, NURSE]


async def test_the_ringing_is_repeated_each_minute_until_it_is_seen(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.arrive()
    rung = len(world.mentions())
    for _ in range(5):
        await world.pass_time(timedelta(seconds=30))
        await world.guests.beat(digest_of(SECRET), True)
        await world.pass_time(timedelta(seconds=30))
        await world.guests.beat(digest_of(SECRET), True)
    assert len(world.mentions()) - rung == 5
    await world.write("seen", "$seen")
    rung = len(world.mentions())
    await world.pass_time(timedelta(seconds=60))
    assert len(world.mentions()) == rung


async def test_the_transcript_holds_what_was_written_and_comes_into_the_chat(world: World) -> None:
    await started(world)
    session = await world.session()
    seat = session.seats[0]
    assert session.room is not None
    assert seat.user is not None
    world.homeserver.rooms[session.room].history += [
        WrittenEvent("$1", seat.user, world.clock.now(), "J'ai mal dormi"),
        WrittenEvent("$2", NURSE, world.clock.now(), "Since when?"),
        WrittenEvent("$3", NURSE, world.clock.now(), "!tc end"),
    ]
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    (transcript,) = world.pdf.rendered
    assert [(line.speaker, line.text) for line in transcript.lines] == [("Amina", "J'ai mal dormi"), ("nurse", "Since when?")]
    assert transcript.starts == session.starts
    assert f"session-{session.code}.pdf" in world.texts()


async def test_twenty_four_hours_after_the_close_nothing_is_left(world: World) -> None:
    await started(world)
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    session = await world.session()
    assert session.room is not None
    await world.pass_time(timedelta(hours=24) - timedelta(seconds=1))
    assert world.homeserver.rooms
    await world.pass_time(timedelta(seconds=1))
    assert list(world.homeserver.rooms[session.room].members) == ["@teleconnect:example.org"]
    await world.pass_time(GRACE)
    await nothing_is_left(world)


async def nothing_is_left(world: World) -> None:
    assert world.homeserver.rooms == {}
    assert world.homeserver.media == set()
    assert world.provider.records == {}
    assert world.homeserver.keys_of == set()
    assert not {user for user in world.homeserver.accounts if user in world.homeserver.devices}
    assert [key for key in world.keys_directory.glob("*") if not key.name.startswith("requester-")] == []
    assert await world.sessions.sessions_of(NURSE) == []
    assert [event for event in world.homeserver.events.values() if event.text and not _names_nobody(event)] == []
    async with world.units.begin() as unit:
        assert await unit.sessions_in(frozenset(State)) == []


def _names_nobody(event: FakeEvent) -> bool:
    """Answers to commands and the word that all is deleted hold a code and nobody's name; they stay in the chat."""
    return event.transaction.startswith(("answer.", "deleted."))


async def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else(world: World) -> None:
    world.mailer.away = True
    await invited(world)
    assert "not sent yet" in world.card()
    world.mailer.away = False
    await world.pass_time(timedelta(seconds=10))
    assert (await world.session()).messages[0].delivery is Delivery.SENT
    assert len(world.mailer.taken) == 1


async def test_a_refused_address_is_said_on_the_card_and_mentions_the_requester(world: World) -> None:
    world.mailer.refuses = "the address does not exist"
    await invited(world)
    assert "could not be sent: the address does not exist" in world.card()
    assert "could not be delivered" in world.mentions()[-1]


async def test_a_homeserver_that_is_down_loses_nothing(world: World) -> None:
    await invited(world)
    world.homeserver.away = True
    await world.enter()
    world.homeserver.away = False
    await world.pass_time(timedelta(seconds=30))
    await world.arrive()
    assert (await world.session()).state is State.WAITING


async def test_the_same_browser_again_is_the_same_seat_and_another_one_is_refused(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.enter()
    assert len((await world.session()).seats) == 1


async def test_a_line_that_was_no_invitation_is_removed_after_half_an_hour(world: World) -> None:
    world.homeserver.events["$wrong"] = event = _written_by_the_nurse()
    await world.write("invite bertha@example", "$wrong")
    assert "not an e-mail address" in world.texts()[-1]
    assert "bertha" not in world.texts()[-1]
    assert event.text is not None
    await world.pass_time(timedelta(minutes=30))
    assert event.text is None
    assert list(world.keys_directory.glob("*")) == []
    assert "is deleted" not in world.texts()[-1]


def _written_by_the_nurse() -> FakeEvent:
    return FakeEvent(CHAT, "hers", Text("invite bertha@example"))
