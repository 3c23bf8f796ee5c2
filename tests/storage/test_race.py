"""Two requesters start the same session in the same instant, on two connections: exactly one wins, each time (PRODUCT §2)."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.storage.values import coding
from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.effects import EFFECTS, Effect, InviteToRoom, Notice, RemoveFromRoom, Tell
from teleconnect_bot.domain.errors import AlreadyStarted
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.sessions import Sessions
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, NOW, REQUESTER
from tests.services.fakes import CountingTokens, FakeClock

TIMES, TIMES_BY_COMMAND = 200, 25
CODE_LETTERS = "23456789ABCDEFGH"


def numbered(session: Session, number: int) -> Session:
    """The same once more, with ids of its own."""
    links = tuple(replace(link, id=f"link{number}", digest=digest_of(f"token{number}")) for link in session.links)
    seats = tuple(
        replace(seat, id=f"seat{number}", link=f"link{number}", digest=digest_of(f"secret{number}"), user=f"@tcv-{number}:hospital.example")
        for seat in session.seats
    )
    messages = tuple(replace(message, id=f"message{number}", link=f"link{number}") for message in session.messages)
    code = "".join(CODE_LETTERS[number // 16**place % 16] for place in range(4))
    return replace(
        session,
        id=f"session{number}",
        code=code,
        key="session",
        room=f"!room{number}:hospital.example",
        links=links,
        seats=seats,
        messages=messages,
    )


class Requesters:
    """Two processes, as it were: each with a database connection and services of its own."""

    def __init__(self, address: str, keys: FileSessionKeys) -> None:
        self.databases = [Database(address), Database(address)]
        clock = FakeClock()
        clock.moment = NOW
        self.units = [SqlUnitOfWork(database, keys) for database in self.databases]
        self.sessions = [Sessions(units, keys, clock, CountingTokens(), Policy()) for units in self.units]

    async def effects(self, session: str) -> list[Effect]:
        kinds = {kind.__name__: kind for kind in EFFECTS}
        async with self.databases[0].reading() as connection:
            rows = (await connection.execute(select(tables.outbox).where(tables.outbox.c.session == session))).mappings().all()
        return [coding(kinds[row["name"]]).read(row["fields"]) for row in rows]


@pytest.mark.timeout(300)
async def test_of_two_who_join_in_the_same_instant_exactly_one_starts_it_each_time(address: str, keys: FileSessionKeys) -> None:
    keys.create("session")
    both, winners = Requesters(address, keys), Counter[str]()
    for number in range(TIMES):
        session = numbered(made.waiting(), number)
        async with both.units[0].begin() as unit:
            await unit.add(session)
        order = [(both.sessions[0], REQUESTER), (both.sessions[1], BACKUP)]
        await asyncio.gather(*(services.decide(session.id, c.StaffJoined(user)) for services, user in order[:: 1 if number % 2 else -1]))
        started = await both.sessions[0].load(session.id)
        assert started is not None
        assert started.holder in (REQUESTER, BACKUP)
        winner, loser = started.holder, BACKUP if started.holder == REQUESTER else REQUESTER
        assert (started.state, len(started.starts), started.staff_inside) == (State.ACTIVE, 1, frozenset({winner}))
        effects = await both.effects(session.id)
        assert effects.count(Tell(Notice.STARTED)) == 1
        assert effects.count(Tell(Notice.TAKEN, loser)) == 1, "the second is told who has it"
        assert RemoveFromRoom(loser) in effects
        assert RemoveFromRoom(winner) not in effects
        winners[winner] += 1
    assert winners.total() == TIMES
    for database in both.databases:
        await database.close()


@pytest.mark.timeout(300)
async def test_of_two_who_take_it_by_command_one_gets_in_and_the_other_reads_who_has_it(address: str, keys: FileSessionKeys) -> None:
    """A session that is kept open, whose person is there: `start` starts it at once."""
    keys.create("session")
    both = Requesters(address, keys)
    for number in range(TIMES_BY_COMMAND):
        session = numbered(replace(made.kept_open(), holder=None, staff_inside=frozenset(), staff_invited=frozenset()), number)
        async with both.units[0].begin() as unit:
            await unit.add(session)
        answers = await asyncio.gather(
            *(
                services.ask(session.code, c.Start(user), f"$start{number}{user}")
                for services, user in zip(both.sessions, (REQUESTER, BACKUP), strict=True)
            ),
            return_exceptions=True,
        )
        refused = [answer for answer in answers if isinstance(answer, AlreadyStarted)]
        won = [answer for answer in answers if isinstance(answer, Session)]
        assert (len(won), len(refused)) == (1, 1), answers
        assert refused[0].values["holder"] == won[0].holder
        assert len(won[0].starts) == len(session.starts) + 1
        assert [effect.user for effect in await both.effects(session.id) if isinstance(effect, InviteToRoom)] == [won[0].holder]
    for database in both.databases:
        await database.close()
