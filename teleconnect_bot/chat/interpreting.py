"""`interpreter`, `interpreter=dari`, `interpreter=prs/lingua`: whom a requester wants asked (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from teleconnect_bot.domain.organisations import Organisation, language_tag
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.organisations import Organisations
from teleconnect_bot.services.sessions import Invitation

from .commands import did_you_mean
from .language_names import all_names_of, called_to_reader, code_of, meant
from .markup import escaped
from .organisations import listed
from .parser import NotUnderstood, nearest
from .voice import Sentence, say

YES = frozenset({"", "yes", "y", "oui", "sí", "si", "نعم"})
"""What means: in the language of the person."""


NOBODY_KNOWN: Sentence = "No interpreting organisation is known to me, so there is no `interpreter=`. Administrators add one by `org add`."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The language as a BCP 47 tag, and who is asked for it, in this order."""

    language: str
    organisations: tuple[Organisation, ...]


class Interpreters:
    """`policy` holds how long organisations may take to answer."""

    def __init__(self, organisations: Organisations, policy: Policy) -> None:
        self.organisations, self.policy = organisations, policy

    async def look(self) -> None:
        """What `known` says afterwards is true now."""
        await self.organisations.all()

    @property
    def known(self) -> Sequence[Organisation]:
        return self.organisations.known

    def available(self) -> list[str]:
        """Every language that is interpreted, once."""
        return list(dict.fromkeys(code for organisation in self.known for code in organisation.languages))

    def question(self, language: str) -> str:
        """What the dialogue asks, for a person who reads this language."""
        spoken = any(organisation.speaks(language) for organisation in self.known)
        own = escaped(called_to_reader(language))
        theirs = (
            say("`yes` for {language}, the language of the person", language=own)
            if spoken
            else say("no organisation speaks {language}, the language of the person", language=own)
        )
        return say(
            "Is an interpreter needed? {theirs}; or write one of: {languages}; `skip` for none.",
            theirs=theirs,
            languages=listed(self.available()),
        )

    def read(self, written: str, language: str) -> Wanted:
        """What stands behind `interpreter=`; `language` is the person's own. Raises `NotUnderstood` with what there is instead."""
        if not self.known:
            raise NotUnderstood(NOBODY_KNOWN)
        spoken, slash, word = written.strip().partition("/")
        tag = language if spoken.strip().lower() in YES else self._language(spoken.strip())
        asked = [organisation for organisation in self.known if organisation.speaks(tag)]
        if not asked:
            raise NotUnderstood(
                "None of the organisations speaks {language}. There are: {languages}. Example: `interpreter={example}`",
                language=escaped(called_to_reader(tag)),
                languages=listed(self.available()),
                example=self.available()[0],
            )
        return Wanted(tag, tuple(asked if not slash else [self._named(word.strip().lower(), tag, asked)]))

    def _language(self, written: str) -> str:
        available = self.available()
        found = meant(written, available) or code_of(written) or language_tag(written)
        if found is not None:
            return found
        names = {name: code for code in available for name in all_names_of(code)}
        guess = nearest(written.lower(), names)
        raise NotUnderstood(
            "I know no language called so, and none of the organisations speaks it.{hint} There are: {languages}. "
            "Example: `interpreter={example}`",
            hint=did_you_mean(guess and f"interpreter={names[guess]}"),
            languages=listed(available),
            example=available[0],
        )

    def _named(self, word: str, tag: str, asked: Sequence[Organisation]) -> Organisation:
        found = next((organisation for organisation in asked if word in (organisation.id, organisation.name.lower())), None)
        if found is not None:
            return found
        guess = nearest(word, [organisation.id for organisation in self.known])
        raise NotUnderstood(
            "No organisation called so speaks {language}.{hint} Those who do: {organisations}.",
            language=escaped(called_to_reader(tag)),
            hint=did_you_mean(guess and f"interpreter={tag}/{guess}"),
            organisations=", ".join(f"{escaped(each.name)} (`interpreter={tag}/{each.id}`)" for each in asked),
        )

    def is_called(self, written: str) -> bool:
        """An organisation is called so."""
        return any(written.lower() in (each.id, each.name.lower()) for each in self.known)

    def another(self, session: Session, written: str) -> Wanted:
        """Whom `another` asks: the organisation or language that is named, else whoever was not asked yet, else all of them again."""
        language = session.interpreter_wanted or session.language
        if self.is_called(written):
            return self.read(f"{language}/{written}", language)
        wanted = self.read(written, language)
        before = {offer.organisation for offer in session.offers}
        new = tuple(each for each in wanted.organisations if each.id not in before)
        return Wanted(wanted.language, new) if new and not written else wanted

    def warnings(self, planned_at: datetime | None, now: datetime, reads: Settings, example: str) -> list[str]:
        """What a requester ought to know who wants an interpreter at this time; they decide."""
        said = []
        wait = int(self.policy.interpreter_answer.total_seconds() // 3600)
        if planned_at is None:
            said.append(
                say(
                    "An interpreter is found more easily when the session is planned ahead: {example} gives the organisations time. "
                    "Until one accepts nobody else is told.",
                    example=example,
                )
            )
        elif planned_at - now < self.policy.interpreter_answer:
            said.append(
                say(
                    "The session is so near that the organisations have less than the usual {hours} hours to answer: only until it begins. "
                    "Until one accepts nobody else is told.",
                    hours=wait,
                )
            )
        if reads.email is None:
            said.append(
                say(
                    "Should no interpreter be available I also write you an e-mail, but I do not know your address: "
                    "`settings email=nurse@example.org` tells me."
                )
            )
        return said

    def before(self, invitation: Invitation, now: datetime, reads: Settings) -> list[str]:
        """For the summary, while nothing is sent yet."""
        if invitation.interpreter is None:
            return []
        names = ", ".join(escaped(organisation.name) for organisation in invitation.organisations)
        asked = say(
            "Interpreter for {language}; asked: {organisations}. Nobody else is told before one accepts.",
            language=escaped(called_to_reader(invitation.interpreter)),
            organisations=names,
        )
        return [asked, *self.warnings(invitation.planned_at, now, reads, '`at="tomorrow 14:00"`')]

    def after(self, session: Session, now: datetime, reads: Settings) -> str | None:
        """What is said besides the card once an interpreter is being sought; None: the card alone answers."""
        if not session.interpreter_wanted:
            return None
        said = self.warnings(session.planned_at, now, reads, f'`reschedule {session.code} at="tomorrow 14:00"`')
        if not said:
            return None
        choices = say(
            "You decide: `without {code}` sends the invitations without an interpreter, `reschedule {code} at=` moves it, "
            "`cancel {code}` takes it back.",
            code=session.code,
        )
        return "\n\n".join([say("Session {code}:", code=session.code) + " " + " ".join(said), choices])
