"""How the pages' own calls are read, limited, carried out and refused: JSON in, JSON out."""

from __future__ import annotations

import asyncio
import hashlib
import json
import unicodedata
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

MAX_BODY_BYTES = 8 * 1024
LONGEST_TOKEN = 200
LONGEST_NAME = 64


class WholeCalls:
    """Use cases that are carried out to their end, also when the browser goes away in the middle: between a commit and what follows
    from it there must be no gap that a lost connection can tear open. `tasks` must outlive the server."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._running: set[asyncio.Future[Any]] = set()

    async def carry_out(self, call: Coroutine[Any, Any, T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def to_the_end() -> None:
            try:
                done.set_result(await call)
            except BaseException as error:
                done.set_exception(error)
                if not isinstance(error, Exception):
                    raise

        self._running.add(done)
        done.add_done_callback(self._running.discard)
        self._tasks.create_task(to_the_end())
        return await asyncio.shield(done)

    async def finish(self) -> None:
        """Wait for what was begun: called when the server stops."""
        await asyncio.gather(*self._running, return_exceptions=True)


async def body_of(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of the request; an empty one when it is none (what it lacks is then answered as lacking)."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, request.content_length or 0)
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def text_of(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def token_of(body: Mapping[str, Any]) -> str:
    """What stands where a token should; a thing of impossible shape goes the same way as an unknown token, as ``""``."""
    token = text_of(body, "token")
    return token if len(token) <= LONGEST_TOKEN and token.isascii() else ""


def digest_of_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


def refused(status: int, error: str, **more: object) -> web.Response:
    return web.json_response({"error": error, **more}, status=status)


def slow_down(wait: float) -> web.Response:
    seconds = int(wait) + 1
    response = refused(429, "slow", retry_after=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


def checked_name(raw: str) -> str | None:
    """The name as it may be shown: one line, no control or direction-changing characters, 1 to 64 long; else `None`."""
    if len(raw) > 4 * LONGEST_NAME:
        return None
    name = one_visible_line(raw)
    return name if 0 < len(name) <= LONGEST_NAME and any(character.isalnum() for character in name) else None


_JOINERS = "\u200c\u200d"
"""Persian, Urdu and many Indic names need them; all other invisible characters only deceive."""


def one_visible_line(raw: str) -> str:
    kept = "".join(" " if character.isspace() else character for character in raw if character.isspace() or _is_shown(character))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _is_shown(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
