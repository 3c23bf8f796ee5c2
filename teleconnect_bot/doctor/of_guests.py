"""Accounts for people who have none: users of our namespace, or native Matrix guests, which not every homeserver has."""

from __future__ import annotations

import asyncio

import yaml

from teleconnect_bot.doctor import of_homeserver
from teleconnect_bot.doctor.findings import Finding, Surroundings, error, warning

LIMITS = (
    "Native Matrix guests (guests.accounts: matrix): their devices are not signed, so that a staff client that excludes insecure devices "
    "neither reads them nor is read by them; the page shows staff neither that a guest is writing nor what a guest has read; others can "
    "invite them, though they cannot follow; each new guest waits for rc_registration, and their messages for rc_message."
)
_ALLOW = "Set allow_guest_access: true in Synapse's configuration and restart Synapse, or set guests.accounts: appservice."


async def accounts(around: Surroundings) -> Finding:
    """Nothing is tried: a guest that was made to see whether it can be made would stay in Synapse's list of users for good."""
    if not around.config.guests.native:
        return await of_homeserver.visitor_namespace(around)
    if (await of_homeserver.ask(around, "/_matrix/client/v1/auth_metadata")).status == 200:
        return error(
            "With MAS there are no native Matrix guests, and guests.accounts is matrix.",
            "Set guests.accounts: appservice, which works with MAS.",
        )
    files = around.config.homeserver.config_files
    try:
        settings = await asyncio.to_thread(of_homeserver.read_settings, files) if files else None
    except (OSError, yaml.YAMLError, ValueError):
        settings = None
    if settings is None:
        return warning(LIMITS, "Whether Synapse makes guests cannot be seen from here. " + _ALLOW)
    if settings.get("allow_guest_access") is not True:
        return error("Synapse makes no guests (allow_guest_access is off), and guests.accounts is matrix.", _ALLOW)
    return warning(LIMITS, "If that is too little, set guests.accounts: appservice.")
