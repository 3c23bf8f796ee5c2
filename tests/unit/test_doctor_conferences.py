"""`doctor` and `check-config` about calls by Jitsi Meet and by Element, asked of pretended servers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from teleconnect_bot.__main__ import main
from teleconnect_bot.config import parse
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_calls import calls
from teleconnect_bot.doctor.of_element_call import element_call
from tests.unit.test_config import JITSI, with_changes

KEY = "k" * 32
API = "class JitsiMeetExternalAPI {}"
FOCI = [{"type": "livekit", "livekit_service_url": "https://sfu.example.org"}]
TRANSPORTS = "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports"
WELL_KNOWN = "/.well-known/matrix/client"
VERSIONS = "/_matrix/client/versions"
DELAYED = {"versions": ["v1.11"], "unstable_features": {"org.matrix.msc4140": True}}


def said(text: str, **headers: str) -> web.Response:
    return web.Response(text=text, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def about_jitsi(folder: Path, answers: Mapping[str, web.Response]) -> Finding:
    async def answer(request: web.Request) -> web.Response:
        return answers.get(request.path) or web.Response(status=404)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as http:
        jitsi = {**JITSI, "domain": str(server.make_url("")).rstrip("/"), "key": KEY}
        return await calls(Surroundings(parse(with_changes(calls={"provider": "jitsi", "jitsi": jitsi}), folder=folder), http))


@pytest.mark.parametrize(
    ("answers", "level", "words", "remedy"),
    [
        ({"/": ("Jitsi", {}), "/external_api.js": (API, {})}, Level.OK, "aud jitsi, iss teleconnect, sub 127.0.0.1", ""),
        ({"/": ("Jitsi", {}), "/external_api.js": (API, {})}, Level.OK, "open any conference there without a token", ""),
        ({"/": ("Something else", {})}, Level.ERROR, "not as a Jitsi Meet", "address of Jitsi Meet itself"),
        ({"/": ("x", {"X_Frame_Options": "DENY"}), "/external_api.js": (API, {})}, Level.ERROR, "forbids", "frame-ancestors https://meet"),
        (
            {"/": ("x", {"Content_Security_Policy": "default-src 'self'; frame-ancestors 'self'"}), "/external_api.js": (API, {})},
            Level.ERROR,
            "forbids",
            "no X-Frame-Options",
        ),
        (
            {
                "/": ("x", {"Content_Security_Policy": "frame-ancestors https://meet.example.org;", "X_Frame_Options": "DENY"}),
                "/external_api.js": (API, {}),
            },
            Level.OK,
            "is a Jitsi Meet",
            "",
        ),
        (
            {"/": ("x", {"Date": "Tue, 03 Nov 2020 09:30:00 GMT"}), "/external_api.js": (API, {})},
            Level.WARNING,
            "clock",
            "NTP",
        ),
    ],
)
async def test_a_jitsi_meet_is_known_by_what_it_answers(
    tmp_path: Path, answers: dict[str, tuple[str, dict[str, str]]], level: Level, words: str, remedy: str
) -> None:
    finding = await about_jitsi(tmp_path, {path: said(text, **headers) for path, (text, headers) in answers.items()})
    assert (finding.level, words in finding.words, remedy in finding.remedy) == (level, True, True), finding
    assert KEY not in repr(finding)


async def test_where_nothing_answers_it_is_said(tmp_path: Path, unused_tcp_port: int) -> None:
    jitsi = {**JITSI, "domain": f"http://127.0.0.1:{unused_tcp_port}"}
    async with aiohttp.ClientSession() as http:
        finding = await calls(Surroundings(parse(with_changes(calls={"provider": "jitsi", "jitsi": jitsi}), folder=tmp_path), http))
    assert (finding.level, "Nothing answers" in finding.words) == (Level.ERROR, True)


async def about_element(folder: Path, answers: Mapping[str, Any]) -> Finding:
    async def answer(request: web.Request) -> web.Response:
        if request.path == TRANSPORTS:
            assert request.headers["Authorization"] == "Bearer a-token"
        return web.json_response(answers[request.path]) if request.path in answers else web.Response(status=404)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as http:
        address = str(server.make_url("")).rstrip("/")
        config = parse(with_changes(homeserver__address=address, homeserver__domain="nowhere.invalid"), folder=folder)
        return await element_call(Surroundings(config, http))


@pytest.mark.parametrize(
    ("answers", "level", "words", "remedy"),
    [
        ({TRANSPORTS: {"rtc_transports": FOCI}, VERSIONS: DELAYED}, Level.OK, "go by https://sfu.example.org", ""),
        ({WELL_KNOWN: {"org.matrix.msc4143.rtc_foci": FOCI}, VERSIONS: DELAYED}, Level.OK, "only a call between two members", ""),
        ({TRANSPORTS: {"rtc_transports": FOCI}, VERSIONS: {"versions": []}}, Level.WARNING, "up to four hours", "max_event_delay"),
        ({WELL_KNOWN: {"org.matrix.msc4143.rtc_foci": "x"}, VERSIONS: DELAYED}, Level.WARNING, "rtc_foci", "choose another"),
        ({TRANSPORTS: {"rtc_transports": [{"type": "x"}]}, VERSIONS: DELAYED}, Level.WARNING, "Nobody names", "choose another"),
        ({}, Level.WARNING, "Nobody names a media server", "choose another"),
    ],
)
async def test_the_media_server_of_elements_calls_is_looked_for_where_clients_look(
    tmp_path: Path, answers: dict[str, Any], level: Level, words: str, remedy: str
) -> None:
    finding = await about_element(tmp_path, answers)
    assert (finding.level, words in finding.words, remedy in finding.remedy) == (level, True, True), finding


def test_check_config_reads_back_a_token_and_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(with_changes(calls={"provider": "jitsi", "jitsi": {**JITSI, "key": KEY}})))
    assert main(["check-config", "--config", str(path)]) == 0
    shown = capsys.readouterr().out
    assert (
        "Tokens for Jitsi Meet: HS256, aud jitsi, iss teleconnect, sub jitsi.example.org, for one conference and one person, "
        "90 s to come in.\n" in shown
    )
    assert KEY not in shown
