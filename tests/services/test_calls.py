"""The way of staff into the call, from the card to the seat and to the end (PRODUCT §7)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from teleconnect_bot.domain.calls import CallKind
from teleconnect_bot.domain.commands import CallOffered
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.call_door import LinkUsed
from teleconnect_bot.services.calls import CallLinks
from teleconnect_bot.services.guest_door import NoSuchLink, SeatStatus, SeatView
from teleconnect_bot.services.ports import Membership
from tests.services.world import CHAT, NURSE, SECRET, World

BROWSER, OTHER = "b" * 43, "o" * 43
BACKUP, BACKUPS_CHAT = "@backup:example.org", "!chat-backup:example.org"
DOCTOR, DOCTORS_CHAT = "@doctor:example.org", "!chat-doctor:example.org"


async def running(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()


def token_in(text: str) -> str:
    return str(re.findall(r"https://meet\.example\.org/c#([\w-]{22})", text)[-1])


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


def of_calls(world: World, room: str) -> list[str]:
    """What was said there of calls, with the links."""
    said = [event.text for event in world.homeserver.events.values() if event.room == room and event.text and not event.reacts_to]
    return [text.html or "" for text in said if "in a call" in text.plain or "a call has begun" in text.plain]


async def backup_starts(world: World) -> str:
    await world.write(f"invite amina@example.org backup={BACKUP}", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff(BACKUP)
    return BACKUPS_CHAT


async def member_of_the_team_starts(world: World) -> str:
    for member in (NURSE, DOCTOR):
        await world.into_room(member)
    await world.write("invite amina@example.org team=night", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff(DOCTOR)
    return DOCTORS_CHAT


async def colleague_comes(world: World) -> str:
    await world.write(f"invite amina@example.org colleague={DOCTOR}", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    await world.join_as_staff(DOCTOR)
    return DOCTORS_CHAT


@pytest.mark.parametrize("comes", [backup_starts, member_of_the_team_starts, colleague_comes])
async def test_whoever_has_no_card_receives_a_link_of_their_own_in_their_own_chat(
    world: World, comes: Callable[[World], Awaitable[str]]
) -> None:
    chat = await comes(world)
    (said,) = of_calls(world, chat)
    everywhere = [event.text.html or "" for event in world.homeserver.events.values() if event.text]
    assert sum(token_in(said) in html for html in everywhere) == 1, "in no other chat, and not on a card"
    view = await redeem(world, token_in(said))
    assert view.call_seat
    with pytest.raises(LinkUsed):
        await world.calls.redeem(token_in(said), digest_of(OTHER), "en")
    await world.write("close", "$close")
    with pytest.raises(NoSuchLink):
        await world.calls.redeem(token_in(said), digest_of(OTHER), "en")


async def test_a_colleague_is_told_when_the_requester_goes_into_the_call_by_the_card_and_once(world: World) -> None:
    chat = await colleague_comes(world)
    await redeem(world, token_in(html_of_card(world)))
    offer, begun = of_calls(world, chat)
    assert "a call has begun" in begun
    assert token_in(begun) == token_in(offer)
    assert (await redeem(world, token_in(begun), OTHER)).call_seat
    assert len(of_calls(world, chat)) == 2
    assert of_calls(world, CHAT) == []


async def test_staff_who_write_in_element_are_told_when_a_guest_goes_into_the_call_before_them(world: World) -> None:
    chat = await colleague_comes(world)
    session = await world.session()
    assert session.room
    amina = next(seat.user for seat in session.seats)
    assert amina
    await world.desk.call_heard(session.room, amina, world.clock.moment - timedelta(minutes=4))
    await world.settle()
    assert of_calls(world, CHAT) == [], "what is read only now may be over since"
    for _ in range(3):
        await world.desk.call_heard(session.room, amina, world.clock.moment)
        await world.settle()
    (to_nurse,) = of_calls(world, CHAT)
    assert token_in(to_nurse) == token_in(html_of_card(world))
    assert len(of_calls(world, chat)) == 2, "the link at the beginning, and now the call"
    await world.desk.call_heard("!elsewhere:example.org", amina, world.clock.moment)
    await world.settle()
    assert len(of_calls(world, CHAT)) == 1


async def test_a_colleagues_own_link_says_with_call_audio_that_there_are_no_pictures(world: World) -> None:
    chat = await colleague_comes(world)
    await world.write("call audio", "$call")
    offer, rung = of_calls(world, chat)
    token = token_in(rung)
    assert f"/c#{token}.audio" in rung
    assert f"/c#{token}.audio" not in offer
    await redeem(world, token)
    assert len(of_calls(world, chat)) == 2, "who was rung is not told again"


async def test_a_link_that_could_not_be_told_before_the_end_is_told_nobody_afterwards(world: World) -> None:
    await world.write(f"invite amina@example.org colleague={DOCTOR}", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    session = await world.session()
    assert session.room
    world.homeserver.rooms[session.room].members[DOCTOR] = Membership.JOIN
    await world.desk.membership_changed(session.room, DOCTOR, Membership.JOIN)
    await world.sessions.decide(session.id, CallOffered(CallLinks(world.keys, world.tokens, "").new(session, DOCTOR)))
    await world.desk.wrote(CHAT, "$end", NURSE, "close", True)
    await world.settle()
    assert of_calls(world, DOCTORS_CHAT) == []
    assert (await world.session()).call_links == ()


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


async def runs(world: World, contact: str, secret: str) -> tuple[str, str]:
    """One more session of the nurse's that has begun: its code, and the token on its card."""
    await world.write(f"invite {contact}", f"$invite-{contact}")
    await world.guests.enter(world.token(), digest_of(secret), "Amina", "fr", "1")
    await world.settle()
    await world.arrive(secret)
    session = next(each for each in await world.sessions.sessions_of(NURSE) if not each.started)
    await world.join_as_staff_of(session.id, NURSE)
    shown = [event.text.html or "" for event in world.homeserver.events.values() if event.text and session.code in event.text.plain]
    return session.code, token_in(next(html for html in reversed(shown) if "/c#" in html))


async def test_of_two_running_sessions_each_link_leads_into_its_own_alone(world: World) -> None:
    (first, to_first), (second, to_second) = await runs(world, "amina@example.org", SECRET), await runs(world, "karim@example.org", OTHER)
    seated = await redeem(world, to_first)
    with pytest.raises(NoSuchLink):
        await world.calls.redeem(to_second, digest_of(BROWSER), "en")
    assert await world.guests.seat(digest_of(BROWSER)) == seated, "and stays where it is"
    elsewhere = await redeem(world, to_second, "n" * 43)
    assert elsewhere.call_seat

    await world.write(f"close {first}", "$close")
    for browser in (BROWSER, "x" * 43, "n" * 43):
        with pytest.raises(NoSuchLink):
            await world.calls.redeem(to_first, digest_of(browser), "en")
    still = await world.guests.seat(digest_of("n" * 43))
    assert still is not None
    assert still.status is not SeatStatus.ENDED, f"{second} runs on"


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
