"""Who may use the bot (PRODUCT §1)."""

from __future__ import annotations

import pytest

from teleconnect_bot.chat.access import Access

ACCESS = Access(["@*:hospital.example", "@guest.nurse:other.example"], ["@chief:other.example"], "Please ask the focal point.")


@pytest.mark.parametrize("user", ["@nurse:hospital.example", "@guest.nurse:other.example", "@chief:other.example"])
def test_who_fits_a_pattern_may_request_and_so_may_an_admin(user: str) -> None:
    assert ACCESS.may_request(user)


@pytest.mark.parametrize(
    "user",
    [
        "@nurse:other.example", "@nurse:hospital.example.evil.example", "@nurse:evil.example:hospital.example", "@nurse:HOSPITAL.example",
        "@guestxnurse:other.example", "@nurse:xhospital.example", "nurse:hospital.example", "", "@nurse",
    ],
)  # fmt: skip
def test_nobody_else_may(user: str) -> None:
    assert not ACCESS.may_request(user)


def test_only_admins_are_admins() -> None:
    assert ACCESS.is_admin("@chief:other.example")
    assert not ACCESS.is_admin("@nurse:hospital.example")


def test_without_patterns_nobody_may() -> None:
    assert not Access([], [], "").may_request("@nurse:hospital.example")


def test_the_members_of_a_room_have_access_for_as_long_as_they_are_in_it() -> None:
    rooms = {"#staff:hospital.example": {"@nurse:hospital.example"}, "!chiefs": {"@chief:hospital.example"}}
    access = Access(
        ["#staff:hospital.example"], ["!chiefs", "@root:hospital.example", "@a*:hospital.example"], "", lambda room: rooms[room]
    )
    assert access.may_request("@nurse:hospital.example")
    assert not access.is_admin("@nurse:hospital.example")
    assert access.is_admin("@chief:hospital.example")
    assert access.known_admins() == {"@chief:hospital.example", "@root:hospital.example"}
    rooms["#staff:hospital.example"].clear()
    assert not access.may_request("@nurse:hospital.example")
    assert not access.may_request("#staff:hospital.example")
