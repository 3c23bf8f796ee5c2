"""Calls by the organisation's own Jitsi Meet: is one there, may it stand in our page, would its clock take our tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import jwt

from teleconnect_bot.adapters.jitsi import LIFETIME, JitsiTokens, settings_of
from teleconnect_bot.adapters.system import SystemClock
from teleconnect_bot.config.calls import Jitsi
from teleconnect_bot.domain.conferences import Participant

from .findings import Finding, Surroundings, error, ok, warning

_ROOM = "0" * 40
_NEARLY = timedelta(seconds=20)
_UNSEEN = (
    "What cannot be seen from here: open any conference there without a token, and it must refuse; begin a call in a session, and it must "
    "let in."
)


def shape(jitsi: Jitsi, now: datetime) -> str:
    """A token that is made now and used by nobody, read back: what it says, in words. It holds no secret."""
    token = JitsiTokens(settings_of(jitsi)).token(_ROOM, "doctor", Participant("doctor", moderator=False), now)
    header, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    kid = f", kid {header['kid']}" if "kid" in header else ""
    seconds = int(LIFETIME.total_seconds())
    said = f"aud {claims['aud']}, iss {claims['iss']}, sub {claims['sub']}"
    return f"Tokens for Jitsi Meet: {header['alg']}{kid}, {said}, for one conference and one person, {seconds} s to come in."


async def conferences(around: Surroundings) -> Finding:
    jitsi = around.config.calls.jitsi
    if jitsi is None:
        return error("calls.jitsi is missing.", "Describe your Jitsi Meet there (config.example.yaml).")
    now = SystemClock().now()
    try:
        async with around.http.get(jitsi.domain + "/", allow_redirects=False) as page:
            status, headers = page.status, dict(page.headers)
        async with around.http.get(jitsi.domain + "/external_api.js", allow_redirects=False) as file:
            known = file.status == 200 and "JitsiMeetExternalAPI" in (await file.content.read(2_000_000)).decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError):
        return error(f"Nothing answers at {jitsi.domain}.", "Is Jitsi Meet running? Is calls.jitsi.domain right, seen from this machine?")
    if status != 200 or not known:
        return error(f"{jitsi.domain} answers, but not as a Jitsi Meet.", "calls.jitsi.domain must be the address of Jitsi Meet itself.")
    if _bars_frames(headers, around.config.public_url):
        return error(
            f"{jitsi.domain} forbids other pages to show it in a frame.",
            f"Let its web server say Content-Security-Policy: frame-ancestors {around.config.public_url}, and no X-Frame-Options.",
        )
    if (apart := _apart(headers, now)) > _NEARLY:
        return warning(
            f"The clock of {jitsi.domain} and this one differ by {int(apart.total_seconds())} s, and tokens are good for "
            f"{int(LIFETIME.total_seconds())} s.",
            "Let both machines keep time by NTP.",
        )
    return ok(f"{jitsi.domain} is a Jitsi Meet. {shape(jitsi, now)} {_UNSEEN}")


def _bars_frames(headers: Mapping[str, str], public_url: str) -> bool:
    """A policy counts before the older header (CSP 3, "frame-ancestors")."""
    lower = {name.lower(): value for name, value in headers.items()}
    for directive in lower.get("content-security-policy", "").split(";"):
        words = directive.split()
        if words and words[0].lower() == "frame-ancestors":
            sources = words[1:]
            return "*" not in sources and "https:" not in sources and public_url not in sources
    return "x-frame-options" in lower


def _apart(headers: Mapping[str, str], now: datetime) -> timedelta:
    try:
        return abs(parsedate_to_datetime(headers.get("Date", "")) - now)
    except (ValueError, TypeError):
        return timedelta(0)
