"""The contacts of a line: which are understood, and which of them can be written to in this deployment (PRODUCT §3, §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teleconnect_bot.domain.channels import NEEDS
from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact
from teleconnect_bot.domain.session import Channel
from teleconnect_bot.services import telephone

from .commands import did_you_mean
from .parser import NotUnderstood, nearest
from .voice import Sentence, reader, say

BY_TELEPHONE = frozenset({Channel.SMS, Channel.WHATSAPP})
CHANNEL_NAMES: dict[Channel, Sentence] = {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp", Channel.EMAIL: "e-mail"}


@dataclass(frozen=True, slots=True)
class Reach:
    """`channels` are those that are configured; `country` (ISO code) is where numbers without a country code are."""

    channels: frozenset[Channel] = frozenset({Channel.EMAIL})
    country: str | None = None

    def contact(self, written: str, where: str, via: Channel | None = None) -> Contact:
        """The e-mail address or telephone number; `where` begins the sentence that says what is wrong with it.

        Raises `NotUnderstood` when it is none, or cannot be written to by `via` or any other channel.
        """
        if "@" not in written and telephone.looks_like_one(written):
            return self._telephone(written, where, via)
        if via in BY_TELEPHONE:
            raise NotUnderstood(
                "{where} is no telephone number, which `via={via}` needs. Example: {example}",
                where=where,
                via=via,
                example=self.example_number,
            )
        try:
            return Contact.email(written)
        except NotAContact:
            if "@" in written:
                raise NotUnderstood("{where} is not an e-mail address. {examples}", where=where, examples=self.examples) from None
            raise NotUnderstood(
                "{where} is not an e-mail address or a telephone number. {examples}", where=where, examples=self.examples
            ) from None

    def ways(self, written: Sequence[str], where: str, via: Channel | None = None) -> tuple[Contact, ...]:
        """The ways to one person, in the order in which they are written: a number, an e-mail address, or both.

        `via` must fit one of them. Raises `NotUnderstood` as `contact` does, and for two of a kind, which would be two people.
        """
        kinds = [_kind(each) for each in written]
        if len(set(kinds)) < len(kinds):
            raise NotUnderstood(
                "{where} are two e-mail addresses or two telephone numbers. One person has one of each at most; for somebody else who "
                "shall have the same link write `guest=`. Example: `anna@example.org guest=bea@example.org`",
                where=where,
            )
        wanted = NEEDS[via] if via is not None and NEEDS[via] in kinds else None
        return tuple(self.contact(each, where, via if wanted in (None, kind) else None) for each, kind in zip(written, kinds, strict=True))

    def lacking(self, ways: Sequence[Contact]) -> ContactKind | None:
        """Which other kind of contact of the same person would open another channel here."""
        kinds = {way.kind for way in ways}
        for channel in sorted(self.channels):
            if NEEDS[channel] not in kinds:
                return NEEDS[channel]
        return None

    def _telephone(self, written: str, where: str, via: Channel | None) -> Contact:
        try:
            number = telephone.read(written, self.country, sure=via is not None)
        except telephone.NotATelephone as wrong:
            insist = " " + say("If it is right all the same, add `via=sms`.") if wrong.unknown else ""
            reason = why_not(wrong)
            raise NotUnderstood(
                "{where} {reason}. Example: {example}.{insist}", where=where, reason=reason, example=self.example_number, insist=insist
            ) from None
        if via is Channel.EMAIL:
            raise NotUnderstood(
                "{where} is a telephone number, and `via=email` needs an e-mail address. Example: `anna@example.org`", where=where
            )
        if not number.mobile and via is not Channel.WHATSAPP:
            raise NotUnderstood(
                "{where} is a fixed line, which takes no SMS. Write a mobile number, for example {example}; "
                "if the fixed line has WhatsApp, add `via=whatsapp`.",
                where=where,
                example=self.example_number,
            )
        if via is None and not BY_TELEPHONE & self.channels:
            raise NotUnderstood(
                "SMS and WhatsApp are not configured here, so nobody can be written to at a telephone number. "
                "Invite by e-mail, for example: `invite anna@example.org`"
            )
        if via is not None and via not in self.channels:
            raise NotUnderstood(
                "{channel} is not configured here, so nobody can be written to at a telephone number by {channel}. "
                "Invite by e-mail, for example: `invite anna@example.org`",
                channel=say(CHANNEL_NAMES[via]),
            )
        return number.contact

    def channel(self, written: str) -> Channel:
        """What stands after `via=`. Raises `NotUnderstood` for one that there is not, or that is not configured."""
        name = written.strip().lower()
        if name not in set(Channel):
            guess = nearest(name, [channel.value for channel in Channel])
            raise NotUnderstood(
                "There is no such channel.{hint} There are: sms, whatsapp, email. Example: `via=sms`",
                hint=did_you_mean(guess and f"via={guess}"),
            )
        channel = Channel(name)
        if channel not in self.channels:
            there = ", ".join(f"`via={each}`" for each in Channel if each in self.channels)
            raise NotUnderstood("{channel} is not configured here. There is: {there}.", channel=say(CHANNEL_NAMES[channel]), there=there)
        return channel

    @property
    def example_number(self) -> str:
        return f"`{telephone.example(self.country)}`"

    @property
    def examples(self) -> str:
        """Right ones, of those that can be written to here."""
        if BY_TELEPHONE & self.channels:
            return say("Example: `anna@example.org` or {number}", number=self.example_number)
        return say("Example: `anna@example.org`")


def looks_like_one(written: str) -> bool:
    """It may be meant as an address or a number, right or not."""
    return "@" in written or telephone.looks_like_one(written)


def _kind(written: str) -> ContactKind:
    return ContactKind.PHONE if "@" not in written and telephone.looks_like_one(written) else ContactKind.EMAIL


def own_number(written: str, country: str | None) -> Contact:
    """The number of somebody who wants notices there. Raises `NotUnderstood` for none, and for one that takes no SMS."""
    example = f"`settings phone={''.join(telephone.example(country).split())}`"
    try:
        number = telephone.read(written, country)
    except telephone.NotATelephone as wrong:
        raise NotUnderstood("{where} {reason}. Example: {example}", where=after("phone"), reason=why_not(wrong), example=example) from None
    if not number.mobile:
        raise NotUnderstood(
            "{where} is a fixed line, which takes no SMS. Write a mobile number, for example {example}.",
            where=after("phone"),
            example=example,
        )
    return number.contact


def why_not(wrong: telephone.NotATelephone) -> str:
    """The end of a sentence that begins with the number."""
    return say(wrong.sentence, country=telephone.country_name(wrong.country, reader().language) if wrong.country else "")


def after(option: str) -> str:
    """How a sentence begins that says what is wrong with an option."""
    return say("What stands after `{option}=`", option=option)


def shown(contact: Contact) -> str:
    """In full, for checking by eye, where only the requester reads it and it is soon removed."""
    return telephone.shown(contact) if contact.kind is ContactKind.PHONE else contact.value
