"""Who takes part in a session (PRODUCT §1). What identifies somebody prints as ***."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    SERVICE_USER = "service_user"
    THIRD_PARTY = "third_party"
    COLLEAGUE = "colleague"
    INTERPRETER = "interpreter"
    CALL = "call"
    """Not a person of its own: where a member of the staff is in the call."""


LABELS = {
    Role.SERVICE_USER: "Service user",
    Role.THIRD_PARTY: "Relative",
    Role.COLLEAGUE: "Colleague",
    Role.INTERPRETER: "Interpreter",
    Role.CALL: "Staff call",
}
"""Display names are room state, so they name the role and never the person (PRODUCT §2)."""


def label(role: Role, number: int) -> str:
    """`Service user` for the first of a role, `Service user 2` for the second."""
    return LABELS[role] if number <= 1 else f"{LABELS[role]} {number}"


class ContactKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    MATRIX = "matrix"


class NotAContact(ValueError):
    """The text is neither an e-mail address, a telephone number nor a Matrix id."""


_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached. It never shows itself: `str` and `repr` are `***`, `masked()` is for cards."""

    kind: ContactKind
    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__

    @classmethod
    def email(cls, text: str) -> Contact:
        """An address as RFC 5321 §4.1.2 allows it without quoting, in ASCII, at most 254 characters."""
        address = text.strip()
        local = address.rpartition("@")[0]
        dots = local.startswith(".") or local.endswith(".") or ".." in local
        if len(address) > 254 or dots or not _EMAIL.fullmatch(address):
            raise NotAContact("not an e-mail address")
        return cls(ContactKind.EMAIL, address)

    @classmethod
    def phone(cls, number: str) -> Contact:
        """A number in the form of E.164: `+`, the country code and the rest, at most 15 digits. `services/telephone.py` reads others."""
        if not _E164.fullmatch(number):
            raise NotAContact("not a telephone number in the form of E.164")
        return cls(ContactKind.PHONE, number)

    def masked(self) -> str:
        """Enough to recognise it, too little to use it: `a…@example.org`, `+41…789`."""
        if self.kind is ContactKind.EMAIL:
            local, _, domain = self.value.rpartition("@")
            return f"{local[:1]}…@{domain}"
        if self.kind is ContactKind.PHONE:
            return f"{self.value[:3]}…{self.value[-3:]}"
        return f"{self.value[:2]}…"
