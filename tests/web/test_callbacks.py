"""The calls of the SMS provider: signed or without effect (PRODUCT §6, "signed callbacks")."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from teleconnect_bot.web.callbacks import Callbacks

PUBLIC, TOKEN, MESSAGE = "https://meet.example.org", "the-auth-token", "session.link.invitation.1"
STATUS, INBOUND = f"/callbacks/twilio/status/{MESSAGE}", "/callbacks/twilio/inbound"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+41791234567"}
Client = TestClient[web.Request, web.Application]


@dataclass
class Heard:
    reports: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)

    async def reported(self, message_id: str, record: str, status: str, code: int | None) -> None:
        self.reports.append((message_id, record, status, code))

    async def answered(self, number: str, text: str, record: str) -> None:
        self.answers.append((number, text, record))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def client(heard: Heard) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(Callbacks(PUBLIC, TOKEN, heard).routes())
    async with TestClient(TestServer(app)) as found:
        yield found


def signed(path: str, form: dict[str, str], *, token: str = TOKEN, public: str = PUBLIC) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(f"{public}{path}", form)}


async def test_a_signed_report_is_passed_on(client: Client, heard: Heard) -> None:
    form = {**DELIVERED, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    answer = await client.post(STATUS, data=form, headers=signed(STATUS, form))
    assert answer.status == 204
    assert heard.reports == [(MESSAGE, "SM1", "undelivered", 30003)]


@pytest.mark.parametrize("port", ["", ":443"])
async def test_the_signature_is_over_the_public_address_with_or_without_its_port(client: Client, heard: Heard, port: str) -> None:
    answer = await client.post(STATUS, data=DELIVERED, headers=signed(STATUS, DELIVERED, public=PUBLIC + port))
    assert answer.status == 204
    assert len(heard.reports) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "bm8="},
        {"X-Twilio-Signature": "\u00e9"},
        signed(STATUS, DELIVERED, token="another"),
        signed(STATUS, DELIVERED, public="https://elsewhere.example.org"),
        signed(STATUS, {**DELIVERED, "MessageStatus": "failed"}),
        signed(INBOUND, DELIVERED),
    ],
)
async def test_without_a_right_signature_nothing_is_read_and_nothing_changes(client: Client, heard: Heard, headers: dict[str, str]) -> None:
    answer = await client.post(STATUS, data=DELIVERED, headers=headers)
    assert answer.status == 403
    assert (heard.reports, heard.answers) == ([], [])


async def test_what_is_changed_or_added_on_the_way_is_refused(client: Client, heard: Heard) -> None:
    headers = signed(STATUS, DELIVERED)
    for changed in ({**DELIVERED, "MessageSid": "SM2"}, {**DELIVERED, "ErrorCode": "30003"}, {"MessageSid": "SM1"}, {}):
        assert (await client.post(STATUS, data=changed, headers=headers)).status == 403
    assert (await client.post(f"{STATUS}?x=1", data=DELIVERED, headers=headers)).status == 403
    assert heard.reports == []


async def test_a_get_is_no_report(client: Client, heard: Heard) -> None:
    assert (await client.get(STATUS)).status == 405
    assert heard.reports == []


async def test_what_people_answer_is_passed_on_without_the_channels_prefix_and_nothing_is_replied(client: Client, heard: Heard) -> None:
    record = "SM" + "0" * 32
    form = {"MessageSid": record, "From": "whatsapp:+41791234567", "Body": "STOP"}
    answer = await client.post(INBOUND, data=form, headers=signed(INBOUND, form))
    assert (answer.status, await answer.text()) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response></Response>')
    assert heard.answers == [("+41791234567", "STOP", record)]


async def test_what_is_no_records_id_is_never_asked_to_be_deleted(client: Client, heard: Heard) -> None:
    for named in ("", "SM2", "../Calls/CA" + "0" * 32, "SM" + "0" * 33):
        form = {"MessageSid": named, "From": "+41791234567", "Body": "hello"}
        await client.post(INBOUND, data=form, headers=signed(INBOUND, form))
    assert {record for *_, record in heard.answers} == {""}


async def test_a_code_that_is_no_number_is_no_code(client: Client, heard: Heard) -> None:
    for code in ("", "x", "-1", "9" * 40, "٣٠٠٠٣"):
        form = {**DELIVERED, "ErrorCode": code}
        await client.post(STATUS, data=form, headers=signed(STATUS, form))
    assert {code for *_, code in heard.reports} == {None}
