"""Acceptance, refusal, expiry, cancelling, a new time and withdrawal in each order, with all that must hold of a session (PRODUCT §2)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from teleconnect_bot.domain.schedule import DeadlineKind, deadlines
from tests.stateful.model import Already
from tests.stateful.test_session_life import SessionLife


def expire(life: SessionLife) -> None:
    """The time to answer is over, if anybody is being asked."""
    due = next((deadline for deadline in deadlines(life.session) if deadline.kind is DeadlineKind.INTERPRETER_DUE), None)
    if due is not None:
        life.now = max(life.now, due.due_at)
        life.carry_out_what_is_due()


HAPPENS: Mapping[str, Callable[[SessionLife], None]] = {
    "accept": lambda life: life.an_interpreter(1, "accepts"),
    "decline": lambda life: life.an_interpreter(2, "declines"),
    "expire": expire,
    "cancel": lambda life: life.cancel(sure=True),
    "reschedule": lambda life: life.reschedule(1),
    "withdraw": lambda life: life.an_interpreter(1, "withdraws"),
    "accept again": lambda life: life.an_interpreter(2, "accepts"),
}
LAST: tuple[tuple[str, ...], ...] = ((), ("cancel",))


def orders() -> list[tuple[str, ...]]:
    """What comes after a cancelling changes nothing more, so it comes last, or never; what else is left out is a shorter order."""
    others = [name for name in HAPPENS if name not in ("cancel", "accept again")]
    found = [(*order, *last) for order in itertools.permutations(others) for last in LAST]
    return found + [("cancel", *order) for order in itertools.permutations(others, 2)]


@pytest.mark.parametrize("planned", [None, timedelta(days=400)], ids=["at once", "planned"])
@pytest.mark.parametrize("again", [False, True], ids=["once", "and another accepts"])
def test_whatever_the_order_the_rules_hold(planned: timedelta | None, again: bool) -> None:
    for order in orders():
        life = SessionLife()
        life.made(interpreter=True, places=1, shared=False, planned=planned, already=Already.SENT)
        for name in (*order, "accept again") if again else order:
            HAPPENS[name](life)
            life.the_state_is_the_one_of_the_model()
            life.the_offers_are_those_of_the_model()
            life.every_open_state_has_something_due()
        life.teardown()
