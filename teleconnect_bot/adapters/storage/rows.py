"""The session and its parts as rows, and back (ARCHITECTURE §5, "Personal columns are sealed").

A row is sealed under the session's key, the name of its column and its own id, so that no value can be moved to another place
unnoticed. Once the key is destroyed a row can still be read; its personal fields are then empty.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import LargeBinary, RowMapping, Table

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.columns import Moment, sealed_columns
from teleconnect_bot.adapters.storage.values import Coding, field_codings
from teleconnect_bot.domain.calls import CallLink
from teleconnect_bot.domain.guest_link import Link, Seat
from teleconnect_bot.domain.organisations import Offer, Organisation
from teleconnect_bot.domain.session import OutgoingMessage, Session
from teleconnect_bot.services.ports import KeyDestroyed, SessionKeys

Part = TypeVar("Part")


class Rows(Generic[Part]):
    """How one class of the aggregate lies in its table. Fields without a column are those of `apart`."""

    def __init__(self, cls: type[Part], table: Table, apart: frozenset[str] = frozenset()) -> None:
        self._cls = cls
        self.table = table
        codings = field_codings(cls)
        self._sealed = {name: codings[name] for name in sealed_columns(table)}
        self._coded = {
            each.name: codings[each.name]
            for each in fields(cls)  # type: ignore[arg-type]  # every class given here is a dataclass
            if each.name not in apart and each.name not in self._sealed
        }
        for name in self._coded:
            if isinstance(table.columns[name].type, Moment | LargeBinary):
                self._coded[name] = Coding(lambda value: value, lambda value: value)

    def write(self, part: Part, keys: SessionKeys, key: str) -> dict[str, Any]:
        """The columns of this part. Raises `KeyDestroyed`; `write_opaque` is for sessions whose key is gone."""
        row = self.write_opaque(part)
        for name, coding in self._sealed.items():
            row[name] = seal(keys, key, self._place(name, row["id"]), coding.write(getattr(part, name)))
        return row

    def write_opaque(self, part: Part) -> dict[str, Any]:
        """The columns that are not sealed."""
        return {name: coding.write(getattr(part, name)) for name, coding in self._coded.items()}

    def read(self, row: RowMapping, keys: SessionKeys, key: str, **apart: object) -> Part:
        found: dict[str, Any] = {name: coding.read(row[name]) for name, coding in self._coded.items()}
        for name, coding in self._sealed.items():
            try:
                found[name] = coding.read(unseal(keys, key, self._place(name, row["id"]), row[name]))
            except KeyDestroyed:
                found[name] = coding.empty
        return self._cls(**found, **apart)

    def _place(self, column: str, row_id: str) -> str:
        return f"{self.table.name}.{column}/{row_id}"


def seal(keys: SessionKeys, key: str, place: str, plain: object) -> bytes:
    return keys.seal(key, place, json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def unseal(keys: SessionKeys, key: str, place: str, sealed: bytes | None) -> Any:
    """What was sealed there. Raises `KeyDestroyed` too when the column was wiped."""
    if sealed is None:
        raise KeyDestroyed(key)
    return json.loads(keys.unseal(key, place, sealed).decode("utf-8", "surrogatepass"))


SESSIONS = Rows(Session, tables.session, apart=frozenset({"links", "seats", "messages", "offers", "call_links"}))
LINKS = Rows(Link, tables.link)
SEATS = Rows(Seat, tables.seat)
MESSAGES = Rows(OutgoingMessage, tables.message)
OFFERS = Rows(Offer, tables.interpreter_offer)
ORGANISATIONS = Rows(Organisation, tables.organisation)
CALL_LINKS = Rows(CallLink, tables.call_link)
