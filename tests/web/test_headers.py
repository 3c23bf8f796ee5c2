"""What every answer says to browsers, word for word: a header that is left out or weakened must be noticed here."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from multidict import CIMultiDict

from teleconnect_bot.services.conference_door import WayIn
from teleconnect_bot.web.callbacks import Callbacks
from teleconnect_bot.web.conference import Conference
from tests.fakes_web import DOMAIN, GOOD_TOKEN, ROOM, SECRET, Answer, Front, RecordingHomeserver, front_door, gateway_with_seats

NOWHERE = "http://127.0.0.1:9"
JITSI = "https://jitsi.example.org"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Server": "teleconnect",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
FEATURES = (
    "camera=(self), microphone=(self), screen-wake-lock=(self), accelerometer=(), bluetooth=(), display-capture=(), geolocation=(), "
    "gyroscope=(), hid=(), midi=(), payment=(), serial=(), usb=()"
)
FEATURES_WITH_JITSI = FEATURES.replace("camera=(self), microphone=(self)", f'camera=(self "{JITSI}"), microphone=(self "{JITSI}")')
OF_A_DOWNLOAD = "sandbox; default-src 'none'"
DOWNLOAD = f"/gw/_matrix/client/v1/media/download/{DOMAIN}/x"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
ROUTES = {
    "/j",
    "/i",
    "/c",
    "/assets/",
    "/kept/",
    "/health/",
    "/metrics",
    "/api/open",
    "/api/seat",
    "/api/call",
    "/api/conference",
    "/api/interpreter/",
    "/callbacks/twilio/status/",
    "/callbacks/twilio/inbound",
    "/gw/",
}
"""Beginnings of paths, all of which must be among what is asked here."""


@pytest.fixture
def static(tmp_path: Path) -> Path:
    assets = tmp_path / "static" / "assets"
    assets.mkdir(parents=True)
    for page in ("guest.html", "interpreter.html"):
        (tmp_path / "static" / page).write_text("<!doctype html><title>Invitation</title>")
    (assets / "page-a1b2.js").write_text("let page = 1;")
    return tmp_path / "static"


class NobodysConference:
    """Nobody has a place in it."""

    async def join(self, digest: bytes) -> WayIn | None:
        return None


class NoReports:
    async def reported(self, message_id: str, record: str, status: str, code: int | None) -> None:
        raise AssertionError("nothing here is signed")

    async def answered(self, number: str, text: str, record: str) -> None:
        raise AssertionError("nothing here is signed")


def every_path(front: Front) -> set[str]:
    resources = [route.resource for route in front.app.router.routes()]
    return {
        each.canonical.format(anything="x", path="page-a1b2.js", call="x", language="en", message="m")
        for each in resources
        if each is not None
    }


def of_kept(answer: Answer) -> str:
    """The policy of the page that runs no script: its own style and nothing else."""
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode())
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def asked(front: Front, homeserver: RecordingHomeserver) -> Mapping[tuple[str, str, str | None], Answer]:
    """Every route with every method, and paths that lead nowhere; with and without a seat's secret."""
    homeserver.answers["/media/download"] = 200, b"x", {}
    calls = [(method, path) for path in sorted(every_path(front)) for method in METHODS]
    calls += [("GET", path) for path in ("/", "/nothing/here", f"/j/{GOOD_TOKEN}", "/assets/no.js", "/callbacks/nothing")]
    calls += [("POST", "/api/nothing"), ("GET", f"/gw/_matrix/client/v3/rooms/{ROOM}/members"), ("GET", "/gw/_matrix/client/v3/sync")]
    calls += [("GET", DOWNLOAD)]
    return {(method, path, secret): await front.ask(method, path, secret=secret) for method, path in calls for secret in (None, SECRET)}


