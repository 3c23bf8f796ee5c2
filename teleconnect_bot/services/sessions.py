"""The use cases of staff and the one way to change a session: load, decide, save, in one transaction (ARCHITECTURE §1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from teleconnect_bot.domain.commands import Asked, Command, NewAddress, Send
from teleconnect_bot.domain.effects import CreateRoom, Effect, ProvisionVisitor
from teleconnect_bot.domain.errors import NotYours
from teleconnect_bot.domain.guest_link import Link, Recipient, digest_of, token_from
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.people import Contact, Role
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Channel, Mode, Session, State

from .interpreter_links import new_offer
from .ports import Clock, SessionKeys, StaleSession, Tokens, Unit, UnitOfWork

SESSION_KEY_PREFIX = "session-"
COMMAND_KEY = "command"
"""How the ledger keys of events begin that hold an order with a contact."""
TRIES = 8
"""How often a decision is made again because somebody else saved the session meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A complete `invite` command. `chat` is the direct chat and `event` the command's own event, redacted once the card exists.

    `guests` receive the same link as `contact` (PRODUCT §1, "Third party"), each of the `colleagues` a link of their own;
    `members` are colleagues by Matrix id, who need none.
    Without `contact` only colleagues are invited: `mode` says whether the service user sits beside the requester or nobody else is met.
    `via` is the channel for `contact`, None: the configured order. `note` is never sent. `discreet`: nothing sent names the organisation.
    `language` and `zone` are the invited person's; `planned_at` is None for a session that can begin at once.
    """

    by: str
    chat: str
    event: str
    contact: Contact | None
    more: tuple[Contact, ...] = ()
    """Further ways to reach the same person, such as an e-mail address beside a number."""
    name: str = field(default="", repr=False)
    guests: tuple[Recipient, ...] = ()
    colleagues: tuple[Recipient, ...] = ()
    members: frozenset[str] = frozenset()
    language: str = "en"
    zone: str = "UTC"
    planned_at: datetime | None = None
    team: str | None = None
    team_members: frozenset[str] = frozenset()
    """Of the team's room, at this moment."""
    backup: str | None = None
    """Another requester, by Matrix id, who is called too when nobody comes, and may take the session."""
    mode: Mode = Mode.REMOTE
    via: Channel | None = None
    note: str = field(default="", repr=False)
    discreet: bool = False
    interpreter: str | None = None
    """The language that is to be interpreted (BCP 47); then nobody is told before one of these organisations accepts."""
    organisations: tuple[Organisation, ...] = ()


def link_token(keys: SessionKeys, session: Session, link: Link) -> str:
    """The token can be made again for a resend for as long as the session's key lives; the database holds its digest alone."""
    return token_from(keys.derive(session.key, f"link/{link.id}/{link.generation}"))


