"""Previews and mail scanners open links, wrong and old tokens are tried: nothing happens, and nothing can be learned (PRODUCT §4)."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

import aiohttp
from playwright.async_api import Request, expect

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import all_rows, read_rows, wait_until_settled

GUEST = "guest@example.org"
TIMES = 10


async def test_a_link_opened_again_and_again_by_robots_changes_nothing(stack: Stack, nurse: Nurse, visitor: NewVisitor) -> None:
    link = await nurse.invite(GUEST)
    code = await nurse.code()
    await nurse.sees_on_card(code, "E-mail: sent")
    await wait_until_settled(stack)
    card, before = nurse.cards()[code], all_rows(stack)
    assert [row["opened_at"] for row in read_rows(stack, "link")] == [None]

    token = urlsplit(link).fragment
    async with aiohttp.ClientSession(stack.address) as http:
        for path in ("/j", f"/j/{token}", f"/j?token={token}", "/api/public", f"/api/open?token={token}"):
            for method in ("GET", "HEAD"):
                for _ in range(TIMES):
                    async with http.request(method, path) as answer:
                        expected = 405 if path.startswith("/api/open") else 200
                        assert answer.status == expected, (method, path)
                        assert "noindex" in answer.headers["X-Robots-Tag"]
    robot = await visitor()
    written: list[str] = []

    def note(request: Request) -> None:
        if request.method not in ("GET", "HEAD"):
            written.append(request.method)

    robot.context.on("request", note)
    for address in (link, f"{stack.public_url}/j/{token}"):
        for _ in range(TIMES):
            await robot.follow("about:blank")
            await robot.follow(address)
            await expect(robot.button("Continue")).to_be_enabled(timeout=SLOW * 1000)
    await robot.page.wait_for_load_state("networkidle")
    assert written == []
    await robot.close()

    await nurse.asks("waiting", "Nobody is waiting for you.")
    handled = {"handled_event"}
    assert [row for row in all_rows(stack) if row[0] not in handled] == [row for row in before if row[0] not in handled]
    assert nurse.cards()[code] == card
    assert "opened" not in card

    guest = await visitor()
    await guest.follow(f"{stack.public_url}/j#{'A' * len(token)}")
    await guest.press("Continue")
    await guest.sees("This link does not work")
    await guest.follow(link)  # in the same tab
    await guest.press("Continue")
    await nurse.sees_on_card(code, "The link was opened")  # the counter-proof


async def test_tokens_that_lead_nowhere_get_the_same_bytes_whatever_is_wrong_with_them(stack: Stack, nurse: Nurse) -> None:
    taken_back = await _invited(nurse, "cancelled@example.org")
    await nurse.asks(f"cancel {await nurse.code()}", "is cancelled")
    refused = await _invited(nurse, "wrong-person@example.org")
    assert b" 200 " in await _raw(stack, "not-me", refused)
    await stack.restart_bot({"retention": {"unused_link": "1s"}})
    expired = await _invited(nurse, "late@example.org")
    await nurse.reads("it has expired")
    await stack.restart_bot({"retention": {"unused_link": "1s", "after_close": "1s", "sync_grace": "1s"}})
    deleted = await _invited(nurse, "gone@example.org")
    await nurse.reads(f"Session {await nurse.code()} is deleted. Nothing of it is stored any more.")
    await stack.restart_bot({})
    good = await _invited(nurse, GUEST)

    tokens = {
        "cancelled": taken_back,
        "not for them": refused,
        "expired": expired,
        "deleted": deleted,
        "unknown": "A" * len(good),
        "one character changed": good[:-2] + ("BB" if good[-2:] != "BB" else "CC"),
        "too short": good[:5],
        "too long": good * 20,
        "no token": "",
        "not ASCII": "é" * 22,
        "not a text": None,
    }
    for address, call in (("192.0.2.1", "open"), ("192.0.2.2", "enter"), ("192.0.2.3", "not-me")):  # failed tokens are limited by address
        answers = {what: await _raw(stack, call, token, address) for what, token in tokens.items()}
        assert set(answers.values()) == {answers["unknown"]}, {what: answer[:200] for what, answer in answers.items()}
        assert answers["unknown"].startswith(b"HTTP/1.1 404 ")
        assert b'{"error": "link"}' in answers["unknown"]
    assert b" 200 " in await _raw(stack, "open", good)


async def _invited(nurse: Nurse, contact: str) -> str:
    """The token."""
    link = await nurse.invite(contact)
    return urlsplit(link).fragment


async def _raw(stack: Stack, call: str, token: str | None, address: str = "192.0.2.4") -> bytes:
    """The whole answer as it comes over the wire, without the time of day."""
    body = json.dumps({"token": token, "secret": "s" * 43, "name": "Amina", "language": "en", "terms": "1"}).encode()
    where = urlsplit(stack.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        head = f"POST /api/{call} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\nX-Forwarded-For: {address}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        async with asyncio.timeout(SLOW):
            answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.lower().startswith(b"date:"))
