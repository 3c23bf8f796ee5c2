"""The card in a team's room: who has taken the session, and how to take it; no contact and no name of an invited person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Text

from .markup import escaped, text
from .state_words import STATE_WORDS
from .voice import reader as current
from .voice import say, speaking_to


class TeamTexts:
    moment: Callable[[datetime, str, str], str]

    def team_card(self, session: Session, now: datetime, reader: Settings) -> Text:
        with speaking_to(reader):
            lines = [say("**Session {code}** – {state}", code=session.code, state=say(STATE_WORDS[session.state])), ""]
            lines += [f"- {line}" for line in self._of_team(session)]
            if session.state is State.WAITING:
                lines += [
                    "",
                    say("`start {code}` in your chat with me, or *Accept* in the room's invitation, takes the session.", code=session.code),
                ]
            return text("\n".join(lines))

    def _of_team(self, session: Session) -> list[str]:
        lines = []
        if session.planned_at is not None:
            lines.append(say("Planned for **{when}**", when=escaped(self.moment(session.planned_at, current().zone, current().language))))
        if session.requester:
            lines.append(say("Invited by {who}", who=escaped(session.requester)))
        if session.holder:
            lines.append(say("Taken by {who}", who=escaped(session.holder)))
        return lines
