"""Records at the provider of SMS that no row knows, and what people write back: nothing of it stays (PRODUCT §9)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.retention import TraceKind
from teleconnect_bot.services.ports import PhoneMessage
from teleconnect_bot.services.reconcile import Finding, Stray
from teleconnect_bot.services.residue import report
from tests.services.fakes import BOT, FakeInventory, FakeRooms, FakeVisitors, Killed
from tests.services.test_phone_messages import NUMBER, invite, world
from tests.services.world import GRACE, NURSE, World

__all__ = ["world"]

DAY = timedelta(days=1)
TEXT = "Bonjour, c'est Amina"


def message(text: str) -> PhoneMessage:
    return PhoneMessage("lost", Channel.SMS, "+41790000001", "invitation", "en", text, {})


async def look(world: World) -> list[Finding]:
    return await world.reconcile.look(FakeInventory(world.homeserver, world.clock.now() - timedelta(hours=2)), world.clock)


async def repair(world: World) -> None:
    await world.reconcile.repair(await look(world), FakeRooms(world.homeserver), FakeVisitors(world.homeserver), BOT)


async def test_a_record_of_ours_that_no_row_knows_is_found_and_deleted_and_those_of_sessions_stay(world: World) -> None:
    await invite(world)
    (known,) = world.provider.records
    lost = await world.provider.send(message("You are invited. https://meet.example.org/j#aaaaaaaaaaaaaaaaaaaaaa"))
    world.provider.finish(lost)
    found = await look(world)
    assert found == [Finding(Stray.RECORD_WITHOUT_ROW, lost)]
    assert lost in report(found)
    assert NUMBER not in report(found)
    await repair(world)
    assert list(world.provider.records) == [known]
    assert await look(world) == []


async def test_a_record_that_may_be_another_programs_is_reported_and_stays(world: World) -> None:
    other = await world.provider.send(message("Your parcel is here."))
    world.provider.finish(other)
    written = world.provider.receive("+41790000009", "Is my parcel here?")
    assert await look(world) == [Finding(Stray.RECORD_OF_SOMEBODY, other), Finding(Stray.RECORD_OF_SOMEBODY, written)]
    await repair(world)
    assert set(world.provider.records) == {other, written}


async def test_while_a_message_is_being_sent_no_record_is_taken_for_a_stray(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider has taken it, and the bot died before it heard the record's id: it is found again, and not sent twice."""
    send = world.provider.send

    async def taken_and_killed(sms: PhoneMessage) -> str:
        await send(sms)
        raise Killed

    monkeypatch.setattr(world.provider, "send", taken_and_killed)
    try:
        await invite(world)
    except* Killed:
        await world.stop()
        world.start()
    monkeypatch.undo()
    assert len(world.provider.records) == 1
    await repair(world)
    await world.settle()
    (only,) = world.provider.records
    (session,) = await world.sessions.sessions_of(NURSE)
    assert [trace.place for trace in await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)] == [only]
    assert len(world.provider.taken) == 1


async def test_a_provider_that_is_away_is_named_and_holds_up_nothing_else(world: World) -> None:
    world.homeserver.media.add("mxc://example.org/lost")
    world.provider.away = True
    found = await look(world)
    assert Finding(Stray.PROVIDER_NOT_ASKED, "SMS provider") in found
    assert "SMS provider: could not be asked" in report(found)
    await repair(world)
    assert world.homeserver.media == set()


async def test_what_somebody_answers_is_forgotten_by_the_provider_at_once(world: World) -> None:
    session = await invite(world)
    for number in (NUMBER, "+41790000009"):
        record = world.provider.receive(number, TEXT)
        await asyncio.gather(*(world.deliveries.answered(number, TEXT, record) for _ in range(2)))
        assert record not in world.provider.records
    records = await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)
    assert len(records) == 2, "the invitation's, and one of the answer"


async def test_an_answer_that_could_not_be_removed_goes_with_the_session_which_is_not_gone_before(world: World) -> None:
    session = await invite(world)
    (sent,) = world.provider.records
    world.provider.finish(sent)
    record = world.provider.receive(NUMBER, TEXT)
    world.provider.away_for.add("delete")
    await world.deliveries.answered(NUMBER, TEXT, record)
    await world.write(f"cancel {session.code}", "$cancel")
    await world.pass_time(DAY + GRACE + timedelta(minutes=5))
    assert record in world.provider.records
    assert await world.sessions.load(session.id) is not None
    for name in world.provider.records:
        world.provider.finish(name)
    world.provider.away_for.clear()
    await world.pass_time(timedelta(minutes=11))
    assert world.provider.records == {}
    assert await world.sessions.load(session.id) is None
