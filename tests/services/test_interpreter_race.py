"""A hundred members of two distribution lists press Accept in the same instant: one interprets, and everybody is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.interpreter_door import OfferStatus, OfferView
from tests.fakes_web import front_door
from tests.services.interpreters import AMINA, HORN, LINGUA, Desk, mails_to, seek
from tests.services.world import World
from tests.storage.postgres import Postgres

PEOPLE = range(100)
NOTHING_MORE = OfferView(OfferStatus.TAKEN)


@pytest.fixture(params=["sqlite", "postgresql"])
async def crowd(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A world on either database."""
    address = None
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        address = await server.new_migrated_database()
    world = await World(tmp_path, address).create()
    yield world
    await world.stop()


async def tokens_of(world: World) -> Sequence[str]:
    """What stands in the links of both organisations, which were asked at the same time."""
    await seek(world, LINGUA, HORN)
    return [Desk(world, organisation.email or "").token for organisation in (LINGUA, HORN)]


def contact(number: int) -> str:
    return f"interpreter{number}@lingua.example"


async def one_interprets(world: World, winner: int) -> None:
    """And nobody reads anything twice, or reads what is another's."""
    await world.settle()
    session = await world.session()
    assert session.state is State.INVITED
    assert [link.role for link in session.links] == [Role.SERVICE_USER, Role.INTERPRETER]
    assert (session.links[-1].name, session.links[-1].contact.value) == (f"Interpreter {winner}", contact(winner))
    assert len(mails_to(world, AMINA)) == len(mails_to(world, contact(winner))) == 1
    assert [number for number in PEOPLE if mails_to(world, contact(number))] == [winner]
    slower = (HORN, LINGUA)[winner % 2]
    assert [mail.message_id.rpartition(".")[2] for mail in mails_to(world, slower.email or "")] == ["asked", "taken"]
    assert len([words for words in world.mentions() if "an interpreter has accepted" in words]) == 1


async def test_of_a_hundred_who_accept_by_the_page_one_interprets_and_one_set_of_invitations_goes_out(crowd: World, tmp_path: Path) -> None:
    tokens = await tokens_of(crowd)
    async with front_door("http://127.0.0.1:9", tmp_path, organisations=crowd.interpreters) as front:

        async def accept(number: int) -> str:
            answer = await front.ask(
                "POST",
                "/api/interpreter/accept",
                json={
                    "token": tokens[number % 2],
                    "language": "en",
                    "round": 1,
                    "name": f"Interpreter {number}",
                    "contact": contact(number),
                    "terms": "1",
                },
            )
            assert answer.status == 200
            if answer.json["status"] == "taken":
                assert (answer.json["facts"], answer.json["name"], answer.json["terms"]["text"]) == ([], "", "")
            return str(answer.json["status"])

        said = await asyncio.gather(*(accept(number) for number in PEOPLE))
    assert sorted(said) == ["accepted"] + ["taken"] * 99
    await one_interprets(crowd, said.index("accepted"))


async def test_of_a_hundred_who_accept_at_the_same_time_one_interprets_and_the_others_read_that_it_is_taken(crowd: World) -> None:
    tokens = await tokens_of(crowd)
    answers = await asyncio.gather(
        *(crowd.interpreters.accept(tokens[number % 2], 1, f"Interpreter {number}", contact(number), "en", "1") for number in PEOPLE)
    )
    accepted = [number for number, view in enumerate(answers) if view and view.status is OfferStatus.ACCEPTED]
    assert len(accepted) == 1
    assert [view for number, view in enumerate(answers) if number not in accepted] == [NOTHING_MORE] * 99
    await one_interprets(crowd, accepted[0])
