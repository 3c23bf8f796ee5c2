"""Calls by Element's own button: does the homeserver name a media server for them, as far as that can be seen without calling."""

from __future__ import annotations

from typing import Any

import aiohttp

from .findings import Finding, Surroundings, ok, warning
from .of_homeserver import ask

_TRANSPORTS = "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports"
_WELL_KNOWN = "/.well-known/matrix/client"
_UNSEEN = "Whether that server answers, and whether a call holds, only a call between two members of the staff can show."


async def element_call(around: Surroundings) -> Finding:
    """Nothing is written and nobody is called."""
    try:
        named = await _named(around)
        versions = await ask(around, "/_matrix/client/versions")
    except (aiohttp.ClientError, TimeoutError):
        return warning("The homeserver does not say which server Element's calls go by.", "Try again once the homeserver answers.")
    if not named:
        return warning(
            "Nobody names a media server (LiveKit) for Element's calls: neither the homeserver (rtc/transports) nor "
            f"https://{around.config.homeserver.domain}{_WELL_KNOWN} (org.matrix.msc4143.rtc_foci).",
            "Set one up as Element Call's documentation says, or choose another calls.provider. Without it Element offers a button that "
            "leads nowhere.",
        )
    if versions.body.get("unstable_features", {}).get("org.matrix.msc4140") is not True:
        return warning(
            f"Element's calls go by {named}. {_UNSEEN} Synapse takes no delayed events, so that a call that breaks off seems to run on, "
            "for up to four hours.",
            "Set max_event_delay_duration: 24h in Synapse's configuration.",
        )
    return ok(f"Element's calls go by {named}. {_UNSEEN}")


async def _named(around: Surroundings) -> str | None:
    """The first media server that is named, by its address."""
    transports = await ask(around, _TRANSPORTS, around.config.appservice.as_token)
    if transports.status == 200 and (found := _first(transports.body.get("rtc_transports"))):
        return found
    try:
        async with around.http.get(f"https://{around.config.homeserver.domain}{_WELL_KNOWN}") as answer:
            body = await answer.json(content_type=None) if answer.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        body = {}
    served = await ask(around, _WELL_KNOWN)
    foci = [each.get("org.matrix.msc4143.rtc_foci") for each in (body, served.body) if isinstance(each, dict)]
    return next((found for each in foci if (found := _first(each))), None)


def _first(transports: Any) -> str | None:
    for each in transports if isinstance(transports, list) else ():
        if isinstance(each, dict) and each.get("type") == "livekit" and isinstance(each.get("livekit_service_url"), str):
            return str(each["livekit_service_url"])
    return None
