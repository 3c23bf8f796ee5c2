"""Somebody steps in when the requester does not come (PRODUCT §3, `backup=` and the ladder of the waiting room)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from tests.services.world import CHAT, NURSE, World

ANNA, FIRST = "anna@example.net", "a" * 43
BACKUP, BACKUPS_CHAT = "@backup:example.org", "!chat-backup:example.org"


async def waiting(world: World) -> World:
    await world.write(f"invite {ANNA} lang=fr backup={BACKUP}", "$invite")
    await world.come(ANNA, "Anna", FIRST)
    return world


def calls(world: World, room: str) -> int:
    """How often somebody was told there that the person is still waiting."""
    return sum("is still waiting" in text for text in world.texts(room))


async def stays(world: World, minutes: int) -> None:
    """The person waits on: their page gives its sign of life."""
    for _ in range(minutes):
        await world.guests.beat(digest_of(FIRST), visible=True)
        await world.pass_time(timedelta(minutes=1))


async def test_the_backup_is_told_in_their_own_chat_and_stands_on_the_card(world: World) -> None:
    await world.write(f"invite {ANNA} lang=fr backup={BACKUP}", "$invite")
    (told,) = world.texts(BACKUPS_CHAT)
    assert f"{NURSE} names you as the one who steps in for session {(await world.session()).code}" in told
    assert ANNA not in told
    assert f"Steps in if you do not come: {BACKUP}" in world.card()


async def test_the_page_knows_from_the_arrival_on_how_many_must_be_able_to_read_it(world: World) -> None:
    """Requester and backup are invited one after the other, and what is encrypted between the two could be read by one alone."""
    await world.write(f"invite {ANNA} lang=fr backup={BACKUP}", "$invite")
    await world.guests.enter(world.token_for(ANNA), digest_of(FIRST), "Anna", "fr", "1")
    await world.settle()
    before = await world.guests.seat(digest_of(FIRST))
    await world.arrive(FIRST)
    after = await world.guests.seat(digest_of(FIRST))
    assert before is not None
    assert after is not None
    assert (before.awaited, after.awaited) == (0, 2)


async def test_the_backup_is_called_from_five_minutes_on_until_somebody_comes(world: World) -> None:
    await waiting(world)
    await stays(world, 4)
    assert (calls(world, CHAT), calls(world, BACKUPS_CHAT)) == (4, 0)
    await stays(world, 4)
    assert (calls(world, CHAT), calls(world, BACKUPS_CHAT)) == (8, 4)
    await world.join_as_staff(by=BACKUP)
    await stays(world, 10)
    assert (calls(world, CHAT), calls(world, BACKUPS_CHAT)) == (8, 4)
    session = await world.session()
    assert (session.state, session.holder) == (State.ACTIVE, BACKUP)
    assert NURSE not in world.homeserver.rooms[session.room or ""].members


async def test_seen_by_the_backup_stops_it_for_both(world: World) -> None:
    await waiting(world)
    await stays(world, 6)
    await world.write(f"seen {(await world.session()).code}", "$seen", by=BACKUP, room=BACKUPS_CHAT)
    await stays(world, 5)
    assert (calls(world, CHAT), calls(world, BACKUPS_CHAT)) == (6, 2)


async def test_after_half_an_hour_both_read_that_nobody_came(world: World) -> None:
    await waiting(world)
    await stays(world, 31)
    for room in (CHAT, BACKUPS_CHAT):
        assert len([text for text in world.texts(room) if "and nobody came" in text]) == 1
    assert len([mail for mail in world.mailer.taken if mail.to == ANNA]) == 2


async def test_a_new_time_and_the_end_reach_the_backup(world: World) -> None:
    await world.write(f'invite {ANNA} lang=fr at="tomorrow 14:00" backup={BACKUP}', "$invite")
    await world.write('reschedule at="tomorrow 16:00"', "$later")
    await world.write("cancel", "$cancel")
    asked, moved, cancelled = world.texts(BACKUPS_CHAT)
    assert "names you" in asked
    assert "has a new time" in moved
    assert "is cancelled" in cancelled


@pytest.mark.parametrize(
    ("backup", "why"),
    [
        ("backup", "is not a Matrix id"),
        ("backup@example.org", "is not a Matrix id"),
        (NURSE, "You are called anyway"),
        ("@stranger:elsewhere.org", "cannot step in"),
        ("@nochat:example.org", "cannot step in"),
        ("@doctor:example.org", "cannot be `colleague=` and `backup=`"),
    ],
)
async def test_who_cannot_step_in_is_refused_with_the_reason_and_nobody_is_told(world: World, backup: str, why: str) -> None:
    world.chat.unknown.add("@nochat:example.org")
    await world.write(f"invite {ANNA} colleague=@doctor:example.org backup={backup}", "$invite")
    assert why.replace("`", "") in world.texts()[-1]
    assert world.mailer.taken == []
    assert not world.texts("!chat-doctor:example.org")


async def test_an_invitation_that_nobody_used_expires_and_the_backup_reads_just_that(world: World) -> None:
    await world.write(f"invite {ANNA} lang=fr backup={BACKUP}", "$invite")
    await world.pass_time(timedelta(days=7))
    assert (await world.session()).state is State.CANCELLED
    last = world.texts(BACKUPS_CHAT)[-1]
    assert "nobody came with the link, and it has expired" in last
    assert "cancelled" not in last


async def test_the_backup_who_held_the_session_reads_how_to_get_the_transcript_and_until_when(world: World) -> None:
    await waiting(world)
    await world.join_as_staff(by=BACKUP)
    code = (await world.session()).code
    await world.write(f"close {code}", "$close", by=BACKUP, room=BACKUPS_CHAT)
    for room in (CHAT, BACKUPS_CHAT):
        (closed,) = [text for text in world.texts(room) if f"Session {code} is closed" in text]
        assert f"pdf {code} sends you the transcript" in closed
        assert "until" in closed
    await world.write(f"pdf {code}", "$pdf", by=BACKUP, room=BACKUPS_CHAT)
    assert [(room, name) for room, name, _ in world.homeserver.sent_files] == [(BACKUPS_CHAT, f"session-{code}.pdf")]
