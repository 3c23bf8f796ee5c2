"""Links, tokens and seats (PRODUCT §4, ARCHITECTURE §5)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.guest_link import TOKEN_LENGTH, SeatState, digest_of, token_from
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Mode, State
from tests import fakes_domain as made
from tests.fakes_domain import after, seat


@given(st.binary(min_size=16, max_size=64))
def test_a_token_is_128_bits_that_need_no_escaping_in_an_address(material: bytes) -> None:
    token = token_from(material)
    assert len(token) == TOKEN_LENGTH
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert token == token_from(material[:16])


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_different_material_gives_different_tokens(one: bytes, other: bytes) -> None:
    assert (token_from(one) == token_from(other)) is (one == other)


@given(st.text(st.characters()))
def test_every_text_has_a_digest_also_one_that_is_no_unicode(text: str) -> None:
    assert len(digest_of(text)) == 32
    assert digest_of("token") == hashlib.sha256(b"token").digest()


def test_digests_names_and_consent_stand_in_no_representation() -> None:
    shown = repr(made.waiting())
    for secret in ("Amina", "amina@example.org", repr(digest_of("token")), repr(digest_of("secret1"))):
        assert secret not in shown


def test_a_revoked_seat_frees_its_place_and_its_number() -> None:
    session = made.entered(made.waiting(), 2)
    link = session.links[0]
    assert session.free_places(link) == 0
    assert [each.label for each in session.seats] == ["Service user", "Service user 2"]
    session = after(session, c.VisitorLeft("seat1"))
    assert session.free_places(link) == 1
    again = after(session, c.SeatClaimed(seat(3)))
    assert [each.label for each in again.seats if each.live] == ["Service user 2", "Service user"]


def test_a_seat_that_only_asks_or_is_over_is_not_live() -> None:
    session = made.waiting()
    assert [state for state in SeatState if not replace(session.seats[0], state=state).live] == [SeatState.ASKING, SeatState.REVOKED]


def test_in_person_only_the_colleague_sits_on_a_main_seat() -> None:
    session = made.waiting()
    there = session.seats[0]
    mains = {
        mode: {role for role in Role if replace(session, mode=mode).is_main(replace(there, role=role))}
        for mode in (Mode.REMOTE, Mode.IN_PERSON)
    }
    assert mains == {Mode.REMOTE: {Role.SERVICE_USER, Role.THIRD_PARTY}, Mode.IN_PERSON: {Role.COLLEAGUE}}


def test_an_interpreter_who_is_there_alone_makes_nobody_wait() -> None:
    session = made.invited()
    session = replace(session, links=(replace(session.links[0], role=Role.INTERPRETER),))
    session = made.entered(session)
    assert session.somebody_present
    assert session.state is State.INVITED
    assert not session.staff_invited
