"""A number and an e-mail address of the same person: one is tried after the other, until a message arrives (PRODUCT §6, "Ladder")."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teleconnect_bot.chat.inviting import ways_apart
from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.session import Delivery, State
from tests.services.world import NURSE, World

NUMBER, UNREACHABLE, ANNA, BEA = "+41791234567", "+41791221614", "anna@example.net", "bea@example.net"
SMS, WHATSAPP, EMAIL = Channel.SMS, Channel.WHATSAPP, Channel.EMAIL
TRIED = [(SMS, Delivery.FAILED), (WHATSAPP, Delivery.FAILED), (EMAIL, Delivery.SENT)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    made.reach_by(EMAIL, SMS, WHATSAPP)
    await made.create()
    yield made
    await made.stop()


async def tried(world: World) -> list[tuple[Channel, Delivery]]:
    return [(message.channel, message.delivery) for message in (await world.session()).messages]


@pytest.mark.parametrize(
    "written",
    [
        f"{UNREACHABLE} {ANNA}",
        f"{ANNA} {UNREACHABLE}",
        f"{UNREACHABLE},{ANNA}",
        f"+41 79 122 16 14, {ANNA}",
        f"079 122 16 14 {ANNA} lang=en",
    ],
)
async def test_a_number_that_takes_nothing_is_followed_by_an_email_to_the_same_person(world: World, written: str) -> None:
    await world.write(f"invite {written}", "$invite")
    assert await tried(world) == TRIED
    assert [mail.to for mail in world.mailer.taken] == [ANNA]
    assert {"+41…614", "a…@example.net"} <= set(world.card().replace(",", " ").split())
    assert "this number takes no SMS, it may be a fixed line – by WhatsApp instead" in world.card()
    assert "– by e-mail instead" in world.card()
    assert not {UNREACHABLE, ANNA} & set(" ".join(world.texts()).split())


async def test_what_arrives_by_sms_is_not_sent_by_email_as_well(world: World) -> None:
    await world.write(f"invite {NUMBER} {ANNA}", "$invite")
    assert await tried(world) == [(SMS, Delivery.SENT)]
    assert world.mailer.taken == []


async def test_the_channel_that_is_asked_for_comes_first(world: World) -> None:
    await world.write(f"invite {NUMBER} {ANNA} via=email", "$invite")
    assert await tried(world) == [(EMAIL, Delivery.SENT)]
    assert world.provider.taken == []


async def test_a_relative_may_have_two_ways_too_in_their_own_language(world: World) -> None:
    await world.write(f"invite {NUMBER} guest={UNREACHABLE},{BEA}/fr", "$invite")
    (mail,) = world.mailer.taken
    assert (mail.to, mail.language) == (BEA, "fr")
    assert [message.to for message in world.provider.taken] == [NUMBER]


async def test_the_same_people_again_keep_both_ways(world: World) -> None:
    await world.write(f"invite {NUMBER} {ANNA} guest={UNREACHABLE},{BEA}", "$invite")
    await world.write(f"invite again {(await world.session()).code}", "$again")
    first, second = await world.sessions.sessions_of(NURSE)
    assert [each.contacts for each in first.links[0].recipients] == [each.contacts for each in second.links[0].recipients]


async def test_a_corrected_address_is_the_only_one_and_may_be_two_ways_again(world: World) -> None:
    await world.write(f"invite {UNREACHABLE} bad@example.net", "$invite")
    await world.write(f"resend to=+41781221614,{ANNA}", "$resend")
    (link,) = (await world.session()).links
    assert [way.value for way in link.recipients[0].contacts] == ["+41781221614", ANNA]
    assert [mail.to for mail in world.mailer.taken] == ["bad@example.net", ANNA]
    await world.write(f"resend to={BEA}", "$again")
    (link,) = (await world.session()).links
    assert [way.value for way in link.recipients[0].contacts] == [BEA]


async def test_a_new_number_is_written_to_although_the_old_one_answered_stop(world: World) -> None:
    await world.write(f"invite {NUMBER}", "$invite")
    await world.deliveries.answered(NUMBER, "STOP", "")
    await world.write(f"resend {(await world.session()).code} to=+41781234567", "$resend")
    assert [message.to for message in world.provider.taken] == [NUMBER, "+41781234567"]


async def test_whoever_answered_stop_is_reached_by_email(world: World) -> None:
    await world.write(f"invite {NUMBER} {ANNA}", "$invite")
    await world.deliveries.answered(NUMBER, "STOP", "")
    await world.write("cancel", "$cancel")
    assert [mail.to for mail in world.mailer.taken] == [ANNA]


async def test_the_number_is_shown_for_ringing_though_the_address_was_written_first(world: World) -> None:
    await world.write(f"invite {ANNA} {NUMBER}", "$invite")
    await world.write("phone", "$phone")
    assert NUMBER in world.texts()[-1]


async def test_the_dialogue_asks_for_another_way_and_the_summary_says_the_order(world: World) -> None:
    for number, words in enumerate(("invite", "remote", "079 122 16 14")):
        await world.write(words, f"${number}")
    assert "e-mail address of the same person" in world.texts()[-1]
    await world.write(ANNA, "$second")
    assert "What is their name?" in world.texts()[-1]
    for number, words in enumerate(("skip", "skip", "now", "skip", "skip")):
        await world.write(words, f"$more{number}")
    summary = world.texts()[-1]
    assert f"+41 79 122 16 14, {ANNA}" in summary
    assert "should it not arrive, by WhatsApp, e-mail" in summary
    await world.write("send", "$send")
    assert await tried(world) == TRIED


REFUSED = [
    (f"invite {NUMBER} +41781234567", "two telephone numbers"),
    (f"invite {ANNA} {BEA}", "guest="),
    (f"invite {NUMBER} {ANNA} guest={ANNA}", "twice"),
    (f"invite {NUMBER} Anna", "too many words"),
    (f"invite {NUMBER} @doctor:example.org", "not an e-mail address"),
    (f"invite @doctor:example.org {NUMBER}", "too many words"),
    (f"invite in-person {NUMBER}", "too many words"),
    (f"invite {ANNA} 079 123", "too few digits"),
    (f"invite {NUMBER} {ANNA} x@", "too many words"),
    (f"invite {ANNA} guest={NUMBER},+41781234567", "two telephone numbers"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[line for line, _ in REFUSED])
async def test_what_could_be_two_people_is_refused_with_how_to_write_it(world: World, line: str, reason: str) -> None:
    await world.write(line, "$line")
    assert reason in world.texts()[-1]
    assert (world.mailer.taken, world.provider.taken) == ([], [])
    assert {session.state for session in await world.sessions.sessions_of(NURSE)} == {State.DRAFT}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+41 79 123 45 67", ["+41 79 123 45 67"]),
        ("079 123 45 67 a@b.org", ["079 123 45 67", "a@b.org"]),
        ("a@b.org, (079) 123-45-67", ["a@b.org", "(079) 123-45-67"]),
        ("a@b.org,079 1,2", ["a@b.org", "079 1", "2"]),
        ("+41 79 +33 6 12", ["+41 79", "+33 6 12"]),
        ("Anna 079 1", ["Anna", "079 1"]),
        (", ,", []),
        ("", []),
    ],
)
def test_blanks_belong_to_a_number_and_commas_part_two_ways(written: str, expected: list[str]) -> None:
    assert list(ways_apart(written.split())) == expected
