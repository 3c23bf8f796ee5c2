"""The conversation about one invitation: `invite` alone, and `invite … check` (PRODUCT §3).

It works as plain text and by ▶. What is written is an answer, unless it is a command: those are carried out in between, because a
person who waits does not wait for a dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

from teleconnect_bot.domain.errors import Refused
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.dialogues import Dialogues, KeptDialogue
from teleconnect_bot.services.previews import Previews
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.sessions import Invitation

from .commands import checked
from .draft import Draft, Step, from_json
from .interview import Interview
from .inviting import with_whole_number
from .markup import escaped, text
from .parser import Line, NotUnderstood, parse
from .reactions import START
from .summary import summary
from .voice import Sentence, in_words, reader, say, speaking_to

CHECK = "check"
SEND, BACK, CANCEL, HELP = "send", "back", "cancel", "help"
ENDED: Sentence = "That invitation has ended, and nothing was sent. `invite` begins a new one."
CANCELLED: Sentence = "The invitation is forgotten, and nothing was sent. What was written here about it is removed."
NOTHING_TO_SEND: Sentence = "There is no invitation to send. `invite` begins one."
OUTDATED: Sentence = "That summary is outdated."
HOW_IT_WORKS: Sentence = (
    "I ask one thing at a time for an invitation. `back` changes the last answer, `skip` leaves out what is not needed, `cancel` forgets "
    "everything. Nothing is sent before you write `send`. `help invite` explains how to write all of it in one line."
)
OPEN_ALREADY: Sentence = "An invitation is being put together already; `cancel` forgets it."
BEGINS_OF_QUOTES = "\"'\u201c\u201d\u201e\u00ab\u00bb"
_CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}|NOW")

ReadInvitation = Callable[[Line, str, str, str], Awaitable[Invitation]]
"""(line, by, chat, event), as for a line that is sent at once. Raises `NotUnderstood` or `Refused`."""


class Dialogue:
    def __init__(
        self, dialogues: Dialogues, interview: Interview, previews: Previews, read: ReadInvitation, settings: RequesterSettings
    ) -> None:
        self.dialogues, self.interview, self.previews, self.read, self.settings = dialogues, interview, previews, read, settings

    async def heard(self, by: str, chat: str, event: str, words: str) -> bool:
        """Whether this was part of a dialogue and has been answered; False: it is a command like any other."""
        with speaking_to(await self.settings.of(by)):
            await self.interview.look()
            kept = await self.dialogues.of(by, chat)
            if kept is None:
                return await self._without(by, chat, event, words)
            if await self.dialogues.heard(kept.session.id, event):
                await self._reply(kept, event)
                return True
            if is_order(words):
                return False
            await self._answered(kept, event, words)
            return True

    async def reacted(self, by: str, chat: str, event: str, target: str, order: str | None) -> None:
        """A reaction on a message of the dialogue; `order` is the command that it stands for elsewhere."""
        with speaking_to(await self.settings.of(by)):
            await self.interview.look()
            kept = await self.dialogues.of(by, chat)
            if kept is None:
                return
            if order == "cancel":
                await self._say(chat, say("To end this invitation without sending it, write `cancel`."), event)
            elif order == "start" and not await self.dialogues.heard(kept.session.id, event):
                shown = await self.dialogues.answered_by(kept, target)
                if shown == kept.state["last"]:
                    await self._answered(kept, event, SEND)
                else:
                    await self._keep(kept, event, _draft(kept), say(OUTDATED))

    async def _without(self, by: str, chat: str, event: str, words: str) -> bool:
        """Nothing is open: an invitation may begin here."""
        if words.strip().lower() == SEND:
            if await self.dialogues.sessions.by_event(event) is None:
                await self._say(chat, say(NOTHING_TO_SEND), event)
            return True
        begins = beginning(words)
        found = await self.dialogues.sessions.by_event(event) if begins else None
        if begins is None or (found is not None and found.state is not State.DRAFT):
            return found is not None
        if begins.words:
            try:
                checked(begins)
                await self.read(begins, by, chat, event)
            except (NotUnderstood, Refused) as wrong:
                await self.dialogues.sessions.remember_failed(by, chat, event)
                await self._say(chat, _why(wrong), event)
                return True
            begun = Draft(begins, Step.SUMMARY)
        else:
            begun = Draft()
        await self._reply(await self.dialogues.begin(by, chat, event, _state(begun, event)), event)
        return True

    async def _answered(self, kept: KeptDialogue, event: str, words: str) -> None:
        draft, plain = _draft(kept), " ".join(words.lower().split()).strip(".!")
        by, chat = kept.session.requester, kept.session.chat
        if plain == CANCEL:
            await self._say(chat, say(CANCELLED if await self.dialogues.cancel(kept.session.id, event) else ENDED), event)
        elif plain == BACK:
            back = draft.back()
            await self._keep(kept, event, back or draft, "" if back else say("This is the first question."))
        elif plain == HELP:
            await self._keep(kept, event, draft, say(HOW_IT_WORKS))
        elif beginning(words) is not None:
            await self._keep(kept, event, draft, say(OPEN_ALREADY))
        elif plain == SEND and draft.step is Step.SUMMARY:
            await self._send(kept, event, draft)
        elif plain == SEND:
            await self._keep(kept, event, draft, say("It is not complete yet."))
        else:
            try:
                answered = await self.interview.answer(draft, words, by, reader().zone)
            except NotUnderstood as wrong:
                await self._keep(kept, event, draft, str(wrong))
            else:
                await self._keep(kept, event, answered.draft, answered.echo)

    async def _send(self, kept: KeptDialogue, event: str, draft: Draft) -> None:
        """The card is the answer; what a requester ought to know of the interpreter stood in the summary."""
        try:
            invitation = await self.read(draft.line, kept.session.requester, kept.session.chat, event)
        except (NotUnderstood, Refused) as wrong:
            await self._keep(kept, event, draft, _why(wrong))
            return
        if not await self.dialogues.send(kept.session.id, event, invitation):
            await self._say(kept.session.chat, say(ENDED), event)

    async def _say(self, chat: str, words: str, event: str) -> None:
        """An answer that belongs to no dialogue and holds nothing of one."""
        await self.dialogues.chat.post(chat, text(words), f"answer.{event}")

    async def _keep(self, kept: KeptDialogue, event: str, draft: Draft, echo: str) -> None:
        state = {**_state(draft, event), "echo": echo}
        if await self.dialogues.put(kept.session.id, event, state):
            await self._reply(replace(kept, state=state), event)
        else:
            await self._say(kept.session.chat, say(ENDED), event)

    async def _reply(self, kept: KeptDialogue, event: str) -> None:
        """What was understood, and the question as it stands now."""
        draft, echo = _draft(kept), cast(str, kept.state["echo"])
        question = await self._summary(kept, draft) if draft.step is Step.SUMMARY else self.interview.question(draft)
        ready = draft.step is Step.SUMMARY
        await self.dialogues.reply(kept, event, text(f"{echo}\n\n{question}" if echo else question), START if ready else None)

    async def _summary(self, kept: KeptDialogue, draft: Draft) -> str:
        try:
            invitation = await self.read(draft.line, kept.session.requester, kept.session.chat, kept.session.id)
        except (NotUnderstood, Refused) as wrong:
            return f"{_why(wrong)}\n\n{self.interview.question(draft)}"
        previews = self.previews.of(kept.session, invitation)
        interpreters = self.interview.inviting.interpreters
        interpreted = interpreters.before(invitation, self.interview.inviting.clock.now(), reader()) if interpreters else []
        said = [*interpreted, *self.interview.inviting.warnings(invitation)]
        return summary(invitation, previews, self.interview.moment, reader().zone, said)


def beginning(words: str) -> Line | None:
    """The line of `invite` alone (no words), or of `invite … check` without that word."""
    try:
        line = with_whole_number(_without_check(parse(words)))
    except NotUnderstood:
        return None
    asks = line.name == "invite" and not line.options and not line.repeated and not line.words
    return line if asks or (line.name == "invite" and _checks(parse(words))) else None


def _checks(line: Line) -> bool:
    return len(line.words) > 1 and line.words[-1].lower() == CHECK


def _without_check(line: Line) -> Line:
    return replace(line, words=line.words[:-1]) if _checks(line) else line


def is_order(words: str) -> bool:
    """A complete command, to be carried out while a dialogue is open. A name that is one is written in quotes."""
    if words.strip()[:1] in BEGINS_OF_QUOTES or beginning(words) is not None:
        return False
    try:
        line = with_whole_number(parse(words))
        command = checked(line)
    except NotUnderstood:
        return False
    if line.name in (CANCEL, HELP) and not line.words:
        return False
    return not command.takes_code or all(_CODE.fullmatch(word.upper()) for word in line.words)


def _state(draft: Draft, event: str) -> dict[str, object]:
    """`last` is the event that was answered last: its answer is the summary that counts."""
    return {**draft.as_json(), "last": event, "echo": ""}


def _draft(kept: KeptDialogue) -> Draft:
    return from_json(kept.state)


def _why(wrong: NotUnderstood | Refused) -> str:
    return wrong.text(escaped, in_words) if isinstance(wrong, Refused) else str(wrong)
