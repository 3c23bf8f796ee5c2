"""Every command in every state of a session, as somebody expects who has read PRODUCT §2 and §3 and not the code.

A cell is the state that follows (`=` stays as it is and answers) or, with `!`, the refusal, which changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from teleconnect_bot.chat.belonging import ADMINISTRATION
from teleconnect_bot.chat.commands import COMMANDS
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.services.world import ADMIN, ADMINS_CHAT, CHAT, NURSE, World

TABLE = """
           |held        |unavailable |invited     |waiting      |active       |kept_open     |closed       |cancelled    |tearing_down
seen       |nobody!     |nobody!     |nobody!     |waiting      |running!     |nobody!       |closed!      |cancelled!   |deleted!
start      |nobody!     |nobody!     |nobody!     |waiting      |running!     |nobody!       |closed!      |cancelled!   |deleted!
join       |not_open!   |not_open!   |nobody!     |waiting      |running!     |nobody!       |not_open!    |cancelled!   |deleted!
call       |no_end!     |no_end!     |no_end!     |unstarted!   |=            |not_running!  |closed!      |cancelled!   |deleted!
end        |no_end!     |no_end!     |no_end!     |unstarted!   |=            |=             |closed!      |cancelled!   |deleted!
stay       |no_end!     |no_end!     |no_end!     |unstarted!   |=            |=             |closed!      |cancelled!   |deleted!
close      |no_end!     |no_end!     |no_end!     |unstarted!   |closed       |closed        |closed!      |cancelled!   |deleted!
close now  |no_end!     |no_end!     |no_end!     |unstarted!   |tearing_down |tearing_down  |tearing_down |tearing_down |deleted!
keep       |no_end!     |no_end!     |no_end!     |not_running! |kept_open    |kept_already! |closed!      |cancelled!   |deleted!
reopen     |not_closed! |not_closed! |not_closed! |not_closed!  |not_closed!  |not_closed!   |kept_open    |cancelled!   |deleted!
cancel     |cancelled   |cancelled   |cancelled   |cancelled    |use_end!     |use_end!      |closed!      |cancelled!   |deleted!
reschedule |held        |held        |invited     |no_date!     |no_date!     |no_date!      |closed!      |cancelled!   |deleted!
resend     |unsent!     |unsent!     |invited     |came!        |came!        |kept_open     |closed!      |cancelled!   |deleted!
remove     |not_there!  |not_there!  |not_there!  |invited      |active       |kept_open     |not_there!   |not_there!   |not_there!
admit      |no_asker!   |no_asker!   |no_asker!   |no_asker!    |no_asker!    |no_asker!     |closed!      |cancelled!   |deleted!
refuse     |no_asker!   |no_asker!   |no_asker!   |no_asker!    |no_asker!    |no_asker!     |closed!      |cancelled!   |deleted!
pdf        |no_pdf!     |no_pdf!     |no_pdf!     |no_pdf!      |no_pdf!      |no_pdf!       |closed       |cancelled    |deleted!
phone      |no_number!  |no_number!  |no_number!  |no_number!   |no_number!   |no_number!    |closed!      |cancelled!   |deleted!
without    |invited     |invited     |not_held!    |not_held!    |not_held!    |not_held!     |closed!      |cancelled!   |deleted!
another    |sought!     |held        |invited     |none_added!  |none_added!  |none_added!   |closed!      |cancelled!   |deleted!
handover   |held        |unavailable |invited     |waiting      |nobody_new!  |kept_open     |closed       |cancelled!   |deleted!
assign     |held        |unavailable |invited     |waiting      |active       |kept_open     |closed       |no_assign!   |no_assign!
next       |no_waiter!  |no_waiter!  |no_waiter!  |waiting      |no_waiter!   |no_waiter!    |no_waiter!   |no_waiter!   |no_waiter!
add        |none_added! |none_added! |none_added! |none_added!  |none_added!  |none_added!   |none_added!  |none_added!  |none_added!
"""
"""`active`: the requester is in the room and so is the person. `kept_open`: nobody is there."""
REFUSALS = {
    "no_assign": "no session with this code that could be assigned",
    "no_waiter": "Nobody is waiting for you",
    "sought": "is being sought for K7M2 already",
    "not_held": "does not wait for an interpreter",
    "nobody": "Nobody is in the waiting room",
    "closed": "is closed already",
    "cancelled": "was cancelled",
    "deleted": "is being deleted",
    "no_end": "has not taken place yet",
    "unstarted": "has not been started yet",
    "use_end": "Use end",
    "no_date": "date of K7M2 cannot be changed",
    "no_pdf": "There is no transcript",
    "no_asker": "Nobody asks for a place",
    "not_there": "Write who is to leave",
    "not_open": "is not open now",
    "none_added": "Nobody can be added",
    "came": "has come to K7M2 with the link already",
    "unsent": "Nobody has been sent",
    "nobody_new": "nobody comes into it",
    "no_number": "there is no number",
    "not_closed": "is not closed",
    "not_running": "is not running",
    "running": "is running already",
    "kept_already": "is kept open already",
}
HEAD, *BODY = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip("\n").splitlines()]
COLUMNS = HEAD[1:]
ROWS = {command: dict(zip(COLUMNS, cells, strict=True)) for command, *cells in BODY}
LINES = {
    "close now": "close now K7M2",
    "handover": "handover K7M2 @doctor:example.org",
    "reschedule": 'reschedule K7M2 at="5 december 10:00"',
    "remove": 'remove "service user" K7M2',
    "assign": "assign K7M2 @doctor:example.org",
    "next": "next",
    "org": "org list",
}
WITHOUT_A_SESSION = {
    "doctor": "All is as it must be",
    "help": "What you can write to me",
    "invites": "K7M5",
    "languages": "en",
    "org": "lingua",
    "sessions": "K7M4",
    "settings": "UTC",
    "stats": "No session has been deleted yet",
    "waiting": "K7M5 waits for",
    "whoami": "@nurse:example.org",
}
"""They name no session and change none, whatever its state; the answer holds this. `invite` makes one."""


def in_state(state: str) -> Session:
    session = made.kept_open_alone() if state == "kept_open" else made.IN_STATE[State(state)]()
    users = {made.REQUESTER: NURSE}

    def here(staff: frozenset[str]) -> frozenset[str]:
        return frozenset(users.get(user, user) for user in staff)

    holder = NURSE if session.holder else None
    inside, invited = here(session.staff_inside), here(session.staff_invited)
    return replace(session, requester=NURSE, chat=CHAT, holder=holder, staff_inside=inside, staff_invited=invited)


async def stored(world: World, session: Session) -> None:
    world.clock.moment = made.NOW
    world.keys.create(session.key)
    async with world.units.begin() as unit:
        await unit.add(session)
        await unit.put_organisation(Organisation(id="lingua", name="Lingua", languages=("ti", "fr", "en"), email="lingua@example.net"))


async def answer_to(world: World, command: str) -> str:
    """What is said at once to the one who may give this order; no effect is carried out."""
    by, chat = (ADMIN, ADMINS_CHAT) if command in ADMINISTRATION else (NURSE, CHAT)
    before = len(world.texts(chat))
    await world.desk.wrote(chat, "$order", by, LINES.get(command, f"{command} K7M2" if command in ROWS else command), True)
    return "\n".join(world.texts(chat)[before:])


def test_each_command_that_there_is_stands_in_the_table_or_is_about_no_session() -> None:
    of_two_words = {"close now"}
    assert set(ROWS) - of_two_words | set(WITHOUT_A_SESSION) | {"invite"} == set(COMMANDS)
    assert not set(ROWS) & set(WITHOUT_A_SESSION)
    assert {name for name, command in COMMANDS.items() if command.takes_code} <= set(ROWS)
    assert {State(name) for name in COLUMNS} | {State.DRAFT, State.GONE} == set(State)


@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("command", ROWS)
async def test_it_does_what_was_promised_or_is_refused_in_words(world: World, command: str, state: str) -> None:
    session = in_state(state)
    await stored(world, session)
    expected = ROWS[command][state]
    said = await answer_to(world, command)
    now = await world.sessions.load(session.id)
    assert now is not None
    assert said
    if expected.endswith("!"):
        assert REFUSALS[expected[:-1]] in said
        assert now == session, "what is refused changes nothing"
    else:
        assert now.state == (state if expected == "=" else expected)


@pytest.mark.parametrize("command", ROWS)
async def test_a_session_that_is_gone_is_like_one_that_never_was(world: World, command: str) -> None:
    await stored(world, replace(in_state("tearing_down"), state=State.GONE))
    said = await answer_to(world, command)
    nothing = ("There is no session K7M2 of yours.", "Nobody can be added", "could be assigned", "Nobody is waiting")
    assert [words for words in nothing if words in said]


@pytest.mark.parametrize("command", WITHOUT_A_SESSION)
async def test_what_names_no_session_is_answered_and_changes_none(world: World, command: str) -> None:
    for number, state in enumerate(COLUMNS, 2):
        await stored(world, replace(in_state(state), id=f"id{number}", code=f"K7M{number}", links=(), seats=(), messages=()))
    before = [await world.sessions.load(f"id{number}") for number, _ in enumerate(COLUMNS, 2)]
    assert None not in before
    said = await answer_to(world, command)
    assert said
    assert WITHOUT_A_SESSION[command] in said
    assert [await world.sessions.load(f"id{number}") for number, _ in enumerate(COLUMNS, 2)] == before
