"""The use cases behind the guest page: `GuestDoor` (PRODUCT §4). Tokens and secrets are only ever looked up by their digest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from teleconnect_bot.domain import errors
from teleconnect_bot.domain.commands import (
    DeletionAsked,
    DeviceTested,
    LinkOpened,
    NewLinkAsked,
    NotForMe,
    SeatAnswered,
    SeatAsked,
    SeatBeat,
    SeatClaimed,
    SeatReady,
    VisitorLeft,
    WentAway,
)
from teleconnect_bot.domain.guest_link import DeviceTest, Ended, Link, Seat, SeatState, digest_of
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.schedule import opens_at
from teleconnect_bot.domain.session import Session, State

from .guest_door import (
    EndedReason,
    LinkFull,
    LinkState,
    NoSuchLink,
    OpenedLink,
    SeatPerson,
    SeatStatus,
    SeatView,
    TermsNotCurrent,
    Told,
    TooEarly,
)
from .messages import Sender
from .ports import Clock, Relay, Relays, Texts, Tokens, UnitOfWork
from .sessions import Sessions

OPEN_STATES = frozenset({State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN})
STATUS_OF_STATE = {
    State.INVITED: SeatStatus.WAITING,
    State.WAITING: SeatStatus.WAITING,
    State.ACTIVE: SeatStatus.IN_SESSION,
    State.KEPT_OPEN: SeatStatus.KEPT_OPEN,
}
STATUS_OF_SEAT = {
    SeatState.ASKING: SeatStatus.ASKING,
    SeatState.CLAIMED: SeatStatus.PREPARING,
    SeatState.PROVISIONED: SeatStatus.KEYS,
    SeatState.READY: SeatStatus.PREPARING,
    SeatState.ADMITTED: SeatStatus.INVITED,
}
REASON_OF_END = {
    Ended.CLOSED: EndedReason.CLOSED,
    Ended.CANCELLED: EndedReason.CANCELLED,
    Ended.REMOVED: EndedReason.REMOVED,
    Ended.LEFT: EndedReason.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What guests agree to: the version, and the deployment's own texts by language; a language without one has a built-in text.

    `texts` may name the organisation, so that a discreet session has `discreet_texts` alone.
    """

    version: str = "1"
    texts: Mapping[str, str] = field(default_factory=dict)
    discreet_texts: Mapping[str, str] = field(default_factory=dict)


PATIENCE_SECONDS = 2.0


class Changes:
    """Lets use cases wait for the next commit of this process."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def happened(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Set by the next commit. Taken before one looks, it tells also of what came while one was looking."""
        return self._next


