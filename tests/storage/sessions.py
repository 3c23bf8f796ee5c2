"""Sessions for the storage tests: one with everything filled in, and any other that the types allow."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

from hypothesis import strategies as st
from sqlalchemy import Table

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.columns import sealed_columns
from teleconnect_bot.domain.calls import CallLink
from teleconnect_bot.domain.guest_link import Link, Seat, SeatState, digest_of
from teleconnect_bot.domain.organisations import Offer, OfferState
from teleconnect_bot.domain.people import Contact, ContactKind, Role
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Channel, Delivery, MessageKind, OutgoingMessage, Session, State

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
REQUESTER = "@nurse:hospital.example"
BACKUP = "@doctor:hospital.example"

PERSONAL = (
    "amina.sentinel@example.org",
    "Amina Sentinel",
    "Sentinel the Younger",
    "tlh-sentinel",
    "vul-sentinel",
    "eld-sentinel",
    "qya-sentinel",
    "Antarctica/Sentinel",
    "terms-sentinel",
    "the mailbox of Sentinel is full",
    "nobody of ours speaks Sentinel",
    "1999-12-31T23:58:57",
)
"""What `full_session` holds of people; it must stand nowhere in readable form."""


def full_session(name: str = "one") -> Session:
    """A session that waits: one link, one seat that is present, one message that failed. Its ids begin with `name`."""
    link = Link(
        id=f"{name}-link",
        role=Role.SERVICE_USER,
        digest=digest_of(f"{name}-token"),
        contact=Contact(ContactKind.EMAIL, "amina.sentinel@example.org"),
        language="tlh-sentinel",
        places=2,
        name="Amina Sentinel",
        opened_at=NOW - timedelta(minutes=5),
    )
    seat = Seat(
        id=f"{name}-seat",
        link=link.id,
        role=Role.SERVICE_USER,
        number=1,
        digest=digest_of(f"{name}-secret"),
        language="vul-sentinel",
        name="Sentinel the Younger",
        terms="terms-sentinel",
        consent_at=datetime(1999, 12, 31, 23, 58, 57, tzinfo=UTC),
        state=SeatState.JOINED,
        user=f"@tcv-{name}:hospital.example",
        device=f"{name}-device",
        present=True,
        last_beat_at=NOW,
    )
    message = OutgoingMessage(
        id=f"{name}-message",
        link=link.id,
        kind=MessageKind.INVITATION,
        channel=Channel.EMAIL,
        delivery=Delivery.FAILED,
        problem="the mailbox of Sentinel is full",
    )
    offer = Offer(
        id=f"{name}-offer",
        organisation="horn",
        digest=digest_of(f"{name}-offer"),
        state=OfferState.DECLINED,
        asked_at=NOW - timedelta(minutes=50),
        reason="nobody of ours speaks Sentinel",
    )
    return Session(
        id=f"{name}-session",
        code=name.upper(),
        marker=f"{name}-marker",
        key=f"{name}-key",
        requester=REQUESTER,
        chat="!chat:hospital.example",
        state=State.WAITING,
        state_since=NOW,
        created_at=NOW - timedelta(hours=1),
        last_activity_at=NOW,
        backup=BACKUP,
        team="night",
        language="eld-sentinel",
        zone="Antarctica/Sentinel",
        interpreter_wanted="qya-sentinel",
        room=f"!{name}:hospital.example",
        links=(link,),
        seats=(seat,),
        messages=(message,),
        offers=(offer,),
        staff_invited=frozenset({REQUESTER, BACKUP}),
        arrived_at=NOW,
        last_ring_at=NOW,
    )


ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12).filter(lambda text: not text.startswith("-"))
times = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
spans = st.timedeltas(timedelta(0), timedelta(days=400))
"""Of whole microseconds, as the databases keep them."""


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    if hint is str:
        return ids
    if hint == str | None:
        return st.none() | ids
    if hint == frozenset[str]:
        return st.frozensets(ids, max_size=3)
    if hint is int:
        return st.integers(0, 2**31 - 2)
    if hint is bytes:
        return st.binary(min_size=32, max_size=32)
    return st.from_type(hint)


def anything(cls: type, table: Table, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of the class: any text in sealed fields, opaque ids in the others."""
    hints, sealed = get_type_hints(cls), sealed_columns(table)
    strategies = {
        each.name: st.from_type(hints[each.name]) if each.name in sealed else _plain(hints[each.name])
        for each in fields(cls)
        if each.name not in given
    }
    return st.builds(cls, **strategies, **given)


st.register_type_strategy(datetime, times)
st.register_type_strategy(timedelta, spans)
st.register_type_strategy(Contact, st.builds(Contact, st.sampled_from(ContactKind), st.text()))


def _apart(parts: list[Any], name: str) -> tuple[Any, ...]:
    """The parts with ids and digests of their own."""
    changed = (replace(part, id=f"{name}-{number}") for number, part in enumerate(parts))
    return tuple(replace(part, digest=digest_of(part.id)) if hasattr(part, "digest") else part for part in changed)


def any_session() -> st.SearchStrategy[Session]:
    return anything(
        Session,
        tables.session,
        key=st.just("a-key"),
        policy=st.builds(Policy),
        links=st.lists(anything(Link, tables.link), max_size=3).map(lambda parts: _apart(parts, "link")),
        seats=st.lists(anything(Seat, tables.seat), max_size=3).map(lambda parts: _apart(parts, "seat")),
        messages=st.lists(anything(OutgoingMessage, tables.message), max_size=3).map(lambda parts: _apart(parts, "message")),
        offers=st.lists(anything(Offer, tables.interpreter_offer), max_size=3).map(lambda parts: _apart(parts, "offer")),
        call_links=st.lists(anything(CallLink, tables.call_link), max_size=3).map(lambda parts: _apart(parts, "call")),
    )
