"""What somebody who has read PRODUCT §2, and not the code, would expect of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from hypothesis import strategies as st

from teleconnect_bot.domain.session import Delivery, State
from tests.fakes_domain import BACKUP, MEMBER, NOW, REQUESTER

STAFF = (REQUESTER, BACKUP, MEMBER)
OPEN = {State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN}
OVER = {State.CLOSED, State.CANCELLED, State.TEARING_DOWN, State.GONE}
AWAY, SAME_ARRIVAL = timedelta(seconds=90), timedelta(minutes=10)
DELIVERY_ORDER = [Delivery.QUEUED, Delivery.DELAYED, Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED]
MAIN, OTHER = "link", "interpreter"
SURE = st.sampled_from([False] * 5 + [True])
"""What ends a session is seldom asked for where it is possible, so that runs come far."""


@dataclass
class Person:
    """One browser as the model sees it."""

    main: bool
    in_room: bool = False
    present: bool = False
    over: bool = False
    removed: bool = False
    asking: bool = False
    wants: str | None = None
    """Whose place, while it asks; None: one more."""
    last_beat: datetime = NOW
    left: bool = False
    """Has pressed Leave, and nothing was heard of the page since."""


@dataclass
class Seeking:
    """Which organisations are asked, as PRODUCT §5 says it. Two are asked at once, a third when the requester wants another."""

    wanted: bool = False
    said: dict[int, str] = field(default_factory=dict)
    ready: bool = False
    held_back: bool = False
    since: datetime = NOW

    def begins(self, now: datetime) -> None:
        self.said, self.since = {1: "asked", 2: "asked"}, now

    def asked(self) -> list[int]:
        return [number for number, said in self.said.items() if said == "asked"]

    def accepts(self, number: int) -> bool:
        if self.said.get(number) != "asked":
            return False
        self.said = {other: "taken" if said == "asked" else said for other, said in self.said.items()}
        self.said[number], self.ready = "accepted", True
        return True

    def declines(self, number: int) -> bool:
        """Nobody is asked any more."""
        if self.said.get(number) != "asked":
            return False
        self.said[number] = "no"
        return not self.asked()

    def withdraws(self, number: int) -> bool:
        if self.said.get(number) != "accepted":
            return False
        self.said[number], self.ready = "no", False
        return True

    def asks_anew(self, now: datetime, *, held: bool) -> None:
        """The time was changed: whoever accepted is asked to confirm, else all; openly only those who are being asked."""
        accepted = [number for number, said in self.said.items() if said == "accepted"]
        for number in accepted or (not held and self.asked()) or list(self.said):
            self.said[number] = "asked"
        self.since, self.ready = now, False

    def asks_another(self, now: datetime) -> None:
        self.wanted, self.since = True, now
        self.said[3] = "asked"

    def nobody_any_more(self) -> None:
        """The time is over, or the requester goes on without."""
        self.said = {number: "no" if said == "asked" else said for number, said in self.said.items()}
        self.ready = self.ready and "accepted" in self.said.values()


@dataclass
class Model:
    """What somebody who has read PRODUCT §2 and nothing else would expect."""

    state: State = State.DRAFT
    seeking: Seeking = field(default_factory=Seeking)
    started: int = 0
    came_from: State = State.INVITED
    people: dict[str, Person] = field(default_factory=dict)
    staff_in_room: set[str] = field(default_factory=set)
    main_was_in_room: bool = False

    def main_there(self) -> bool:
        return any(person.main and person.present for person in self.people.values())

    def anybody_there(self) -> bool:
        return any(person.present for person in self.people.values())

    def comes(self, name: str, now: datetime) -> None:
        person = self.people[name]
        person.present, person.in_room, person.last_beat, person.left = True, True, now, False
        self.main_was_in_room = self.main_was_in_room or person.main
        if person.main and self.state in (State.INVITED, State.KEPT_OPEN):
            self.came_from, self.state = self.state, State.WAITING

    def goes(self, name: str, *, for_good: bool) -> None:
        person = self.people[name]
        person.present, person.over = False, person.over or for_good
        if self.state is State.WAITING and not self.main_there():
            self.state = self.came_from

    def starts(self) -> None:
        self.state, self.started = State.ACTIVE, self.started + 1

    def ends(self, state: State) -> None:
        self.state = state
        for person in self.people.values():
            person.present, person.over, person.asking = False, True, False

    def asker(self) -> str | None:
        return next((name for name, person in self.people.items() if person.asking), None)

    def lost_trust(self, main: bool) -> bool:
        """Somebody who came by that link was removed, and may come again by it."""
        return any(person.removed and person.main is main for person in self.people.values())

    def sits_down(self, asker: str, now: datetime, old: str | None = None) -> None:
        """Whoever asked has a place; who had it before is out."""
        self.people[asker].asking, self.people[asker].last_beat = False, now
        if old is not None:
            self.goes(old, for_good=True)

    def refused(self, asker: str) -> None:
        self.people[asker].asking, self.people[asker].over = False, True


class Already(IntEnum):
    """How far the session has come before anything goes at random."""

    DRAFTED = 0
    SENT = 1
    INVITED = 2
    THERE = 3
    STARTED = 4
    KEPT_OPEN = 5
