"""What an interpreter must know of a session, in words: when, which languages, how long, where, and nothing about the service user."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from teleconnect_bot.domain.session import Mode, Session

from .interpreter_door import Fact
from .ports import Texts
from .requester_settings import RequesterSettings

Moment = Callable[[datetime, str, str], str]
"""A moment in the words of a language: (moment, zone, language)."""
LanguageName = Callable[[str, str], str]
"""A language's name in another language: (which, in which)."""


class InterpreterFacts:
    def __init__(self, texts: Texts, moment: Moment, language_name: LanguageName, settings: RequesterSettings) -> None:
        self.texts, self.moment, self.language_name, self.settings = texts, moment, language_name, settings

    async def of(self, session: Session, language: str) -> tuple[Fact, ...]:
        """Times stand on the requester's clock and, where it is another, on the one that the invited person is told."""
        staff = await self.settings.of(session.requester)
        return self._of(session, language, (staff.zone, session.zone), (staff.language,))

    def in_message(self, session: Session, language: str) -> str:
        """The same for the interpreter's own messages, in Markdown, on the clock of everybody else who is written to."""
        return in_markdown(self._of(session, language, (session.zone,), ()), self.texts, language)

    def language(self, session: Session, language: str) -> str:
        """The name of the language that is interpreted."""
        return self.language_name(session.interpreter_wanted or session.language, language)

    def _of(self, session: Session, language: str, zones: tuple[str, ...], spoken: tuple[str, ...]) -> tuple[Fact, ...]:
        """Once no interpreter is wanted any more no language is named: what is left is the one of the person."""
        say = self.texts.get
        times = [self.moment(session.planned_at, zone, language) for zone in dict.fromkeys(zones)] if session.planned_at else []
        named = " – ".join(
            self.language_name(each, language) for each in dict.fromkeys((session.interpreter_wanted or "", *spoken)) if each
        )
        languages = (Fact(say("interpreter.languages", language), named),) if session.interpreter_wanted else ()
        minutes = str(int(session.policy.length.total_seconds() // 60))
        place = "interpreter.in_person" if session.mode is Mode.IN_PERSON else "interpreter.remote"
        return (
            Fact(say("interpreter.when", language), " = ".join(times) or say("interpreter.now", language)),
            *languages,
            Fact(say("interpreter.length", language), say("interpreter.minutes", language, minutes=minutes)),
            Fact(say("interpreter.place", language), say(place, language)),
        )


def in_markdown(facts: tuple[Fact, ...], texts: Texts, language: str) -> str:
    return "\n\n".join(texts.get("interpreter.fact.markdown", language, label=fact.label, value=fact.value) for fact in facts)
