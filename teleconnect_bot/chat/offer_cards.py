"""What an interpreting organisation reads in its own room, and the requester about interpreters (PRODUCT §5).

Nothing that an organisation reads says anything about the service user.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.organisations import Offer, OfferState
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.schedule import answers_until
from teleconnect_bot.domain.session import Mode, Session, State
from teleconnect_bot.services.organisation_cards import UNUSABLE
from teleconnect_bot.services.organisation_requests import NO_WAY, NOT_KNOWN
from teleconnect_bot.services.ports import Text

from .language_names import called_to_reader
from .markup import escaped, text
from .voice import Sentence, reader, say, speaking_to

OUTCOMES: dict[OfferState, Sentence] = {
    OfferState.QUEUED: "The time of session {code} has changed. The newer card below counts.",
    OfferState.TAKEN: "Session {code} is taken already, thank you.",
    OfferState.DECLINED: "Session {code}: you have declined. Thank you for the answer.",
    OfferState.EXPIRED: "Session {code}: the time to answer is over. Thank you.",
    OfferState.CANCELLED: "Session {code}: no interpreter is needed any more. Thank you.",
    OfferState.WITHDRAWN: "Session {code}: the interpreter cannot come after all. Who needs one knows it.",
}
"""What a card says once nothing is asked any more."""
STATES: dict[OfferState, Sentence] = {
    OfferState.QUEUED: "{organisation}: asked later, if nobody accepts before",
    OfferState.ASKED: "{organisation}: asked, may answer until {until}",
    OfferState.ACCEPTED: "{organisation}: **accepted**",
    OfferState.TAKEN: "{organisation}: not needed any more",
    OfferState.DECLINED: "{organisation}: declined{reason}",
    OfferState.EXPIRED: "{organisation}: did not answer in time",
    OfferState.CANCELLED: "{organisation}: not needed any more",
    OfferState.WITHDRAWN: "{organisation}: the interpreter withdrew{reason}",
}
"""On the requester's card."""
ANSWERED = frozenset({OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN})
REASONS: dict[str, Sentence] = {
    NOT_KNOWN: "is not among the organisations any more",
    NO_WAY: "has neither an e-mail address nor a room",
    UNUSABLE: "its room cannot be used: I must be in it, and it must be encrypted",
}
"""Why somebody could not be asked, which stands as a reason beside what people write."""
CHOICES: Sentence = (
    "You can choose: `another {code}` asks another organisation, or the same ones again; `without {code}` goes on without an interpreter; "
    '`reschedule {code} at="tomorrow 14:00"` asks for another time; `cancel {code}` takes the invitation back.'
)


