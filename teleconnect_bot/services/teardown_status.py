"""What is being deleted and what was given up, by opaque ids; what `teleconnect-bot teardown --status` prints (PRODUCT §9)."""

from __future__ import annotations

from datetime import datetime

from teleconnect_bot.domain.retention import REMOVALS, TraceState
from teleconnect_bot.domain.session import State

from .late_teardown import is_late
from .ports import SessionKeys, UnitOfWork

LATE = " – LATE: it does not succeed, see `teleconnect-bot doctor`"
NOTHING = "Nothing is being deleted, and nothing was given up."


async def teardown_status(units: UnitOfWork, keys: SessionKeys, now: datetime) -> str:
    lines: list[str] = []
    async with units.begin() as unit:
        for session in await unit.sessions_in(frozenset({State.TEARING_DOWN})):
            late = LATE if is_late(session, now - session.state_since) else ""
            lines.append(f"{session.code}  being deleted since {session.state_since:%Y-%m-%d %H:%M} UTC{late}")
            lines.append(f"    its key, and with it all that is personal in our rows: {'there' if keys.exists(session.key) else 'gone'}")
            left = [trace for trace in await unit.traces(session.id) if trace.state is not TraceState.VERIFIED]
            lines += [f"    {trace.kind}: {trace.state}; at the {REMOVALS[trace.kind].owner}" for trace in left]
        lines += [f"given up: {dead.name} after {dead.attempts + 1} attempts ({dead.problem})" for dead in await unit.dead_effects()]
    return "\n".join(lines) or NOTHING
