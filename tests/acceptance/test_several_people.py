"""One session of several people on the real deployment: two guests on one link, a colleague by Matrix id, and nobody more (PRODUCT §2)."""

from __future__ import annotations

import nio
import pytest

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

ANNA, KARIM = "anna@example.org", "karim@example.org"


@pytest.mark.long
async def test_two_guests_and_a_colleague_meet_and_nobody_can_be_added(stack: Stack, nurse: Nurse, visitor: NewVisitor) -> None:
    doctor = await Nurse.meet_the_bot(stack, "staff-doctor")
    stranger = await stack.open_staff("staff-other")
    link = await nurse.invite(ANNA, more=f"lang=en guest={KARIM}/fr colleague={doctor.staff.user}")
    other = await stack.mails.wait_for(KARIM, 1, SLOW)
    assert other.link == link
    code = await nurse.code()
    await doctor.reads(f"asks you to take part in session {code}")

    anna, karim = await visitor(), await visitor()
    await anna.come_in(link, "Anna")
    await nurse.reads("Anna (Service user) is in the waiting room")
    await anna.write("I am a little early.")
    room = await nurse.take()
    await nurse.reads("I am a little early.", room=room)

    await doctor.take()
    await doctor.says(room, "I am the doctor.")
    await nurse.reads("I am the doctor.", room=room)
    await anna.reads("I am the doctor.", SLOW)
    await karim.come_in(link, "Karim")
    await nurse.sees_on_card(code, "Karim (Relative) is here")
    await karim.write("I came later.")
    for staff in (nurse, doctor):
        await staff.reads("I came later.", room=room)
    await anna.reads("I came later.", SLOW)

    for staff in (nurse, doctor):
        refused = await staff.staff.client.room_invite(room, stranger.user)
        assert isinstance(refused, nio.RoomInviteError)
        assert refused.status_code == "M_FORBIDDEN"
    await nurse.says(room, "!tc invite one.more@example.org")
    await nurse.reads(f"invite again {code} guest=")
    await stranger.sync(0)
    assert room not in stranger.invitations

    await nurse.orders(f"close now {code}")
    await anna.sees("This session is over", SLOW)
    await karim.sees("This session is over", SLOW)
    for guest in (anna, karim):
        assert guest.errors == []
