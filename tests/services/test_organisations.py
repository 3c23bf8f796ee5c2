"""Which organisations interpret what: by configuration and by an administrator's orders (PRODUCT §3 `org`, §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain.organisations import Organisation
from tests.services.world import ADMIN, ADMINS_CHAT, LINGUAS_ROOM, NURSE, World

ADD = 'org add lingua name="Lingua Interpreters" languages=dari,tigrigna,so email=manager@lingua.example.net'
HORN = Organisation(id="horn", name="Horn", languages=("so",), email="horn@example.net", configured=True)


async def order(world: World, words: str) -> str:
    """The administrator's order; the answer."""
    number = len(world.homeserver.transactions)
    await world.write(words, f"$order{number}", by=ADMIN, room=ADMINS_CHAT)
    return world.texts(ADMINS_CHAT)[-1]


async def test_an_organisation_is_added_by_names_of_languages_and_listed_with_a_masked_address(world: World) -> None:
    answer = await order(world, ADD)
    assert answer.startswith("Added: lingua – Lingua Interpreters: ")
    (kept,) = await world.organisations.all()
    assert (kept.languages, kept.email, kept.room, kept.may_decline) == (("prs", "ti", "so"), "manager@lingua.example.net", None, True)
    assert "Dari (prs), Somali (so), Tigrinya (ti); e-mail to m…@lingua.example.net" in await order(world, "org list")


async def test_its_room_must_be_encrypted_with_the_bot_inside(world: World) -> None:
    await order(world, ADD)
    world.shared.closed.add(LINGUAS_ROOM)
    assert "I am not in the room" in await order(world, f"org edit lingua room={LINGUAS_ROOM}")
    world.shared.closed.clear()
    world.shared.unencrypted.add(LINGUAS_ROOM)
    assert "is not encrypted" in await order(world, f"org edit lingua room={LINGUAS_ROOM}")
    assert "knows no room" in await order(world, "org edit lingua room=#nowhere:example.org")
    assert [each.room for each in await world.organisations.all()] == [None]
    world.shared.unencrypted.clear()
    await order(world, f"org edit lingua room={LINGUAS_ROOM} decline=no alone=2h email=none")
    (kept,) = await world.organisations.all()
    assert (kept.room, kept.email, kept.may_decline, kept.alone_for.total_seconds()) == (LINGUAS_ROOM, None, False, 7200)
    assert "may not decline; asked alone for 2 h" in await order(world, "org list")


async def test_it_is_removed_and_then_unknown(world: World) -> None:
    await order(world, ADD)
    await order(world, "org remove lingua")
    assert await world.organisations.all() == []
    assert "There is no organisation with this short word" in await order(world, "org remove lingua")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("org", "Something is missing"),
        ("org ad lingua", "Did you mean org add?"),
        ("org add", "write the organisation's short word"),
        ('org add "Lingua Interpreters" name=x languages=so email=a@example.net', "a-z, 0-9 and hyphens"),
        ("org add horn languages=so email=a@example.net", "name= is missing"),
        ("org add horn name=Horn email=a@example.net", "languages= is missing"),
        ("org add horn name=Horn languages=so", "needs email= or room="),
        ("org add horn name=Horn languages=klingonese email=a@example.net", "no language called “klingonese”"),
        ("org add horn name=Horn languages=, email=a@example.net", "at least one language is missing"),
        ("org add horn name=Horn languages=so email=horn", "is not an e-mail address"),
        ("org add horn name=Horn languages=so email=a@example.net decline=perhaps", "write yes or no"),
        ("org add horn name=Horn languages=so email=a@example.net alone=soon", "how long it is asked"),
        ("org add horn name=Horn languages=so room=lingua", "alias or id"),
        ("org add lingua name=Other languages=so email=a@example.net", "There is an organisation lingua already"),
        ("org edit lingua", "Say what is to change"),
        ("org edit lingau name=x", "Did you mean lingua?"),
        ("org edit lingua email=none", "needs email= or room="),
        ("org list lingua name=x", "takes no options"),
        ("org add horn colour=red", "has no such option"),
    ],
)
async def test_a_mistake_is_named_and_changes_nothing(world: World, words: str, said: str) -> None:
    await order(world, ADD)
    before = await world.organisations.all()
    answer = await order(world, words)
    assert said in answer
    assert await world.organisations.all() == before


async def test_nobody_but_an_administrator_is_obeyed(world: World) -> None:
    await world.write(ADD, "$org", by=NURSE)
    assert "for administrators" in world.texts()[-1]
    assert await world.organisations.all() == []


async def test_those_of_the_configuration_follow_it_and_added_ones_stay(world: World) -> None:
    await order(world, ADD)
    await world.organisations.follow([HORN])
    assert [each.id for each in await world.organisations.all()] == ["horn", "lingua"]
    assert "stands in the configuration" in await order(world, "org remove horn")
    await world.organisations.follow([replace(HORN, name="Horn of Africa")])
    assert world.organisations.name_of("horn") == "Horn of Africa"
    await world.organisations.follow([])
    assert [each.id for each in await world.organisations.all()] == ["lingua"]


@pytest.mark.parametrize(
    ("asked", "spoken", "fits"),
    [("ar", "ar-SD", True), ("ar-SD", "ar", True), ("PRS", "prs", True), ("fa", "prs", False), ("so", "sot", False)],
)
def test_a_variety_is_found_by_its_language_and_the_other_way_round(asked: str, spoken: str, fits: bool) -> None:
    assert replace(HORN, languages=(spoken,)).speaks(asked) is fits


async def test_it_is_written_to_in_a_language_that_there_is(world: World) -> None:
    assert "written to in English" in await order(world, ADD)
    assert "written to in French" in await order(world, "org edit lingua lang=français")
    assert "I cannot write to an organisation in this language." in await order(world, "org edit lingua lang=ti")
    assert [each.language for each in await world.organisations.all()] == ["fr"]


async def test_what_administrators_have_ordered_survives_a_restart(world: World) -> None:
    await order(world, ADD)
    await order(world, "org add horn name=Horn languages=so email=desk@horn.example.net")
    await order(world, "org edit horn languages=so,am alone=3h")
    await world.stop()
    world.start()
    listed = await order(world, "org list")
    assert "lingua – Lingua Interpreters" in listed
    assert "Amharic (am), Somali (so)" in listed
    await order(world, "org remove lingua")
    await world.stop()
    world.start()
    assert [(each.id, each.languages, each.alone_for) for each in await world.organisations.all()] == [
        ("horn", ("so", "am"), timedelta(hours=3))
    ]


async def test_languages_are_named_in_the_language_of_whoever_reads(world: World) -> None:
    await order(world, ADD)
    await world.write("settings lang=fr", "$french")
    await world.write("invite anna@example.net interpreter=ukrainien", "$invite")
    assert "dari (prs), somali (so), tigrigna (ti)" in world.texts()[-1]
    await world.write("settings lang=es", "$spanish")
    await world.write("invite anna@example.net interpreter=ucraniano", "$again")
    assert "darí (prs), somalí (so), tigriña (ti)" in world.texts()[-1]
