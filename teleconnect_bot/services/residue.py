"""What is left of one session anywhere we can look, with reasons; what `teleconnect-bot residue` prints (PRODUCT §9).

Only opaque ids, states and counts are named: the report may be read by whoever runs the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from teleconnect_bot.domain.installation import REMEDY, Doubt
from teleconnect_bot.domain.installation import WORDS as DOUBTS
from teleconnect_bot.domain.retention import REMOVALS, Trace, TraceState
from teleconnect_bot.domain.schedule import delete_at
from teleconnect_bot.domain.session import Session, State

from .ports import SessionKeys, UnitOfWork
from .reconcile import REPAIRED, WORDS, Finding

NOTHING = "Nothing is left: no row names a session with this code, and every key belongs to another one."
ALL_GOOD = "Everything at the homeserver belongs to a session, and every session has what it needs."


class Residue:
    def __init__(self, units: UnitOfWork, keys: SessionKeys) -> None:
        self.units, self.keys = units, keys

    async def of(self, code: str, now: datetime) -> str:
        """The report on the session with this code, as lines."""
        async with self.units.begin() as unit:
            session = await unit.session_by_code(code.upper())
            if session is None:
                return NOTHING
            traces, rows = await unit.traces(session.id), await unit.rows_of(session.id)
        return "\n".join([_why(session, now), *_rows(rows), *_key(session, self.keys), *_traces(traces)])


def _why(session: Session, now: datetime) -> str:
    if session.state is State.TEARING_DOWN:
        since = f"{session.state_since:%Y-%m-%d %H:%M} UTC"
        return f"Session {session.code} is being deleted since {since}; what could not be removed is tried again."
    if session.state in (State.CLOSED, State.CANCELLED):
        due = delete_at(session)
        late = "; that is late, see `teleconnect-bot teardown --status`" if due < now else ""
        return f"Session {session.code} is {session.state.value} and is deleted from {due:%Y-%m-%d %H:%M} UTC on{late}."
    return f"Session {session.code} is {session.state.value.replace('_', ' ')}: all of it is in use."


def _rows(rows: Mapping[str, int]) -> list[str]:
    return [
        "Rows in the database (what is personal in them is sealed):",
        *(f"    {table}: {count}" for table, count in rows.items() if count),
    ]


def _key(session: Session, keys: SessionKeys) -> list[str]:
    there = keys.exists(session.key)
    return [f"Its key in keys_directory: {'there' if there else 'destroyed, so nothing that was sealed can be read any more'}"]


def _traces(traces: Sequence[Trace]) -> list[str]:
    lines = ["Traces outside the database, from the ledger:"]
    for trace in traces:
        left = (
            "gone, its owner says so" if trace.state is TraceState.VERIFIED else f"{trace.state.value}; goes by: {REMOVALS[trace.kind].how}"
        )
        lines.append(f"    {trace.kind.value} {trace.place or '(not made, or not known yet)'} – {left}")
    return lines


def report(findings: list[Finding], doubt: Doubt | None = None) -> str:
    """What `Reconcile.look` found, in words; and why nothing of it is removed, if that is so."""
    lines = [f"{finding.place}: {WORDS[finding.stray]}" for finding in findings]
    if doubt:
        return "\n".join([*lines, DOUBTS[doubt], REMEDY])
    if not findings:
        return ALL_GOOD
    if any(finding.stray in REPAIRED for finding in findings):
        lines.append("What belongs to nobody is removed by the running bot within a day.")
    return "\n".join(lines)
