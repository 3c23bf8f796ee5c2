"""When people are reminded, and when they are left in peace (PRODUCT §6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.reminding import QuietHours, next_reminder
from teleconnect_bot.domain.schedule import DeadlineKind, Policy
from teleconnect_bot.domain.session import MessageKind, Session, State
from tests import fakes_domain as made
from tests.fakes_domain import LINK, NOW, REQUESTER, after, due_for, minutes, passed

KYIV = "Europe/Kyiv"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _kyiv(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(KYIV)).astimezone(UTC)


def _planned(at: datetime, policy: Policy | None = None) -> Session:
    return after(replace(made.draft(planned_at=at), zone=KYIV, policy=policy or Policy()), c.Send(REQUESTER))


def _told(effects: tuple[e.Effect, ...]) -> list[str]:
    return [effect.message for effect in effects if isinstance(effect, e.SendMessage)]


def _all_reminders(session: Session) -> list[datetime]:
    found = []
    while due := due_for(session, DeadlineKind.REMINDER):
        found.append(due.due_at)
        session, _ = passed(session, DeadlineKind.REMINDER)
    return found


def test_everybody_is_reminded_24_hours_and_15_minutes_before() -> None:
    at = _kyiv(2026, 11, 10, 14)
    session = _planned(at)
    assert _all_reminders(session) == [at - DAY, at - minutes(15)]
    reminded, effects = passed(session, DeadlineKind.REMINDER)
    assert _told(effects) == ["session.link.reminder.1"]
    assert [effect.to for effect in effects if isinstance(effect, e.RemindStaff)] == [REQUESTER]
    assert reminded.state is State.INVITED


def test_a_session_at_once_has_no_reminder_and_one_that_is_near_only_what_still_lies_ahead() -> None:
    assert due_for(made.invited(), DeadlineKind.REMINDER) is None
    assert _all_reminders(_planned(NOW + 2 * HOUR)) == [NOW + 2 * HOUR - minutes(15)]
    assert _all_reminders(_planned(NOW + minutes(10))) == []


def test_no_reminders_when_none_are_configured() -> None:
    assert _all_reminders(_planned(_kyiv(2026, 11, 10, 14), Policy(reminders=()))) == []


def test_a_reminder_in_quiet_hours_comes_at_their_end_and_one_whose_session_is_sooner_not_at_all() -> None:
    assert _all_reminders(_planned(_kyiv(2026, 11, 10, 7, 30))) == [_kyiv(2026, 11, 9, 8)]
    assert _all_reminders(_planned(_kyiv(2026, 11, 10, 22))) == [_kyiv(2026, 11, 10, 8)]
    assert _all_reminders(_planned(_kyiv(2026, 11, 10, 8, 10))) == [_kyiv(2026, 11, 9, 8, 10), _kyiv(2026, 11, 10, 8)]


def test_two_reminders_that_were_moved_to_the_same_moment_are_one() -> None:
    policy = Policy(reminders=(timedelta(hours=12), timedelta(hours=10)))
    assert _all_reminders(_planned(_kyiv(2026, 11, 10, 12), policy)) == [_kyiv(2026, 11, 10, 8)]


def test_quiet_hours_are_those_of_the_persons_clock() -> None:
    at = datetime(2026, 11, 10, 6, 30, tzinfo=UTC)
    in_kyiv, in_utc = _planned(at), replace(_planned(at), zone="UTC")
    assert next_reminder(in_kyiv, at - HOUR) == at - minutes(15)
    assert next_reminder(in_utc, at - HOUR) is None


def test_the_day_on_which_clocks_change_moves_the_end_of_the_quiet_hours_with_the_clock() -> None:
    quiet = QuietHours(time(21), time(8))
    assert quiet.end_after(datetime(2027, 3, 27, 20, tzinfo=UTC), KYIV) == datetime(2027, 3, 28, 5, tzinfo=UTC)
    assert quiet.end_after(datetime(2026, 10, 24, 20, tzinfo=UTC), KYIV) == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_quiet_hours_by_day_and_none_at_all() -> None:
    noon = datetime(2026, 11, 10, 12, tzinfo=UTC)
    assert QuietHours(time(11), time(13)).end_after(noon, "UTC") == noon + HOUR
    assert QuietHours(time(13), time(15)).end_after(noon, "UTC") is None
    assert QuietHours(time(0), time(0)).end_after(noon, "UTC") is None


def test_a_zone_that_is_not_known_counts_as_utc() -> None:
    assert QuietHours().end_after(datetime(2026, 11, 10, 22, tzinfo=UTC), "Mars/Olympus") == datetime(2026, 11, 11, 8, tzinfo=UTC)


def test_years_ahead_the_reminder_is_on_the_clock_of_that_day() -> None:
    at = _kyiv(2031, 7, 1, 14)
    assert at.hour == 11
    assert _all_reminders(_planned(at)) == [at - DAY, at - minutes(15)]


def test_a_reminder_that_comes_late_is_sent_once_and_the_ones_it_overtook_are_not() -> None:
    at = _kyiv(2026, 11, 10, 14)
    session, effects = passed(_planned(at), DeadlineKind.REMINDER, at - minutes(5))
    assert len(_told(effects)) == 1
    assert due_for(session, DeadlineKind.REMINDER) is None


def test_a_reminder_that_comes_after_the_session_or_late_at_night_is_not_sent() -> None:
    at = _kyiv(2026, 11, 10, 14)
    session, effects = passed(_planned(at), DeadlineKind.REMINDER, at)
    assert (_told(effects), due_for(session, DeadlineKind.REMINDER)) == ([], None)
    session, effects = passed(_planned(at), DeadlineKind.REMINDER, _kyiv(2026, 11, 10, 3))
    assert _told(effects) == []
    assert _all_reminders(session) == [_kyiv(2026, 11, 10, 8), at - minutes(15)]
    early = _kyiv(2026, 11, 10, 7, 30)
    session, effects = passed(_planned(early), DeadlineKind.REMINDER, _kyiv(2026, 11, 10, 3))
    assert (_told(effects), due_for(session, DeadlineKind.REMINDER)) == ([], None)


def test_a_moment_after_quiet_hours_began_is_still_in_time() -> None:
    at = _kyiv(2026, 11, 10, 21, 14)
    session = passed(_planned(at), DeadlineKind.REMINDER)[0]
    assert _told(passed(session, DeadlineKind.REMINDER, _kyiv(2026, 11, 10, 21, 1))[1]) == ["session.link.reminder.2"]


def test_a_new_date_brings_its_own_reminders_and_takes_the_old_ones_away() -> None:
    at, later = _kyiv(2026, 11, 10, 14), _kyiv(2026, 11, 20, 14)
    session = passed(_planned(at), DeadlineKind.REMINDER)[0]
    moved = after(session, c.Reschedule(REQUESTER, later), at=at - HOUR)
    assert _all_reminders(moved) == [later - DAY, later - minutes(15)]
    assert _all_reminders(after(session, c.Reschedule(REQUESTER, None), at=at - HOUR)) == []


def test_nobody_is_reminded_of_a_session_that_is_cancelled_waited_for_or_running() -> None:
    session = _planned(NOW + minutes(20))
    there = made.entered(session, at=NOW + minutes(5))
    assert there.state is State.WAITING
    for over in (after(session, c.Cancel(REQUESTER)), there, after(there, c.StaffJoined(REQUESTER))):
        assert due_for(over, DeadlineKind.REMINDER) is None


def test_who_is_there_already_or_said_that_it_is_not_for_them_is_not_reminded() -> None:
    session = _planned(NOW + minutes(20))
    interpreter = replace(session, links=(replace(session.links[0], role=Role.INTERPRETER),))
    assert _told(passed(made.entered(interpreter, at=NOW + minutes(5)), DeadlineKind.REMINDER)[1]) == []
    assert _told(passed(after(session, c.NotForMe(LINK)), DeadlineKind.REMINDER)[1]) == []


@given(
    at=st.datetimes(datetime(2026, 11, 4), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    zone=st.sampled_from([KYIV, "UTC", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]),
    ahead=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), max_size=4),
    quiet=st.builds(QuietHours, st.times(), st.times()),
)
def test_each_reminder_lies_before_the_session_outside_quiet_hours_and_comes_once(
    at: datetime, zone: str, ahead: list[timedelta], quiet: QuietHours
) -> None:
    session = replace(_planned(at, Policy(reminders=tuple(ahead), quiet_hours=quiet)), zone=zone)
    found = _all_reminders(replace(session, remind_at=next_reminder(session, NOW)))
    assert len(found) <= len(ahead)
    assert found == sorted(set(found))
    assert all(NOW < moment < at and quiet.end_after(moment, zone) is None for moment in found)


def test_reminders_are_messages_of_their_own_kind() -> None:
    session = passed(_planned(_kyiv(2026, 11, 10, 14)), DeadlineKind.REMINDER)[0]
    assert [message.kind for message in session.messages] == [MessageKind.INVITATION, MessageKind.REMINDER]
