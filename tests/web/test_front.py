"""What holds for every answer: errors, static files, health, whose address counts."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import brotli
import pytest
from aiohttp import ClientSession
from multidict import CIMultiDict

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.bundle import NOT_BUILT
from teleconnect_bot.web.security import Buckets, Limit, client_address, parse_networks
from tests.fakes_web import DEVICE, GOOD_TOKEN, ROOM, SECRET, USER, ManualSeconds, front_door, gateway_with_seats

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    assets = tmp_path / "static" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "static" / "guest.html").write_text("<!doctype html><title>Invitation</title>")
    (tmp_path / "static" / "interpreter.html").write_text("<!doctype html><title>Interpreter</title>")
    (tmp_path / "static" / "guest.html.br").write_bytes(brotli.compress(b"<!doctype html><title>Invitation</title>"))
    (assets / "page-a1b2.js").write_text("let page = 1;")
    (assets / "page-a1b2.js.br").write_bytes(brotli.compress(b"let page = 1;"))
    (assets / "crypto-c3.wasm").write_bytes(b"\0asm")
    (assets / "page-a1b2.js.map").write_text("{}")
    (tmp_path / "secret.js").write_text("not ours")
    (assets / "outside.js").symlink_to(tmp_path / "secret.js")
    return tmp_path / "static"


@pytest.mark.parametrize("path", ["/j", "/j/", f"/j/{GOOD_TOKEN}", "/j/a/b%0ac/..%2f?x=1"])
async def test_a_link_opened_ten_times_by_get_and_head_changes_nothing(path: str, static: Path) -> None:
    async with front_door(NOWHERE, static) as front:
        for _ in range(10):
            opened = await front.ask("GET", path, headers={"User-Agent": "WhatsApp/2.23 preview", "Accept-Encoding": "identity"})
            assert (opened.status, opened.body) == (200, b"<!doctype html><title>Invitation</title>")
            assert opened.headers["Content-Type"] == "text/html; charset=utf-8"
            assert opened.headers["Cache-Control"] == "no-store"
            head = await front.ask("HEAD", path)
            assert (head.status, head.body) == (200, b"")
        assert not front.door.calls
        assert not front.rows.reads


async def test_the_support_number_stands_in_the_page_itself_for_browsers_that_are_too_old_to_ask(static: Path) -> None:
    (static / "guest.html").write_text("<p>Too old.</p><!-- support phone -->")
    async with front_door(NOWHERE, static) as front:
        for path in ("/j", f"/j/{GOOD_TOKEN}"):
            opened = await front.ask("GET", path)
            assert opened.body.decode() == ('<p>Too old.</p><p><a href="tel:+41220000000" dir="ltr">☎ +41 22 000 00 00</a></p>')
            assert opened.headers["Cache-Control"] == "no-store"
        assert not front.door.calls


@pytest.mark.parametrize(
    ("accepted", "encoding", "undo"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
async def test_the_page_with_the_support_number_comes_compressed_as_every_other_file_does(
    accepted: str, encoding: str | None, undo: Callable[[bytes], bytes], static: Path
) -> None:
    page = static / "guest.html"
    page.write_text("<p>Too old.</p>" * 100 + "<!-- support phone -->")
    async with front_door(NOWHERE, static) as front, ClientSession(auto_decompress=False) as http:

        async def opened(method: str = "GET") -> tuple[bytes, str | None]:
            async with http.request(method, f"{front.url}/j", headers={"Accept-Encoding": accepted}) as answer:
                assert answer.headers["Vary"] == "Accept-Encoding"
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                return await answer.read(), answer.headers.get("Content-Encoding")

        body, said = await opened()
        assert said == encoding
        assert undo(body).decode().endswith("☎ +41 22 000 00 00</a></p>")
        assert encoding is None or len(body) < 200
        assert (await opened("HEAD"))[0] == b""
        page.write_text("<p>A new build.</p>")
        os.utime(page, ns=(1, 1))
        assert undo((await opened())[0]) == b"<p>A new build.</p>"


async def test_the_page_with_the_support_number_is_read_and_compressed_once(static: Path) -> None:
    page = static / "guest.html"
    async with front_door(NOWHERE, static) as front:
        first = (await front.ask("GET", "/j")).body
        unchanged = page.stat()
        page.write_bytes(b"x" * len(page.read_bytes()))
        os.utime(page, ns=(unchanged.st_atime_ns, unchanged.st_mtime_ns))
        assert (await front.ask("GET", "/j")).body == first


async def test_a_token_in_the_path_is_printed_nowhere(static: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with front_door(NOWHERE, static) as front:
        await front.ask("GET", f"/j/{GOOD_TOKEN}")
        await front.ask("POST", f"/j/{GOOD_TOKEN}")
        await front.ask("GET", f"/assets/{GOOD_TOKEN}")
        await front.raw("GET", f"/j/{GOOD_TOKEN} broken", secret=None)
    assert GOOD_TOKEN not in "".join(capfd.readouterr())


async def test_hashed_files_are_kept_for_ever_and_sent_compressed_when_that_is_taken(static: Path) -> None:
    async with front_door(NOWHERE, static) as front:
        plain = await front.ask("GET", "/assets/page-a1b2.js", headers={"Accept-Encoding": "identity"})
        assert plain.body == b"let page = 1;"
        assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert plain.headers["Vary"] == "Accept-Encoding"
        small = await front.ask("GET", "/assets/page-a1b2.js", headers={"Accept-Encoding": "gzip, br"})
        assert small.headers["Content-Encoding"] == "br"
        assert small.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert small.body == b"let page = 1;"  # undone by the client
        wasm = await front.ask("GET", "/assets/crypto-c3.wasm")
        assert wasm.headers["Content-Type"] == "application/wasm"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/no.js",
        "/assets/",
        "/assets/outside.js",
        "/assets/../guest.html",
        "/assets/..%2f..%2fsecret.js",
        "/assets/page-a1b2.js.map",
        "/assets/page-a1b2.js.br",
        "/assets/%00",
        "/assets/" + "x" * 300 + ".js",
        "/guest.html",
    ],
)
async def test_nothing_but_the_files_of_the_page_is_served(path: str, static: Path) -> None:
    async with front_door(NOWHERE, static) as front:
        assert await front.raw("GET", path, secret=None) == 404
        answer = await front.ask("GET", path)
        assert answer.headers["Cache-Control"] == "no-store"


async def test_without_a_built_page_the_server_says_so(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await front.ask("GET", "/j")
        assert (answer.status, answer.body.decode()) == (503, NOT_BUILT)


async def test_alive_and_ready(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await front.ask("GET", "/health/live")).status == 200
        ready = await front.ask("GET", "/health/ready")
        assert (ready.status, ready.json) == (200, {"status": "ready", "checks": {"database": "ok"}})
        front.checks["homeserver"] = False
        ready = await front.ask("GET", "/health/ready")
        assert (ready.status, ready.json["checks"]) == (503, {"database": "ok", "homeserver": "failing"})
        assert (await front.ask("GET", "/health/live")).status == 200


async def test_metrics_count_calls_by_kind_and_hold_no_id(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        await front.gw("GET", f"/_matrix/client/v3/rooms/{ROOM}/members")
        await front.gw("GET", f"/_matrix/client/v3/profile/{USER}")
        text = (await front.ask("GET", "/metrics")).body.decode()
        assert 'call="GET /_matrix/client/v3/rooms/{room}/members",status="200"} 1.0' in text
        assert 'call="(none)",status="403"} 1.0' in text
        assert not [word for word in (USER, ROOM, DEVICE, SECRET, "seat-one") if word in text]


async def test_metrics_are_for_the_operator_alone(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path, trusted_proxies=["127.0.0.1"]) as front:
        assert (await front.ask("GET", "/metrics")).status == 200
        assert (await front.ask("GET", "/metrics", headers={"X-Forwarded-For": "8.8.8.8"})).status == 404


async def test_a_failure_inside_the_gateway_is_a_plain_500(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):

        async def broken(digest: bytes) -> GatewaySeat | None:
            raise RuntimeError(f"no such column for {SECRET}")

        front.rows.seat_by_digest = broken  # type: ignore[method-assign]
        answer = await front.gw("GET", f"/_matrix/client/v3/rooms/{ROOM}/members")
        assert (answer.status, answer.json) == (500, {"error": "failed"})
        printed = "".join(capfd.readouterr())
        assert "web_failed" in printed
        assert SECRET not in printed


async def test_port_zero_takes_a_free_one_that_can_be_read(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert front.port > 0
        with socket.create_connection((front.host, front.port)):
            pass


@dataclass
class _Request:
    """As much of a request as an address is read from."""

    remote: str | None
    headers: CIMultiDict[str]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        (None, "203.0.113.9", None),
    ],
)
def test_the_address_of_a_client(peer: str | None, forwarded: str | None, expected: str | None) -> None:
    headers = CIMultiDict({"X-Forwarded-For": forwarded} if forwarded is not None else {})
    found = client_address(_Request(peer, headers), parse_networks(["10.0.0.0/8"]))  # type: ignore[arg-type]
    assert (str(found) if found else None) == expected


def test_a_wrong_proxy_is_named() -> None:
    with pytest.raises(ValueError, match=r"proxy\.example"):
        parse_networks(["10.0.0.1", "proxy.example"])


def test_a_bucket_fills_again_and_forgets_whom_it_heard_of_longest_ago() -> None:
    seconds = ManualSeconds()
    buckets = Buckets({"x": Limit(burst=2, per_second=0.5)}, seconds, remembered=2)
    assert [buckets.take("x", "a") for _ in range(3)] == [0.0, 0.0, 2.0]
    seconds.now += 1
    assert buckets.take("x", "a") == 1.0
    seconds.now += 1
    assert buckets.take("x", "a") == 0.0
    assert buckets.take("x", "b") == 0.0
    assert buckets.take("x", "c") == 0.0
    assert len(buckets) == 2