@pytest.mark.parametrize(("jitsi", "framed", "features"), [(None, "", FEATURES), (JITSI, f"; frame-src {JITSI}", FEATURES_WITH_JITSI)])
async def test_every_route_and_every_error_carries_the_security_headers(
    jitsi: str | None, framed: str, features: str, static: Path
) -> None:
    conference = Conference(NobodysConference(), jitsi) if jitsi else None
    callbacks = Callbacks("https://meet.example", "auth-token", NoReports())
    async with gateway_with_seats(static, conference=conference, callbacks=callbacks) as (front, homeserver):
        answers = await asked(front, homeserver)
    missed = {beginning for beginning in ROUTES if not any(path.startswith(beginning) for _, path, _ in answers)}
    assert missed == (set() if jitsi else {"/api/conference"})
    kept = of_kept(answers["GET", "/kept/en", None])
    for (method, path, secret), answer in answers.items():
        where = (method, path)
        for header, value in {**HEADERS, "Permissions-Policy": features}.items():
            assert answer.headers.get(header) == value, (where, header)
        policy = f"{POLICY}{framed}"
        if path == "/kept/en" and answer.status == 200:
            policy = kept
        elif path == DOWNLOAD and secret:
            policy = OF_A_DOWNLOAD
        assert answer.headers["Content-Security-Policy"] == policy, where
        for_ever = path == "/assets/page-a1b2.js" and answer.status == 200
        assert answer.headers["Cache-Control"] == ("public, max-age=31536000, immutable" if for_ever else "no-store"), where
        assert not {"Set-Cookie", "Access-Control-Allow-Origin", "X-Powered-By"} & answer.headers.keys(), where
    assert {answer.status for answer in answers.values()} >= {200, 401, 403, 404, 405}
    assert answers["GET", DOWNLOAD, SECRET].status == answers["GET", "/kept/en", None].status == 200


def said_of(answer: bytes) -> tuple[int, CIMultiDict[str], str]:
    head, _, body = answer.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    return int(status.split()[1]), CIMultiDict((name, value) for name, _, value in (line.partition(": ") for line in lines)), body


async def test_what_the_server_refuses_before_any_route_saw_it_carries_them_too_and_repeats_nothing(
    static: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = ("GET /j HTTP/1.1", "POST /api/open HTTP/1.1", "POST /gw/_matrix/client/v3/keys/upload HTTP/1.1")
    wrong = (
        f"Length of {GOOD_TOKEN}: 7",
        f"Content-Length: -{GOOD_TOKEN}",
        f"X-Long: {400 * GOOD_TOKEN}",
        f"Host: {GOOD_TOKEN}",
        f"Transfer-Encoding: chunked\r\n\r\n{GOOD_TOKEN}",
    )
    no_calls = (f"G(T /j/{GOOD_TOKEN} HTTP/1.1", f"GET http://[{GOOD_TOKEN}/ HTTP/1.1", f"\x16\x03\x01 {GOOD_TOKEN}")
    refused = [(f"{call}\r\nHost: x\r\n{line}", 400, "Bad Request.\n") for call in calls for line in wrong]
    refused += [(f"{call}\r\nHost: x", 400, "Bad Request.\n") for call in no_calls]
    refused += [(f"{call}\r\nHost: x\r\nExpect: {GOOD_TOKEN}", 417, "Expectation Failed.\n") for call in calls]
    expected = {**HEADERS, "Permissions-Policy": FEATURES, "Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    async with gateway_with_seats(static) as (front, _):
        for words, refusal, sentence in refused:
            status, headers, body = said_of(await front.spoken(f"{words}\r\nConnection: close\r\n\r\n"))
            assert (status, body) == (refusal, sentence), words
            for header, value in expected.items():
                assert headers.getall(header) == [value], (words, header)
    assert capfd.readouterr() == ("", "")


async def test_a_packed_body_is_never_unpacked(static: Path) -> None:
    packed = gzip.compress(bytes(8 * 1024 * 1024))
    async with gateway_with_seats(static) as (front, homeserver):
        homeserver.answers["/upload"] = 200, b'{"content_uri":"mxc://x/y"}', {}
        answer = await front.ask("POST", "/gw/_matrix/media/v3/upload", secret=SECRET, data=packed, headers={"Content-Encoding": "gzip"})
        assert (answer.status, homeserver.requests[-1].body) == (200, packed)
        words = gzip.compress(b'{"token": "' + GOOD_TOKEN.encode() + b'", "language": "en"}')
        answer = await front.ask("POST", "/api/open", data=words, headers={"Content-Encoding": "gzip"})
        assert answer.status == 404


async def test_there_is_no_strict_transport_security_without_https(static: Path) -> None:
    async with front_door(NOWHERE, static, public_url="http://localhost:8080") as front:
        assert "Strict-Transport-Security" not in (await front.ask("GET", "/j")).headers
