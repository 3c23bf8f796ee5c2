"""`invite` alone as a state machine (PRODUCT §3): whatever is answered, skipped, taken back or mistyped, and whenever the bot starts anew,
the question that is asked and the invitation that is sent are those of a model which knows only the answers that count.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.chat.contacts import Reach
from teleconnect_bot.chat.dialogue import Dialogue
from teleconnect_bot.chat.interpreting import Interpreters
from teleconnect_bot.chat.interview import Interview
from teleconnect_bot.chat.inviting import Inviting
from teleconnect_bot.chat.parser import Line
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Channel, Mode, Session, State
from teleconnect_bot.services.dialogues import Dialogues, KeptDialogue
from teleconnect_bot.services.organisations import Organisations
from teleconnect_bot.services.ports import Clock, Text
from teleconnect_bot.services.previews import Previews
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.sessions import Invitation

NURSE, CHAT = "@nurse:example.org", "!chat:example.org"
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
DRAFT = Session(
    id="d", code="K7M2", marker="m", key="k", requester=NURSE, chat=CHAT, state=State.DRAFT, state_since=NOW, created_at=NOW,
    last_activity_at=NOW,
)  # fmt: skip
PHONE, EMAIL, USER = "079 123 45 67", "anna@example.net", "@doctor:example.org"
BOTH = f"{PHONE}, {EMAIL}"
QUESTIONS = {
    "where": "Where is the person?", "contact": "How can they be reached?", "second_way": "of the same person as well?",
    "name": "What is their name?",
    "language": "In which language", "time": "When?", "guests": "have the same link", "interpreter": "Is an interpreter needed?",
    "colleagues": "olleague", "summary": "Nothing is sent yet.",
}  # fmt: skip
BAD = {
    "where": ("perhaps", "skip"), "contact": ("anna", "anna@example", "+41 79 12", "skip", "022 734 60 01", NURSE, f"{PHONE} +41791234568"),
    "second_way": ("anna", "bea@example.net, anna@example.net", "+41 79 12", USER),
    "name": ("x" * 81,), "language": ("xx", "klingon"), "time": ("soon", "2020-01-01 14:00", "tomorrow", "tomorrow 14:00 Europe/Atlantis"),
    "guests": ("anna", "bea@example.net/xx", USER), "interpreter": ("klingon",), "colleagues": ("anna", "@doctor", NURSE),
    "summary": ("yes", "skip", "ok"),
}  # fmt: skip


@dataclass
class Memory:
    """Stands for the rows and the chat: all that outlives the process, as JSON."""

    kept: str | None = None
    sent: list[Invitation] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    heard_events: set[str] = field(default_factory=set)

    @property
    def sessions(self) -> Any:
        async def by_event(event: str) -> None:
            return None

        return SimpleNamespace(by_event=by_event)

    @property
    def chat(self) -> Memory:
        return self

    async def post(self, chat: str, text: Text, transaction: str) -> None:
        self.said.append(text.plain)

    async def of(self, by: str, chat: str) -> KeptDialogue | None:
        return KeptDialogue(DRAFT, json.loads(self.kept)) if self.kept else None

    async def begin(self, by: str, chat: str, event: str, state: Mapping[str, object]) -> KeptDialogue:
        await self.put(DRAFT.id, event, state)
        return KeptDialogue(DRAFT, state)

    async def heard(self, session_id: str, event: str) -> bool:
        return event in self.heard_events

    async def put(self, session_id: str, event: str, state: Mapping[str, object]) -> bool:
        self.kept = json.dumps(state)
        self.heard_events.add(event)
        return True

    async def send(self, session_id: str, event: str, invitation: Invitation) -> bool:
        self.kept = None
        self.sent.append(invitation)
        return True

    async def cancel(self, session_id: str, event: str) -> bool:
        self.kept = None
        return True

    async def reply(self, kept: KeptDialogue, event: str, text: Text, offer: str | None = None) -> None:
        self.said.append(text.plain)


def asked_after(answers: list[tuple[str, str]]) -> str:
    """The question that follows these answers, by the order that PRODUCT §3 gives."""
    if not answers:
        return "where"
    if answers == [("where", "remote")]:
        return "contact"
    if answers[0][1] == "in person":
        order = ["colleagues", "time", "interpreter", "summary"]
    elif ("contact", USER) in answers:
        order = ["time", "interpreter", "colleagues", "summary"]
    else:
        second = ["second_way"] if ("contact", BOTH) not in answers else []
        order = [*second, "name", "language", "time", "guests", "interpreter", "colleagues", "summary"]
    step, answer = answers[-1]
    if step in ("guests", "colleagues") and answer != "skip":
        return step
    return order[0] if step not in order else order[order.index(step) + 1]


def answers_to(step: str, answers: list[tuple[str, str]]) -> list[str]:
    """Right ones."""
    given = [answer for where, answer in answers if where == step]
    match step:
        case "where":
            return ["remote", "in person"]
        case "contact":
            return [PHONE, EMAIL, BOTH, USER]
        case "second_way":
            return [PHONE if ("contact", EMAIL) in answers else EMAIL, "skip"]
        case "name":
            return ["Anna", "skip"]
        case "language":
            return ["fr", "French", "skip"]
        case "time":
            return ["now", "1.12. 14h", "tomorrow 14:00 Europe/Kyiv"]
        case "guests":
            return [f"guest{len(given)}@example.net/fr", f"+4179100000{len(given)}, guest@example.net/fr" if not given else "skip", "skip"]
        case "interpreter":
            return ["yes", "skip"]
        case _:
            needed = answers[0][1] == "in person" and not given
            return [f"expert{len(given)}@example.net", *([] if needed else ["skip"])]


LINGUA = Organisation(id="lingua", name="Lingua", languages=("en", "fr"), email="lingua@example.net")


class DialogueMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.memory, self.events, self.answers = Memory(), 0, cast("list[tuple[str, str]] | None", None)
        self.loop = asyncio.new_event_loop()
        self.start()

    def teardown(self) -> None:
        self.loop.close()

    @rule()
    def start(self) -> None:
        """A new process on what the old one left."""

        async def chat_of(user: str) -> str:
            return f"!{user}"

        async def of(user: str) -> Settings:
            return Settings()

        async def read(line: Line, by: str, chat: str, event: str) -> Invitation:
            return await inviting.read(line, "UTC", by, chat, event, cast(Any, None))

        async def everybody() -> tuple[Organisation, ...]:
            return (LINGUA,)

        known = cast(Organisations, SimpleNamespace(all=everybody, known=(LINGUA,)))
        clock = cast(Clock, SimpleNamespace(now=lambda: NOW))
        reach, interpreters = Reach(frozenset(Channel), "CH"), Interpreters(known, Policy())
        inviting = Inviting(clock, ("en", "fr"), chat_of, lambda _: True, reach, interpreters=interpreters)
        self.dialogue = Dialogue(
            cast(Dialogues, self.memory),
            Interview(inviting, format_moment),
            cast(Previews, SimpleNamespace(of=lambda draft, invitation: ())),
            read,
            cast(RequesterSettings, SimpleNamespace(of=of)),
        )

    def says(self, words: str) -> str:
        self.events += 1
        self.memory.said.clear()
        assert self.loop.run_until_complete(self.dialogue.heard(NURSE, CHAT, f"${self.events}", words))
        return "\n".join(self.memory.said)

    @precondition(lambda self: self.answers is None)
    @rule()
    def begin(self) -> None:
        self.says("invite")
        self.answers = []

    @precondition(lambda self: self.answers is not None and asked_after(self.answers) != "summary")
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        assert self.answers is not None
        step = asked_after(self.answers)
        words = data.draw(st.sampled_from(answers_to(step, self.answers)))
        self.says(words)
        self.answers.append((step, words))

    @precondition(lambda self: self.answers is not None)
    @rule(data=st.data())
    def mistake(self, data: st.DataObject) -> None:
        assert self.answers is not None
        before = json.loads(self.memory.kept or "")
        self.says(data.draw(st.sampled_from(BAD[asked_after(self.answers)])))
        after = json.loads(self.memory.kept or "")
        assert [after[part] for part in ("step", "line", "before")] == [before[part] for part in ("step", "line", "before")]

    @precondition(lambda self: self.answers is not None)
    @rule()
    def back(self) -> None:
        assert self.answers is not None
        self.says("back")
        self.answers = self.answers[:-1]

    @precondition(lambda self: self.answers is not None)
    @rule()
    def help(self) -> None:
        assert "cancel" in self.says("help")

    @precondition(lambda self: self.answers is not None and len(self.answers) > 3)
    @rule()
    def cancel(self) -> None:
        sent = len(self.memory.sent)
        assert "nothing was sent" in self.says("cancel")
        self.answers = None
        assert len(self.memory.sent) == sent

    @precondition(lambda self: self.answers is not None)
    @rule()
    def send(self) -> None:
        assert self.answers is not None
        sent = len(self.memory.sent)
        self.says("send")
        if asked_after(self.answers) != "summary":
            assert len(self.memory.sent) == sent
            return
        assert len(self.memory.sent) == sent + 1
        self.is_what_was_answered(self.memory.sent[-1])
        self.answers = None

    @precondition(lambda self: self.answers is not None)
    @rule(data=st.data())
    def to_the_end(self, data: st.DataObject) -> None:
        """Otherwise few dialogues would come to their end."""
        assert self.answers is not None
        while asked_after(self.answers) != "summary":
            step = asked_after(self.answers)
            right = answers_to(step, self.answers)
            if len([where for where, _ in self.answers if where == step]) > 1:
                right = ["skip"]
            self.says(words := data.draw(st.sampled_from(right)))
            self.answers.append((step, words))
            self.asks_what_comes_next()
        self.send()

    def is_what_was_answered(self, invitation: Invitation) -> None:
        answers = self.answers or []
        said = dict(answers)
        contact = said.get("contact")
        mode = Mode.IN_PERSON if said["where"] == "in person" else Mode.MEETING if contact == USER else Mode.REMOTE
        assert invitation.mode is mode
        written = [answer for step, answer in answers if step in ("contact", "second_way") and answer not in (USER, "skip")]
        ways = [invitation.contact, *invitation.more] if invitation.contact else []
        assert [way.value for way in ways] == [way.strip().replace(PHONE, "+41791234567") for each in written for way in each.split(",")]
        assert invitation.members == ({USER} if contact == USER else frozenset())
        assert invitation.name == ("Anna" if said.get("name") == "Anna" else "")
        assert invitation.language == ("fr" if said.get("language") in ("fr", "French") else "en")
        planned = {
            "now": None,
            "1.12. 14h": datetime(2026, 12, 1, 14, tzinfo=UTC),
            "tomorrow 14:00 Europe/Kyiv": datetime(2026, 11, 27, 12, tzinfo=UTC),
        }
        assert invitation.planned_at == planned[said["time"]]
        assert [", ".join(way.value for way in guest.contacts) for guest in invitation.guests] == [
            answer.partition("/")[0] for step, answer in answers if step == "guests" and answer != "skip"
        ]
        assert [colleague.contact.value for colleague in invitation.colleagues] == [
            answer for step, answer in answers if step == "colleagues" and answer != "skip"
        ]

    @precondition(lambda self: self.answers is not None and bool(self.memory.said))
    @invariant()
    def asks_what_comes_next(self) -> None:
        assert self.answers is not None
        assert QUESTIONS[asked_after(self.answers)] in self.memory.said[-1]


TestDialogue = DialogueMachine.TestCase
TestDialogue.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
