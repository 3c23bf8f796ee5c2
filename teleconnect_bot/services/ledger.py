"""The trace ledger: what is going to exist outside is entered before it exists (ARCHITECTURE §1, 5)."""

from __future__ import annotations

from dataclasses import replace

from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState

from .ports import UnitOfWork


def transaction_of(trace: Trace) -> str:
    """The Matrix transaction id under which the trace's event is sent: the same whenever it is tried again."""
    return f"{trace.session}.{trace.key}"


class Ledger:
    def __init__(self, units: UnitOfWork) -> None:
        self.units = units

    async def plan(self, session_id: str, kind: TraceKind, key: str, container: str = "") -> Trace:
        """The trace with this key, entered now if it was not; its `place` tells whether it was made already."""
        async with self.units.begin() as unit:
            await unit.enter_trace(Trace(session=session_id, kind=kind, key=key, container=container))
            return next(trace for trace in await unit.traces(session_id) if trace.kind is kind and trace.key == key)

    async def put(self, trace: Trace, *, place: str | None = None, state: TraceState | None = None) -> Trace:
        changed = replace(trace, place=trace.place if place is None else place, state=state or trace.state)
        async with self.units.begin() as unit:
            await unit.update_trace(changed)
        return changed

    async def made(self, trace: Trace, place: str) -> Trace:
        return await self.put(trace, place=place, state=TraceState.MADE)

    async def found(self, session_id: str, kind: TraceKind, place: str, container: str = "") -> None:
        """Enter something that somebody else made, such as a file in the room."""
        async with self.units.begin() as unit:
            await unit.enter_trace(Trace(session=session_id, kind=kind, key=place, place=place, container=container, state=TraceState.MADE))

    async def of(self, session_id: str, kind: TraceKind | None = None) -> list[Trace]:
        async with self.units.begin() as unit:
            return [trace for trace in await unit.traces(session_id) if kind is None or trace.kind is kind]
