"""The ring ladder (PRODUCT §3, "Arrival"): every 60 s for 10 min, then every 10 min."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.domain.ringing import RingLadder, Rung
from tests.fakes_domain import NOW, minutes

LADDER = RingLadder()


def test_somebody_who_waits_40_minutes_is_rung_for_each_minute_and_then_each_tenth() -> None:
    rings, last = [], NOW
    while (last := LADDER.next_ring(NOW, last)) <= NOW + minutes(40):
        rings.append((last - NOW) / minutes(1))
    assert rings == [*range(1, 11), 20, 30, 40]


@given(st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_the_next_ring_lies_ahead_however_late_the_last_one_was(late: timedelta) -> None:
    assert NOW + late < LADDER.next_ring(NOW, NOW + late) <= NOW + late + minutes(10)


def test_the_last_rung_goes_on_for_ever() -> None:
    short = RingLadder(rungs=(Rung(until=minutes(1), every=minutes(1)), Rung(until=minutes(5), every=minutes(2))))
    assert short.next_ring(NOW, NOW + minutes(500)) == NOW + minutes(502)


def test_after_30_minutes_the_person_is_told_that_nobody_could_come() -> None:
    assert LADDER.give_up == minutes(30)


def test_the_backup_hears_the_rings_from_five_minutes_on() -> None:

    assert not LADDER.calls_backup(NOW, NOW + timedelta(minutes=4, seconds=59))
    assert LADDER.calls_backup(NOW, NOW + timedelta(minutes=5))
