"""What the SMS provider calls: how far a message has come, and what people answer (Twilio, "Webhooks Security").

Each call is signed over the public URL and its parameters with the account's auth token. Without a right signature nothing is read and
nothing changes; with one, the answer is the same whether the message is known or not.
"""

from __future__ import annotations

import re
from typing import Protocol

from aiohttp import web
from twilio.request_validator import RequestValidator

STATUS, INBOUND = "/callbacks/twilio/status/{message}", "/callbacks/twilio/inbound"
SIGNATURE = "X-Twilio-Signature"
LONGEST_ID = 200
RECORD = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
MOST_PARAMETERS = 100
_EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class Reports(Protocol):
    """Who wants to know (`services/deliveries.py`)."""

    async def reported(self, message_id: str, record: str, status: str, code: int | None) -> None: ...

    async def answered(self, number: str, text: str, record: str) -> None:
        """`record`: the provider's id of what was written."""


class Callbacks:
    """`public_url` is the address that the provider calls; whatever a proxy made of it on the way does not count."""

    def __init__(self, public_url: str, auth_token: str, reports: Reports) -> None:
        self._public_url, self._reports = public_url, reports
        self._validator = RequestValidator(auth_token)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(STATUS, self.status), web.post(INBOUND, self.inbound)]

    async def status(self, request: web.Request) -> web.Response:
        form = await self._signed(request)
        message, status, code = request.match_info["message"], form.get("MessageStatus", ""), form.get("ErrorCode", "")
        if len(message) <= LONGEST_ID:
            known_code = int(code) if code.isascii() and code.isdigit() and len(code) <= 6 else None
            await self._reports.reported(message, form.get("MessageSid", "")[:LONGEST_ID], status, known_code)
        return web.Response(status=204)

    async def inbound(self, request: web.Request) -> web.Response:
        """The answer orders the provider to reply nothing."""
        form = await self._signed(request)
        record = form.get("MessageSid", "")
        known = record if RECORD.fullmatch(record) else ""
        await self._reports.answered(form.get("From", "").removeprefix("whatsapp:"), form.get("Body", ""), known)
        return web.Response(text=_EMPTY_ANSWER, content_type="application/xml")

    async def _signed(self, request: web.Request) -> dict[str, str]:
        """The parameters. Raises `HTTPForbidden` when the signature is missing or wrong."""
        posted = await request.post()
        signature = request.headers.get(SIGNATURE, "")
        if len(posted) > MOST_PARAMETERS or not all(isinstance(value, str) for value in posted.values()):
            raise web.HTTPForbidden
        if not signature or not self._validator.validate(f"{self._public_url}{request.path_qs}", posted, signature):
            raise web.HTTPForbidden
        return {name: str(value) for name, value in posted.items()}
