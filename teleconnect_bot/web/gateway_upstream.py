"""The homeserver as the gateway asks it: with the appservice's token, as one visitor, following nothing."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import ClientResponse, ClientSession, ClientTimeout, StreamReader, TCPConnector
from yarl import URL

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.gateway_table import CLIENT

CONNECT_SECONDS = 5
SILENT_SECONDS = 60
"""Longer than any poll: no byte for that long means that the connection is dead."""


class UpstreamFailed(Exception):
    """The homeserver answered something that is no answer to the caller's question; `status` is what it said."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"the homeserver answered {status}")
        self.status = status
        self.retry_after = retry_after


class Upstream:
    """Use as `async with`. `address` is the homeserver's base URL."""

    def __init__(self, address: str, as_token: str) -> None:
        self._address = address.rstrip("/")
        self._as_token = as_token
        self._http: ClientSession | None = None

    async def open(self) -> None:
        self._http = ClientSession(
            # limit=0: with aiohttp's default of 100 connections the 101st held poll would stop everybody.
            connector=TCPConnector(limit=0),
            timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        seat: GatewaySeat | None = None,
        user: str | None = None,
        token: str | None = None,
        json: Mapping[str, Any] | None = None,
        data: StreamReader | BytesIO | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ClientResponse:
        """Ask as the seat's user and device, as `user` alone, or (neither) as nobody. The answer must be closed.
        A native guest has a token of its own, and the homeserver takes no other for it: the seat's, or `token`.

        `path` is percent-encoded already. Raises `aiohttp.ClientError`, `TimeoutError`.
        """
        if self._http is None:
            raise RuntimeError("the gateway is not open")
        parameters, sent = dict(query or {}), dict(headers or {})
        own = token if seat is None else seat.token
        if own is not None:
            sent["Authorization"] = f"Bearer {own}"
        elif seat is not None:
            parameters |= {"user_id": seat.user, "device_id": seat.device}
        elif user is not None:
            parameters["user_id"] = user
        if own is None and (seat is not None or user is not None):
            sent["Authorization"] = f"Bearer {self._as_token}"
        url = URL(self._address + path + ("?" + urlencode(parameters) if parameters else ""), encoded=True)
        return await self._http.request(method, url, json=json, data=data, headers=sent, allow_redirects=False)

    async def members(self, seat: GatewaySeat, room: str) -> tuple[frozenset[str], frozenset[str]]:
        """(joined, invited) of the room as the visitor may see it; nobody while the visitor is not in it."""
        async with await self.ask("GET", f"{CLIENT}/v3/rooms/{quote(room, safe='')}/members", seat=seat) as answer:
            if answer.status in (403, 404):
                return frozenset(), frozenset()
            if answer.status != 200:
                raise UpstreamFailed(answer.status)
            events = (await answer.json()).get("chunk", [])
        return _members(events, "join"), _members(events, "invite")

    async def send_to_device(
        self, sender: str, event_type: str, transaction_id: str, messages: Mapping[str, Any], token: str | None = None
    ) -> None:
        """As the user alone: the device may be gone by now; a native guest with its token. Raises `UpstreamFailed`."""
        path = f"{CLIENT}/v3/sendToDevice/{quote(event_type, safe='')}/{quote(transaction_id, safe='')}"
        async with await self.ask("PUT", path, user=sender, token=token, json={"messages": messages}) as answer:
            if answer.status != 200:
                raise UpstreamFailed(answer.status, retry_after(answer))


def retry_after(answer: ClientResponse) -> float | None:
    """The seconds that the homeserver asks us to wait, if it does."""
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdecimal() else None


def _members(events: list[dict[str, Any]], membership: str) -> frozenset[str]:
    return frozenset(event["state_key"] for event in events if event["content"].get("membership") == membership)
