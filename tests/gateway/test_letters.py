"""To-device messages: to members at once, to the invited when they have joined, to nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from teleconnect_bot.services.gateway_rows import Letter
from teleconnect_bot.services.ports import ServiceUnavailable
from tests.fakes_web import (
    AS_TOKEN,
    ASKED,
    DEVICE,
    DOMAIN,
    OLM,
    OTHER_SECRET,
    SECRET,
    STAFF,
    USER,
    WITHHELD,
    Front,
    front_door,
    gateway_with_seats,
)

SEND = "/_matrix/client/v3/sendToDevice/m.room.encrypted"
BOB = f"@bob:{DOMAIN}"


async def _write(front: Front, *recipients: str, txn: str = "t1", secret: str = SECRET) -> int:
    body = {"messages": {recipient: {"PHONE": OLM} for recipient in recipients}}
    return (await front.gw("PUT", f"{SEND}/{txn}", json=body, secret=secret)).status


async def test_a_message_to_a_member_goes_at_once(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        assert await _write(front, STAFF) == 200
        (sent,) = homeserver.sent_to_device()
        assert sent.json == {"messages": {STAFF: {"PHONE": OLM}}}
        assert sent.query == {"user_id": USER, "device_id": DEVICE}
        assert front.rows.letters == {}


@pytest.mark.parametrize(
    ("kind", "written", "passed"),
    [
        ("m.room.encrypted", {**OLM, "org.matrix.msgid": "8836f2f0-635d-4f0e"}, {**OLM, "org.matrix.msgid": "8836f2f0-635d-4f0e"}),
        ("m.room_key_request", ASKED, ASKED),
        (
            "m.room_key_request",
            {"action": "request_cancellation", "request_id": "r", "requesting_device_id": DEVICE},
            {"action": "request_cancellation", "request_id": "r", "requesting_device_id": DEVICE},
        ),
        ("m.room_key.withheld", {**WITHHELD, "reason": "The sender has blocked you."}, WITHHELD),
        (
            "m.room_key.withheld",
            {"algorithm": "m.megolm.v1.aes-sha2", "code": "m.no_olm", "sender_key": "k", "reason": "No channel."},
            {"algorithm": "m.megolm.v1.aes-sha2", "code": "m.no_olm", "sender_key": "k"},
        ),
    ],
)
async def test_what_a_browsers_keys_need_is_passed_on_without_words(
    kind: str, written: dict[str, object], passed: dict[str, object], tmp_path: Path
) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        body = {"messages": {STAFF: {"PHONE": written}}}
        assert (await front.gw("PUT", f"/_matrix/client/v3/sendToDevice/{kind}/t1", json=body)).status == 200
        (sent,) = homeserver.sent_to_device()
        assert sent.json == {"messages": {STAFF: {"PHONE": passed}}}


async def test_a_message_to_the_invited_is_kept_until_they_have_joined(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        assert await _write(front, STAFF, BOB) == 200
        (sent,) = homeserver.sent_to_device()
        assert sent.json == {"messages": {STAFF: {"PHONE": OLM}}}
        (letter,) = front.rows.letters.values()
        assert (letter.sender, letter.sender_device, letter.recipient, letter.content) == (USER, DEVICE, BOB, {"PHONE": OLM})

        homeserver.joined.add(BOB)
        homeserver.invited.remove(BOB)
        await front.gateway.deliver_letters(BOB)
        delivered = homeserver.sent_to_device()[-1]
        assert delivered.json == {"messages": {BOB: {"PHONE": OLM}}}
        assert delivered.query == {"user_id": USER}
        assert delivered.headers["Authorization"] == f"Bearer {AS_TOKEN}"
        assert delivered.path.endswith(f"/letter-{letter.letter_id}")
        assert front.rows.letters == {}

        assert await _write(front, BOB, txn="t2") == 200
        assert front.rows.letters == {}, "once joined, nothing is kept any more"


async def test_only_the_invited_means_that_nothing_is_forwarded(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        assert await _write(front, BOB) == 200
        assert homeserver.sent_to_device() == []
        assert len(front.rows.letters) == 1


async def test_who_has_just_left_holds_up_nothing_that_is_meant_for_the_others(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.joined.add(BOB)
        assert await _write(front, STAFF, BOB) == 200
        homeserver.joined.remove(BOB)
        homeserver.invited.add(f"@carol:{DOMAIN}")
        front.seconds.now += 2
        assert await _write(front, STAFF, BOB, f"@carol:{DOMAIN}", txn="t2") == 200
        assert [sent.json for sent in homeserver.sent_to_device()][1:] == [{"messages": {STAFF: {"PHONE": OLM}}}]
        assert [letter.recipient for letter in front.rows.letters.values()] == [f"@carol:{DOMAIN}"]
        assert await _write(front, BOB, txn="t3") == 200, "nothing to try again"
        assert len(homeserver.sent_to_device()) == 2


async def test_a_repeated_request_keeps_one_letter(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        assert [await _write(front, BOB), await _write(front, BOB)] == [200, 200]
        assert len(front.rows.letters) == 1
        await _write(front, BOB, txn="t2")
        assert len(front.rows.letters) == 2


async def test_letters_survive_a_restart_and_the_revocation_of_their_sender(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        await _write(front, BOB)
        rows = front.rows
        rows.change(SECRET, revoked=True)
        front.gateway.revoked("seat-one")
        async with front_door(homeserver.address, tmp_path, rows=rows) as restarted:
            await restarted.gateway.deliver_letters(BOB)
        assert homeserver.sent_to_device()[-1].json == {"messages": {BOB: {"PHONE": OLM}}}
        assert rows.letters == {}


async def test_delivering_for_one_leaves_the_letters_of_others(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited |= {BOB, f"@carol:{DOMAIN}"}
        await _write(front, BOB, f"@carol:{DOMAIN}")
        await front.gateway.deliver_letters(BOB)
        assert [letter.recipient for letter in front.rows.letters.values()] == [f"@carol:{DOMAIN}"]


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_letter_that_could_not_be_sent_stays_for_the_next_attempt(status: int, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        await _write(front, BOB)
        homeserver.answers["/sendToDevice/"] = status, b"{}", {"Retry-After": "7"}
        with pytest.raises(ServiceUnavailable) as unavailable:
            await front.gateway.deliver_letters(BOB)
        assert unavailable.value.retry_after is not None
        assert len(front.rows.letters) == 1
        homeserver.answers.clear()
        await front.gateway.deliver_letters(BOB)
        assert front.rows.letters == {}


async def test_a_letter_that_is_refused_for_good_does_not_hold_up_the_next(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        await _write(front, BOB)
        await _write(front, BOB, txn="t2")
        homeserver.answers["letter-l1"] = 400, b"{}", {}
        await front.gateway.deliver_letters(BOB)
        assert [request.path.rpartition("/")[2] for request in homeserver.sent_to_device()] == ["letter-l1", "letter-l2"]
        assert front.rows.letters == {}


async def test_two_visitors_with_the_same_transaction_id_lose_no_message(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        await _write(front, STAFF, txn="m1")
        await _write(front, STAFF, txn="m1", secret=OTHER_SECRET)
        paths = [request.path for request in homeserver.sent_to_device()]
        assert paths == [f"{SEND}/seat-one-m1", f"{SEND}/seat-two-m1"]


async def test_a_letter_written_while_its_recipient_joins_is_not_left_behind(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.invited.add(BOB)
        reached, go_on, keep = asyncio.Event(), asyncio.Event(), front.rows.keep_letter

        async def slowly(*arguments: object, **more: object) -> None:
            reached.set()
            await go_on.wait()
            await keep(*arguments, **more)  # type: ignore[arg-type]

        front.rows.keep_letter = slowly  # type: ignore[method-assign]
        async with asyncio.TaskGroup() as group:
            group.create_task(_write(front, BOB))
            await reached.wait()
            homeserver.joined.add(BOB)
            homeserver.invited.remove(BOB)
            delivery = group.create_task(front.gateway.deliver_letters(BOB))
            await asyncio.sleep(0)
            assert not delivery.done()
            go_on.set()
        assert front.rows.letters == {}
        assert homeserver.sent_to_device()[-1].json == {"messages": {BOB: {"PHONE": OLM}}}


def test_a_letter_does_not_show_its_content() -> None:
    letter = Letter("l1", USER, DEVICE, BOB, "m.room.encrypted", {"PHONE": {"ciphertext": "kept to itself"}})
    assert "kept to itself" not in repr(letter)
