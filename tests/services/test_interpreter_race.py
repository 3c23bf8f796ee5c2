"""A hundred members of two distribution lists press Accept in the same instant, by HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import State
from tests.fakes_web import front_door
from tests.services.interpreters import AMINA, HORN, LINGUA, Desk, mails_to, seek
from tests.services.world import World


async def test_of_a_hundred_who_accept_by_the_page_one_interprets_and_one_set_of_invitations_goes_out(world: World, tmp_path: Path) -> None:
    organisations = [LINGUA, HORN]
    await seek(world, *organisations)
    tokens = [Desk(world, organisation.email or "").token for organisation in organisations]
    async with front_door("http://127.0.0.1:9", tmp_path, organisations=world.interpreters) as front:

        async def accept(number: int) -> str:
            answer = await front.ask(
                "POST",
                "/api/interpreter/accept",
                json={
                    "token": tokens[number % 2],
                    "language": "en",
                    "round": 1,
                    "name": f"Interpreter {number}",
                    "contact": f"interpreter{number}@lingua.example",
                    "terms": "1",
                },
            )
            assert answer.status == 200
            if answer.json["status"] == "taken":
                assert (answer.json["facts"], answer.json["name"], answer.json["terms"]["text"]) == ([], "", "")
            return str(answer.json["status"])

        said = await asyncio.gather(*(accept(number) for number in range(100)))
    await world.settle()
    assert sorted(said) == ["accepted"] + ["taken"] * 99
    session = await world.session()
    assert session.state is State.INVITED
    assert [link.role for link in session.links] == [Role.SERVICE_USER, Role.INTERPRETER]
    assert session.links[-1].name == f"Interpreter {said.index('accepted')}"
    assert len(mails_to(world, AMINA)) == len(mails_to(world, session.links[-1].contact.value)) == 1
