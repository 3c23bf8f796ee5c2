"""SMS and WhatsApp: does the provider know us, and what cannot be sent by them."""

from __future__ import annotations

import base64
from typing import get_args

import aiohttp

from teleconnect_bot.config.sections import Template, Twilio

from .findings import Finding, Surroundings, error, ok, warning


async def phone(around: Surroundings) -> Finding:
    """Asks the provider who we are; sends nothing."""
    twilio = around.config.twilio
    if twilio is None:
        return ok("SMS and WhatsApp are not configured: e-mail is the only channel.")
    signed_in = await _sign_in(around.http, twilio)
    if signed_in is not None:
        return signed_in
    return _of_the_senders(twilio, list(around.config.languages))


async def _sign_in(http: aiohttp.ClientSession, twilio: Twilio) -> Finding | None:
    """What is wrong with the account; None when nothing is."""
    secret = base64.b64encode(f"{twilio.account_sid}:{twilio.auth_token.get_secret_value()}".encode()).decode()
    url = f"{twilio.api_base}/2010-04-01/Accounts/{twilio.account_sid}.json"
    try:
        async with http.get(url, headers={"Authorization": f"Basic {secret}"}) as answer:
            status, account = answer.status, await answer.json() if answer.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return error("The SMS provider cannot be reached.", "Let the bot reach twilio.api_base (https, outgoing).")
    if status in (401, 403, 404):
        return error("The SMS provider does not accept our sign-in.", "Check twilio.account_sid and twilio.auth_token.")
    if status != 200:
        return warning(f"The SMS provider answers with status {status}.", "Look at its status page, and try again later.")
    if account.get("status") != "active":
        return error("The account at the SMS provider is not active.", "Look into the provider's console: it may be suspended or unpaid.")
    return None


def _of_the_senders(twilio: Twilio, languages: list[str]) -> Finding:
    channels = [name for name, senders in (("SMS", twilio.sms_from), ("WhatsApp", twilio.whatsapp_from)) if senders]
    if not channels:
        return warning("There is an account, but no sender, so nothing is sent by it.", "Set twilio.sms_from or twilio.whatsapp_from.")
    missing = without_template(twilio, languages) if twilio.whatsapp_from else []
    if missing:
        return warning(
            f"{' and '.join(channels)} can be sent. By WhatsApp these cannot, and go by the next channel: {', '.join(missing)}.",
            "Have a template approved for each, and enter its ContentSid in twilio.templates.",
        )
    return ok(f"{' and '.join(channels)} can be sent.")


def without_template(twilio: Twilio, languages: list[str]) -> list[str]:
    """Such as `reminder (fr)`; a text that has no template at all is named without languages."""
    found: list[str] = []
    for text in get_args(Template):
        there = twilio.templates.get(text, {})
        lacking = [language for language in languages if language not in there]
        if lacking:
            found.append(text if len(lacking) == len(languages) else f"{text} ({', '.join(lacking)})")
    return found
