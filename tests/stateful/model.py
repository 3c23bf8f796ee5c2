"""What somebody who has read PRODUCT §2, and not the code, would expect of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from hypothesis import strategies as st

from teleconnect_bot.domain.session import Delivery, State
from tests.fakes_domain import BACKUP, NOW, REQUESTER

STAFF = (REQUESTER, BACKUP)
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
    last_beat: datetime = NOW


@dataclass
class Model:
    """What somebody who has read PRODUCT §2 and nothing else would expect."""

    state: State = State.DRAFT
    interpreter: bool = False
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
        person.present, person.in_room, person.last_beat = True, True, now
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
            person.present, person.over = False, True


class Already(IntEnum):
    """How far the session has come before anything goes at random."""

    DRAFTED = 0
    SENT = 1
    INVITED = 2
    THERE = 3
    STARTED = 4
    KEPT_OPEN = 5
