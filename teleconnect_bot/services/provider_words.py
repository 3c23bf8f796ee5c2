"""What the requester reads for an error code of the SMS provider (Twilio, "Error and Warning Dictionary")."""

from __future__ import annotations

UNREACHABLE = "the telephone is switched off or has no network"
WORDS = {
    20003: "the SMS provider does not accept our sign-in; please tell the administrator",
    21211: "this is not a telephone number that can be written to; please check it",
    21408: "messages to this country are not enabled at the SMS provider; please tell the administrator",
    21606: "our sender cannot write to this country; please tell the administrator",
    21608: "the SMS provider's account is a trial and writes to confirmed numbers alone; please tell the administrator",
    21610: "the person has answered STOP earlier and receives no messages from us at this number",
    21612: "our sender cannot reach this number; please tell the administrator",
    21614: "this number takes no SMS, it may be a fixed line",
    21617: "the text is too long; please tell the administrator",
    21656: "the WhatsApp template takes other values than ours; please tell the administrator",
    30001: "the SMS provider is overloaded",
    30002: "the account at the SMS provider is suspended; please tell the administrator",
    30003: UNREACHABLE,
    30004: "the number or its network has blocked our messages",
    30005: "this number is not in use; please check it",
    30006: "this number takes no SMS, it may be a fixed line",
    30007: "the telephone company has filtered the message out",
    30008: "the telephone company did not deliver it and gave no reason",
    30034: "our sender is not registered for this country; please tell the administrator",
    30410: "the telephone company did not answer in time",
    63003: "there is no WhatsApp on this number",
    63016: "WhatsApp admits only approved templates, and this one was refused; please tell the administrator",
    63018: "WhatsApp takes no more messages from us at the moment",
    63024: "there is no WhatsApp on this number",
    63032: "WhatsApp does not deliver our messages to this person",
    63049: "WhatsApp does not deliver our messages to this person",
}
OTHERWISE = "the SMS provider did not deliver it"
NO_TEMPLATE = "there is no approved WhatsApp template for this text in the person's language"
NO_SENDER = "no sender is configured for this country; please tell the administrator"
WITH_CODE = "the SMS provider did not deliver it (its code is {number})"
OVERLOADED = frozenset({20429, 30001})
"""Trying again helps."""


def words_for(code: int | None) -> str:
    """Never what the provider itself says, which may quote the number."""
    if code is None:
        return OTHERWISE
    return WORDS.get(code, WITH_CODE.format(number=code))
