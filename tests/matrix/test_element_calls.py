"""Who may begin a call by Element's own button in a session's room, on a real homeserver (PRODUCT §7, `element_call`)."""

from __future__ import annotations

import pytest

from teleconnect_bot.adapters.matrix.rooms import MatrixRooms
from tests.fixtures_homeserver import NewStaff
from tests.matrix.bot import Bot
from tests.matrix.test_session_rooms import session_room, state_of
from tests.staff import StaffRefused

CALL_MEMBER = {"application": "m.call", "call_id": "", "device_id": "D", "expires": 14_400_000, "foci_preferred": []}
SLOT = {"status": "open", "application": {"type": "m.call"}}


async def test_where_calls_go_by_element_members_may_say_that_they_are_in_one_and_nothing_more(bot: Bot, new_staff: NewStaff) -> None:
    """What Element asks before it offers its call button is whether one may send this event."""
    nurse, colleague = await new_staff("nurse"), await new_staff("colleague")
    bot.rooms = MatrixRooms(bot.account, bot.admin, staff_calls=True)
    room = await session_room(bot, nurse, colleague)
    for person in (nurse, colleague):
        for kind in ("org.matrix.msc3401.call.member", "m.call.member"):
            await person.set_state(room, kind, CALL_MEMBER, f"_{person.user}_D_m.call")
        await person.set_state(room, "org.matrix.msc4143.rtc.slot", SLOT, "m.call#ROOM")
    for kind, key, content in (
        ("m.room.power_levels", "", {"users_default": 100}),
        ("m.room.name", "", {"name": "Amina"}),
        ("im.vector.modular.widgets", "call", {"url": "https://elsewhere.example", "type": "jitsi"}),
        ("org.matrix.msc3401.call", "call", {"m.intent": "m.ring"}),
        ("m.room.member", "@stranger:x", {"membership": "invite"}),
    ):
        with pytest.raises(StaffRefused, match="M_FORBIDDEN"):
            await colleague.set_state(room, kind, content, key)
    state = await state_of(bot, room)
    assert ("org.matrix.msc3401.call.member", f"_{colleague.user}_D_m.call") in state
    assert state["m.room.power_levels", ""]["users_default"] == 0

    await bot.rooms.make_read_only(room)
    with pytest.raises(StaffRefused, match="M_FORBIDDEN"):
        await nurse.set_state(room, "m.call.member", {}, f"_{nurse.user}_D_m.call")
    await bot.rooms.make_writable(room)
    await nurse.set_state(room, "m.call.member", {}, f"_{nurse.user}_D_m.call")


async def test_elsewhere_element_is_not_allowed_to_begin_a_call(bot: Bot, new_staff: NewStaff) -> None:
    nurse = await new_staff("nurse")
    room = await session_room(bot, nurse)
    with pytest.raises(StaffRefused, match="M_FORBIDDEN"):
        await nurse.set_state(room, "org.matrix.msc4143.rtc.slot", SLOT, "m.call#ROOM")
    for kind in ("org.matrix.msc3401.call.member", "m.call.member"):
        with pytest.raises(StaffRefused, match="M_FORBIDDEN"):
            await nurse.set_state(room, kind, CALL_MEMBER, f"_{nurse.user}_D_m.call")
