"""Calls to the homeserver, and what its refusals mean to the rest of the bot.

Nothing here logs an address, a body or a query: they hold user ids, and some bodies hold more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, ContentTypeError
from mautrix.api import HTTPAPI, Method, PathBuilder
from mautrix.errors import MatrixConnectionError, MatrixRequestError, MatrixResponseError, MLimitExceeded, make_request_error
from yarl import URL

from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable

SERVICE = "homeserver"
REQUEST_TIMEOUT_SECONDS = 60.0
CONNECT_TIMEOUT_SECONDS = 10.0


class HomeserverRefusal(RefusedByService):
    """A permanent refusal. `code` is Matrix's `errcode`; the homeserver's own sentence is dropped, as it may name people."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(SERVICE, f"{code} (HTTP {status})")
        self.status = status
        self.code = code


class _Limited(MLimitExceeded):
    """429 with the time that the homeserver asked for."""

    def __init__(self, retry_after: timedelta | None) -> None:
        super().__init__(429, "rate limited")
        self.retry_after = retry_after


def open_session() -> ClientSession:
    """One connection pool for all calls of the bot; the caller closes it."""
    return ClientSession(timeout=ClientTimeout(total=REQUEST_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS))


class HomeserverApi(HTTPAPI):
    """The homeserver as one caller sees it: the bot's device, the appservice itself, or the server administrator."""

    def __init__(self, address: str, token: str, session: ClientSession, *, user: str | None = None, device: str | None = None) -> None:
        super().__init__(address, token, client_session=session, as_user_id=user, as_device_id=device)  # type: ignore[arg-type]

    async def call(
        self,
        method: Method,
        path: PathBuilder | str,
        content: Mapping[str, Any] | bytes | None = None,
        query: Mapping[str, str] | None = None,
        *,
        content_type: str | None = None,
    ) -> dict[str, Any]:
        """The answer's object. Raises `ServiceUnavailable` or `HomeserverRefusal`."""
        with translated():
            answer = await self.request(
                method,
                path,
                content=content if isinstance(content, bytes) else dict(content or {}),
                headers={"Content-Type": content_type} if content_type else None,
                query_params=dict(query or {}),
            )
        return answer if isinstance(answer, dict) else {}

    async def _send(
        self, method: Method, url: URL, content: Any, query_params: dict[str, str], headers: dict[str, str]
    ) -> tuple[Any, ClientResponse]:
        async with self.session.request(str(method), url, data=content, params=query_params, headers=headers) as response:
            if 200 <= response.status < 300:
                return await response.json(), response
            problem = await _problem(response)
            if response.status == 429:
                raise _Limited(_retry_after(problem))
            raise make_request_error(response.status, "", problem.get("errcode"), None)

    def _log_request(self, *_: object, **__: object) -> None: ...

    def _log_request_done(self, *_: object, **__: object) -> None: ...


@contextmanager
def translated() -> Iterator[None]:
    """mautrix's and aiohttp's errors become those of the ports."""
    try:
        yield
    except _Limited as error:
        raise ServiceUnavailable(SERVICE, error.retry_after) from None
    except MatrixRequestError as error:
        if error.http_status in (408, 429) or error.http_status >= 500:
            raise ServiceUnavailable(SERVICE) from None
        raise HomeserverRefusal(error.http_status, str(getattr(error, "errcode", None) or "M_UNKNOWN")) from None
    except (MatrixConnectionError, MatrixResponseError, ClientError, TimeoutError, ValueError):
        raise ServiceUnavailable(SERVICE) from None


async def _problem(response: ClientResponse) -> dict[str, Any]:
    """The error object, or nothing when a proxy answered in the homeserver's place."""
    try:
        problem = await response.json()
    except (ContentTypeError, ValueError):
        return {}
    return problem if isinstance(problem, dict) else {}


def _retry_after(problem: Mapping[str, Any]) -> timedelta | None:
    wait = problem.get("retry_after_ms")
    return timedelta(milliseconds=wait) if isinstance(wait, int | float) else None
