"""What may be refused. The docstring of each class is the text that the person reads; `{…}` is filled from `values`."""

from __future__ import annotations

import inspect
from collections.abc import Callable


class DomainError(Exception):
    """Something was refused."""

    def __init__(self, **values: str) -> None:
        self.values = values
        super().__init__(type(self).__name__)

    def text(self, quoted: Callable[[str], str] = str, in_words: Callable[[str], str] = str) -> str:
        """The sentence for the person who asked, passed through `in_words` with its placeholders, each value through `quoted`.

        Never logged, since values may hold what they wrote.
        """
        values = {name: quoted(value) for name, value in self.values.items()}
        return in_words(self.sentence()).format_map(values)

    @classmethod
    def sentence(cls) -> str:
        """The English sentence with its placeholders."""
        return (inspect.getdoc(cls) or "").replace("\n", " ")


class Refused(DomainError):
    """That is not possible now."""


class NotYours(Refused):
    """There is no session {code} of yours. `invites` lists the ones you have."""


class NobodyWaiting(Refused):
    """Nobody is in the waiting room of {code} yet.
    A session can only be opened once the invited person has entered the waiting room; you will be called as soon as they are there.
    """


class AlreadyStarted(Refused):
    """Session {code} is running already; {holder} started it."""


class StillWaiting(Refused):
    """Session {code} has not been started yet. `start {code}` opens it, `cancel {code}` takes the invitation back."""


class NotStarted(Refused):
    """Session {code} has not taken place yet, so there is nothing to end. `cancel {code}` takes the invitation back."""


class UseEnd(Refused):
    """Session {code} has taken place already and cannot be cancelled. Use `end {code}` to close it or to keep it open."""


class AlreadyClosed(Refused):
    """Session {code} is closed already. `reopen {code}` takes it up again, `pdf {code}` sends the transcript."""


class AlreadyCancelled(Refused):
    """Session {code} was cancelled. To meet the same person, send a new invitation with `invite`."""


class AlreadyDeleted(Refused):
    """Session {code} is being deleted and cannot be taken up again. To meet the same person, send a new invitation with `invite`."""


class NotClosed(Refused):
    """Session {code} is not closed, so there is nothing to reopen. `invites` shows what state it is in."""


class NotRunning(Refused):
    """Session {code} is not running. `invites` shows what state it is in."""


class KeptOpenAlready(Refused):
    """Session {code} is kept open already. The person can come back with the same link."""


class NothingSentYet(Refused):
    """Nobody has been sent a link for {code}, so there is nothing to send again. `invites` shows your sessions."""


class NothingToResend(Refused):
    """Nobody can be sent the link of {code} again: it went to a wrong person, or to a number that answered STOP.
    `resend {code} to=` with another address behind it sends a new link there.
    """


class NotBy(Refused):
    """Nobody who was invited to {code} can be written to by this channel: there is no contact for it, or it answered STOP.
    With another contact: `resend {code} to=` and the contact behind it.
    """


class IsThereAlready(Refused):
    """Somebody has come to {code} with the link already, so it is neither sent again nor sent elsewhere.
    `remove` takes a wrong person out.
    """


class NobodyAsks(Refused):
    """Nobody asks for a place in session {code} now. Its card shows who is there; `remove` takes a wrong person out."""


class NobodyToRemove(Refused):
    """That person is not in session {code}. Its card shows who is there; `cancel {code}` or `end {code}` ends it for everybody."""


class NoNumber(Refused):
    """Nobody in {code} was invited by telephone, so there is no number. `resend {code}` sends the link once more."""


class NothingHeld(Refused):
    """Session {code} does not wait for an interpreter. `invites` shows what state it is in."""


class SoughtAlready(Refused):
    """An interpreter is being sought for {code} already; you will be told who accepts, or that nobody does."""


class InterpreterFound(Refused):
    """An interpreter has accepted for session {code} already. Its card shows whom."""


class NobodyAdded(Refused):
    """Nobody can be added to {code}, for the safety of the person: everybody who takes part is named in the invitation.
    To meet the same people together with somebody else, write to me in our direct chat
    `invite again {code} guest=anna@example.org` or `invite again {code} colleague=doctor@example.org`, with the right address.
    """


class NotOpenYet(Refused):
    """Session {code} is planned for later; its room opens shortly before."""


class NotJoinable(Refused):
    """The room of session {code} is not open now. You are told when it is."""


class NotInTheRoom(Refused):
    """You are not in the room of session {code}, and the call is for those who are. `start {code}` or `join {code}` lets you in."""


class NotPlannable(Refused):
    """The date of {code} cannot be changed any more, because the person has been there already.
    A new date needs a new invitation with `invite`.
    """


class SameTime(Refused):
    """Session {code} has that time already, so nobody is told anything new. `invites` shows the times of your sessions."""


class OpenAlready(Refused):
    """Session {code} has no date: its waiting room is open already, and the link works at once."""


class HeldBySomebodyElse(Refused):
    """Session {code} is with {holder}, who decides on it. `handover {code}` is for them to write."""


class IsYours(Refused):
    """Session {code} is with that person already."""


class NotWhileRunning(Refused):
    """Session {code} is running, and nobody comes into it who was not asked before the start.
    `keep {code}` ends it without closing it; then it can be handed over.
    """


class NotSent(Refused):
    """The invitation {code} has not been sent yet. `send` sends it, `cancel` drops it."""


class SentAlready(Refused):
    """The invitation {code} has been sent already."""


class NoTranscript(Refused):
    """There is no transcript of {code} now: it can be made while the session is closed and not yet deleted.
    `end {code}` ends a running session.
    """


class LinkRefused(DomainError):
    """This link cannot be used."""


class LinkUnusable(LinkRefused):
    """This link is not valid any more."""


class LinkFull(LinkRefused):
    """Everybody who was invited with this link is here already."""


class TooEarly(LinkRefused):
    """The waiting room is not open yet."""
