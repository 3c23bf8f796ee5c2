"""What an `invite` line can say beside whom and when: discretion, a note, another user of the homeserver (PRODUCT §1, §3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.domain.session import Channel, Mode, State
from tests.services.world import GRACE, NURSE, World

DOCTOR, DOCTORS_CHAT = "@doctor:example.org", "!chat-doctor:example.org"
NOTE = "asked for a woman; knows me from Tuesday"


async def test_a_note_stands_on_the_requesters_card_and_is_sent_to_nobody(world: World) -> None:
    await world.write(f'invite anna@example.net name="Anna" colleague={DOCTOR} note="{NOTE}"', "$invite")
    assert f"Your note: {NOTE}" in world.card()
    assert NOTE not in "".join(world.texts(DOCTORS_CHAT))
    assert NOTE not in "".join(mail.markdown for mail in world.mailer.taken)
    async with world.database.reading() as connection:
        row = (await connection.execute(select(tables.session.c.note))).one()
    assert NOTE.encode() not in row.note


async def test_a_discreet_invitation_names_the_organisation_nowhere(world: World) -> None:
    await world.write("invite anna@example.net discreet=yes", "$invite")
    (mail,) = world.mailer.taken
    assert mail.sender_name is None
    assert "Example Organisation" not in f"{mail.subject}{mail.markdown}"
    opened = await world.guests.open(world.token(), "en")
    assert opened is not None
    assert opened.name == ""
    assert "Discreet" in world.card()


async def test_without_it_the_organisation_is_named(world: World) -> None:
    await world.write("invite anna@example.net discreet=no", "$invite")
    assert "Example Organisation" in world.mailer.taken[0].subject
    assert "Discreet" not in world.card()


async def test_another_user_is_met_as_soon_as_they_come_into_the_room(world: World) -> None:
    await world.write(f"invite {DOCTOR}", "$invite")
    session = await world.session()
    assert (session.mode, session.state, session.links, world.mailer.taken) == (Mode.MEETING, State.INVITED, (), [])
    assert f"{NURSE} invites you to a conversation" in world.texts(DOCTORS_CHAT)[-1]
    assert world.homeserver.rooms == {}, "there is a room only when somebody comes"
    await world.write(f"join {session.code}", "$join", by=DOCTOR, room=DOCTORS_CHAT)
    await world.join_as_staff(by=DOCTOR)
    assert (await world.session()).state is State.WAITING
    assert f"{DOCTOR} is in the waiting room" in world.mentions()[-1]
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE


async def test_the_requester_alone_cannot_open_a_meeting(world: World) -> None:
    await world.write(f"invite {DOCTOR}", "$invite")
    await world.write("start", "$start")
    assert (await world.session()).state is State.INVITED
    assert world.homeserver.rooms == {}


async def test_a_meeting_with_the_same_people_again(world: World) -> None:
    await world.write(f"invite {DOCTOR}", "$invite")
    await world.write(f"invite again {(await world.session()).code}", "$again")
    first, second = await world.sessions.sessions_of(NURSE)
    assert (second.mode, second.colleagues) == (first.mode, first.colleagues)


async def test_nothing_is_left_of_a_meeting(world: World) -> None:
    await world.write(f"invite {DOCTOR} note='{NOTE}'", "$invite")
    await world.write(f"join {(await world.session()).code}", "$join", by=DOCTOR, room=DOCTORS_CHAT)
    await world.join_as_staff(by=DOCTOR)
    await world.join_as_staff()
    await world.write("close now", "$close")
    await world.pass_time(GRACE + timedelta(seconds=1))
    assert await world.sessions.sessions_of(NURSE) == []
    assert world.homeserver.rooms == {}


REFUSED = [
    (f"invite {DOCTOR} guest=anna@example.net", "no `guest=`"),
    (f"invite {DOCTOR} name=Anna", "no `name=`"),
    (f"invite {DOCTOR} via=email", "no `via=`"),
    (f"invite {DOCTOR} colleague={DOCTOR}", "twice"),
    (f"invite {NURSE}", "name somebody else"),
    ("invite @doctor", "A Matrix id is written like"),
    ("invite @doctor:elsewhere.org", "no account on our server"),
    ("invite anna@example.net discreet=perhaps", "write yes or no"),
    (f"invite anna@example.net note={'x' * 501}", "longer than 500"),
    ("invite anna@example.net via=pigeon", "There are: sms, whatsapp, email"),
    ("invite anna@example.net via=sms", "SMS is not configured here"),
    ("invite +41 79 123 45 67", "SMS and WhatsApp are not configured here"),
    ("invite 079 123", "too few digits for Switzerland"),
    ("invite 022 734 60 01", "a fixed line"),
    ("invite anna@example.net guest=0791234567", "SMS and WhatsApp are not configured here"),
    ("invite in-person colleague=0791234567/fr", "SMS and WhatsApp are not configured here"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[line for line, _ in REFUSED])
async def test_what_is_wrong_is_named_and_nothing_is_sent(world: World, line: str, reason: str) -> None:
    await world.write(line, "$line")
    assert reason.replace("`", "") in world.texts()[-1]
    assert world.mailer.taken == []
    assert [session.state for session in await world.sessions.sessions_of(NURSE)] == [State.DRAFT]
    assert world.texts(DOCTORS_CHAT) == []


async def test_where_sms_is_configured_a_number_is_invited_in_its_one_form(world: World) -> None:
    await world.stop()
    world.channels = frozenset(Channel)
    world.start()
    await world.write("invite 079 123 45 67 via=sms guest=+41781234567/fr", "$invite")
    (session,) = await world.sessions.sessions_of(NURSE)
    (link,) = session.links
    assert (link.contact.value, session.via) == ("+41791234567", Channel.SMS)
    assert [(other.contact.value, other.language) for other in link.others] == [("+41781234567", "fr")]
    assert "+41…567" in world.card()
    assert "41791234567" not in "".join(world.texts())
