"""A double of the SMS provider: Twilio's Message resource on this machine, as far as the bot uses it.

It checks sign-in, parameters and numbers, knows the rule about WhatsApp templates, answers as the API documents and reports delivery
to the status callback with a correct signature. A number that ends in one of the codes of `FAILS` fails with that code: refused at once,
or taken and then not delivered. Nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiohttp
from aiohttp import hdrs, web
from twilio.request_validator import RequestValidator

REFUSED_AT_ONCE = frozenset({21211, 21408, 21606, 21608, 21610, 21612, 21614, 21617})
FAILS = REFUSED_AT_ONCE | frozenset(
    {30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30034, 30410, 63003, 63016, 63018, 63024, 63032, 63049}
)
FINAL = frozenset({"delivered", "undelivered", "failed", "read", "received"})
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_BROKEN = re.compile(r"[\n\t]| {5}")


class _Refused(Exception):
    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template: the text with `{{1}}`…, and the button's address with its variable at the end."""

    body: str
    button: str = ""


@dataclass(slots=True)
class Record:
    """One message as the provider keeps it. `link` is where the button of a template leads; `received`: somebody wrote it to us."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    created_at: datetime
    status: str = "queued"
    error: int | None = None
    link: str = ""
    received: bool = False

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


@dataclass(slots=True)
class Provider:
    """`reports`: send the callbacks by itself, as the real one does; tests say by hand what is reported when.

    `callbacks_at` is where a callback's host is really reached, if not by its name: it is signed as it was given all the same.
    `away` answers 503 to everything; `answers_lost` takes the next messages and lets their answers get lost. `holds`: the next message is
    taken and its answer held back until whoever asked hangs up; `held` is set then.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    now: Callable[[], datetime]
    reports: bool = True
    templates: dict[str, Template] = field(default_factory=dict)
    latency: float = 0.0
    account_status: str = "active"
    away: bool = False
    answers_lost: int = 0
    holds: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)
    records: dict[str, Record] = field(default_factory=dict)
    taken: list[Record] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    address: str = ""
    callbacks_at: str = ""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _http: aiohttp.ClientSession | None = None

    # ---- the API

    async def answer(self, request: web.Request) -> web.Response:
        self.calls.append(request.method)
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            self._check_sign_in(request)
            return await self._answer(request)
        except _Refused as refused:
            more = f"https://www.twilio.com/docs/errors/{refused.code}"
            body = {"code": refused.code, "message": refused.words, "more_info": more, "status": refused.status}
            return web.json_response(body, status=refused.status)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.path.endswith(f"/Accounts/{self.account_sid}.json"):
            return web.json_response({"sid": self.account_sid, "status": self.account_status, "friendly_name": "double"})
        if "sid" not in request.match_info:
            return await self._create(request) if request.method == hdrs.METH_POST else self._list(request)
        record = self.records.get(request.match_info["sid"])
        if record is None:
            raise _Refused(404, 20404, f"The requested resource {request.path} was not found")
        if request.method == hdrs.METH_GET:
            return web.json_response(self._shown(record))
        if not record.is_final:
            raise _Refused(409, 20009, "Cannot delete message because delivery has not been completed.")
        del self.records[record.sid]
        self.deleted.append(record.sid)
        return web.Response(status=204)

    def _check_sign_in(self, request: web.Request) -> None:
        if self.away:
            raise _Refused(503, 20503, "Service unavailable")
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get(hdrs.AUTHORIZATION) != f"Basic {expected}":
            raise _Refused(401, 20003, "Authenticate")
        if request.match_info["account"] != self.account_sid:
            raise _Refused(404, 20404, "The requested resource was not found")

    async def _create(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        record = self._checked(form)
        self.records[record.sid] = record
        self.taken.append(record)
        if self.reports:
            task = asyncio.create_task(self.report_all(record))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self.holds:
            self.holds = False
            self.held.set()
            await asyncio.Event().wait()
        if self.answers_lost:
            self.answers_lost -= 1
            if request.transport is not None:
                request.transport.abort()
        return web.json_response(self._shown(record), status=201)

    def _checked(self, form: Mapping[str, str]) -> Record:
        to, sender = form.get("To", ""), form.get("From") or form.get("MessagingServiceSid", "")
        if not to:
            raise _Refused(400, 21604, "A 'To' phone number is required.")
        if not sender:
            raise _Refused(400, 21603, "A 'From' phone number is required.")
        whatsapp, number = to.startswith("whatsapp:"), to.removeprefix("whatsapp:")
        if not _E164.fullmatch(number):
            raise _Refused(400, 21211, "Invalid 'To' Phone Number")
        service = re.fullmatch(r"MG[0-9a-f]{32}", sender)
        if not service and (whatsapp != sender.startswith("whatsapp:") or not _SENDER.fullmatch(sender.removeprefix("whatsapp:"))):
            raise _Refused(400, 21212 if not whatsapp else 63007, "The 'From' is not a sender of this channel")
        if (code := _failure(number)) in REFUSED_AT_ONCE:
            raise _Refused(400, code, f"Attempt to send to {number} was refused")
        body, link = self._rendered(form) if "ContentSid" in form else (form.get("Body", ""), "")
        if not body:
            raise _Refused(400, 21602, "Message body is required.")
        if len(body) > 1600:
            raise _Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        sid = f"{'MM' if whatsapp else 'SM'}{len(self.taken) + 1:032x}"
        record = Record(sid, to, sender, body, form.get("StatusCallback", ""), self.now(), link=link)
        if whatsapp and "ContentSid" not in form:
            record.error = 63016
        return record

    def _rendered(self, form: Mapping[str, str]) -> tuple[str, str]:
        template = self.templates.get(form["ContentSid"])
        if template is None or not _SID.fullmatch(form["ContentSid"]):
            raise _Refused(400, 21655, "The ContentSid is invalid")
        try:
            values = json.loads(form.get("ContentVariables", "{}"))
        except ValueError:
            values = None
        wanted = set(_VARIABLE.findall(template.body + template.button))
        if not isinstance(values, dict) or not wanted <= values.keys():
            raise _Refused(400, 21656, "The ContentVariables are invalid")
        if not all(isinstance(value, str) and not _BROKEN.search(value) for value in values.values()):
            raise _Refused(400, 21656, "The ContentVariables are invalid")

        def filled(text: str) -> str:
            return _VARIABLE.sub(lambda found: str(values[found[1]]), text)

        return filled(template.body), filled(template.button)

    def _list(self, request: web.Request) -> web.Response:
        found = [self._shown(record) for record in reversed(self.records.values()) if request.query.get("To") in (None, record.to)]
        page = {"messages": found, "page": 0, "page_size": len(found), "next_page_uri": None, "previous_page_uri": None}
        return web.json_response({**page, "first_page_uri": request.path_qs, "uri": request.path_qs, "start": 0, "end": len(found)})

    def _shown(self, record: Record) -> dict[str, object]:
        service = record.sender.startswith("MG")
        return {
            "sid": record.sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": record.body,
            "date_created": format_datetime(record.created_at),
            "date_sent": None if record.status == "queued" else format_datetime(record.created_at),
            "date_updated": format_datetime(record.created_at),
            "direction": "inbound" if record.received else "outbound-api",
            "error_code": record.error if record.is_final else None,
            "error_message": None,
            "from": None if service else record.sender,
            "messaging_service_sid": record.sender if service else None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "status": "accepted" if service and record.status == "queued" else record.status,
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{record.sid}/Media.json"},
            "to": record.to,
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{record.sid}.json",
        }

    # ---- reports of delivery

    def fate(self, record: Record) -> tuple[tuple[str, int | None], ...]:
        """What becomes of the message: the statuses in their order, with the error code of the last one."""
        code = record.error or _failure(record.to.removeprefix("whatsapp:"))
        if code == 63016:
            return (("failed", code),)
        return (("sent", None), ("undelivered", code)) if code else (("sent", None), ("delivered", None))

    async def report_all(self, record: Record) -> None:
        for status, code in self.fate(record):
            await self.report(record, status, code)

    async def report(self, record: Record, status: str, code: int | None = None, *, token: str | None = None) -> int:
        """Bring the record to this status and say so at its callback; the answer's status code, 0 without one.

        `token` is what the report is signed with, ours if none is given.
        """
        if not record.is_final:
            record.status, record.error = status, code
        form = {"MessageSid": record.sid, "SmsSid": record.sid, "MessageStatus": status, "SmsStatus": status, "To": record.to}
        form |= {"From": record.sender, "AccountSid": self.account_sid, "ApiVersion": "2010-04-01"}
        if code:
            form["ErrorCode"] = str(code)
        return await self.post(record.callback, form, token=token)

    async def receive(self, number: str, to: str, body: str, webhook: str) -> Record:
        """Somebody writes to a sender of ours, and `webhook` is told of it."""
        record = Record(
            f"SM{len(self.taken) + len(self.records) + 1:031x}f", to, number, body, webhook, self.now(), "received", received=True
        )
        self.records[record.sid] = record
        form = {"MessageSid": record.sid, "SmsSid": record.sid, "From": number, "To": to, "Body": body, "AccountSid": self.account_sid}
        await self.post(webhook, form)
        return record

    async def post(self, url: str, form: Mapping[str, str], *, token: str | None = None) -> int:
        if self._http is None or not url:
            return 0
        signature = RequestValidator(token or self.auth_token).compute_signature(url, dict(form))
        called = f"{self.callbacks_at}{urlsplit(url).path}" if self.callbacks_at else url
        try:
            async with self._http.post(called, data=form, headers={"X-Twilio-Signature": signature}) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0


def _failure(number: str) -> int | None:
    return int(number[-5:]) if number[-5:].isdigit() and int(number[-5:]) in FAILS else None


@asynccontextmanager
async def serving(provider: Provider, port: int = 0) -> AsyncIterator[Provider]:
    """The provider answers on 127.0.0.1 inside the block, at `provider.address`."""
    app = web.Application()
    for path in ("Messages.json", "Messages/{sid:[A-Z]{2}[0-9a-f]{32}}.json"):
        app.router.add_route("*", f"/2010-04-01/Accounts/{{account}}/{path}", provider.answer)
    app.router.add_get("/2010-04-01/Accounts/{account}.json", provider.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        provider.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as http:
            provider._http = http
            yield provider
            for task in list(provider._tasks):
                task.cancel()
    finally:
        provider._http = None
        await runner.cleanup()
