"""An invitation by SMS, to the double of the provider: Twilio's own library, signed reports of delivery, and what is left afterwards."""

from __future__ import annotations

import re

import aiohttp

from .journal import Step
from .stack import Stack
from .staff import Seen, Staff

NUMBER = "+41791234567"
_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4}) – ")
_BEING_SLOW_SECONDS = 60.0


async def by_sms(stack: Stack, nurse: Staff, chat: str, messages_page: str, step: Step) -> None:
    """`messages_page` is the address of the page with what was caught. Raises `NotSo` when something is not as it must be."""
    known = len(nurse.seen)
    command = await nurse.say(chat, f"invite {NUMBER} lang=fr")
    card = await nurse.wait_for(lambda: _new_card(nurse, chat, known), _BEING_SLOW_SECONDS)
    found = _CODE.match(card.text)
    code = found[1] if found else ""
    await nurse.wait_for(lambda: "SMS: delivered" in _text(nurse, chat, card), _BEING_SLOW_SECONDS)
    invitation = stack.phones.taken[-1]
    step.check(invitation.to == NUMBER and f"{stack.public_url}/j#" in invitation.body, "one SMS was caught, in French, with a link")
    step.check(True, "the provider's signed report is believed: the card says that it is delivered")
    refused = await stack.phones.report(invitation, "failed", 30005, token="somebody else's")  # noqa: S106 - wrong on purpose
    step.check(refused == 403, "a report with another signature is refused")
    async with aiohttp.ClientSession() as http, http.get(messages_page) as answer:
        step.check(f"SMS to {NUMBER}" in await answer.text(), f"the page with the mails shows it too: {messages_page}")
    await nurse.wait_for(lambda: nurse.is_redacted(command))
    step.check(NUMBER not in _text(nurse, chat, card), "the message with the number is gone from the chat, and the card shows it masked")
    await nurse.say(chat, f"cancel {code}")
    await nurse.wait_for_text(chat, f"Session {code} is cancelled", timeout=_BEING_SLOW_SECONDS)
    await nurse.wait_for(lambda: len(stack.phones.taken) > 1, _BEING_SLOW_SECONDS)
    step.check(stack.phones.taken[-1].to == NUMBER, "whoever was told is told of the end")
    await nurse.say(chat, f"close now {code}")
    await nurse.wait_for_text(chat, f"Session {code} is deleted", timeout=_BEING_SLOW_SECONDS)
    step.check(not stack.phones.records, "the provider has been told to forget both messages, and has")


def _new_card(nurse: Staff, chat: str, known: int) -> Seen | None:
    new = (seen for seen in nurse.seen[known:] if seen.room == chat and seen.replaces is None)
    return next((seen for seen in new if _CODE.match(seen.text)), None)


def _text(nurse: Staff, chat: str, card: Seen) -> str:
    """The card as it reads now."""
    latest = nurse.latest(chat, card.event)
    return latest.text if latest else ""
