"""How far a message has come and what follows it, without storage: forward only, each failure followed once (PRODUCT §6)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.channels import Channel, ChannelOrder
from teleconnect_bot.domain.delivery import FORWARD, late_at
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.schedule import DeadlineKind
from teleconnect_bot.domain.session import Delivery, Session, State
from tests import fakes_domain as made
from tests.fakes_domain import LINK, NOW, REQUESTER, after, due_for, minutes, notices, passed

EVERYTHING = ChannelOrder((Channel.EMAIL, Channel.SMS, Channel.WHATSAPP))


def invited(*more: Contact, number: str = "+41791234567") -> Session:
    draft = made.draft()
    link = replace(draft.links[0], contact=Contact.phone(number), more=more)
    return after(replace(draft, links=(link,), policy=replace(draft.policy, channels=EVERYTHING)), c.Send(REQUESTER))


def first(session: Session) -> str:
    return session.messages[0].id


def test_a_message_to_a_number_goes_in_the_telephones_own_lane() -> None:
    _, effects = decide(replace(invited(), state=State.DRAFT, messages=()), c.Send(REQUESTER), NOW)
    (sent,) = [effect for effect in effects if isinstance(effect, e.SendMessage)]
    assert (type(sent), sent.lane) == (e.SendByPhone, "phone")


def test_a_storm_of_ten_thousand_shuffled_and_repeated_reports_ends_in_the_right_state() -> None:
    sessions = {f"s{number}": replace(invited(), id=f"s{number}") for number in range(100)}
    storm: list[tuple[str, c.Befell]] = []
    for name, session in sessions.items():
        message = first(session)
        last = c.MessageFailed(message, "lost") if name.endswith("7") else c.MessageDelivered(message)
        storm += [(name, c.MessageDelayed(message, "later")), (name, c.MessageTaken(message)), (name, last)]
    storm = (storm * 34)[:10_000]
    random.Random(1).shuffle(storm)  # noqa: S311  the same storm each time
    assert {(name, type(report)) for name, report in storm} >= {(name, c.MessageTaken) for name in sessions}
    for name, report in storm:
        sessions[name], _ = decide(sessions[name], report, NOW)
    for name, session in sessions.items():
        expected = [Delivery.FAILED, Delivery.QUEUED] if name.endswith("7") else [Delivery.DELIVERED]
        assert [message.delivery for message in session.messages] == expected


REPORTS = st.lists(st.sampled_from(["taken", "delayed", "delivered", "failed", "late"]), max_size=12)


@settings(max_examples=300)
@example(reports=["delayed", "late", "failed", "taken", "late", "failed"], address=False)
@given(reports=REPORTS, address=st.booleans())
def test_in_whatever_order_reports_come_each_message_moves_forward_and_is_followed_at_most_once(reports: list[str], address: bool) -> None:
    session, now = invited(*([Contact.email("a@example.org")] if address else [])), NOW
    kinds = {"taken": c.MessageTaken, "delivered": c.MessageDelivered}
    told = 0
    for report in reports:
        before = {message.id: message for message in session.messages}
        message = session.messages[-1].id
        if report == "late":
            due = due_for(session, DeadlineKind.UNDELIVERED)
            if due is None:
                continue
            now = max(now, due.due_at)
            session, effects = decide(session, c.DeadlinePassed(due), now)
        elif report in kinds:
            session, effects = decide(session, kinds[report](message), now)
        else:
            kind = c.MessageDelayed if report == "delayed" else c.MessageFailed
            session, effects = decide(session, kind(message, "words"), now)
        told += notices(effects).count(Notice.UNDELIVERABLE)
        for each in session.messages:
            if each.id in before:
                assert FORWARD.index(each.delivery) >= FORWARD.index(before[each.id].delivery)
            else:
                assert each.replaces in before
        replaced = [each.replaces for each in session.messages if each.replaces]
        assert len(replaced) == len(set(replaced))
        assert len({each.channel for each in session.messages}) == len(session.messages), "no channel is tried twice"
    assert len(session.messages) <= (3 if address else 2)
    assert told <= 2


def test_a_late_message_is_a_deadline_until_it_arrives_or_the_link_is_opened() -> None:
    session = after(invited(), c.MessageTaken(first(invited())), at=NOW)
    due = due_for(session, DeadlineKind.UNDELIVERED)
    assert due is not None
    assert due.due_at == NOW + minutes(10)
    assert due_for(after(session, c.MessageDelivered(first(session))), DeadlineKind.UNDELIVERED) is None
    assert due_for(after(session, c.LinkOpened(LINK)), DeadlineKind.UNDELIVERED) is None
    assert due_for(after(session, c.NotForMe(LINK)), DeadlineKind.UNDELIVERED) is None


def test_an_email_that_was_taken_is_not_waited_for() -> None:
    session = made.invited()
    taken = after(session, c.MessageTaken(first(session)))
    assert late_at(taken, taken.messages[0]) is None


@pytest.mark.parametrize("state", [State.CANCELLED, State.CLOSED])
def test_nothing_new_is_sent_about_a_session_that_has_closed(state: State) -> None:
    session = replace(after(invited(), c.MessageTaken(first(invited()))), state=state)
    changed, effects = decide(session, c.MessageFailed(first(session), "lost"), NOW)
    follows = [effect for effect in effects if isinstance(effect, e.SendMessage)]
    assert bool(follows) is (state is State.CANCELLED)
    assert changed.messages[0].delivery is Delivery.FAILED


def test_whoever_answered_stop_is_reached_by_mail_alone() -> None:
    session, effects = decide(invited(Contact.email("a@example.org")), c.OptedOut(LINK, 0), NOW)
    assert notices(effects) == [Notice.OPTED_OUT]
    failed = after(session, c.MessageFailed(first(session), "stopped"))
    assert [message.channel for message in failed.messages] == [Channel.SMS, Channel.EMAIL]
    again = after(failed, c.Resend(REQUESTER))
    assert again.messages[-1].channel is Channel.EMAIL
    assert decide(session, c.OptedOut(LINK, 0), NOW) == (session, ())


def test_what_is_final_at_the_provider_is_to_be_forgotten_there() -> None:
    for report in (c.MessageDelivered(first(invited())), c.MessageFailed(first(invited()), "lost")):
        assert e.RemoveRecord(first(invited())) in decide(invited(), report, NOW)[1]
    taken = after(invited(), c.MessageTaken(first(invited())))
    late, effects = passed(taken, DeadlineKind.UNDELIVERED)
    assert [message.channel for message in late.messages] == [Channel.SMS, Channel.WHATSAPP]
    assert not [effect for effect in effects if isinstance(effect, e.RemoveRecord)], "it is still under way"
