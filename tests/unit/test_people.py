"""Contacts and labels: what identifies somebody shows itself nowhere by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.domain.people import LABELS, Contact, ContactKind, NotAContact, Role, label


@pytest.mark.parametrize(
    "address", ["anna@example.org", " anna@example.org ", "a.b+c@sub.example.co.uk", "o'brien@example.org", "x@xn--bcher-kva.example"]
)
def test_an_ordinary_address_is_a_contact(address: str) -> None:
    assert Contact.email(address) == Contact(ContactKind.EMAIL, address.strip())


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "anna@", "@example.org", "anna@example", "a b@example.org", "anna@@example.org", "anna@example..org",
        ".anna@example.org", "anna.@example.org", "an..na@example.org", "anna@-example.org", "anna@example.org\nBcc: x@example.org",
        "Anna <anna@example.org>", "anna@example.org,x@example.org", "ännä@example.org", f"{'a' * 65}@example.org",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 10}.org", "@anna:example.org", "+41 79 123 45 67",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(NotAContact) as refused:
        Contact.email(text)
    assert not text or text not in str(refused.value)


@given(st.text())
def test_no_text_crashes_the_reading_of_an_address(text: str) -> None:
    try:
        contact = Contact.email(text)
    except NotAContact:
        return
    assert contact.value == text.strip()
    assert not any(character.isspace() for character in contact.value)


@given(st.text(min_size=4).filter(lambda text: text not in "***"), st.sampled_from(ContactKind))
def test_a_contact_prints_as_stars_in_every_way(value: str, kind: ContactKind) -> None:
    contact = Contact(kind, value)
    assert f"{contact} {contact!r} {[contact]}" == "*** *** [***]"


def test_a_masked_contact_can_be_recognised_but_not_used() -> None:
    assert Contact(ContactKind.EMAIL, "anna.smith@example.org").masked() == "a…@example.org"
    assert Contact(ContactKind.PHONE, "+41791234789").masked() == "+41…789"
    assert Contact(ContactKind.MATRIX, "@anna:example.org").masked() == "@a…"


def test_labels_name_the_role_and_number_those_after_the_first() -> None:
    assert set(LABELS) == set(Role)
    assert [label(Role.SERVICE_USER, number) for number in (1, 2, 3)] == ["Service user", "Service user 2", "Service user 3"]
