"""Reactions on cards and questions do the same as commands (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.chat.calling import PROBE
from teleconnect_bot.chat.reactions import ON_CARDS, meaning, offered
from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.calls import CallKind
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.life import check, decide
from teleconnect_bot.domain.session import State
from tests.fakes_domain import IN_STATE, NOW, REQUESTER
from tests.services.world import CHAT, NURSE, SECRET, World

Stage = Callable[[World], Awaitable[None]]
BACKUP, BACKUPS_CHAT = "@backup:example.org", "!chat-backup:example.org"


async def invited(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")


async def waiting(world: World) -> None:
    await invited(world)
    await world.enter()
    await world.arrive()


async def active(world: World) -> None:
    await waiting(world)
    await world.join_as_staff()


async def closed(world: World) -> None:
    await active(world)
    await world.write("close", "$close")


async def kept_open(world: World) -> None:
    await active(world)
    await world.write("keep", "$keep")
    await world.guests.leave(digest_of(SECRET))
    await world.settle()


async def press(world: World, key: str, on: str | None = None, by: str = NURSE, room: str = CHAT) -> str:
    """React to the status card, or to the last message that begins with these words; what was said in answer."""
    events = world.homeserver.events
    if on is None:
        target = next(name for name, event in events.items() if event.transaction.endswith(".card"))
    else:
        target = next(name for name, event in reversed(events.items()) if event.text and event.text.plain.startswith(on))
    before = len(world.texts(room))
    await world.desk.reacted(room, f"$press{len(events)}", by, target, key)
    await world.settle()
    return "\n".join(world.texts(room)[before:])


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (invited, {"🔁", "✖"}),
        (waiting, {"▶", "👀", "✖"}),
        (active, {"📞", "⏹"}),
        (kept_open, {"⏹", "🔁"}),
        (closed, set()),
    ],
)
async def test_the_card_offers_what_can_be_done_now_and_nothing_else(world: World, stage: Stage, expected: set[str]) -> None:
    await stage(world)
    assert world.offers() == expected


async def test_what_was_seen_is_not_offered_again(world: World) -> None:
    await waiting(world)
    await press(world, "👀")
    assert world.offers() == {"▶", "✖"}


@pytest.mark.parametrize("state", State)
def test_whatever_is_offered_is_possible(state: State) -> None:
    asks: dict[str, Callable[[str], c.Asked]] = {
        "start": c.Start,
        "seen": c.Seen,
        "call": lambda by: c.Call(by, CallKind.VIDEO, PROBE),
        "end": c.Close,
        "resend": c.Resend,
        "another": lambda by: c.AskAnother(by, ()),
        "without": c.SendWithout,
        "cancel": c.Cancel,
    }
    assert set(asks) == set(ON_CARDS)
    session = decide(IN_STATE[state](), c.CallOffered(replace(PROBE, user=REQUESTER)), NOW)[0]
    for name in offered(session):
        check(session, asks[name](REQUESTER), NOW)


@pytest.mark.parametrize("key", ["▶", "▶\ufe0f"])
def test_a_reaction_is_understood_with_and_without_variation_selector(key: str) -> None:
    assert meaning(key, None) == "start"
    assert meaning(key, "end") == "stay"
    assert meaning("👍", None) is None


@pytest.mark.parametrize(("choice", "state"), [("🔒", State.CLOSED), ("⏸\ufe0f", State.KEPT_OPEN), ("▶\ufe0f", State.ACTIVE)])
async def test_end_asks_and_each_choice_can_be_pressed(world: World, choice: str, state: State) -> None:
    await active(world)
    asked = await press(world, "⏹\ufe0f")
    assert "are the key points written in its chat?" in asked
    assert world.offers("Before session") == {"🔒", "⏸", "▶"}
    await press(world, choice, "Before session")
    assert (await world.session()).state is state


async def test_end_written_in_words_offers_the_same(world: World) -> None:
    await active(world)
    await world.write("end", "$end")
    assert world.offers("Before session") == {"🔒", "⏸", "▶"}


async def test_cancel_is_asked_once_and_confirmed_by_the_same_reaction(world: World) -> None:
    await waiting(world)
    code = (await world.session()).code
    assert await press(world, "✖") == f"Really cancel session {code}? Press ✖\ufe0f here, or write cancel {code}."
    assert (await world.session()).state is State.WAITING
    await press(world, "✖", "Really cancel")
    assert (await world.session()).state is State.CANCELLED


@pytest.mark.parametrize(
    ("key", "stage", "truth"),
    [
        ("▶", active, "is running already"),
        ("▶", closed, "is closed already"),
        ("⏹", closed, "is closed already"),
        ("✖", active, "has taken place already and cannot be cancelled"),
        ("✖", closed, "is closed already"),
        ("👀", invited, "Nobody is in the waiting room"),
        ("🔁", active, "Somebody has come to"),
    ],
)
async def test_a_reaction_that_came_too_late_is_answered_by_what_is_true_now(world: World, key: str, stage: Stage, truth: str) -> None:
    await stage(world)
    before = (await world.session()).state
    assert truth in await press(world, key)
    assert (await world.session()).state is before


async def test_an_outdated_question_is_answered_by_what_is_true_now(world: World) -> None:
    await active(world)
    await press(world, "⏹")
    await world.write("close", "$close")
    assert "is closed already" in await press(world, "⏸", "Before session")
    assert (await world.session()).state is State.CLOSED


async def test_other_reactions_and_those_of_the_bot_itself_mean_nothing(world: World) -> None:
    await waiting(world)
    assert await press(world, "👍") == ""
    assert await press(world, "▶", by=world.desk.bot) == ""
    assert await press(world, "▶", room="!elsewhere:example.org") == ""
    assert (await world.session()).state is State.WAITING


async def test_the_backup_may_press_in_their_own_chat(world: World) -> None:
    await world.write(f"invite anna@example.net lang=fr backup={BACKUP}", "$invite")
    await world.enter()
    await world.arrive()
    answer = await press(world, "▶", f"{NURSE} names you", by=BACKUP, room=BACKUPS_CHAT)
    assert "Join the room to start session" in answer


async def test_questions_and_reactions_go_with_the_session(world: World) -> None:
    await active(world)
    await press(world, "⏹")
    await world.write("close now", "$close")
    await world.pass_time(timedelta(minutes=5))
    assert not [event for event in world.homeserver.events.values() if event.reacts_to and event.text]
    assert not [text for text in world.texts() if text.startswith("Before session")]