class Guests:
    def __init__(
        self,
        units: UnitOfWork,
        sessions: Sessions,
        texts: Texts,
        sender: Sender,
        clock: Clock,
        tokens: Tokens,
        bot: str,
        terms: Terms | None = None,
        changes: Changes | None = None,
        relays: Relays | None = None,
    ) -> None:
        self.units, self.sessions, self.texts, self.sender = units, sessions, texts, sender
        self.clock, self.tokens, self.bot, self.terms, self.changes = clock, tokens, bot, terms or Terms(), changes
        self.relays = relays

    async def open(self, token: str, language: str) -> OpenedLink | None:
        session, link = await self._link(token)
        if session is None or link is None:
            return await self._no_longer(token)
        await self.sessions.decide(session.id, LinkOpened(link.id))
        opening = opens_at(session)
        early = opening is not None and self.clock.now() < opening
        return OpenedLink(
            state=LinkState.EARLY if early else LinkState.OPEN,
            language=link.language,
            name=self._name(session),
            terms_version=self.terms.version,
            terms_text=self._terms_text(session, language),
            opens_at=opening if early else None,
            interpreter=link.role is Role.INTERPRETER,
        )

    async def _no_longer(self, token: str) -> OpenedLink | None:
        """An interpreter who is not needed any more is sent to the page that says so plainly."""
        async with self.units.begin() as unit:
            session, link = await unit.session_by_link(digest_of(token)) or (None, None)
        if (
            session is None
            or link is None
            or not link.dead
            or link.role is not Role.INTERPRETER
            or session.state in (State.TEARING_DOWN, State.GONE)
        ):
            return None
        return OpenedLink(state=LinkState.ENDED, language=link.language, name="", terms_version="", terms_text="", interpreter=True)

    async def not_me(self, token: str) -> bool:
        session, link = await self._link(token)
        if session is None or link is None:
            return False
        await self.sessions.decide(session.id, NotForMe(link.id))
        return True

    async def ask_for_link(self, token: str) -> None:
        async with self.units.begin() as unit:
            found = await unit.session_by_link(digest_of(token))
        if found is not None:
            await self.sessions.decide(found[0].id, NewLinkAsked(found[1].id))

    async def device(self, token: str, result: DeviceTest) -> bool:
        session, link = await self._link(token)
        if session is None or link is None:
            return False
        await self.sessions.decide(session.id, DeviceTested(link.id, result))
        return True

    async def relay(self, token: str) -> Relay | None:
        _, link = await self._link(token)
        if link is None:
            raise NoSuchLink
        return await self.relays.relay() if self.relays else None

    async def enter(
        self,
        token: str,
        digest: bytes,
        name: str,
        language: str,
        terms: str,
        role: Role | None = None,
        *,
        tested: DeviceTest | None = None,
    ) -> SeatView:
        session, seat = await self._coming(token, digest, name, language, terms, role, tested)
        return await self._seated(session, SeatClaimed(seat))

    async def ask(
        self, token: str, digest: bytes, name: str, language: str, terms: str, place: str | None, *, tested: DeviceTest | None = None
    ) -> SeatView:
        session, seat = await self._coming(token, digest, name, language, terms, None, tested)
        if place is not None:
            old = next((each for each in session.seats if each.live and each.link == seat.link and each.label == place), None)
            seat = replace(seat, moves=old.id if old else "nobody")
        return await self._seated(session, SeatAsked(seat))

    async def answer(self, digest: bytes, yes: bool) -> SeatView | None:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
        if found is None:
            return None
        await self.sessions.decide(found[0].id, SeatAnswered(found[1].id, yes))
        return await self.seat(digest)

    async def _coming(
        self, token: str, digest: bytes, name: str, language: str, terms: str, role: Role | None, tested: DeviceTest | None
    ) -> tuple[Session, Seat]:
        """The session behind the link and the seat that the page brings along. Raises `NoSuchLink` and `TermsNotCurrent`."""
        session, link = await self._link(token)
        if session is None or link is None:
            raise NoSuchLink
        if terms != self.terms.version:
            raise TermsNotCurrent
        now = self.clock.now()
        seat = Seat(
            id=self.tokens.opaque_id(),
            link=link.id,
            role=role or link.role,
            number=0,
            digest=digest,
            language=language,
            name=name,
            terms=terms,
            consent_at=now,
            last_beat_at=now,
            tested=tested,
        )
        async with self.units.begin() as unit:
            elsewhere = await unit.session_by_seat(digest)
        if elsewhere and elsewhere[0].id != session.id:
            raise NoSuchLink
        return session, seat

    async def _seated(self, session: Session, command: SeatClaimed | SeatAsked) -> SeatView:
        try:
            await self.sessions.decide(session.id, command)
        except errors.LinkUnusable:
            raise NoSuchLink from None
        except errors.LinkFull:
            on_it = [seat for seat in session.seats if seat.live and seat.link == command.seat.link]
            link = session.link(command.seat.link)
            more = not session.started or (link is not None and session.free_places(link) >= 1)
            raise LinkFull([seat.label for seat in on_it], more) from None
        except errors.TooEarly:
            raise TooEarly(opens_at(session) or self.clock.now()) from None
        view = await self.once(command.seat.digest, SeatStatus.PREPARING)
        if view is None:
            raise NoSuchLink
        return view

    async def seat(self, digest: bytes) -> SeatView | None:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
            before = await unit.waiting_before(found[0]) if found and found[0].state is State.WAITING else 0
        return replace(self._view(*found), before=before) if found and not _left(*found) else None

    async def beat(self, digest: bytes, visible: bool) -> SeatView | None:
        """A beat of a seat that is present only moves its away deadline; one that was away comes back by a decision."""
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
            if found and found[1].live:
                await unit.beat(found[1].id, self.clock.now())
        if found and found[1].live and not found[1].present and (found[1].state is SeatState.JOINED or found[1].away_since):
            await self.sessions.decide(found[0].id, SeatBeat(found[1].id))
        return await self.seat(digest)

    async def ready(self, digest: bytes) -> SeatView | None:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
        if found is None:
            return None
        await self.sessions.decide(found[0].id, SeatReady(found[1].id))
        return await self.once(digest, SeatStatus.PREPARING)

    async def once(self, digest: bytes, no_longer: SeatStatus) -> SeatView | None:
        """The view as soon as it is another one, or as it is when patience ends: a slow line is spared the asking again."""
        if self.changes is None:
            return await self.seat(digest)
        changed = self.changes.next()
        view = await self.seat(digest)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while view is not None and view.status is no_longer:
                    await changed.wait()
                    changed = self.changes.next()
                    view = await self.seat(digest)
        return view

    async def ask_deletion(self, digest: bytes) -> SeatView | None:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
        if found is None:
            return None
        await self.sessions.decide(found[0].id, DeletionAsked(found[1].id))
        return await self.seat(digest)

    async def away(self, digest: bytes) -> bool:
        return await self._gone(digest, WentAway)

    async def leave(self, digest: bytes) -> bool:
        return await self._gone(digest, VisitorLeft)

    async def _gone(self, digest: bytes, how: type[WentAway | VisitorLeft]) -> bool:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
        if found is None:
            return False
        await self.sessions.decide(found[0].id, how(found[1].id))
        return True

    async def _link(self, token: str) -> tuple[Session, Link] | tuple[None, None]:
        """One path for every token, whatever is wrong with it."""
        async with self.units.begin() as unit:
            found = await unit.session_by_link(digest_of(token))
        if found is None or found[1].dead or found[0].state not in OPEN_STATES:
            return None, None
        return found

    def _name(self, session: Session) -> str:
        return "" if session.discreet else self.sender.public_name

    def _terms_text(self, session: Session, language: str) -> str:
        own = self.terms.discreet_texts if session.discreet else self.terms.texts
        if language in own:
            return own[language]
        name = {} if session.discreet else {"name": self.sender.public_name}
        first = self.texts.get("terms.named" if name else "terms.discreet", language, **name)
        return f"{first}\n\n{self.texts.get('terms', language, hours=_hours(session.policy.after_close))}"

    def _view(self, session: Session, seat: Seat) -> SeatView:
        plain = SeatView(
            status=STATUS_OF_SEAT.get(seat.state) or STATUS_OF_STATE.get(session.state, SeatStatus.ENDED),
            label=seat.label,
            bot=self.bot,
            public_name=self._name(session),
        )
        if seat.state is SeatState.ASKING or seat.ended is Ended.REFUSED:
            return replace(plain, status=SeatStatus.REFUSED if seat.ended else SeatStatus.ASKING)
        if not seat.live or session.state not in OPEN_STATES:
            moved = seat.ended is Ended.MOVED
            reason = None if moved else REASON_OF_END.get(seat.ended or Ended.CLOSED)
            return replace(plain, status=SeatStatus.MOVED if moved else SeatStatus.ENDED, ended_reason=reason)
        return replace(
            plain,
            user=seat.user,
            device=seat.device,
            room=session.room if seat.state in (SeatState.ADMITTED, SeatState.JOINED) else None,
            people=_people(session),
            told=_told(session),
            awaited=len(session.staff_invited | session.staff_inside),
            deletion_asked=seat.deletion_asked,
            native=seat.native,
            moved_here=seat.moves is not None,
            asked_for=session.asking is not None and session.asking.moves == seat.id,
            call_seat=seat.call_of is not None,
        )


def _people(session: Session) -> tuple[SeatPerson, ...]:
    return tuple(
        SeatPerson(seat.user, seat.label, seat.name, seat.away_since is not None, seat.call_of)
        for seat in session.seats
        if seat.user and seat.live
    )


def _hours(span: timedelta) -> str:
    """Whole hours, rounded up, at least one: nobody is promised less time than it may take."""
    return str(max(1, -(-span // timedelta(hours=1))))


def _left(session: Session, seat: Seat) -> bool:
    """Who left for good may come again through the link: the browser is told that it has no seat any more."""
    return seat.ended is Ended.LEFT and session.state in OPEN_STATES


def _told(session: Session) -> Told | None:
    """What the waiting person may honestly be told."""
    if session.state is not State.WAITING:
        return None
    if session.seen_at is not None:
        return Told.SEEN
    return Told.NOBODY_CAME if session.nobody_came else Told.TOLD
