"""The moment in which everybody who is invited, and was not told yet, is told (PRODUCT §2, HELD and DRAFT to INVITED)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import calendar, colleagues, telling
from . import effects as e
from .effects import Effect, Notice
from .reminding import next_reminder
from .session import MessageKind, Session, State
from .telling import messages_to

Outcome = tuple[Session, tuple[Effect, ...]]


def send_invitations(session: Session, now: datetime) -> Outcome:
    """The session is INVITED; links, colleagues, interpreter and backup learn of it."""
    session, sent = to_the_untold(session)
    invited = replace(session, state=State.INVITED, remind_at=next_reminder(session, now))
    asked = (*colleagues.asked(session), *interpreters_told(session), *telling.the_backup(session, Notice.BACKUP_ASKED))
    return invited, (e.UpdateCard(), *sent, *asked, *calendar.files(invited))


def to_the_untold(session: Session) -> Outcome:
    """An invitation to everybody whose link was never sent."""
    told = {message.link for message in session.messages if message.kind is MessageKind.INVITATION}
    untold = (link for link in session.links if link.id not in told and not link.dead)
    new = tuple(message for link in untold for message in messages_to(session, link, MessageKind.INVITATION))
    return replace(session, messages=session.messages + new), tuple(telling.sending(message) for message in new)


def interpreters_told(session: Session) -> tuple[Effect, ...]:
    """Who interprets by Matrix id is told in their own chat, if they have one."""
    return tuple(e.Tell(Notice.INTERPRETER_EXPECTED, user) for user in sorted(session.interpreters))
