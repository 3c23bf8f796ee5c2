"""Rows "transcript of … messages": the real renderer with its worker process, from the decrypted lines to the PDFs."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf import PoolPdfRenderer
from teleconnect_bot.domain.transcript import Line, Transcript

from .results import Row

SIZES = (100, 1_000, 10_000)
LARGEST_MIB = 300.0
LONGEST_BLOCK_SECONDS = 0.1
NOT_OURS = 2.0
"""How many times longer than in an idle program beside it the loop may stand still: what is below is the machine's."""
IDLE = """
import asyncio, sys, time
async def main():
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    blocked, latest = 0.0, time.perf_counter()
    while not ended.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        blocked, latest = max(blocked, now - latest - 0.005), now
    print(blocked)
asyncio.run(main())
"""
LINEAR = 13.0
"""How many times longer ten times as many messages may take."""
START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SAID = ("Hello, how are you today?", "مرحبا كيف حالك اليوم", "Better, thank you – j’ai mieux dormi cette nuit 🙂", "ሰላም እንዴት ነህ")


def transcript(messages: int) -> Transcript:
    lines = tuple(
        Line(START + timedelta(seconds=30 * number), "Service user" if number % 2 else "Staff", SAID[number % 4])
        for number in range(messages)
    )
    return Transcript("K7M2", (START,), "Europe/Kyiv", "en", lines, 0, START + timedelta(days=3))


async def measure() -> list[Row]:
    """For each size: seconds (compared with a tenth of the messages), the worker's peak memory, and how long the loop stood still
    (compared with the loop of an idle program beside it)."""
    rows: list[Row] = []
    before: float | None = None
    for messages in SIZES:
        seconds, mib, blocked, idle = await _beside_an_idle_program(messages)
        name = f"transcript of {messages:,} messages"
        ratio = None if before is None else seconds / before
        rows += [
            Row(f"{name}: time", seconds, "s", before, ratio, f"ratio <= {LINEAR:.0f}", ratio is None or ratio <= LINEAR),
            Row(f"{name}: memory of the worker", mib, "MiB", None, None, f"<= {LARGEST_MIB:.0f} MiB", mib <= LARGEST_MIB),
            Row(
                f"{name}: loop blocked",
                blocked,
                "s",
                idle,
                blocked / idle,
                f"<= {LONGEST_BLOCK_SECONDS} s, or ratio <= {NOT_OURS:.0f}",
                blocked <= max(LONGEST_BLOCK_SECONDS, NOT_OURS * idle),
            ),
        ]
        before = seconds
    return rows


async def _beside_an_idle_program(messages: int) -> tuple[float, float, float, float]:
    pipe = asyncio.subprocess.PIPE
    idle = await asyncio.create_subprocess_exec(sys.executable, "-c", IDLE, stdin=pipe, stdout=pipe)
    try:
        found = await _render(messages)
    finally:
        said, _ = await idle.communicate(b"")
    return *found, max(float(said), 0.001)


async def _render(messages: int) -> tuple[float, float, float]:
    """A worker that has set nothing before."""
    renderer = PoolPdfRenderer(Catalogues.load())
    rendering = asyncio.create_task(renderer.render(transcript(messages)))
    begun = latest = perf_counter()
    blocked = peak = 0.0
    while not rendering.done():
        await asyncio.sleep(0.005)
        now = perf_counter()
        blocked, latest = max(blocked, now - latest - 0.005), now
        peak = max([peak, *(_peak_mib(child.pid) for child in multiprocessing.active_children() if child.pid)])
    seconds = perf_counter() - begun
    await rendering
    await renderer.close()
    return seconds, peak, blocked


def _peak_mib(process: int) -> float:
    """What it had in memory at most so far (`VmHWM`); 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return max([0.0, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))])
