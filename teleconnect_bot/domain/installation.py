"""Which database a bot works with, and whether that is the one which made what stands at the homeserver in its name.

What belongs to no row is removed (PRODUCT §9). With an empty, a foreign or an outdated database that would be everything, sessions
that people are in included. So database and homeserver remember each other: both keep the database's random id and a mark that
rises all the time. Another id, or a mark that fell behind, means that rows are missing here, not that something is left over there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

FEW = 10
"""Fewer strays than this are removed even where they outnumber what is known: a small installation after a crash."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the homeserver remembers of the database that was in use last."""

    database: str
    count: int


@dataclass(frozen=True, slots=True)
class Installation:
    """What the database says of itself. `confirmed`: an administrator said that it is the right one, whatever else speaks against it."""

    database: str
    count: int = 0
    confirmed: bool = False

    @property
    def mark(self) -> Mark:
        return Mark(self.database, self.count)

    def ahead_of(self, remembered: Mark | None) -> Installation:
        """With the next mark, which is newer than both."""
        return replace(self, count=max(self.count, remembered.count if remembered else 0) + 1)


class Doubt(StrEnum):
    """Why it is not believed that what no row knows belongs to nobody."""

    ANOTHER_DATABASE = "another_database"
    OUTDATED = "outdated"
    NEVER_SEEN = "never_seen"
    MOSTLY_UNKNOWN = "mostly_unknown"


WORDS = {
    Doubt.ANOTHER_DATABASE: "The homeserver remembers another database of this bot than the one that database.url names.",
    Doubt.OUTDATED: "The homeserver remembers a later state of this database: it is an older copy, such as a restored backup.",
    Doubt.NEVER_SEEN: "This database was never in use with this homeserver, and yet rooms, accounts, files or keys of the bot are there.",
    Doubt.MOSTLY_UNKNOWN: "Most of what the bot has made, this database does not know.",
}
REMEDY = (
    "Nothing is removed as long as this is so. If the database is the wrong one, stop the bot and correct database.url or restore the "
    "right one. If it is the right one, look at what `teleconnect-bot residue` lists: all of that is removed for good after "
    "`teleconnect-bot residue --confirm-database`."
)


def doubt_of_mark(own: Installation, remembered: Mark | None) -> Doubt | None:
    """What the two memories alone tell."""
    if own.confirmed or remembered is None:
        return None
    if remembered.database != own.database:
        return Doubt.ANOTHER_DATABASE
    return Doubt.OUTDATED if remembered.count > own.count else None


def doubt_of(own: Installation, remembered: Mark | None, *, unknown: int, known: int) -> Doubt | None:
    """`unknown` is how much stands outside without a row, `known` how much with one."""
    if doubt := doubt_of_mark(own, remembered):
        return doubt
    if own.confirmed or not unknown:
        return None
    if remembered is None:
        return Doubt.NEVER_SEEN
    return Doubt.MOSTLY_UNKNOWN if unknown >= FEW and unknown > known else None
