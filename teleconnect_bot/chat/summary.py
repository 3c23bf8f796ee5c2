"""The summary before an invitation is sent: who, when, how, and the exact text (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from teleconnect_bot.domain.guest_link import Recipient
from teleconnect_bot.domain.session import Mode
from teleconnect_bot.services.ports import Preview
from teleconnect_bot.services.sessions import Invitation

from . import contacts
from .language_names import called_to_reader
from .markup import escaped
from .message_texts import texts
from .voice import Sentence, reader, say

HOW_TO_GO_ON: Sentence = "Nothing is sent yet. `send` (or ▶ on this message) sends it; `back` changes the last answer; `cancel` forgets it."


def summary(invitation: Invitation, previews: Sequence[Preview], moment: Callable[..., str], zone: str, interpreted: Sequence[str]) -> str:
    """In Markdown; contacts stand in full, since this is where they are checked. `zone` is the requester's,
    `interpreted` what is to be said of an interpreter and of calls.
    """
    lines = [f"- {line}" for line in (*_who(invitation), *_when(invitation, moment, zone), *interpreted, *_besides(invitation))]
    return "\n".join([f"**{say('Please check')}**", "", *lines, "", *texts(previews), say(HOW_TO_GO_ON)])


def _who(invitation: Invitation) -> list[str]:
    if invitation.mode is Mode.IN_PERSON:
        lines = [say("In person: the person is with you.")]
    elif invitation.contact is None:
        lines = []
    else:
        name = f"{escaped(invitation.name)}, " if invitation.name else ""
        person = _person(Recipient(invitation.contact, invitation.language, invitation.more))
        lines = [say("Service user: {person}", person=f"{name}{person}")]
    lines += [say("Third party, same link: {person}", person=_person(guest)) for guest in invitation.guests]
    met = say("Invited") if invitation.mode is Mode.MEETING else say("Colleague")
    lines += [say("{role}: {who}, told in their chat with me", role=met, who=escaped(each)) for each in sorted(invitation.members)]
    return [*lines, *(say("Colleague: {person}", person=_person(colleague)) for colleague in invitation.colleagues)]


def _person(recipient: Recipient) -> str:
    ways = ", ".join(map(contacts.shown, recipient.contacts))
    return say("{person}, in {language}", person=escaped(ways), language=escaped(called_to_reader(recipient.language)))


def _when(invitation: Invitation, moment: Callable[..., str], zone: str) -> list[str]:
    if invitation.planned_at is None:
        return [say("Now: the waiting room is open as soon as the message is there.")]
    lines = [say("When: {when}", when=f"**{escaped(moment(invitation.planned_at, invitation.zone, reader().language))}**")]
    if invitation.zone != zone:
        lines.append(say("On your clock: {when}", when=escaped(moment(invitation.planned_at, zone, reader().language))))
    return lines


def _besides(invitation: Invitation) -> list[str]:
    lines = [say("Channel: {channel}", channel=say(contacts.CHANNEL_NAMES[invitation.via]))] if invitation.via else []
    lines += [say("Steps in if you do not come: {who}", who=escaped(invitation.backup))] if invitation.backup else []
    lines += [say("Discreet: the messages and the page do not name the organisation.")] if invitation.discreet else []
    return [*lines, say("Your note: {note}", note=escaped(invitation.note))] if invitation.note else lines
