"""An invitation that was lost, or went to a wrong address (PRODUCT §3 `resend`)."""

from __future__ import annotations

import pytest

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.guest_door import NoSuchLink
from teleconnect_bot.services.ports import Text
from tests.services.fakes import FakeEvent
from tests.services.world import CHAT, World

NUMBER, SECOND = "+41791234567", "+41791234568"
ANNA, WRONG, KARIM, FIRST = "anna@example.net", "ana@example.net", "karim@example.net", "a" * 43


async def invited(world: World) -> World:
    await world.write(f'invite {WRONG} name="Anna" lang=fr guest={KARIM}/en', "$invite")
    return world


def sent(world: World) -> list[str]:
    return [mail.to for mail in world.mailer.taken]


async def test_everybody_who_was_told_gets_the_same_link_once_more(world: World) -> None:
    await invited(world)
    token = world.token_for(WRONG)
    await world.write("resend", "$resend")
    assert sent(world) == [WRONG, KARIM, WRONG, KARIM]
    assert world.token_for(WRONG) == world.token_for(KARIM) == token
    assert len({mail.message_id for mail in world.mailer.taken}) == 4
    assert "is sent again to everybody" in "\n".join(world.texts())
    await world.write("resend", "$resend")
    assert len(sent(world)) == 4, "an order that is read twice is carried out once"


async def test_the_right_address_gets_a_new_link_and_the_old_one_is_dead(world: World) -> None:
    await invited(world)
    old = world.token_for(WRONG)
    await world.write(f"resend to={ANNA}", "$resend")
    assert sent(world) == [WRONG, KARIM, ANNA, KARIM]
    assert world.token_for(ANNA) == world.token_for(KARIM) != old
    with pytest.raises(NoSuchLink):
        await world.guests.enter(old, digest_of(FIRST), "Stranger", "en", "1")
    assert await world.guests.open(old, "en") is None
    await world.come(ANNA, "Anna", FIRST)
    assert "Anna (Service user) is here" in world.card()


async def test_the_order_with_the_address_is_redacted_and_no_answer_names_it(world: World) -> None:
    await invited(world)
    written = world.homeserver.events["$resend"] = FakeEvent(CHAT, "resend", Text(f"resend to={ANNA}"))
    await world.write(f"resend to={ANNA}", "$resend")
    assert written.text is None
    assert not any(ANNA in text for text in world.texts())


async def test_a_link_that_was_said_to_be_for_somebody_else_is_replaced(world: World) -> None:
    await invited(world)
    await world.guests.not_me(world.token_for(WRONG))
    await world.settle()
    code = (await world.session()).code
    await world.write(f"resend {code}", "$again")
    assert "it went to a wrong person" in world.texts()[-1]
    await world.write(f"resend to={ANNA}", "$resend")
    await world.come(ANNA, "Anna", FIRST)


async def test_who_has_come_already_keeps_the_link(world: World) -> None:
    await invited(world)
    await world.come(KARIM, "Karim", FIRST)
    for event, order in (("$1", "resend"), ("$2", f"resend to={ANNA}")):
        await world.write(f"{order} {(await world.session()).code}", event)
        assert "Somebody has come to" in world.texts()[-1]
    assert len(sent(world)) == 2


async def test_after_the_start_the_same_link_may_be_sent_again_and_never_to_another_address(world: World) -> None:
    await invited(world)
    await world.come(WRONG, "Anna", FIRST)
    await world.join_as_staff()
    await world.write("keep", "$keep")
    await world.write("resend", "$resend")
    assert sent(world)[2:] == [WRONG, KARIM]
    await world.write(f"resend to={ANNA}", "$to")
    assert "Nobody can be added" in world.texts()[-1]
    assert len(sent(world)) == 4


async def by_phone(world: World, number: str = NUMBER, *more: str) -> World:
    world.reach_by(Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)
    await world.stop()
    world.start()
    await world.write(" ".join(["invite", ",".join([number, *more]), 'name="Anna" lang=fr']), "$invite")
    return world


async def test_after_stop_the_order_with_a_new_address_needs_no_code(world: World) -> None:
    await by_phone(world)
    await world.deliveries.answered(NUMBER, "STOP", "")
    await world.settle()
    await world.write(f"resend {(await world.session()).code}", "$again")
    assert "a number that answered STOP" in world.texts()[-1]
    await world.write(f"resend to={ANNA}", "$resend")
    assert sent(world)[-1] == ANNA
    assert len(world.provider.taken) == 1


async def test_an_address_that_refused_everything_is_replaced_without_a_code(world: World) -> None:
    await by_phone(world, "+41791221211")
    assert "could not be delivered" in world.mentions()[-1]
    await world.write(f"resend to={ANNA}", "$resend")
    assert sent(world) == [ANNA]


async def test_a_wanted_channel_is_tried_first_and_a_new_address_may_name_it_too(world: World) -> None:
    await by_phone(world, NUMBER, ANNA)
    await world.write("resend via=email", "$mail")
    await world.write("resend via=whatsapp", "$whatsapp")
    await world.write(f"resend via=whatsapp to={SECOND}", "$to")
    assert [message.channel for message in (await world.session()).messages] == [
        Channel.SMS,
        Channel.EMAIL,
        Channel.WHATSAPP,
        Channel.WHATSAPP,
    ]
    assert world.provider.taken[-1].to == SECOND
    assert sent(world) == [ANNA]


async def test_a_channel_without_a_contact_for_it_is_refused_with_what_to_write(world: World) -> None:
    await by_phone(world)
    code = (await world.session()).code
    for event, line in (("$1", "resend via=email"), ("$2", f"resend {code} via=email")):
        await world.write(line, event)
        assert f"resend {code} to=" in world.texts()[-1]
    await world.write("resend via=pigeon", "$3")
    assert "There is no such channel" in world.texts()[-1]
    assert len((await world.session()).messages) == 1


async def test_what_is_no_address_is_refused_and_changes_nothing(world: World) -> None:
    await invited(world)
    code = (await world.session()).code
    await world.write(f"resend {code} to=anna", "$resend")
    assert world.texts()[-1].startswith("What stands after to= is not an e-mail address or a telephone number.")
    assert len(sent(world)) == 2
