"""A session in each of its states, each made by `decide` from the one before, so that no test rests on an impossible one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.effects import Effect, Notice, Tell
from teleconnect_bot.domain.guest_link import Link, Seat, digest_of
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.organisations import Offer
from teleconnect_bot.domain.people import Contact, Role
from teleconnect_bot.domain.schedule import Deadline, DeadlineKind, Policy, deadlines
from teleconnect_bot.domain.session import Mode, Session, State

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
REQUESTER, BACKUP, STRANGER = "@nurse:hospital.example", "@doctor:hospital.example", "@stranger:hospital.example"
ROOM = "!room:hospital.example"
LINK = "link"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def draft(*, interpreter: str | None = None, planned_at: datetime | None = None, places: int = 2, backup: str | None = BACKUP) -> Session:
    link = Link(
        id=LINK,
        role=Role.SERVICE_USER,
        digest=digest_of("token"),
        contact=Contact.email("amina@example.org"),
        language="fr",
        places=places,
        name="Amina",
    )
    return Session(
        id="session",
        code="K7M2",
        marker="marker",
        key="session",
        requester=REQUESTER,
        backup=backup,
        chat="!chat:hospital.example",
        state=State.DRAFT,
        state_since=NOW,
        created_at=NOW,
        last_activity_at=NOW,
        interpreter_wanted=interpreter,
        offers=(offer(1), offer(2)) if interpreter else (),
        planned_at=planned_at,
        links=(link,),
        policy=Policy(),
    )


def offer(number: int, alone_for: timedelta = timedelta(0)) -> Offer:
    """What the organisation of this number is asked."""
    return Offer(id=f"offer{number}", organisation=f"organisation{number}", digest=digest_of(f"offer{number}"), alone_for=alone_for)


def interpreters_link(number: int = 1, round_: int = 1) -> Link:
    name = f"interpreter{number}.{round_}"
    contact = Contact.email(f"interpreter{number}@example.org")
    return Link(id=name, role=Role.INTERPRETER, digest=digest_of(name), contact=contact, language="en", name="Selam")


def accepts(number: int = 1, round_: int = 1) -> c.InterpreterAccepted:
    return c.InterpreterAccepted(f"offer{number}", round_, link=interpreters_link(number, round_))


def declines(number: int = 1, round_: int = 1) -> c.InterpreterDeclined:
    return c.InterpreterDeclined(f"offer{number}", round_, "nobody is free")


def seat(number: int = 1, link: str = LINK, now: datetime = NOW) -> Seat:
    """What the page brings along; its visitor will be `visitor(number)`."""
    return Seat(
        id=f"seat{number}",
        link=link,
        role=Role.SERVICE_USER,
        number=0,
        digest=digest_of(f"secret{number}"),
        language="fr",
        name="Amina",
        last_beat_at=now,
    )


def visitor(number: int = 1) -> str:
    return f"@tcv-{number}:hospital.example"


def after(session: Session, *commands: c.Command, at: datetime = NOW) -> Session:
    for command in commands:
        session, _ = decide(session, command, at)
    return session


def passed(session: Session, kind: DeadlineKind, at: datetime | None = None) -> tuple[Session, tuple[Effect, ...]]:
    """The session once its deadline of this kind has befallen it, at that very moment or later."""
    due = due_for(session, kind)
    assert due is not None, f"there is no deadline {kind} in state {session.state}"
    return decide(session, c.DeadlinePassed(due), at or due.due_at)


def due_for(session: Session, kind: DeadlineKind) -> Deadline | None:
    return next((deadline for deadline in deadlines(session) if deadline.kind is kind), None)


def entered(session: Session, number: int = 1, at: datetime = NOW) -> Session:
    """Somebody pressed Enter waiting room, and their device is in the room."""
    session = after(session, c.SeatClaimed(seat(number)), c.RoomCreated(ROOM), at=at)
    session = after(session, c.VisitorProvisioned(f"seat{number}", visitor(number), "DEVICE"), c.SeatReady(f"seat{number}"), at=at)
    return after(session, c.SeatAdmitted(f"seat{number}"), c.VisitorJoined(visitor(number)), at=at)


def notices(effects: tuple[Effect, ...]) -> list[Notice]:
    return [effect.notice for effect in effects if isinstance(effect, Tell)]


def held() -> Session:
    return after(draft(interpreter="ti"), c.Send(REQUESTER))


def unavailable() -> Session:
    return after(held(), declines(1), declines(2))


def invited() -> Session:
    return after(draft(), c.Send(REQUESTER))


def waiting() -> Session:
    return entered(invited())


def active() -> Session:
    return after(waiting(), c.StaffJoined(REQUESTER))


def kept_open() -> Session:
    return after(active(), c.Keep(REQUESTER))


def kept_open_alone() -> Session:
    """Kept open, and the person has gone away."""
    return passed(kept_open(), DeadlineKind.SEAT_AWAY)[0]


def waiting_again() -> Session:
    """The person came back into a session that was kept open."""
    return after(kept_open_alone(), c.SeatBeat("seat1"), at=NOW + timedelta(hours=2))


def closed() -> Session:
    return after(active(), c.Close(REQUESTER))


def cancelled() -> Session:
    return after(waiting(), c.Cancel(REQUESTER))


def tearing_down() -> Session:
    return after(closed(), c.CloseNow(REQUESTER))


def gone() -> Session:
    return after(tearing_down(), c.RoomEmptied(), c.TornDown())


IN_STATE: dict[State, Callable[[], Session]] = {
    State.DRAFT: draft,
    State.HELD: held,
    State.UNAVAILABLE: unavailable,
    State.INVITED: invited,
    State.WAITING: waiting,
    State.ACTIVE: active,
    State.KEPT_OPEN: kept_open,
    State.CLOSED: closed,
    State.CANCELLED: cancelled,
    State.TEARING_DOWN: tearing_down,
    State.GONE: gone,
}


COLLEAGUE, MEMBER = "@colleague:hospital.example", "@member:hospital.example"


def of_team(session: Session) -> Session:
    """The draft rings in the room of a team, in which the requester is as well."""
    return replace(session, team="night", team_members=frozenset({REQUESTER, MEMBER}))


def with_colleague(session: Session, *, in_person: bool = False) -> Session:
    """The draft with a colleague by Matrix id; in person there is no link for a service user."""
    if not in_person:
        return replace(session, colleagues=frozenset({COLLEAGUE}))
    return replace(session, colleagues=frozenset({COLLEAGUE}), mode=Mode.IN_PERSON, links=())
