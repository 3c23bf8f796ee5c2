"""The port `PhoneMessenger` on Twilio's API, by Twilio's own library and its asynchronous HTTP client (PRODUCT §6).

WhatsApp admits free text only to somebody who wrote to us within 24 h (error 63016), so its messages are approved templates:
ContentSid and ContentVariables, `whatsapp:` before both numbers, in the button's address the token alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from teleconnect_bot.adapters.plain_text import one_line
from teleconnect_bot.config.sections import Twilio
from teleconnect_bot.domain.channels import Channel, longest_prefix
from teleconnect_bot.domain.guest_link import digest_of, tokens_in
from teleconnect_bot.services.ports import Clock, KeptRecord, PhoneMessage, RecordState, RefusedByService, ServiceUnavailable
from teleconnect_bot.services.provider_words import NO_SENDER, NO_TEMPLATE, OVERLOADED, words_for

SERVICE = "SMS provider"
CALLBACKS = "/callbacks/twilio"
"""Below the public URL: reports of delivery come to `/status/<message id>`, answers of people to `/inbound`."""
NOT_FINAL = 20009
PATIENCE_SECONDS = 30.0
LOOKED_BACK = timedelta(days=2)
LOOKED_THROUGH = 200
LISTED, LISTED_BACK = 1000, timedelta(days=7)
"""How many of the account's records are looked through for those that no row knows, and of how many days."""
ALL_LOOKED_THROUGH = 1000
"""One page, the newest first; a record is deleted soon after its message has arrived, so there are few."""

