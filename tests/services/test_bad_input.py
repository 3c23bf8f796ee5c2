"""Bad input gets a clear answer and changes nothing (PRODUCT §3)."""

from __future__ import annotations

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.guest_door import LinkFull, NoSuchLink
from teleconnect_bot.services.ports import Unusable
from tests.services.test_whole_session import invited, started
from tests.services.world import CHAT, NURSE, SECRET, STRANGER, World

OTHER = "@other-nurse:example.org"
OTHER_CHAT = "!chat-other-nurse:example.org"
NOTHING_SENT = [
    ("invite anna@example", "not an e-mail address"),
    ("invite anna@example.net lang=xx", "There are: en, fr"),
    ("invite anna@example.net lang=fra", "Did you mean `lang=fr`"),
    ("invite nobody", "not an e-mail address or a telephone number"),
    ("invite anna@example.net nmae=Anna", "Did you mean `name=`"),
    ('invite anna@example.net name="Anna', "is not closed"),
    ("invite anna@example.net name=Anna name=Bea", "repeats an option"),
    ("invite anna@example.net bea@example.net", "two e-mail addresses"),
    (f"invite anna@example.net name={'x' * 81}", "longer than 80"),
    ("invtie anna@example.net", "Did you mean `invite`"),
    ("bonjour", "`help` lists"),
    ("close K7M2", "no session K7M2 of yours"),
    ("close", "no session for which that is possible now"),
    ("next", "Nobody is waiting"),
    ("start", "no session for which that is possible now"),
    ("help inviet", "Did you mean `invite`"),
]


@pytest.mark.parametrize(("line", "answer"), NOTHING_SENT, ids=[line[:30] for line, _ in NOTHING_SENT])
async def test_a_line_that_cannot_be_carried_out_is_explained_and_sends_nothing(world: World, line: str, answer: str) -> None:
    await world.write(line, "$line")
    assert answer.replace("`", "") in world.texts()[-1]
    assert world.mailer.taken == []
    assert [session.state for session in await world.sessions.sessions_of(NURSE)] in ([], [State.DRAFT])
    assert "anna" not in world.texts()[-1].replace("anna@example.org", "")


async def test_another_requesters_session_is_no_session_of_yours(world: World) -> None:
    await started(world)
    session = await world.session()
    for order in ("close", "pdf", "seen", "end", "keep", "cancel", "reopen", "start"):
        await world.write(f"{order} {session.code}", f"${order}", by=OTHER, room=OTHER_CHAT)
        assert world.texts(OTHER_CHAT)[-1].startswith(f"There is no session {session.code} of yours")
    assert await world.session() == session


async def test_a_visitor_who_writes_a_command_has_written_a_text(world: World) -> None:
    await started(world)
    session = await world.session()
    assert session.room is not None
    assert session.seats[0].user is not None
    await world.write("!tc close", "$visitor", by=session.seats[0].user, room=session.room)
    assert (await world.session()).state is State.ACTIVE


async def test_the_requester_is_obeyed_in_the_room_and_answered_in_the_chat(world: World) -> None:
    await started(world)
    session = await world.session()
    assert session.room is not None
    await world.write("!tc end", "$end", room=session.room)
    assert f"close {session.code}" in world.texts()[-1]
    await world.write("!tc close", "$close", room=session.room)
    assert (await world.session()).state is State.CLOSED
    assert world.texts(session.room) == []


async def test_a_session_cannot_be_started_before_somebody_waits(world: World) -> None:
    await invited(world)
    code = (await world.session()).code
    await world.write(f"start {code}", "$start")
    assert "Nobody is in the waiting room" in world.texts()[-1]
    assert (await world.session()).state is State.INVITED


async def test_the_second_close_is_told_that_it_is_closed(world: World) -> None:
    await started(world)
    code = (await world.session()).code
    await world.write(f"close {code}", "$first")
    closed = await world.session()
    await world.write(f"close {code}", "$second")
    assert "is closed already" in world.texts()[-1]
    assert await world.session() == closed


async def test_a_command_that_is_read_twice_is_carried_out_once(world: World) -> None:
    await started(world)
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    await world.write("pdf", "$pdf")
    assert len(world.pdf.rendered) == 1


