"""A planned session with an interpreter, a relative and a colleague: only the organisation knows of it until somebody accepts, then
everybody learns the time, and all of them read each other (PRODUCT §5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.test_interpreter_by_link import AMINA, DESK, LINGUA, SELAM, accept

KARIM = "karim@example.org"

pytestmark = pytest.mark.long


@pytest.mark.timeout(600)
async def test_interpreter_colleague_and_relative_meet_at_the_planned_time(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack(settings={"organisations": [LINGUA]})
    nurse, doctor = await Nurse.meet_the_bot(stack), await Nurse.meet_the_bot(stack, "staff-doctor")
    await nurse.asks("settings tz=UTC", "UTC")
    soon = datetime.now(UTC) + timedelta(minutes=12)
    await nurse.orders(
        f'invite {AMINA} lang=en guest={KARIM}/en colleague={doctor.staff.user} interpreter=tigrinya at="{soon:%Y-%m-%d %H:%M}" tz=UTC'
    )
    await nurse.reads("so near that the organisations have less than the usual 24 hours")
    request = await stack.mails.wait_for(DESK, 1, SLOW)
    assert f"{soon:%H:%M}" in request.plain
    assert stack.mails.to(AMINA) == stack.mails.to(KARIM) == []
    assert "asks you to take part" not in "".join(seen.text for seen in doctor.staff.messages(doctor.chat))

    found = re.search(r"http\S+/i#\S+", request.plain)
    assert found is not None
    await accept(await visitor(), found[0])
    invitation, shared, own = [await stack.mails.wait_for(to, 1, SLOW) for to in (AMINA, KARIM, SELAM)]
    assert invitation.link == shared.link != own.link
    for mail in (invitation, shared, own):
        assert f"{soon:%H:%M}" in mail.plain
    assert [part.get_filename() for part in own.message.walk() if part.get_content_type() == "text/calendar"]
    await doctor.reads("asks you to take part")

    amina, karim, selam = await visitor(), await visitor(), await visitor()
    await amina.come_in(invitation.link, "Amina")
    await nurse.reads("is in the waiting room")
    await karim.come_in(shared.link, "Karim")
    room = await nurse.take()
    assert await doctor.take() == room
    await selam.come_in(own.link, "Selam")
    await selam.sees("You are connected", SLOW)
    await selam.write("I interpret from now on.")
    await doctor.says(room, "I am the colleague.")
    for guest in (amina, karim):
        await guest.reads("I interpret from now on.", SLOW)
    for guest in (amina, karim, selam):
        await guest.reads("I am the colleague.", SLOW)
    await nurse.reads("I interpret from now on.", room=room)
    await doctor.reads("I interpret from now on.", room=room)
    for guest in (amina, karim, selam):
        assert guest.errors == []
        assert guest.foreign == []
