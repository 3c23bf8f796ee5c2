"""One step of a session's life, and all that must hold of any step and at every moment."""

from __future__ import annotations

import copy
import itertools
from datetime import datetime

from hypothesis.stateful import RuleBasedStateMachine, invariant

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.effects import Effect, Notice
from teleconnect_bot.domain.errors import LinkRefused, Refused
from teleconnect_bot.domain.guest_link import SeatState
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.organisations import OfferState
from teleconnect_bot.domain.schedule import DeadlineKind, deadlines
from teleconnect_bot.domain.session import MessageKind, Session, State
from tests.fakes_domain import COLLEAGUE, NOW, draft, notices
from tests.stateful.model import DELIVERY_ORDER, OVER, SAME_ARRIVAL, STAFF, Model


class Steps(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.model = Model()
        self.session: Session = draft()
        self.numbers = itertools.count(1)
        self.left_at: datetime | None = None
        self.told_time: datetime | None = None
        """When it takes place, as invited people know it."""

    def step(self, command: c.Command) -> tuple[Effect, ...] | None:
        """The effects, None when it was refused, which must have changed nothing. The rules of any single step are held here."""
        before = copy.deepcopy(self.session)
        try:
            changed, effects = decide(self.session, command, self.now)
        except (Refused, LinkRefused) as refused:
            self._changed_nothing(before, refused.text())
            return None
        assert self.session == before, "the session that was given is not the one that changes"
        assert (changed, effects) == decide(before, command, self.now), "the same question has the same answer"
        self._holds_between(before, changed, effects)
        self.session = changed
        return effects

    def _changed_nothing(self, before: Session, words: str) -> None:
        assert self.session == before
        assert "{" not in words

    def _holds_between(self, before: Session, after: Session, effects: tuple[Effect, ...]) -> None:
        assert all(effect.lane for effect in effects)
        if before.state in (State.HELD, State.UNAVAILABLE) and after.state in (State.HELD, State.UNAVAILABLE):
            assert {message.kind for message in after.messages} <= {MessageKind.RELEASED}, "nobody else receives anything meanwhile"
            assert not [effect for effect in effects if isinstance(effect, e.Tell) and effect.to is not None]
            assert not [effect for effect in effects if isinstance(effect, e.InviteToRoom)]
        if len(after.starts) > len(before.starts):
            assert len(after.starts) == len(before.starts) + 1
            assert before.state is not State.ACTIVE
            assert after.holder in STAFF
        if before.started:
            assert {link.id: link.places for link in after.links} == {link.id: link.places for link in before.links}
            assert {effect.user for effect in effects if isinstance(effect, e.InviteToRoom)} <= {*STAFF, COLLEAGUE}
            assert after.colleagues <= before.colleagues
        old = {message.id: message for message in before.messages}
        for message in after.messages:
            if message.id in old:
                assert DELIVERY_ORDER.index(message.delivery) >= DELIVERY_ORDER.index(old[message.id].delivery)
            else:
                assert e.SendMessage(message.id) in effects, "a message that is noted is also sent"
        assert {message.id for message in before.messages} <= {message.id for message in after.messages}
        new_over = _over(after) - _over(before)
        assert {effect.seat for effect in effects if isinstance(effect, e.RevokeSeat)} == new_over
        if after.state is State.TEARING_DOWN and before.state is not State.TEARING_DOWN:
            assert e.TearDown() in effects
        else:
            assert e.TearDown() not in effects
        if before.state is State.TEARING_DOWN:
            assert after.state in (State.TEARING_DOWN, State.GONE)
        if before.state is State.GONE:
            assert after == before
        self._rings_rightly(before, after, effects)

    def _rings_rightly(self, before: Session, after: Session, effects: tuple[Effect, ...]) -> None:
        """HERE and CAME_BACK ring once for each arrival; who was away for less than 10 min is no new one."""
        rung = [notice for notice in notices(effects) if notice in (Notice.HERE, Notice.CAME_BACK)]
        if after.state is State.WAITING and before.state is not State.WAITING:
            again = self.left_at is not None and self.now - self.left_at <= SAME_ARRIVAL
            assert len(rung) == (0 if again else 1)
            assert set(STAFF) <= after.staff_invited | after.staff_inside or again
        else:
            assert not rung
        if before.state is State.WAITING and after.state in (State.INVITED, State.KEPT_OPEN):
            self.left_at = self.now
        elif after.state is State.ACTIVE or after.state in OVER:
            self.left_at = None

    # ---- what holds at every moment

    @invariant()
    def the_state_is_the_one_of_the_model(self) -> None:
        assert self.session.state is self.model.state
        assert len(self.session.starts) == self.model.started

    @invariant()
    def who_is_there_is_who_the_model_thinks(self) -> None:
        assert {each.id for each in self.session.present_seats} == {name for name, person in self.model.people.items() if person.present}
        assert {each.id for each in self.session.seats if each.live} == {
            name for name, person in self.model.people.items() if not person.over and not person.asking
        }
        assert (self.session.asking.id if self.session.asking else None) == self.model.asker()

    @invariant()
    def nothing_starts_before_a_main_seat_has_entered(self) -> None:
        assert not self.session.started or self.model.main_was_in_room

    @invariant()
    def somebody_waits_exactly_while_a_main_seat_is_there(self) -> None:
        if self.session.state is State.WAITING:
            assert self.session.main_present
        if self.session.state is State.INVITED:
            assert not self.session.main_present

    @invariant()
    def every_open_state_has_something_due(self) -> None:
        due = deadlines(self.session)
        assert due == deadlines(copy.deepcopy(self.session))
        assert list(due) == sorted(due, key=lambda deadline: deadline.due_at)
        assert bool(due) is (self.session.state not in (State.TEARING_DOWN, State.GONE))
        if self.session.state is State.WAITING and self.session.seen_at is None:
            assert DeadlineKind.RING in {deadline.kind for deadline in due}

    @invariant()
    def the_offers_are_those_of_the_model(self) -> None:
        offers = {each.id: each for each in self.session.offers}
        accepted = [each for each in offers.values() if each.state is OfferState.ACCEPTED]
        asked = sorted(name for name, each in offers.items() if each.state is OfferState.ASKED)
        assert len(accepted) <= 1, "one interpreter at the most"
        if self.session.state in OVER or self.session.started:
            assert not asked or self.session.state in (State.TEARING_DOWN, State.GONE)
        elif self.session.state is not State.DRAFT:
            assert asked == [f"offer{number}" for number in sorted(self.model.seeking.asked())]
            assert self.session.interpreter_ready is bool(accepted) is self.model.seeking.ready
        if self.session.state is State.HELD:
            assert asked or accepted
        if self.session.state is State.UNAVAILABLE:
            assert not asked
            assert not accepted

    @invariant()
    def after_the_end_nobody_has_a_seat(self) -> None:
        if self.session.state in OVER:
            assert all(each.state is SeatState.REVOKED and each.ended and not each.present for each in self.session.seats)

    @invariant()
    def no_link_holds_more_people_than_were_invited(self) -> None:
        assert all(self.session.free_places(link) >= 0 for link in self.session.links)
        numbers = [(each.role, each.number) for each in self.session.seats if each.live]
        assert len(numbers) == len(set(numbers))


def _over(session: Session) -> set[str]:
    return {each.id for each in session.seats if each.state is SeatState.REVOKED}
