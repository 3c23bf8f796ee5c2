"""Two interpreting organisations answer: one declines and says why, the other sends an interpreter. By the calls of their page."""

from __future__ import annotations

import re
from typing import Any

import aiohttp

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.nurse import SLOW
from tests.acceptance.residue import sentinels

DECLINES, ACCEPTS = "horn@example.org", "lingua@example.org"
ORGANISATIONS = [
    {"name": "Horn", "languages": ["fr"], "email": DECLINES},
    {"name": "Lingua", "languages": ["fr"], "email": ACCEPTS},
]
_TOKEN = re.compile(r"https?://\S+/i#([A-Za-z0-9._~-]+)")


async def answer(stack: Stack) -> list[str]:
    """Both organisations have answered, and the interpreter has been written to; the tokens of all these mails."""
    async with aiohttp.ClientSession(stack.address, raise_for_status=True) as http:
        tokens = [await _token(stack, address) for address in (DECLINES, ACCEPTS)]
        declined = await _call(http, "decline", tokens[0], reason=sentinels.REASON)
        person = {"name": sentinels.INTERPRETER_NAME, "contact": sentinels.INTERPRETER}
        accepted = await _call(http, "accept", tokens[1], **person)
        assert (declined["status"], accepted["status"]) == ("declined", "accepted")
    mail = await stack.mails.wait_for(sentinels.INTERPRETER, 1, SLOW)
    return [*tokens, *re.findall(r"/[ij]#([A-Za-z0-9._~-]+)", mail.plain)]


async def _token(stack: Stack, organisation: str) -> str:
    found = _TOKEN.search((await stack.mails.wait_for(organisation, 1, SLOW)).plain)
    assert found
    return found[1]


async def _call(http: aiohttp.ClientSession, call: str, token: str, **more: str) -> dict[str, Any]:
    async with http.post("/api/interpreter/view", json={"token": token, "language": "en"}) as answered:
        view = await answered.json()
    assert view["status"] == "asked"
    body = {"token": token, "language": "en", "round": view["round"], "terms": view["terms"]["version"], **more}
    async with http.post(f"/api/interpreter/{call}", json=body) as answered:
        return dict(await answered.json())