class Sessions:
    """`on_change` is called after each commit that may have queued effects or moved deadlines.

    `on_revoked` hears of each seat that is over as soon as that is committed, so that nobody waits for the outbox to be shut out.
    """

    def __init__(
        self,
        units: UnitOfWork,
        keys: SessionKeys,
        clock: Clock,
        tokens: Tokens,
        policy: Policy,
        on_change: Callable[[], None] = lambda: None,
        on_revoked: Callable[[str], None] = lambda seat: None,
    ) -> None:
        self.units, self.keys, self.clock, self.tokens, self.policy = units, keys, clock, tokens, policy
        self.on_change, self.on_revoked = on_change, on_revoked

    async def invite(self, invitation: Invitation) -> Session:
        """Make a session and send its invitation. The same command event makes one session, however often it is read."""
        async with self.units.begin() as unit:
            already = await unit.session_by_event(invitation.event)
            if already:
                return already
            draft = await self.new_draft(unit, invitation.by, invitation.chat, invitation.event)
            session = await self.apply(unit, self.filled(draft, invitation), Send(invitation.by))
        self.on_change()
        return session

    async def remember_failed(self, by: str, chat: str, event: str) -> None:
        """A line that was no complete invitation may hold a contact all the same: it goes with a draft, after 30 min (PRODUCT §2)."""
        async with self.units.begin() as unit:
            if await unit.session_by_event(event):
                return
            await self.new_draft(unit, by, chat, event)
        self.on_change()

    async def new_draft(self, unit: Unit, by: str, chat: str, event: str) -> Session:
        """A session that is DRAFT, with its key. What was written in the event goes with it, or when its card exists."""
        now, session_id = self.clock.now(), self.tokens.opaque_id()
        self.keys.create(SESSION_KEY_PREFIX + session_id)
        draft = await self._empty(unit, by, chat, session_id, now)
        await unit.add(draft)
        await unit.enter_trace(_command_trace(draft, event))
        return draft

    async def _empty(self, unit: Unit, by: str, chat: str, session_id: str, now: datetime) -> Session:
        code = self.tokens.session_code()
        while await unit.session_by_code(code):
            code = self.tokens.session_code()
        return Session(
            id=session_id,
            code=code,
            marker=self.tokens.opaque_id(),
            key=SESSION_KEY_PREFIX + session_id,
            requester=by,
            chat=chat,
            state=State.DRAFT,
            state_since=now,
            created_at=now,
            last_activity_at=now,
            policy=self.policy,
        )

    def filled(self, draft: Session, invitation: Invitation) -> Session:
        """The draft with everything that the invitation says. Nothing is stored."""
        session_id = draft.id
        links = [self._link(session_id, Role.COLLEAGUE, colleague) for colleague in invitation.colleagues]
        if invitation.contact is not None:
            link = self._link(session_id, Role.SERVICE_USER, Recipient(invitation.contact, invitation.language, invitation.more))
            named = replace(link, name=invitation.name)
            links.insert(0, replace(named, others=invitation.guests, places=1 + len(invitation.guests)))
        return replace(
            draft,
            mode=invitation.mode,
            via=invitation.via,
            note=invitation.note,
            discreet=invitation.discreet,
            colleagues=invitation.members,
            language=invitation.language,
            zone=invitation.zone,
            planned_at=invitation.planned_at,
            backup=invitation.backup,
            team=invitation.team,
            team_members=invitation.team_members,
            links=tuple(links),
            interpreter_wanted=invitation.interpreter,
            offers=tuple(new_offer(self.keys, self.tokens, draft, each) for each in invitation.organisations),
        )

    def new_link(self, session: Session, role: Role, recipient: Recipient) -> Link:
        """A link for somebody who is invited besides; it is stored with the decision that it is a part of."""
        return self._link(session.id, role, recipient)

    def _link(self, session_id: str, role: Role, recipient: Recipient) -> Link:
        link_id = self.tokens.opaque_id()
        digest = self._digest(SESSION_KEY_PREFIX + session_id, link_id, 1)
        return Link(id=link_id, role=role, digest=digest, contact=recipient.contact, more=recipient.more, language=recipient.language)

    def _digest(self, key: str, link_id: str, generation: int) -> bytes:
        return digest_of(token_from(self.keys.derive(key, f"link/{link_id}/{generation}")))

    def new_address(self, session: Session, ways: Sequence[Contact]) -> NewAddress | None:
        """What sends the service user's invitation elsewhere, under a new link; None when nobody was invited by link."""
        link = next((link for link in session.links if link.role is Role.SERVICE_USER), None)
        if link is None:
            return None
        generation = link.generation + 1
        return NewAddress(ways[0], generation, self._digest(session.key, link.id, generation), tuple(ways[1:]))

    async def note_order(self, session: Session, chat: str, event: str) -> None:
        """An order that names a contact of this session goes as soon as the card has changed."""
        async with self.units.begin() as unit:
            await unit.enter_trace(_command_trace(session, event, chat, f"{COMMAND_KEY}.{event}"))

    async def ask(self, code: str, command: Asked, event: str) -> Session:
        """Carry out what a member of staff asked for in this event; read a second time it changes nothing more.

        Raises `Refused`; a code that is not theirs is `NotYours`, existing or not.
        """
        async with self.units.begin() as unit:
            session = await unit.session_by_code(code)
        if session is None:
            raise NotYours(code=code)
        return await self.decide(session.id, command, event) or session

    async def decide(self, session_id: str, command: Command, event: str | None = None) -> Session | None:
        """Load, decide, save, and decide again when somebody else was faster; None when the session does not exist."""
        for _ in range(TRIES - 1):
            try:
                return await self._decide_once(session_id, command, event)
            except StaleSession:
                continue
        return await self._decide_once(session_id, command, event)

    async def _decide_once(self, session_id: str, command: Command, event: str | None) -> Session | None:
        async with self.units.begin() as unit:
            session = await unit.session(session_id)
            if session is None or (event and not await unit.first_time(event, self.clock.now())):
                return session
            changed = await self.apply(unit, session, command)
        for seat in session.seats:
            if seat.live and not ((now := changed.seat(seat.id)) and now.live):
                self.on_revoked(seat.id)
        self.on_change()
        return changed

    async def apply(self, unit: Unit, session: Session, command: Command) -> Session:
        """Decide and save within this transaction."""
        now = self.clock.now()
        changed, effects = decide(session, command, now)
        if changed is not session:
            await unit.save(changed)
        for trace in traces_of(changed, effects):
            await unit.enter_trace(trace)
        if effects:
            await unit.queue(session.id, effects, now)
        return changed

    async def queue(self, session_id: str, effect: Effect, at: datetime) -> None:
        """The effect once more, at this moment; for what must not be carried out now."""
        async with self.units.begin() as unit:
            await unit.queue(session_id, (effect,), at)
        self.on_change()

    async def load(self, session_id: str) -> Session | None:
        async with self.units.begin() as unit:
            return await unit.session(session_id)

    async def sessions_of(self, user: str) -> Sequence[Session]:
        async with self.units.begin() as unit:
            return await unit.sessions_of(user)

    async def by_code(self, code: str) -> Session | None:
        async with self.units.begin() as unit:
            return await unit.session_by_code(code)

    async def by_room(self, room: str) -> Session | None:
        async with self.units.begin() as unit:
            return await unit.session_by_room(room)

    async def by_event(self, event: str) -> Session | None:
        async with self.units.begin() as unit:
            return await unit.session_by_event(event)


def _command_trace(session: Session, event: str, chat: str = "", key: str = COMMAND_KEY) -> Trace:
    return Trace(session=session.id, kind=TraceKind.CHAT_EVENT, key=key, place=event, container=chat or session.chat, state=TraceState.MADE)


def traces_of(session: Session, effects: Sequence[Effect]) -> list[Trace]:
    """What the effects are going to leave outside the session's own rows, to be entered before they are carried out."""
    traces: list[Trace] = []
    for effect in effects:
        match effect:
            case CreateRoom():
                traces.append(Trace(session=session.id, kind=TraceKind.ROOM, key=session.marker))
                traces.append(Trace(session=session.id, kind=TraceKind.ROOM_KEYS, key=session.marker))
            case ProvisionVisitor(seat):
                traces.append(Trace(session=session.id, kind=TraceKind.VISITOR, key=seat))
            case _:
                pass
    return traces
