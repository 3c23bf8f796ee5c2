"""Which contacts a line may hold, and what is said of those it may not (PRODUCT §3)."""

from __future__ import annotations

import pytest

from teleconnect_bot.chat.company import recipient
from teleconnect_bot.chat.contacts import Reach, shown
from teleconnect_bot.chat.inviting import with_whole_number
from teleconnect_bot.chat.parser import NotUnderstood, parse
from teleconnect_bot.domain.session import Channel

ALL = Reach(frozenset(Channel), "CH")
EMAIL_ALONE = Reach(frozenset({Channel.EMAIL}), "CH")
WHERE = "What stands there"


@pytest.mark.parametrize(
    "written", ["invite +41 79 123 45 67", "invite 079 123 45 67 lang=fr", "invite (079) 123-45-67", 'invite "079 123 45 67"']
)
def test_a_number_needs_no_quotes(written: str) -> None:
    line = with_whole_number(parse(written))
    assert len(line.words) == 1
    assert ALL.contact(line.words[0], WHERE).value == "+41791234567"


@pytest.mark.parametrize("written", ["invite again K7M2", "invite anna@example.org bea@example.org", "invite again 2345", "close 1 2"])
def test_other_words_stay_apart(written: str) -> None:
    assert with_whole_number(parse(written)) == parse(written)


@pytest.mark.parametrize(
    ("reach", "written", "via", "reason"),
    [
        (ALL, "anna@example", None, "is not an e-mail address"),
        (ALL, "anna", None, "is not an e-mail address or a telephone number"),
        (ALL, "anna@example.org", Channel.SMS, "is no telephone number, which `via=sms` needs"),
        (ALL, "079 123 45 67", Channel.EMAIL, "`via=email` needs an e-mail address"),
        (ALL, "022 734 60 01", None, "is a fixed line, which takes no SMS"),
        (ALL, "022 734 60 01", Channel.SMS, "is a fixed line, which takes no SMS"),
        (ALL, "079 123", None, "has too few digits for Switzerland"),
        (ALL, "+41 97 123 45 67", None, "add `via=sms`"),
        (EMAIL_ALONE, "079 123 45 67", None, "SMS and WhatsApp are not configured here"),
        (Reach(frozenset({Channel.EMAIL, Channel.SMS}), "CH"), "079 123 45 67", Channel.WHATSAPP, "WhatsApp is not configured here"),
        (Reach(frozenset(Channel)), "079 123 45 67", None, "has no country code"),
    ],
)
def test_what_cannot_be_written_to_is_refused_with_reason_and_example(reach: Reach, written: str, via: Channel | None, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        reach.contact(written, WHERE, via)
    assert reason in str(refused.value)
    assert "xample" in str(refused.value)
    assert written not in str(refused.value).replace("anna@example.org", "")


def test_what_can_be_written_to_is_taken() -> None:
    assert ALL.contact("022 734 60 01", WHERE, Channel.WHATSAPP).value == "+41227346001"
    assert ALL.contact("+41 97 123 45 67", WHERE, Channel.SMS).value == "+41971234567"
    assert EMAIL_ALONE.contact("anna@example.org", WHERE).value == "anna@example.org"
    assert shown(ALL.contact("0791234567", WHERE)) == "+41 79 123 45 67"


@pytest.mark.parametrize(("written", "channel"), [("sms", Channel.SMS), (" WhatsApp ", Channel.WHATSAPP), ("EMAIL", Channel.EMAIL)])
def test_a_channel_is_named(written: str, channel: Channel) -> None:
    assert ALL.channel(written) is channel


@pytest.mark.parametrize(
    ("reach", "written", "reason"),
    [
        (ALL, "watsapp", "Did you mean `via=whatsapp`"),
        (ALL, "pigeon", "There are: sms, whatsapp, email"),
        (EMAIL_ALONE, "sms", "SMS is not"),
    ],
)
def test_a_channel_that_there_is_not_is_refused(reach: Reach, written: str, reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        reach.channel(written)


@pytest.mark.parametrize(
    ("written", "contact", "language"),
    [
        ("079 123 45 67/fr", "+41791234567", "fr"), ("079/123 45 67", "+41791234567", "en"), ("079/123 45 67/fr", "+41791234567", "fr"),
        ("anna@example.org/fr", "anna@example.org", "fr"), ("anna/x@example.org", "anna/x@example.org", "en"),
    ],
)  # fmt: skip
def test_a_language_may_stand_behind_the_contact(written: str, contact: str, language: str) -> None:
    found = recipient(WHERE, written, "en", lambda code: code, ALL)
    assert (found.contact.value, found.language) == (contact, language)
