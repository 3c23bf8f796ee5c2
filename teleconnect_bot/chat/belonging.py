"""Whose a session is: teams, `handover`, and what administrators may ask for: `assign`, `doctor`, `sessions`, `stats` (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Sessions
from teleconnect_bot.services.staff_rooms import StaffRooms
from teleconnect_bot.services.statistics import by_month, shown

from .access import Access
from .commands import COMMANDS
from .company import MATRIX_ID
from .examination import Examine, examined
from .markup import escaped
from .organisations import OrganisationOrders
from .parser import Line, NotUnderstood
from .state_words import STATE_WORDS
from .voice import Sentence, say

ADMINISTRATION = frozenset({"assign", "doctor", "org", "sessions", "stats"})
SUMS: dict[str, Sentence] = {
    "outcome": "Sessions: {sums}",
    "language": "Languages: {sums}",
    "channel": "Channels: {sums}",
    "duration": "Duration: {sums}",
    "interpreting": "Requests to interpreting organisations: {sums}",
    "interpreted": "Languages with an interpreter: {sums}",
}
SUM_NAMES: dict[str, Sentence] = {
    "held": "held",
    "not_held": "not held",
    "email": "e-mail",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "under_15_minutes": "under 15 minutes",
    "15_to_60_minutes": "15 to 60 minutes",
    "1_to_4_hours": "1 to 4 hours",
    "longer": "longer",
    "asked": "asked",
    "accepted": "accepted",
    "declined": "declined",
    "unanswered": "without an answer, or not needed any more",
}


class Belonging:
    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        access: Access,
        rooms: StaffRooms,
        room_of: Callable[[str], Awaitable[str | None]],
        organisations: OrganisationOrders,
        examine: Examine,
    ) -> None:
        self.organisations, self.examine = organisations, examine
        self.sessions, self.clock, self.access, self.rooms, self.room_of = sessions, clock, access, rooms, room_of

    async def team(self, written: str, by: str) -> str:
        """The team that is meant; the bot may speak of sessions in its room. Raises `NotUnderstood`."""
        mine = {team.lower(): team for team in self.rooms.teams if by in self.rooms.members_of_team(team)}
        team = mine.get(written.strip().lower())
        if team is None:
            if not mine:
                raise NotUnderstood("You are in no team, so there is no `team=` for you. Administrators name the rooms of teams.")
            names = ", ".join(f"`team={team}`" for team in mine.values())
            raise NotUnderstood("You are in no team of this name. Yours: {teams}.", teams=names)
        if not await self.rooms.team_is_usable(team):
            raise NotUnderstood("The room of this team is not encrypted, so I speak of no session there. Its moderator can switch that on.")
        return team

    def teams_of(self, user: str) -> list[str]:
        return [team for team in self.rooms.teams if user in self.rooms.members_of_team(team)]

    async def owner(self, written: str, command: str) -> c.Owner:
        """Somebody who may invite people and has a direct chat with the bot. Raises `NotUnderstood` with the reason."""
        user = written.strip()
        if not MATRIX_ID.fullmatch(user):
            raise NotUnderstood("The last word is not a Matrix id. Example: `{example}`", example=COMMANDS[command].example)
        chat = await self.room_of(user) if self.access.may_request(user) else None
        if chat is None:
            raise NotUnderstood(
                "`{who}` cannot take a session over: for that they need access of their own and an encrypted direct chat with me. "
                "They can open one and write `help` there.",
                who=user,
            )
        return c.Owner(user, chat)

    async def handover(self, meant: Session, written: str, by: str, event: str) -> str:
        to = await self.owner(written, "handover")
        session = await self.sessions.ask(meant.code, c.Handover(by, to), event)
        return say("Session {code} is with {who} now.", code=session.code, who=escaped(to.user))

    async def administer(self, line: Line, by: str, event: str) -> str:
        """Sees no content and no person. Raises `NotUnderstood` for everybody who is no administrator, as for an unknown command."""
        if not self.access.is_admin(by):
            raise NotUnderstood("`{name}` is for administrators of this bot. `help` lists what you can write.", name=line.name)
        match line.name:
            case "assign":
                return await self._assign(line, event)
            case "sessions":
                return await self._sessions()
            case "doctor":
                return await examined(self.examine)
            case "org":
                return await self.organisations.answer(line)
            case _:
                return await self._stats()

    async def _assign(self, line: Line, event: str) -> str:
        to = await self.owner(line.words[1], "assign")
        code = line.words[0].upper()
        async with self.sessions.units.begin() as unit:
            found = await unit.session_by_code(code)
        changed = await self.sessions.decide(found.id, c.Assigned(to), event) if found else None
        if changed is None or changed.requester != to.user:
            raise NotUnderstood("There is no session with this code that could be assigned. `sessions` lists them all.")
        return say("Session {code} is with {who} now.", code=changed.code, who=escaped(to.user))

    async def _sessions(self) -> str:
        async with self.sessions.units.begin() as unit:
            found = await unit.sessions_in(frozenset(State) - {State.DRAFT, State.GONE})
        if not found:
            return say("There is no session.")
        now = self.clock.now()
        return "\n".join(f"- {self._in_words(session, now - session.created_at)}" for session in found)

    def _in_words(self, session: Session, age: timedelta) -> str:
        nobody = say("; it belongs to nobody: `assign {code} @id:server` gives it to somebody", code=session.code)
        return say(
            "**{code}** – {state}; {age} old{nobody}",
            code=session.code,
            state=say(STATE_WORDS[session.state]).replace("**", ""),
            age=_age(age),
            nobody=nobody if session.orphaned_at else "",
        )

    async def _stats(self) -> str:
        async with self.sessions.units.begin() as unit:
            months = by_month(await unit.counters())
        if not months:
            return say("No session has been deleted yet; sessions are counted as they are deleted.")
        return "\n\n".join("\n".join([f"**{month}**", "", *_sums(kinds)]) for month, kinds in months.items())


def _sums(kinds: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = []
    for kind, words in SUMS.items():
        if sums := kinds.get(kind):
            named = ((say(SUM_NAMES[name]) if name in SUM_NAMES else escaped(name), amount) for name, amount in sorted(sums.items()))
            lines.append(f"- {say(words, sums=', '.join(f'{name} {escaped(shown(amount))}' for name, amount in named))}")
    return lines


def _age(age: timedelta) -> str:
    if age >= timedelta(days=2):
        return say("{days} days", days=age.days)
    if age >= timedelta(hours=2):
        return say("{hours} hours", hours=int(age.total_seconds() // 3600))
    return say("{minutes} minutes", minutes=int(age.total_seconds() // 60))