class OfferTexts:
    moment: Callable[[datetime, str, str], str]
    organisation_name: Callable[[str], str]

    def offer_card(self, session: Session, offer: Offer, staff_language: str, reads: Settings) -> Text:
        """`staff_language` is what the staff speak, as far as the bot knows."""
        with speaking_to(reads):
            if offer.state in OUTCOMES:
                return text(say(OUTCOMES[offer.state], code=session.code))
            lines = [f"- {line}" for line in self._facts(session, offer, staff_language)]
            return text("\n".join([self._head(session, offer), "", *lines, "", self._foot(session, offer)]))

    def _head(self, session: Session, offer: Offer) -> str:
        if offer.state is OfferState.ACCEPTED:
            return say("**Session {code}** – {who} interprets. Thank you.", code=session.code, who=_who(session, offer))
        if offer.named:
            return say("**Session {code}** – the time has changed: can {who} still interpret?", code=session.code, who=_who(session, offer))
        return say("**Session {code}** – an interpreter is needed", code=session.code)

    def _facts(self, session: Session, offer: Offer, staff_language: str) -> list[str]:
        languages = dict.fromkeys((session.interpreter_wanted or session.language, staff_language))
        named = say(" and ").join(escaped(called_to_reader(code)) for code in languages)
        minutes = int(session.policy.length.total_seconds() // 60)
        place = (
            say("By telephone or computer, in an encrypted room; the person is with our staff.")
            if session.mode is Mode.IN_PERSON
            else say("By telephone or computer, in an encrypted room.")
        )
        return [
            *([say("When: {when}", when=when)] if (when := self._when(session, offer)) else []),
            say("Languages: {languages}", languages=named),
            say("Expected to take {minutes} minutes", minutes=minutes),
            place,
        ]

    def _when(self, session: Session, offer: Offer) -> str:
        """On the clock of the one who reads, and on that of the person where it is another."""
        if session.planned_at is None:
            return say("now, as soon as somebody accepts") if offer.open else ""
        zones = dict.fromkeys((reader().zone, session.zone))
        return " = ".join(f"**{escaped(self.moment(session.planned_at, zone, reader().language))}**" for zone in zones)

    def _foot(self, session: Session, offer: Offer) -> str:
        if offer.state is OfferState.ACCEPTED:
            return say(
                "The interpreter is invited into the room when the person is there. `withdraw {code}` says that they cannot come.",
                code=session.code,
            )
        until = escaped(self.moment(answers_until(session), reader().zone, reader().language))
        return say(
            "Please answer until {until}. ✅ or `accept {code}`: whoever writes it interprets. ❌ or `decline {code}` with a reason: "
            "nobody can.",
            until=until,
            code=session.code,
        )

    # ---- what the requester reads

    def _interpreting(self, session: Session) -> list[str]:
        """Who was asked, until when, and what they said."""
        if not session.interpreter_wanted and not session.offers:
            return []
        until = escaped(self.moment(answers_until(session), reader().zone, reader().language))
        language = escaped(called_to_reader(session.interpreter_wanted or session.language))
        lines = [say("Interpreter for {language}", language=language)] if session.interpreter_wanted else []
        for offer in session.offers:
            name = escaped(self.organisation_name(offer.organisation))
            lines.append(say(STATES[offer.state], organisation=name, until=until, reason=_reason(offer)))
        if session.held_back_since:
            lines.append(say("The others are told of the new time once the interpreter has confirmed it."))
        return lines

    def why_nobody(self, session: Session) -> str:
        """What became of each who was asked and could have come, for a notice."""
        asked = [offer for offer in session.offers if offer.asked_at is not None and offer.state in ANSWERED]
        said = (
            say(STATES[offer.state], organisation=escaped(self.organisation_name(offer.organisation)), until="", reason=_reason(offer))
            for offer in asked
        )
        return f"{answers}." if (answers := "; ".join(said)) else ""

    def letter(self, session: Session, notice: Notice, reads: Settings) -> tuple[str, str]:
        with speaking_to(reads):
            withdrew = notice is Notice.INTERPRETER_WITHDREW
            happened = (
                say("Session {code}: the interpreter cannot come", code=session.code)
                if withdrew
                else say("Session {code}: no interpreter is available", code=session.code)
            )
            told = (
                say("Whoever was invited already is not held back.")
                if session.state not in (State.HELD, State.UNAVAILABLE)
                else say("Nobody else was told of the session yet.")
            )
            open_chat = say("Please open your chat with me in Element.")
            return happened, "\n\n".join([happened + ".", told, *([choices(session)] if choices(session) else []), open_chat])


def choices(session: Session) -> str:
    """What the requester can do without an interpreter; nothing once the session has started, since nobody is added any more."""
    return "" if session.started else say(CHOICES, code=session.code)


def _reason(offer: Offer) -> str:
    if not offer.reason:
        return ""
    return say(": {reason}", reason=say(REASONS[offer.reason]) if offer.reason in REASONS else escaped(offer.reason))


def _who(session: Session, offer: Offer) -> str:
    """By Matrix id in the room of their own organisation; whoever accepted by the link is not named there."""
    return escaped(offer.user) if offer.user else say("your interpreter")
