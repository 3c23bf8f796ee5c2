"""Every kind of trace has an owner, a lifetime, somebody who removes it and somebody who is asked whether it is gone."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.retention import REMOVALS, Removal, Step, TraceKind
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.ports import PhoneMessage
from tests.services.test_whole_session import nothing_is_left, started
from tests.services.world import GRACE, World

PAGE = (Path(__file__).parents[2] / "docs" / "data-retention.md").read_text(encoding="utf-8")

REMOVED_AND_VERIFIED_BY: dict[TraceKind, tuple[str, str]] = {
    TraceKind.ROOM: ("purge", "is_gone"),
    TraceKind.VISITOR: ("remove", "is_gone"),
    TraceKind.ROOM_MEDIA: ("delete_media", "media_is_gone"),
    TraceKind.CHAT_MEDIA: ("delete_media", "media_is_gone"),
    TraceKind.CHAT_EVENT: ("redact", "is_redacted"),
    TraceKind.ROOM_KEYS: ("forget_keys", "keys_forgotten"),
    TraceKind.PROVIDER_RECORD: ("delete", "is_deleted"),
}
"""Calls of the ports, by which `tests/services/fakes.py` is told to fail."""


@pytest.mark.parametrize("kind", TraceKind)
def test_every_kind_is_owned_limited_removed_and_verified(kind: TraceKind) -> None:
    removal = REMOVALS[kind]
    for field in fields(Removal):
        assert str(getattr(removal, field.name)).strip(), f"{kind}: {field.name} is missing"
    assert kind in REMOVED_AND_VERIFIED_BY, "say here by which calls it is removed and verified"
    assert any(line.startswith(f"| `{kind}` |") for line in PAGE.splitlines())


def test_everything_is_closed_before_anything_is_removed_and_keys_go_last() -> None:
    assert min(removal.step for removal in REMOVALS.values()) > Step.CLOSE
    assert REMOVALS[TraceKind.ROOM].step < REMOVALS[TraceKind.VISITOR].step, "a visitor's account is needed until the room is gone"
    assert REMOVALS[TraceKind.ROOM_KEYS].step == max(removal.step for removal in REMOVALS.values())


async def played(world: World) -> World:
    """A session that has left a trace of every kind."""
    await started(world)
    room = (await world.session()).room
    assert room
    world.homeserver.media.add("mxc://example.org/photo")
    await world.desk.files_sent(room, next(iter(world.homeserver.devices)), ("mxc://example.org/photo",))
    sms = PhoneMessage("some.message", Channel.SMS, "+41791234567", "invitation", "en", "You are invited.", {})
    record = await world.provider.send(sms)
    world.provider.finish(record)
    await world.ledger.found((await world.session()).id, TraceKind.PROVIDER_RECORD, record)
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    kinds = {trace.kind for trace in await world.ledger.of((await world.session()).id)}
    assert kinds == set(TraceKind), "the test's session leaves no trace of some kind: play that too"
    return world


@pytest.mark.parametrize("call", sorted({call for pair in REMOVED_AND_VERIFIED_BY.values() for call in pair}))
async def test_a_session_is_not_gone_while_a_removal_or_its_verification_fails_and_is_afterwards(world: World, call: str) -> None:
    await played(world)
    world.homeserver.away_for.add(call)
    await world.write("close now", "$now")
    await world.pass_time(GRACE + timedelta(minutes=30))
    world.clock.moment += timedelta(days=3)
    await world.settle()
    session = await world.session()
    assert session.state is State.TEARING_DOWN
    assert not world.keys.exists(session.key), "what is personal does not wait"
    world.homeserver.away_for.clear()
    await world.pass_time(timedelta(minutes=11))
    await nothing_is_left(world)


@pytest.mark.parametrize("kind", TraceKind)
async def test_an_owner_that_says_it_is_still_there_is_believed(world: World, kind: TraceKind) -> None:
    """It had said yes to the removal."""
    await played(world)
    world.homeserver.lies_about.add(REMOVED_AND_VERIFIED_BY[kind][1])
    await world.write("close now", "$now")
    await world.pass_time(GRACE + timedelta(minutes=15))
    assert (await world.session()).state is State.TEARING_DOWN
    world.homeserver.lies_about.clear()
    await world.pass_time(timedelta(minutes=11))
    await nothing_is_left(world)
