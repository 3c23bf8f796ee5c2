"""The way of staff into the call, from the card to the seat and to the end (PRODUCT §7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from teleconnect_bot.domain.calls import CallKind
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.call_door import LinkUsed
from teleconnect_bot.services.guest_door import NoSuchLink, SeatStatus, SeatView
from teleconnect_bot.services.ports import Membership
from tests.services.world import CHAT, NURSE, SECRET, World

BROWSER, OTHER = "b" * 43, "o" * 43


async def running(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()


def token_in(text: str) -> str:
    return re.findall(r"https://meet\.example\.org/c#([\w-]{22})", text)[-1]


async def redeem(world: World, token: str, secret: str = BROWSER) -> SeatView:
    await world.calls.redeem(token, digest_of(secret), "en")
    await world.settle()
    view = await world.guests.seat(digest_of(secret))
    assert view is not None
    return view


def html_of_card(world: World) -> str:
    cards = [event for event in world.homeserver.events.values() if event.transaction.endswith(".card") or event.replaces]
    return next(event.text.html or "" for event in reversed(cards) if event.text)


async def test_the_card_has_the_link_from_the_start_and_the_page_gets_a_seat_by_it(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    assert "/c#" not in html_of_card(world)
    await world.join_as_staff()
    assert "📞" in world.offers()
    view = await redeem(world, token_in(html_of_card(world)))
    assert (view.status, view.call_seat, view.label) == (SeatStatus.KEYS, True, "Staff call")
    assert "/c#" not in html_of_card(world), "a used link is shown no more"
    await world.arrive(BROWSER)
    seen = await world.guests.seat(digest_of(SECRET))
    assert seen is not None
    assert [(person.label, person.call_of) for person in seen.people] == [("Service user", None), ("Staff call", NURSE)]
    assert "Staff call" not in world.card()


async def test_reloading_is_the_same_seat_and_another_browser_is_refused_and_told_of(world: World) -> None:
    await running(world)
    token = token_in(html_of_card(world))
    first = await redeem(world, token)
    assert await redeem(world, token) == first
    with pytest.raises(LinkUsed):
        await world.calls.redeem(token, digest_of(OTHER), "en")
    await world.settle()
    assert "in another browser too" in world.mentions()[-1]
    assert await world.guests.seat(digest_of(OTHER)) is None


async def test_call_gives_a_new_link_rings_and_ends_the_old_one(world: World) -> None:
    await running(world)
    old = token_in(html_of_card(world))
    await world.write("call audio", "$call")
    answer = next(event for event in world.homeserver.events.values() if event.text and "your own way in" in event.text.plain)
    assert answer.text
    new = token_in(answer.text.html or "")
    assert new != old
    room = (await world.session()).room
    assert list(world.bells.rung.values()) == [(room, CallKind.AUDIO)]
    with pytest.raises(NoSuchLink):
        await world.calls.redeem(old, digest_of(OTHER), "en")
    assert (await redeem(world, new)).call_seat


async def test_the_telephone_on_the_card_does_the_same(world: World) -> None:
    await running(world)
    card = next(name for name, event in world.homeserver.events.items() if event.transaction.endswith(".card"))
    await world.desk.reacted(CHAT, "$press", NURSE, card, "📞")
    await world.settle()
    assert [kind for _, kind in world.bells.rung.values()] == [CallKind.VIDEO]


@pytest.mark.parametrize("order", ["close", "close now", "keep"])
async def test_the_end_of_the_session_ends_seat_and_link_at_once(world: World, order: str) -> None:
    await running(world)
    token = token_in(html_of_card(world))
    view = await redeem(world, token)
    await world.arrive(BROWSER)
    session = await world.session()
    seat = next(seat for seat in session.seats if seat.call_of)
    await world.desk.wrote(CHAT, "$end", NURSE, order, True)
    assert seat.id in world.gate.over, "before any effect is carried out"
    await world.settle()
    with pytest.raises(NoSuchLink):
        await world.calls.redeem(token, digest_of(OTHER), "en")
    over = await world.guests.seat(digest_of(BROWSER))
    assert over is None or over.status is SeatStatus.ENDED
    if order != "close now":
        assert session.room
        assert world.homeserver.rooms[session.room].members.get(view.user or "") is not Membership.JOIN


async def test_a_link_of_another_session_or_a_guests_link_is_no_way_into_this_call(world: World) -> None:
    await running(world)
    for token in (world.token(), "x" * 22, ""):
        with pytest.raises(NoSuchLink):
            await world.calls.redeem(token, digest_of(BROWSER), "en")
    with pytest.raises(NoSuchLink):
        await world.calls.redeem(token_in(html_of_card(world)), digest_of(SECRET), "en")


async def test_what_a_call_seat_wrote_is_no_part_of_the_transcript(world: World) -> None:
    await running(world)
    await redeem(world, token_in(html_of_card(world)))
    await world.arrive(BROWSER)
    session = await world.session()
    assert session.room
    (caller,) = session.call_users
    amina = next(seat.user for seat in session.seats if not seat.call_of)
    assert amina
    world.homeserver.rooms[session.room].history += [
        WrittenEvent("$a", amina, world.clock.moment, "Hello"),
        WrittenEvent("$b", caller, world.clock.moment, "smuggled"),
    ]
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    (transcript,) = world.pdf.rendered
    assert [line.text for line in transcript.lines] == ["Hello"]


async def test_nothing_of_the_call_is_left_after_teardown(world: World) -> None:
    await running(world)
    await redeem(world, token_in(html_of_card(world)))
    await world.arrive(BROWSER)
    session = await world.session()
    (caller,) = session.call_users
    await world.write("close now", "$end")
    await world.pass_time(timedelta(hours=1))
    assert caller not in world.homeserver.accounts
    async with world.units.begin() as unit:
        assert not any((await unit.rows_of(session.id)).values())


@pytest.mark.parametrize(("provider", "words"), [("none", "There are no calls here"), ("element_call", "Element itself")])
async def test_without_calls_by_link_there_is_no_link_and_the_order_says_why(world: World, provider: str, words: str) -> None:
    world.call_provider = provider
    await world.stop()
    world.start()
    await running(world)
    assert "/c#" not in html_of_card(world)
    await world.write("call", "$call")
    assert words in world.texts()[-1]
    assert ("press the call button in the room of session" in world.card()) is (provider == "element_call")
    assert not world.bells.rung