# The library logs numbers, texts and addresses at INFO. This logger belongs to no hierarchy and passes nothing on.
_SILENT = logging.Logger("twilio", level=logging.CRITICAL + 1)  # noqa: LOG001  outside the hierarchy on purpose


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """`sms_from` and `whatsapp_from` name the sender by the beginning of the number, or `default`; `templates` by text and language."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_base: str
    public_url: str
    sms_from: Mapping[str, str] = field(default_factory=dict)
    whatsapp_from: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def settings_of(twilio: Twilio, public_url: str) -> TwilioSettings:
    return TwilioSettings(
        account_sid=twilio.account_sid,
        auth_token=twilio.auth_token.get_secret_value(),
        api_base=twilio.api_base,
        public_url=public_url,
        sms_from=twilio.sms_from or {},
        whatsapp_from=twilio.whatsapp_from or {},
        templates={str(text): {str(language): sid for language, sid in sids.items()} for text, sids in twilio.templates.items()},
    )


class TwilioMessenger:
    """`PhoneMessenger`. Opens its connections at the first use; `close` ends them."""

    def __init__(self, settings: TwilioSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._http: AsyncTwilioHttpClient | None = None
        self._client: Client | None = None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = self._client = None

    async def send(self, message: PhoneMessage) -> str:
        callback = f"{self._settings.public_url}{CALLBACKS}/status/{message.message_id}"
        parameters = self._as_sms(message) if message.channel is Channel.SMS else self._as_whatsapp(message)
        async with self._asking():
            record = await self._messages.create_async(status_callback=callback, **parameters)
            return str(record.sid)

    async def find(self, message: PhoneMessage, known: frozenset[str]) -> str | None:
        since = self._clock.now() - LOOKED_BACK if message.channel is Channel.WHATSAPP else None
        async with self._asking():
            records = await self._messages.list_async(to=_to(message), limit=LOOKED_THROUGH)
        ours = (record for record in records if record.sid not in known and _is_after(record.date_created, since))
        return next((str(record.sid) for record in ours if _is_this(message, record.body or "")), None)

    async def find_link(self, digest: bytes, known: frozenset[str]) -> str | None:
        async with self._asking():
            records = await self._messages.list_async(limit=ALL_LOOKED_THROUGH, page_size=ALL_LOOKED_THROUGH)
        ours = (record for record in records if record.sid not in known)
        return next((str(record.sid) for record in ours if digest in map(digest_of, tokens_in(record.body or ""))), None)

    async def state(self, record: str) -> RecordState | None:
        try:
            async with self._asking():
                found = await self._messages(record).fetch_async()
        except _Unknown:
            return None
        return RecordState(str(found.status), found.error_code if isinstance(found.error_code, int) else None)

    async def delete(self, record: str) -> None:
        try:
            async with self._asking():
                await self._messages(record).delete_async()
        except _Unknown:
            return

    async def is_deleted(self, record: str) -> bool:
        try:
            async with self._asking():
                await self._messages(record).fetch_async()
        except _Unknown:
            return True
        return False

    async def kept(self) -> Mapping[str, KeptRecord]:
        since = self._clock.now() - LISTED_BACK
        async with self._asking():
            records = await self._messages.list_async(date_sent_after=since, limit=LISTED, page_size=LISTED)
        return {str(record.sid): self._kept(record) for record in records if self._is_by_our_senders(record)}

    def _kept(self, record: Any) -> KeptRecord:
        sent = not str(record.direction).startswith("inbound")
        return KeptRecord(record.date_created, ours=sent and self._settings.public_url in (record.body or ""))

    def _is_by_our_senders(self, record: Any) -> bool:
        own = record.to if str(record.direction).startswith("inbound") else record.from_
        senders = {*self._settings.sms_from.values(), *self._settings.whatsapp_from.values()}
        return (own or "").removeprefix("whatsapp:") in senders or record.messaging_service_sid in senders

    def _as_sms(self, message: PhoneMessage) -> dict[str, Any]:
        return {"to": _to(message), "body": message.text, **self._sender(self._settings.sms_from, message)}

    def _as_whatsapp(self, message: PhoneMessage) -> dict[str, Any]:
        by_language = self._settings.templates.get(message.template, {})
        template = by_language.get(message.language) or by_language.get(message.language.partition("-")[0])
        if template is None:
            raise RefusedByService(SERVICE, NO_TEMPLATE)
        values = json.dumps({name: one_line(value) for name, value in message.values.items()}, ensure_ascii=False)
        sender = self._sender(self._settings.whatsapp_from, message)
        if "from_" in sender:
            sender = {"from_": f"whatsapp:{sender['from_']}"}
        return {"to": _to(message), "content_sid": template, "content_variables": values, **sender}

    def _sender(self, senders: Mapping[str, str], message: PhoneMessage) -> dict[str, str]:
        sender = longest_prefix(senders, message.to)
        if sender is None:
            raise RefusedByService(SERVICE, NO_SENDER)
        return {"messaging_service_sid" if re.fullmatch(r"MG[0-9a-f]{32}", sender) else "from_": sender}

    @property
    def _messages(self) -> Any:
        """The library's messages of our account. It is untyped, and its client wants a running loop when it is made."""
        if self._client is None:
            self._http = AsyncTwilioHttpClient(logger=_SILENT)
            settings = self._settings
            self._client = Client(settings.account_sid, settings.auth_token, http_client=self._http)
            self._client.api.base_url = settings.api_base
        return self._client.messages

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Turns what may go wrong into errors that hold neither number nor text."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                yield
        except TwilioRestException as error:
            raise _meaning_of(error) from None
        except (TwilioException, aiohttp.ClientError, OSError, TimeoutError):
            raise ServiceUnavailable(SERVICE) from None


class _Unknown(RefusedByService):
    """The provider knows no such record."""


def _meaning_of(error: TwilioRestException) -> ServiceUnavailable | RefusedByService:
    if error.status == 429 or error.status >= 500 or error.code in OVERLOADED or error.code == NOT_FINAL:
        return ServiceUnavailable(SERVICE)
    return (_Unknown if error.status == 404 else RefusedByService)(SERVICE, words_for(error.code))


def _to(message: PhoneMessage) -> str:
    return f"whatsapp:{message.to}" if message.channel is Channel.WHATSAPP else message.to


def _is_after(moment: datetime | None, since: datetime | None) -> bool:
    """An SMS is known by its link however old it is; a template reads the same for everybody."""
    return moment is None or since is None or moment >= since


def _is_this(message: PhoneMessage, body: str) -> bool:
    """Of an SMS we know the text; of a template only who we say we are, and the provider tells nothing of a button."""
    if message.channel is Channel.SMS:
        link = re.search(r"https?://\S+", message.text)
        return body == message.text or (link is not None and link[0] in body)
    return one_line(message.values.get("1", "")) in body
