"""Two requesters press Accept in the same instant, each in a client of their own on a real homeserver: one has the session (PRODUCT §2)."""

from __future__ import annotations

import asyncio

import nio
from aiohttp import ClientSession, TCPConnector

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.guest import Guest
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import read_rows

ROUNDS, MOST_ROUNDS = 2, 6
"""Who presses a moment later than the bot hears of the first is not let in by the homeserver: then nobody had to decide."""


async def accept_at_once(room: str, *staff: Nurse) -> int:
    """How many of them were let in by the homeserver."""
    answers = await asyncio.gather(*(one.staff.client.join(room) for one in staff))
    for one in staff:
        one.staff.invitations.pop(room, None)
    return sum(isinstance(answer, nio.JoinResponse) for answer in answers)


def code_and_holder(stack: Stack, room: str) -> tuple[str, str | None]:
    (row,) = [row for row in read_rows(stack, "session") if row["room"] == room]
    return row["code"], row["holder"]


async def race(stack: Stack, http: ClientSession, nurse: Nurse, doctor: Nurse, contact: str, doctor_first: bool) -> bool:
    """One session, and its end for the one who was second. Whether the homeserver had let both of them in, so that the bot decided."""
    link = await nurse.invite(contact, more=f"lang=en backup={doctor.staff.user}")
    guest = await Guest.come_in(http, stack, link)
    async with guest.device.listening():
        await guest.join()
        room = guest.room
        for one in (nurse, doctor):
            assert await one.staff.wait_for_invitation(sender=nurse.bot, timeout=SLOW) == room
        inside = await accept_at_once(room, *((doctor, nurse) if doctor_first else (nurse, doctor)))

        await guest.beat("in_session")
        code, has_it = code_and_holder(stack, room)
        winner, loser = (nurse, doctor) if has_it == nurse.staff.user else (doctor, nurse)
        assert has_it == winner.staff.user
        await loser.staff.wait_for(lambda: room in loser.staff.left, SLOW)
        await loser.reads(f"Session {code}: {winner.staff.user} has taken this session already.")

        await winner.staff.wait_for(lambda: room in winner.staff.client.rooms, SLOW)
        await winner.says(room, "I am here now.")
        await guest.device.reads(room, "I am here now.")
        members = guest.device.rooms[room].members
        await guest.device.until(lambda: members.get(loser.staff.user) == "leave", "the removal of the one who was second")
        assert members[winner.staff.user] == "join"
        assert isinstance(await loser.staff.client.join(room), nio.JoinError), "there is no way back in"
        assert code_and_holder(stack, room) == (code, has_it)
    return inside == 2


async def test_exactly_one_has_the_session_and_the_other_is_out_and_reads_who_has_it(stack: Stack, nurse: Nurse) -> None:
    doctor = await Nurse.meet_the_bot(stack, "staff-doctor")
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        decided: list[bool] = []
        while len(decided) < ROUNDS or not any(decided):
            assert len(decided) < MOST_ROUNDS, "never were both in the room, so that the bot had to decide"
            number = len(decided)
            decided.append(await race(stack, http, nurse, doctor, f"guest{number}@example.org", bool(number % 2)))
