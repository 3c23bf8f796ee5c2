"""Who of the staff may be in the call, from where and for how long (PRODUCT §7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.calls import CallKind, CallLink, still_to_tell
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import Ended, Seat, SeatState, digest_of
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, NOW, REQUESTER, after

COLLEAGUE = "@doctor2:hospital.example"


def link(number: int = 1, user: str = REQUESTER) -> CallLink:
    return CallLink(id=f"call{number}", user=user, digest=digest_of(f"call{number}"))


def browser(number: int = 1) -> Seat:
    return Seat(id=f"callseat{number}", link="", role=Role.CALL, number=0, digest=digest_of(f"b{number}"), language="en", last_beat_at=NOW)


def offered() -> Session:
    return after(made.active(), c.CallOffered(link()))


def in_call(number: int = 1) -> Session:
    user, device = f"@visitor_call{number}:hospital.example", "DEVICE"
    return after(
        offered(),
        c.CallSeatClaimed("call1", browser(number)),
        c.VisitorProvisioned(f"callseat{number}", user, device),
        c.SeatReady(f"callseat{number}"),
        c.SeatAdmitted(f"callseat{number}"),
        c.VisitorJoined(user),
    )


def call_seat(session: Session, number: int = 1) -> Seat:
    seat = session.seat(f"callseat{number}")
    assert seat is not None
    return seat


def test_whoever_starts_is_offered_a_link_and_nobody_before() -> None:
    started, effects = decide(made.waiting(), c.StaffJoined(REQUESTER), NOW)
    assert e.OfferCall(REQUESTER) in effects
    assert after(made.waiting(), c.CallOffered(link())).call_links == ()
    assert after(started, c.CallOffered(link()), c.CallOffered(link(2))).call_links == (link(),)


@pytest.mark.parametrize("state", [state for state in State if state not in (State.ACTIVE, State.DRAFT)])
def test_outside_a_running_session_no_link_is_redeemed_and_none_is_given(state: State) -> None:
    session = replace(made.IN_STATE[state](), call_links=(link(),))
    assert decide(session, c.CallSeatClaimed("call1", browser()), NOW) == (session, ())
    with pytest.raises(errors.Refused):
        decide(session, c.Call(REQUESTER, CallKind.VIDEO, link(2)), NOW)


def test_the_first_browser_has_the_link_and_sits_in_the_call_as_that_person() -> None:
    session, effects = decide(offered(), c.CallSeatClaimed("call1", browser()), NOW)
    seat = call_seat(session)
    assert (seat.call_of, seat.label, seat.state, seat.digest) == (REQUESTER, "Staff call", SeatState.CLAIMED, digest_of("b1"))
    assert e.ProvisionVisitor("callseat1") in effects
    assert decide(session, c.CallSeatClaimed("call1", browser()), NOW) == (session, ()), "the same browser again"


def test_another_browser_is_refused_and_the_owner_told_once() -> None:
    session, effects = decide(in_call(), c.CallSeatClaimed("call1", browser(2)), NOW)
    assert session.seat("callseat2") is None
    assert effects == (e.Tell(Notice.CALL_LINK_TRIED, REQUESTER),)
    assert decide(session, c.CallSeatClaimed("call1", browser(3)), NOW)[1] == ()
    assert call_seat(session).live, "the one in the call stays there"


def test_a_link_that_the_session_does_not_have_is_refused() -> None:
    session = offered()
    assert decide(session, c.CallSeatClaimed("of another session", browser()), NOW) == (session, ())


def test_call_gives_a_new_link_and_the_old_one_is_worth_nothing() -> None:
    session, effects = decide(offered(), c.Call(REQUESTER, CallKind.AUDIO, replace(link(2), user="")), NOW)
    assert session.call_links == (replace(link(2), kind=CallKind.AUDIO),)
    assert e.RingCall("audio", "call2") in effects
    assert decide(session, c.CallSeatClaimed("call1", browser()), NOW) == (session, ())


def test_who_redeems_a_new_link_is_out_of_the_call_in_the_browser_before() -> None:
    session = after(in_call(), c.Call(REQUESTER, CallKind.VIDEO, link(2)))
    assert call_seat(session).live, "asking alone ends nothing"
    session, effects = decide(session, c.CallSeatClaimed("call2", browser(2)), NOW)
    assert (call_seat(session).state, call_seat(session).ended) == (SeatState.REVOKED, Ended.MOVED)
    assert e.RevokeSeat("callseat1") in effects
    assert call_seat(session, 2).label == "Staff call"


def test_a_colleague_in_the_room_has_a_link_of_their_own_and_rings_too() -> None:
    session = replace(offered(), colleagues=frozenset({COLLEAGUE}), staff_inside=frozenset({REQUESTER, COLLEAGUE}))
    called, effects = decide(session, c.Call(COLLEAGUE, CallKind.VIDEO, link(2)), NOW)
    assert called.call_links == tuple(replace(each, kind=CallKind.VIDEO) for each in (link(), link(2, COLLEAGUE)))
    assert e.Tell(Notice.CALLED, REQUESTER) in effects
    assert e.Tell(Notice.CALLED, COLLEAGUE) not in effects


@pytest.mark.parametrize(
    ("by", "error"), [(BACKUP, errors.NotInTheRoom), (made.STRANGER, errors.NotYours), (COLLEAGUE, errors.NotInTheRoom)]
)
def test_who_is_not_in_the_room_has_no_way_into_the_call(by: str, error: type[errors.Refused]) -> None:
    session = replace(offered(), colleagues=frozenset({COLLEAGUE}))
    with pytest.raises(error):
        decide(session, c.Call(by, CallKind.VIDEO, link(2)), NOW)


ENDS: dict[str, Callable[[], c.Command]] = {
    "closed": lambda: c.Close(REQUESTER),
    "closed and deleted": lambda: c.CloseNow(REQUESTER),
    "kept open": lambda: c.Keep(REQUESTER),
    "left by its owner": lambda: c.StaffLeft(REQUESTER),
    "its owner has lost their access": lambda: c.StaffGone(REQUESTER, None),
}


@pytest.mark.parametrize("end", ENDS)
def test_link_and_seat_end_with_the_session_or_with_the_owners_presence(end: str) -> None:
    session, effects = decide(in_call(), ENDS[end](), NOW)
    assert session.call_links == ()
    seat = call_seat(session)
    assert seat.state is SeatState.REVOKED
    assert effects.count(e.RevokeSeat("callseat1")) == 1
    assert seat.user is not None
    assert effects.count(e.RemoveFromRoom(seat.user)) == 1


def test_everybody_of_the_staff_who_comes_in_is_offered_a_link_and_receives_it_once() -> None:
    session, effects = decide(replace(made.active(), staff_invited=frozenset({REQUESTER, COLLEAGUE})), c.StaffJoined(COLLEAGUE), NOW)
    assert e.OfferCall(COLLEAGUE) in effects
    session, effects = decide(session, c.CallOffered(link(2, COLLEAGUE)), NOW)
    assert e.Tell(Notice.CALL_OFFERED, COLLEAGUE) in effects
    assert decide(session, c.CallOffered(link(3, COLLEAGUE)), NOW) == (session, ())
    _, effects = decide(session, c.CallOffered(link()), NOW)
    assert not [effect for effect in effects if isinstance(effect, e.Tell)], "on the card of the one who reads the card"


def test_with_the_first_seat_a_call_begins_of_which_the_others_learn_once() -> None:
    both = replace(made.active(), staff_inside=frozenset({REQUESTER, COLLEAGUE}))
    both = after(both, c.CallOffered(link()), c.CallOffered(link(2, COLLEAGUE)))
    begun, effects = decide(both, c.CallSeatClaimed("call1", browser()), NOW)
    assert [effect for effect in effects if isinstance(effect, e.Tell)] == [e.Tell(Notice.CALLED, COLLEAGUE)]
    _, effects = decide(begun, c.CallSeatClaimed("call2", browser(2)), NOW)
    assert not [effect for effect in effects if isinstance(effect, e.Tell)]


def test_whoever_was_rung_for_a_call_is_not_told_again_that_it_begins_and_all_links_lead_into_that_kind() -> None:
    both = replace(made.active(), staff_inside=frozenset({REQUESTER, COLLEAGUE}))
    rung = after(both, c.CallOffered(link(2, COLLEAGUE)), c.Call(REQUESTER, CallKind.AUDIO, link()))
    assert {each.kind for each in rung.call_links} == {CallKind.AUDIO}
    for claimed in ("call1", "call2"):
        _, effects = decide(rung, c.CallSeatClaimed(claimed, browser()), NOW)
        assert not [effect for effect in effects if isinstance(effect, e.Tell)]
    later = after(replace(rung, staff_inside=rung.staff_inside | {BACKUP}), c.CallOffered(link(3, BACKUP)))
    assert later.call_links[-1].kind is CallKind.AUDIO


def test_of_a_guest_who_goes_into_the_call_alone_the_staff_learn_once_however_often_it_is_said() -> None:
    both = replace(made.active(), staff_inside=frozenset({REQUESTER, COLLEAGUE}))
    both = after(both, c.CallOffered(link()), c.CallOffered(link(2, COLLEAGUE)))
    heard, effects = decide(both, c.CallHeard(made.visitor()), NOW)
    assert {effect for effect in effects if isinstance(effect, e.Tell)} == {
        e.Tell(Notice.CALLED, REQUESTER),
        e.Tell(Notice.CALLED, COLLEAGUE),
    }
    assert decide(heard, c.CallHeard(made.visitor()), NOW) == (heard, ())
    _, effects = decide(heard, c.CallSeatClaimed("call1", browser()), NOW)
    assert not [effect for effect in effects if isinstance(effect, e.Tell)]


def test_what_staff_or_strangers_say_of_a_call_tells_nobody_of_it() -> None:
    in_it = in_call()
    for user in (REQUESTER, "@stranger:hospital.example", made.visitor(), next(iter(in_it.call_users))):
        assert decide(in_it, c.CallHeard(user), NOW) == (in_it, ())
    assert decide(made.active(), c.CallHeard(made.visitor()), NOW) == (made.active(), ()), "nobody has a way into a call"
    assert decide(offered(), c.CallHeard(REQUESTER), NOW) == (offered(), ())


@pytest.mark.parametrize("notice", [Notice.CALLED, Notice.CALL_OFFERED])
def test_of_a_call_that_is_over_or_a_link_that_is_used_nobody_is_told_afterwards(notice: Notice) -> None:
    assert still_to_tell(offered(), notice, REQUESTER)
    assert not still_to_tell(after(offered(), c.Close(REQUESTER)), notice, REQUESTER)
    assert not still_to_tell(offered(), notice, COLLEAGUE)
    assert still_to_tell(in_call(), notice, REQUESTER) is (notice is Notice.CALLED)


def test_a_session_that_is_taken_up_again_offers_a_new_link() -> None:
    kept = after(in_call(), c.Keep(REQUESTER), c.SeatBeat("seat1"))
    assert kept.state is State.KEPT_OPEN
    _, effects = decide(kept, c.Start(REQUESTER), NOW)
    assert e.OfferCall(REQUESTER) in effects


def test_what_was_written_for_a_call_seat_before_it_had_joined_is_handed_over() -> None:
    user = "@visitor_call1:hospital.example"
    before = after(offered(), c.CallSeatClaimed("call1", browser()), c.VisitorProvisioned("callseat1", user, "D"), c.SeatReady("callseat1"))
    _, effects = decide(before, c.VisitorJoined(user), NOW)
    assert e.DeliverLetters(user) in effects


def test_a_call_seat_is_nobody_of_its_own() -> None:
    session = in_call()
    seat = call_seat(session)
    assert seat.state is SeatState.JOINED
    assert seat not in session.present_seats
    assert after(session, c.SeatBeat("callseat1")) == session
    assert session.call_users == {seat.user}
    assert not session.is_main(seat)
