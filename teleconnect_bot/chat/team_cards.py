"""The card in a team's room: who has taken the session, and how to take it; no contact and no name of an invited person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.schedule import delete_at
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Text

from .lists import deliveries
from .markup import escaped, text
from .reactions import offered
from .role_words import said
from .state_words import next_step, state_of
from .voice import reader as current
from .voice import say, speaking_to

TO_TAKE_IT = frozenset({"start", "seen"})
"""What any member may press while a session has a requester of its own."""


class TeamTexts:
    moment: Callable[[datetime, str, str], str]

    def team_card(self, session: Session, now: datetime, reader: Settings) -> Text:
        with speaking_to(reader):
            lines = [say("**Session {code}** – {state}", code=session.code, state=say(state_of(session))), ""]
            lines += [f"- {line}" for line in self._of_team(session)]
            if step := self._next_step(session):
                lines += ["", step]
            return text("\n".join(lines))

    def team_reactions(self, session: Session) -> Mapping[str, str]:
        return {name: key for name, key in offered(session).items() if session.is_the_teams or name in TO_TAKE_IT}

    def _of_team(self, session: Session) -> list[str]:
        lines = []
        if session.planned_at is not None:
            lines.append(say("Planned for **{when}**", when=self._team_time(session.planned_at)))
        if session.requester:
            lines.append(say("Invited by {who}", who=escaped(session.requester)))
        if session.is_the_teams:
            lines.append(say("It is the team's own, since whoever invited has left."))
        if session.holder:
            lines.append(say("Taken by {who}", who=escaped(session.holder)))
        return [*lines, *self._of_its_own(session)] if session.is_the_teams else lines

    def _of_its_own(self, session: Session) -> list[str]:
        """What nobody else has a card for."""
        here = [say("{who} is here", who=said(seat.label)) for seat in session.present_seats]
        over = session.state in (State.CLOSED, State.CANCELLED)
        ends = [say("Everything is deleted on {when}.", when=self._team_time(delete_at(session)))] if over else []
        return [*deliveries(session), *here, *ends]

    def _next_step(self, session: Session) -> str:
        if session.state is State.WAITING:
            return say("`start {code}` in your chat with me, or *Accept* in the room's invitation, takes the session.", code=session.code)
        step = next_step(session) if session.is_the_teams else ""
        return say(step, code=session.code) if step else ""

    def _team_time(self, moment: datetime) -> str:
        return escaped(self.moment(moment, current().zone, current().language))
