"""What the demo opens to the local network: the guests' routes, by https, and nothing else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from teleconnect_bot.demo.addresses import free_port
from teleconnect_bot.demo.certificate import tls_for
from teleconnect_bot.demo.guest_proxy import GuestProxy, is_guests

HOST = "127.0.0.1"


@dataclass
class Bot:
    """Stands for the bot: records what reaches it."""

    requests: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.raw_path, request.headers.get("X-Forwarded-For", ""), await request.read()))
        if request.path == "/gw/held":
            response = web.StreamResponse(headers={"X-Robots-Tag": "noindex"})
            await response.prepare(request)
            await response.write(b"first,")
            try:
                await self.may_end.wait()
            except asyncio.CancelledError:
                self.abandoned.set()
                raise
            await response.write(b"last")
            return response
        return web.Response(status=425, text="early", headers={"X-Robots-Tag": "noindex", "Keep-Alive": "timeout=5"})


@pytest_asyncio.fixture
async def bot() -> Bot:
    return Bot()


@pytest_asyncio.fixture
async def guest(bot: Bot, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A client on the network's side, which trusts the new certificate and nothing else."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", bot.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    upstream, port = free_port(), free_port()
    await web.TCPSite(runner, HOST, upstream).start()
    proxy = GuestProxy(f"http://{HOST}:{upstream}", HOST, port, tls_for(HOST, tmp_path))
    await proxy.start()
    trust = ssl.create_default_context(cafile=str(tmp_path / "guests.crt"))
    async with aiohttp.ClientSession(f"https://{HOST}:{port}", connector=aiohttp.TCPConnector(ssl=trust)) as http:
        yield http
    await proxy.stop()
    await runner.cleanup()


def at(guest: aiohttp.ClientSession, path: str) -> URL:
    """The path exactly as written, unlike a browser or a library would send it."""
    return URL(str(guest._base_url).rstrip("/") + path, encoded=True)


async def test_a_guests_call_is_passed_on_with_body_answer_and_headers(bot: Bot, guest: aiohttp.ClientSession) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer secret"}
    async with guest.post(at(guest, "/api/enter?a=%2Fb"), data=b'{"name":"x"}', headers=headers) as answer:
        assert (answer.status, await answer.text(), answer.headers["X-Robots-Tag"]) == (425, "early", "noindex")
        assert "Keep-Alive" not in answer.headers
    assert bot.requests == [("POST", "/api/enter?a=%2Fb", "127.0.0.1", b'{"name":"x"}')]


async def test_an_answer_is_streamed_and_a_guest_who_goes_away_ends_the_held_call(bot: Bot, guest: aiohttp.ClientSession) -> None:
    async with guest.get("/gw/held") as answer:
        assert await answer.content.readany() == b"first,"
        bot.may_end.set()
        assert await answer.content.read() == b"last"
    bot.may_end.clear()
    answer = await guest.get("/gw/held")
    assert await answer.content.readany() == b"first,"
    answer.close()
    async with asyncio.timeout(10):
        await bot.abandoned.wait()


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/health/ready", "/metrics", "/jx", "/ix", "/api", "/gw", "/apix/", "/API/open", "//api/open"),
        *("/gw/../metrics", "/gw/%2e%2e/metrics", "/gw/..%2fmetrics", "/gw/%252e%252e/metrics", "/gw/.%2e/metrics", "/j/..\\metrics"),
    ],
)
async def test_nothing_else_reaches_the_bot(path: str, bot: Bot, guest: aiohttp.ClientSession) -> None:
    assert not is_guests(path)
    async with guest.get(at(guest, path)) as answer:
        assert answer.status == 404
    assert bot.requests == []


@pytest.mark.parametrize(
    "path",
    ["/j", "/i", "/j/abc", "/i/abc", "/assets/page.js", "/api/open", "/gw/_matrix/client/v3/rooms/%21room%3Ahs/send/m.room.encrypted/1"],
)
def test_guests_routes_are_known(path: str) -> None:
    assert is_guests(path)


async def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - the kernel's own words
        await GuestProxy("http://127.0.0.1:1", "192.0.2.1", 0, tls_for("192.0.2.1", tmp_path)).start()


def test_the_certificate_is_for_that_address_alone_and_its_key_is_private(tmp_path: Path) -> None:
    from cryptography import x509

    for host, wanted in (("192.0.2.7", "192.0.2.7"), ("laptop.local", "laptop.local")):
        tls_for(host, tmp_path)
        certificate = x509.load_pem_x509_certificate((tmp_path / "guests.crt").read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert [str(name.value) for name in names] == [wanted]
        assert (tmp_path / "guests.key").stat().st_mode & 0o077 == 0
