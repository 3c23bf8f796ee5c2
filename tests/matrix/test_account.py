"""The bot's account over restarts, crashes and outages (ARCHITECTURE §4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mautrix.api import Method
from mautrix.api import Path as MatrixPath
from mautrix.crypto.signature import verify_signature_json
from mautrix.types import UserID
from structlog.testing import capture_logs

from teleconnect_bot.adapters.matrix.events import CALL_EVENT
from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.services.ports import Membership, ServiceUnavailable, Text
from tests.fixtures_homeserver import NewStaff, TestHomeserver, start_homeserver
from tests.matrix.bot import WAIT_SECONDS, Bot
from tests.matrix.conftest import NewBot


async def test_a_restart_loses_nothing_and_reads_what_was_written_meanwhile_once(bot: Bot, new_staff: NewStaff) -> None:
    alice, carol = await new_staff("alice"), await new_staff("carol")
    room = await bot.chat_with(alice)
    await alice.say(room, "before")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["before"])
    card = await bot.chat.post(room, Text("a card"), "t1")
    await alice.wait_for_text(room, "a card")
    await bot.stop()

    await alice.say(room, "while you were away")
    for said in ("here", "gone"):
        await alice.send(room, CALL_EVENT, {"kind": said, "party": "p"})
    alice.client.invalidate_outbound_session(room)  # a new room key, which the bot has to receive afterwards
    await alice.say(room, "with another key")
    await alice.react(room, card, "▶")
    invited = await carol.start_chat(bot.user)

    second = await bot.again()
    try:
        await second.told.wait_for(lambda: "with another key" in second.told.written(room))
        # "before" may come twice: the first process may have ended before the position had moved.
        assert [text for text in second.told.written(room) if text != "before"] == ["while you were away", "with another key"]
        assert second.told.reactions == [(room, alice.user, card, "▶")]
        assert second.told.calls == [(room, alice.user)]
        assert second.told.invites == [(invited, carol.user, True)]
        assert second.told.undecryptable == []
        assert second.account.device == bot.account.device
        await second.chat.post(room, Text("back again"), "t2")
        assert (await alice.wait_for_text(room, "back again")).encrypted
    finally:
        await second.stop()

    third = await bot.again()
    try:
        assert third.told.texts == [], "what was handled is not told again"
    finally:
        await third.stop()


async def test_the_position_moves_only_after_the_events_were_handled(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    taken = asyncio.Event()

    def die(text: str) -> None:
        taken.set()
        raise ServiceUnavailable("database")

    bot.told.refuse = die
    await alice.say(room, "do not lose me")
    async with asyncio.timeout(WAIT_SECONDS):
        await taken.wait()
    await bot.stop()
    assert bot.told.texts == []
    second = await bot.again()
    try:
        assert second.told.written(room) == ["do not lose me"]
    finally:
        await second.stop()


async def test_an_event_that_the_bot_cannot_handle_does_not_stop_it(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)

    def fail(text: str) -> None:
        if text == "poison":
            raise ValueError("a defect")

    bot.told.refuse = fail
    with capture_logs() as logs:
        await alice.say(room, "poison")
        await alice.say(room, "harmless")
        await bot.told.wait_for(lambda: bot.told.written(room) == ["harmless"])
    assert [entry["error"] for entry in logs if entry["event"] == "event_not_handled"] == ["ValueError"]
    assert "a defect" not in str(logs)


async def test_the_device_is_cross_signed_and_stays_the_same_identity(bot: Bot, new_staff: NewStaff, homeserver: TestHomeserver) -> None:
    alice = await new_staff("alice")

    async def published() -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {alice.login.token}"}
        async with (
            aiohttp.ClientSession(homeserver.address, headers=headers) as http,
            http.post("/_matrix/client/v3/keys/query", json={"device_keys": {bot.user: []}}) as answer,
        ):
            keys: dict[str, Any] = await answer.json()
            return keys

    keys = await published()
    master = next(iter(keys["master_keys"][bot.user]["keys"].values()))
    self_signing = keys["self_signing_keys"][bot.user]
    signing_key = next(iter(self_signing["keys"].values()))
    assert verify_signature_json(self_signing, UserID(bot.user), master, master)
    (device,) = keys["device_keys"][bot.user].values()
    assert device["device_id"] == bot.account.device
    assert verify_signature_json(device, UserID(bot.user), signing_key, signing_key)
    recovery_key = await bot.account.recovery_key()
    assert recovery_key
    assert recovery_key.encode() not in bot.database_file.read_bytes()
    await bot.stop()
    second = await bot.again()
    try:
        assert next(iter((await published())["master_keys"][bot.user]["keys"].values())) == master
        assert await second.account.recovery_key() == recovery_key
    finally:
        await second.stop()


async def test_an_identity_that_was_cut_off_before_it_was_signed_is_completed_with_the_same_keys(bot: Bot) -> None:
    before = await bot.account.api.call(Method.POST, MatrixPath.v3.keys.query, {"device_keys": {bot.user: []}})
    await bot.account.database.db.execute("DELETE FROM teleconnect_secret WHERE name='recovery_key'")
    await bot.stop()
    second = await bot.again()
    try:
        after = await second.account.api.call(Method.POST, MatrixPath.v3.keys.query, {"device_keys": {bot.user: []}})
        assert after["master_keys"][bot.user]["keys"] == before["master_keys"][bot.user]["keys"]
        assert await second.account.recovery_key()
    finally:
        await second.stop()


async def test_more_than_a_sync_carries_is_fetched_without_a_gap(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    await alice.say(room, "before")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["before"])
    await bot.stop()
    expected = [f"message {number}" for number in range(130)]
    for text in expected:
        await alice.say(room, text)
    second = await bot.again()
    try:
        await second.told.wait_for(lambda: expected[-1] in second.told.written(room))
        assert [text for text in second.told.written(room) if text != "before"] == expected
    finally:
        await second.stop()


async def test_a_key_that_comes_late_still_opens_the_message(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    await alice.say(room, "warm up")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["warm up"])
    machine = bot.account._ready.machine
    held: list[dict[str, Any]] = []
    deliver = machine.receive_letter

    async def hold(raw: dict[str, Any]) -> None:
        held.append(raw)

    machine.receive_letter = hold  # type: ignore[method-assign]
    alice.client.invalidate_outbound_session(room)
    event = await alice.say(room, "the key is on its way")
    bot.account._parked._grace = timedelta(0)
    await bot.told.wait_for(lambda: bot.told.undecryptable == [event])
    assert bot.told.written(room) == ["warm up"]
    machine.receive_letter = deliver  # type: ignore[method-assign]
    for letter in held:
        await machine.receive_letter(letter)
    await alice.say(room, "next")
    await bot.told.wait_for(lambda: len(bot.told.written(room)) == 3)
    assert sorted(bot.told.written(room)) == ["next", "the key is on its way", "warm up"]
    assert bot.told.undecryptable == [event]
    assert await bot.account.database.db.fetchval("SELECT COUNT(*) FROM teleconnect_parked_event") == 0


async def test_letters_that_come_twice_are_handled_once(bot: Bot, new_staff: NewStaff) -> None:
    """After a crash the homeserver sends the same to-device messages again; decrypting twice would break the Olm session."""
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    machine = bot.account._ready.machine
    seen: list[dict[str, Any]] = []
    deliver = machine.receive_letter

    async def watch(raw: dict[str, Any]) -> None:
        seen.append(raw)
        await deliver(raw)

    machine.receive_letter = watch  # type: ignore[method-assign]
    taken = asyncio.Event()

    def die(text: str) -> None:
        taken.set()
        raise ServiceUnavailable("database")

    bot.told.refuse = die
    await alice.say(room, "first")
    async with asyncio.timeout(WAIT_SECONDS):
        await taken.wait()
    assert len(seen) == 1
    await bot.stop()
    second = Bot(bot.homeserver, bot.directory, bot.localpart)
    await second.start(running=False)
    again: list[dict[str, Any]] = []

    async def count(raw: dict[str, Any]) -> None:
        again.append(raw)

    second.account._ready.machine.receive_letter = count  # type: ignore[method-assign]
    try:
        await second.run()
        assert again == []
        assert second.told.written(room) == ["first"]
    finally:
        await second.stop()


async def test_the_bot_waits_for_a_homeserver_that_is_down_at_start(tmp_path: Path) -> None:
    homeserver = await start_homeserver(tmp_path / "homeserver")
    try:
        await homeserver.synapse.stop()
        bot = Bot(homeserver, tmp_path, homeserver.bot_localpart())
        with capture_logs() as logs:
            starting = asyncio.create_task(bot.start())
            async with asyncio.timeout(WAIT_SECONDS):
                while not any(entry["event"] == "homeserver_not_reachable_yet" for entry in logs):
                    await asyncio.sleep(0)
            await homeserver.synapse.start()
            async with asyncio.timeout(WAIT_SECONDS):
                await starting
        assert await bot.account.api.call(Method.GET, MatrixPath.v3.account.whoami) == {
            "user_id": bot.user,
            "device_id": bot.account.device,
            "is_guest": False,
        }
        await bot.stop()
    finally:
        await homeserver.synapse.stop()


async def test_an_outage_of_the_homeserver_is_survived(own_homeserver: TestHomeserver, new_bot: NewBot, new_staff: NewStaff) -> None:
    bot, alice = await new_bot(at=own_homeserver), await new_staff("alice", at=own_homeserver)
    room = await bot.chat_with(alice)
    with capture_logs() as logs:
        await own_homeserver.synapse.stop()
        with pytest.raises(ServiceUnavailable):
            await bot.chat.post(room, Text("in vain"), "t1")
        await own_homeserver.synapse.start()
        await alice.say(room, "are you still there?")
        await bot.told.wait_for(lambda: bot.told.written(room) == ["are you still there?"], timeout=90)
    # Which of the two depends on whether the bot was waiting for a sync or handling one.
    assert {entry["event"] for entry in logs} & {"homeserver_unreachable", "sync_batch_interrupted"}
    await bot.chat.post(room, Text("not in vain"), "t1")
    assert (await alice.wait_for_text(room, "not in vain")).encrypted


async def test_a_wrong_token_is_a_refusal_that_ends_the_start(homeserver: TestHomeserver, tmp_path: Path) -> None:
    wrong = TestHomeserver(homeserver.synapse, homeserver.admin_token, "not-the-token", homeserver.hs_token)
    bot = Bot(wrong, tmp_path, "teleconnect")
    with pytest.raises(HomeserverRefusal) as refusal:
        await bot.account.start()
    assert refusal.value.code == "M_UNKNOWN_TOKEN"
    await bot.account.close()


async def test_nothing_personal_is_logged(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    with capture_logs() as logs:
        room = await bot.chat_with(alice)
        await alice.say(room, "words that nobody may log")
        await bot.told.wait_for(lambda: bool(bot.told.texts))
        await bot.chat.post(room, Text("other words"), "t1", mention=alice.user)
    text = str(logs)
    for secret in ("words", alice.user, bot.homeserver.as_token, str(await bot.account.recovery_key())):
        assert secret not in text


async def test_membership_changes_are_told_and_staff_who_never_wrote_get_the_room_key(bot: Bot, new_staff: NewStaff) -> None:
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await bot.chat_with(alice)
    await bot.chat.post(room, Text("for alice"), "t1")
    await alice.client.room_invite(room, bob.user)
    await bob.accept(await bob.wait_for_invitation())
    await bot.told.wait_for(lambda: (room, bob.user, Membership.JOIN) in bot.told.members)
    await bot.chat.post(room, Text("for both"), "t2")
    assert (await bob.wait_for_text(room, "for both")).encrypted
    assert bob.messages(room)[0].text == "for both", "what was written before stays closed to the newcomer"