async def test_an_invitation_that_is_read_twice_is_sent_once(world: World) -> None:
    await invited(world)
    await invited(world)
    assert len(world.mailer.taken) == 1


async def test_a_stranger_reads_once_whom_to_ask_and_nothing_else(world: World) -> None:
    await world.desk.invited("!strangers:example.org", STRANGER)
    await world.desk.wrote("!strangers:example.org", "$1", STRANGER, "invite anna@example.net", True)
    assert world.texts("!strangers:example.org") == ["Please ask the focal point."]
    assert "!strangers:example.org" in world.direct_chats.left
    assert world.mailer.taken == []


@pytest.mark.parametrize(
    ("why", "words"),
    [(Unusable.NOT_ENCRYPTED, "not encrypted"), (Unusable.THIRD_MEMBER, "Somebody else"), (Unusable.CANNOT_REDACT, "may not delete")],
)
async def test_a_chat_that_is_not_safe_takes_no_orders(world: World, why: Unusable, words: str) -> None:
    world.direct_chats.unusable[CHAT] = why
    await world.write("invite anna@example.net", "$invite")
    assert words in world.texts()[-1]
    assert world.mailer.taken == []


async def test_what_was_written_in_the_clear_is_no_order(world: World) -> None:
    await world.desk.wrote(CHAT, "$clear", NURSE, "invite anna@example.net", False)
    await world.settle()
    assert world.mailer.taken == []


async def test_a_link_is_dead_once_it_was_said_to_be_for_somebody_else(world: World) -> None:
    await invited(world)
    token = world.token()
    assert await world.guests.not_me(token)
    await world.settle()
    assert "not for them" in world.mentions()[-1]
    with pytest.raises(NoSuchLink):
        await world.guests.enter(token, digest_of(SECRET), "Amina", "fr", "1")
    assert await world.guests.open(token, "fr") is None


async def test_who_holds_a_link_that_is_over_can_ask_for_a_new_one_and_an_unknown_token_tells_nobody(world: World) -> None:
    await invited(world)
    token = world.token()
    await world.guests.ask_for_link(token)
    await world.write("cancel", "$cancel")
    await world.settle()
    before = world.mentions()
    await world.guests.ask_for_link("x" * 22)
    await world.settle()
    assert world.mentions() == before
    await world.guests.ask_for_link(token)
    await world.settle()
    assert "asks for a new one" in world.mentions()[-1]
    assert len(world.mentions()) == len(before) + 1


async def test_nobody_who_is_present_can_be_thrown_out_by_another_browser(world: World) -> None:
    await invited(world)
    await world.enter()
    with pytest.raises(LinkFull):
        await world.enter(name="Somebody", secret="t" * 43)
    (seat,) = (await world.session()).seats
    assert seat.live


async def test_two_accepts_in_the_same_instant_give_one_start_and_the_second_is_told(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    once = await world.session()
    await world.join_as_staff()
    assert await world.session() == once
    assert len(once.starts) == 1


async def test_a_reaction_on_the_card_is_the_command_it_stands_for(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.arrive()
    card = next(name for name, event in world.homeserver.events.items() if event.transaction.endswith(".card"))
    await world.desk.reacted(CHAT, "$eyes", NURSE, card, "👀")
    await world.settle()
    assert (await world.session()).seen_at is not None
    await world.desk.reacted(CHAT, "$cross", NURSE, card, "✖️")
    await world.settle()
    assert (await world.session()).state is State.WAITING
    assert f"cancel {(await world.session()).code}" in world.texts()[-1]


async def test_a_reaction_of_somebody_else_or_in_another_room_does_nothing(world: World) -> None:
    await invited(world)
    before, said = await world.session(), len(world.texts())
    card = next(name for name, event in world.homeserver.events.items() if event.transaction.endswith(".card"))
    await world.desk.reacted(CHAT, "$1", STRANGER, card, "✖")
    await world.desk.reacted(OTHER_CHAT, "$2", NURSE, card, "✖")
    await world.settle()
    assert (await world.session(), len(world.texts())) == (before, said)
