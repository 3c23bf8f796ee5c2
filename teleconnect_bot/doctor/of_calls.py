"""Calls: is everything there that the chosen way needs."""

from __future__ import annotations

import aiohttp

from teleconnect_bot.adapters.system import SystemClock
from teleconnect_bot.config.calls import Calls

from .findings import Finding, Surroundings, error, ok, warning
from .of_element_call import element_call
from .of_jitsi import conferences, shape

_HOW = (
    "Run coturn, and set turn_uris and turn_shared_secret in Synapse's configuration (docs/operations.md, "
    '"Calls"), or set calls.provider to none.'
)


BY_ELEMENT = (
    "Calls by Element (calls.provider: element_call): staff and colleagues call each other with Element's own button; the pages of guests "
    "only say that such a call runs. Whether Element finds its media server, `teleconnect-bot doctor` asks."
)


def said_of_calls(section: Calls) -> str:
    """What of the section is worth saying that no key says by itself; nobody is asked for it."""
    if section.provider == "jitsi" and section.jitsi is not None:
        return shape(section.jitsi, SystemClock().now())
    return BY_ELEMENT if section.by_element else ""


async def calls(around: Surroundings) -> Finding:
    match around.config.calls.provider:
        case "none":
            return ok("There are none (calls.provider: none).")
        case "builtin":
            return await _builtin(around)
        case "jitsi":
            return await conferences(around)
        case "element_call":
            return await element_call(around)


async def _builtin(around: Surroundings) -> Finding:
    """The homeserver names the TURN server; whether it answers from where people are, only their own device test can tell."""
    url = around.config.homeserver.address + "/_matrix/client/v3/voip/turnServer"
    headers = {"Authorization": f"Bearer {around.config.appservice.as_token.get_secret_value()}"}
    try:
        async with around.http.get(url, headers=headers) as answer:
            body = await answer.json(content_type=None) if answer.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return error("The homeserver does not say which TURN server there is.", "Try again once the homeserver answers.")
    uris = body.get("uris") if isinstance(body, dict) else None
    if not uris and around.config.calls.force_relay:
        return error("The homeserver names no TURN server, and calls.force_relay lets no call go without one.", _HOW)
    if not uris:
        return warning("The homeserver names no TURN server: behind many firewalls there is no call.", _HOW)
    if not around.config.calls.force_relay:
        return warning(
            "Calls may go from browser to browser, and whoever takes part can learn the others' internet addresses.",
            "Set calls.force_relay to true, unless everybody who is ever invited may know where everybody else is.",
        )
    if not any("transport=tcp" in uri or uri.startswith("turns:") for uri in uris):
        return warning(
            "The homeserver names a TURN server by UDP alone; networks that let UDP through to nobody have no call.",
            "Add turn:…?transport=tcp or turns:… to turn_uris in Synapse's configuration.",
        )
    return ok("By the homeserver's TURN server, so that nobody learns anybody's address.")
