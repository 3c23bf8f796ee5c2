"""`make bench`: the benchmarks, as a table here and in `bench-output/results.json`.

Everything runs on this machine and is bound to 127.0.0.1: a real Synapse, the bot as a program of its own, a mail catcher. A goal
that is missed is shown as such and is no failure; the exit code is 1 when something could not be measured. What is compared:

**One session from invite to torn down.** A nurse (an encrypted device of the benchmark's own) writes `invite`, the mail is caught,
a visitor without a browser makes the page's calls through guest API and gateway, with real keys: opens, enters, publishes keys and
cross-signing, joins, writes. The nurse joins, both write to each other, the visitor sends a file, the nurse writes `close now`; the
clock stops when the nurse has read that everything is deleted and the database holds no session. In the second row the nurse has
the transcript made before. *Value* is the median of six sessions (four with transcript), one after the other; accounts are not made ahead.
*Baseline* is the median of as many repetitions of all calls (of bot, gateway and nurse) that reached the homeserver in one such session,
recorded by a proxy that is there for this alone: the same methods, bodies and order, by one client, one after the other, with nobody
deciding, encrypting, rendering or storing anything, nobody syncing but an idle bot, and long polls left out. Sessions and repetitions
take turns. Not counted are waits that are meant: the two seconds between a join and its letters. `sync_grace` is set to zero. The
transcript's PDF, and the mail, have no counterpart in the baseline.

On two idle cores the ratio was last seen at 1.99, and the goal missed; the bot's own work has become a third less since. What else has no
counterpart: some 30 polls of the bot and 13 of the visitor, since whatever the bot writes comes back in its own poll and the homeserver
works each of them out; and some 190 units of work, each committed before the call that follows from it, because the ledger names a trace
before it is made and the outbox keeps an effect until it is carried out. Neither is given up for a number. Where other programs take the
processor, all of this waits for it and the baseline hardly does: beside a dozen of them, in one run each, the ratio was 4.0 before and 1.8
afterwards.

**Gateway.** A message, and the wake-up of a held poll by a message, through the bot's gateway and directly at the homeserver as the
gateway itself would ask; in turns, medians. And the resident memory of the bot's process, where the gateway runs, with 500 browsers'
polls held at once; *baseline* is the same process before, which holds some 130 MB as soon as its libraries are loaded.

**Somebody is removed.** From the moment in which the nurse sends `remove`, encrypted, until the poll that the person's browser holds at the
gateway has ended and the person is let in no more; the slowest of five sessions. There is nothing to compare it with.

**A call** of two, through Debian's coturn, in Chromium with made-up devices: from the press on "Join the call" until the first sound of the
other has arrived, with Chromium's own throttling to Fast 3G, the slowest of three; then what one browser sends and gets with "Poor network"
pressed and both pictures on, headers of relayed packets included, over ten seconds.

**The page** in Chromium with an empty cache, on a telephone's screen: what comes over the line, compressed, until the first screen can be
used, and until the person may write. And from the click on *Enter waiting room*, after the first screens were read and everything was
fetched ahead, until the page shows who is in the room; with a processor four times slower and a line as Chromium's "Fast 3G". Median of
three; *baseline* is the same on this machine and line as they are.

**Transcripts** of 100, 1,000 and 10,000 messages in four scripts, set by a fresh worker: seconds (*baseline*: a tenth of the messages), the
worker's peak memory, and the longest time for which the bot's loop did not come round meanwhile (*baseline*: the same of an idle program
beside it, so that a busy machine is not taken for a busy loop).

**Teardown.** The use cases on real SQLite storage and a homeserver that answers at once, median of 40; *baseline* is the median of the
same in the sessions above, from `close now` until nothing is left: what that is more is the homeserver's share.

**Growth.** The size of the bot's database, write-ahead log included, and its rows, after 360 sessions in four months of simulated time, and
the size of its key store after the keys of 1,000 rooms; *baseline* is the same after a part of them. It must be flat.

**Messages.** 1,000 invitations by SMS stand in the outbox; the clock runs until a double of the provider has all of them. *Baseline* is
the time in which Twilio's library alone hands the same messages to the same double, as many at once; it is subtracted from *value*. The
bot's use cases and SQLite are real, the requester's chat is not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
import playwright.async_api
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from teleconnect_bot.demo.bot_process import BotFailed
from teleconnect_bot.demo.catcher import NoMailCame
from teleconnect_bot.demo.homeserver import HomeserverFailed
from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import NoBrowser

from . import calls, gateway, messages, page, removal, session, storage, transcripts
from .device import CouldNotMeasure
from .play import SETTINGS
from .results import Row, table, write

OUTPUT = Path("bench-output/results.json")
LONGEST_SECONDS = 1800.0
PARTS = SESSIONS, GATEWAY, REMOVAL, PAGE, CALLS, TRANSCRIPTS, MESSAGES, STORAGE = (
    "sessions",
    "gateway",
    "removal",
    "page",
    "calls",
    "transcripts",
    "messages",
    "storage",
)
ON_THE_STACK = frozenset({SESSIONS, GATEWAY, REMOVAL, PAGE})
FAILURES = (
    CouldNotMeasure,
    BotFailed,
    NoMailCame,
    HomeserverFailed,
    aiohttp.ClientError,
    playwright.async_api.Error,
    NoBrowser,
    AssertionError,
    TimeoutError,
    OSError,
)


async def run(directory: Path, parts: Sequence[str]) -> tuple[list[Row], list[str]]:
    rows, notes = list[Row](), list[str]()
    teardown: float | None = None
    if ON_THE_STACK.intersection(parts):
        rows, notes, teardown = await _on_the_stack(directory, parts)
    if CALLS in parts:
        with _measuring("calls"):
            rows += await calls.measure(directory / "calls")
    if TRANSCRIPTS in parts:
        with _measuring("transcripts"):
            rows += await transcripts.measure()
    if MESSAGES in parts:
        with _measuring("messages"):
            rows.append(await messages.measure(directory / "messages"))
    if STORAGE in parts:
        with _measuring("storage over many sessions"):
            rows += await storage.measure(teardown)
    return rows, notes


async def _on_the_stack(directory: Path, parts: Sequence[str]) -> tuple[list[Row], list[str], float | None]:
    """The rows, where the time of the sessions went, and the seconds of a teardown."""
    rows, notes = list[Row](), list[str]()
    teardown: float | None = None
    stack = Stack(directory, settings=SETTINGS)
    try:
        async with AsyncExitStack() as ending:
            await stack.start()
            http = await ending.enter_async_context(ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)))
            if SESSIONS in parts:
                with _measuring("sessions"):
                    plain, where_plain, teardown = await session.measure(stack, http, transcript=False)
                with _measuring("sessions with transcript"):
                    whole, where_whole, _ = await session.measure(stack, http, transcript=True)
                await stack.restart_bot()
                rows, notes = [plain, whole], [where_plain, where_whole]
            if GATEWAY in parts:
                with _measuring("the gateway"):
                    rows += await gateway.measure(stack, http)
            if REMOVAL in parts:
                with _measuring("removals"):
                    rows.append(await removal.measure(stack, http))
            if PAGE in parts:
                with _measuring("the page"):
                    rows += await page.measure(stack, http)
    except FAILURES:
        print(stack.bot.log_tail(), file=sys.stderr)
        raise
    finally:
        await stack.stop()
    return rows, notes, teardown


@contextmanager
def _measuring(what: str) -> Iterator[None]:
    """Tells what is going on, and how long it took."""
    start = perf_counter()
    print(f"measuring {what} …", end="", file=sys.stderr, flush=True)
    yield
    print(f" {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("part", nargs="*", help=f"what to measure: {', '.join(PARTS)}; everything, if nothing is named")
    parts = parser.parse_args().part or PARTS
    if unknown := ", ".join(set(parts) - set(PARTS)):
        parser.error(f"there is no part {unknown}; there are {', '.join(PARTS)}")
    try:
        with tempfile.TemporaryDirectory(prefix="teleconnect-bench-") as directory:
            rows, notes = asyncio.run(asyncio.wait_for(run(Path(directory), parts), LONGEST_SECONDS))
    except FAILURES as error:
        print(f"Could not measure: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    write(rows, OUTPUT)
    print(table(rows))
    if notes:
        print("\n" + "\n".join(notes))
    print(f"\nAlso in {OUTPUT}.")
    return 0


sys.exit(main())
