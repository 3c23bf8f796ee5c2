"""Leave: away at once, and free to come back to the same seat (PRODUCT §4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import Ended, SeatState
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.fakes_domain import NOW, after, minutes, notices, seat, seconds, visitor

LATER = NOW + minutes(1)


def left(session: Session) -> Session:
    return after(session, c.WentAway("seat1"), at=LATER)


def beaten(session: Session, number: int = 0) -> Session:
    """As the service keeps a beat before it decides on it."""
    return session.with_seat(replace(session.seats[number], last_beat_at=LATER + seconds(1)))


def test_who_leaves_is_away_at_once_and_told_of_and_keeps_seat_and_account() -> None:
    session, effects = decide(made.waiting(), c.WentAway("seat1"), LATER)
    assert session.state is State.INVITED
    assert (session.seats[0].state, session.seats[0].present, session.seats[0].user) == (SeatState.JOINED, False, visitor())
    assert Notice.AWAY in notices(effects)
    assert not [effect for effect in effects if isinstance(effect, e.RevokeSeat | e.RemoveFromRoom)]
    assert decide(session, c.WentAway("seat1"), LATER) == (session, ()), "once is enough"


def test_it_is_told_every_time() -> None:
    session = after(beaten(left(made.waiting())), c.SeatBeat("seat1"), at=LATER + seconds(1))
    _, effects = decide(session, c.WentAway("seat1"), LATER + seconds(2))
    assert Notice.AWAY in notices(effects)


@pytest.mark.parametrize(("after_minutes", "told"), [(9, []), (11, [Notice.HERE])])
def test_who_comes_back_within_10_minutes_is_no_new_arrival(after_minutes: int, told: list[Notice]) -> None:
    session, effects = decide(left(made.waiting()), c.SeatBeat("seat1"), LATER + minutes(after_minutes))
    assert session.state is State.WAITING
    assert notices(effects) == told


def test_a_running_session_goes_on_and_the_person_is_there_again() -> None:
    session = left(made.active())
    assert (session.state, session.somebody_present) == (State.ACTIVE, False)
    assert after(session, c.SeatBeat("seat1"), at=LATER + minutes(30)).main_present


def test_the_place_of_who_left_may_be_taken_at_once() -> None:
    session = left(made.entered(made.waiting(), 2))
    session, effects = decide(session, c.SeatClaimed(seat(3)), LATER + seconds(1))
    assert (session.seats[0].state, session.seats[0].ended) == (SeatState.REVOKED, Ended.MOVED)
    assert Notice.MOVED in notices(effects)


def test_a_free_place_is_taken_first() -> None:
    session = after(left(made.waiting()), c.SeatClaimed(seat(2)), at=LATER)
    assert session.seats[0].live


def test_whose_page_was_heard_of_after_leaving_keeps_the_place() -> None:
    session = beaten(left(made.entered(made.waiting(), 2)))
    with pytest.raises(errors.LinkFull):
        decide(session, c.SeatClaimed(seat(3)), LATER + seconds(2))


def test_who_asks_for_this_very_place_gets_it_and_nobody_else() -> None:
    full = made.entered(made.waiting(), 2)
    asks = after(full, c.SeatAsked(replace(seat(3), moves="seat1")))
    assert not after(asks, c.WentAway("seat2"), at=LATER).seats[2].live
    assert left(asks).seats[2].live
    assert left(asks).seats[0].ended is Ended.MOVED


def test_who_left_on_the_way_in_waits_for_nobody_before_they_are_back() -> None:
    session = after(made.invited(), c.SeatClaimed(seat()), c.RoomCreated(made.ROOM), c.VisitorProvisioned("seat1", visitor(), "DEVICE"))
    session = after(left(session), c.SeatReady("seat1"), c.SeatAdmitted("seat1"))
    joined = after(session, c.VisitorJoined(visitor()))
    assert (joined.state, joined.seats[0].state, joined.seats[0].present) == (State.INVITED, SeatState.JOINED, False)
    assert after(joined, c.SeatBeat("seat1"), at=LATER + seconds(1)).state is State.WAITING
    back = after(session, c.SeatBeat("seat1"), at=LATER + seconds(1))
    assert (back.state, back.seats[0].away_since) == (State.INVITED, None)
    assert after(back, c.VisitorJoined(visitor()), at=LATER + seconds(2)).state is State.WAITING


def test_who_left_can_be_removed_and_is_out_when_the_session_is_closed() -> None:
    removed = after(left(made.active()), c.Remove(made.REQUESTER, "seat1"))
    assert removed.seats[0].ended is Ended.REMOVED
    assert after(left(made.active()), c.Close(made.REQUESTER)).seats[0].ended is Ended.CLOSED
