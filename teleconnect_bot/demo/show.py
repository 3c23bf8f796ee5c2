"""`make demo` from the first process to the last: start the stack, play the session, stay up, end everything."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
from playwright.async_api import Error as BrowserError

from teleconnect_bot.web.bundle import STATIC, Bundle

from .addresses import LOOPBACK, free_port, is_ours, listening
from .bot_process import BotFailed
from .catcher import NoMailCame
from .certificate import tls_for
from .guest_proxy import GuestProxy
from .hands_on import instructions
from .homeserver import HomeserverFailed
from .jitsi import JitsiMeet, serving
from .journal import Journal, NotSo
from .mail_page import MailPage
from .relay import RelayFailed
from .stack import Ports, Stack
from .staff import StaffRefused, StaffWaitedInVain
from .visitor import NoBrowser, browser
from .walk import RETENTION, Walk

DIRECTORY = Path("var/demo")
OUTPUT = Path("demo-output")
PORTS = Ports(homeserver=8448, bot=8480, mail=8425, relay=8478)
MAIL_PAGE_PORT, GUESTS_PORT = 8481, 8443
GOOD, FAILED = 0, 1
FAILURES = (
    BotFailed,
    HomeserverFailed,
    RelayFailed,
    NoMailCame,
    NotSo,
    StaffRefused,
    StaffWaitedInVain,
    NoBrowser,
    BrowserError,
    AssertionError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
)
"""What can go wrong on the way; anything else is a mistake in the demo itself."""


def show(*, once: bool, host: str | None, calls: str) -> int:
    """The exit code: 0 when the walk-through went well."""
    if not Bundle(STATIC).built:
        print("The guest page is not built yet. Run `make page` first (`make demo` does it by itself).", file=sys.stderr)
        return FAILED
    if host is not None and not is_ours(host):
        print(f"{host} is not an address of this machine. `hostname -I` lists the addresses that it has.", file=sys.stderr)
        return FAILED
    if host is not None and calls == "jitsi":
        print(
            "The double of Jitsi Meet answers on this machine alone, so that --calls jitsi and --host do not go together.", file=sys.stderr
        )
        return FAILED
    logging.getLogger().addHandler(logging.NullHandler())  # libraries' warnings would stand between the steps
    try:
        with _alone(DIRECTORY):
            result = asyncio.run(_run(once, host, calls))
            if result == GOOD:
                shutil.rmtree(DIRECTORY, ignore_errors=True)
            return result
    except BlockingIOError:
        print("Another demo is running here. End it first (Ctrl-C in its window).", file=sys.stderr)
        return FAILED


async def _run(once: bool, host: str | None, calls: str) -> int:
    finished = False
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    journal = Journal(OUTPUT / "journal.json")
    for left in (*OUTPUT.glob("*.png"), OUTPUT / "transcript.pdf"):
        left.unlink(missing_ok=True)
    try:
        async with _everything(journal, host, calls) as (stack, pages, jitsi):
            async with browser() as chromium:
                await Walk(stack, journal, OUTPUT, chromium, pages, jitsi).go()
            finished = True
            print(f"\nThe walk-through went well. See {OUTPUT / 'transcript.pdf'}, {OUTPUT / 'journal.json'} and the pictures beside them.")
            if not once:
                stack.mails.forget()
                staff = await stack.new_account("staff")
                print(instructions(stack, staff, pages, stack.public_url if host else None, jitsi.address if jitsi else None), flush=True)
                await asyncio.Event().wait()
    except asyncio.CancelledError:
        print("\nEverything that was started has ended.")
        return GOOD if finished else FAILED
    except FAILURES as error:
        (DIRECTORY / "failure.txt").write_text(f"{type(error).__name__}: {error}\n", encoding="utf-8")
        print(f"\nThe demo failed: {(str(error) or type(error).__name__).splitlines()[0]}", file=sys.stderr)
        print(f"More in {DIRECTORY}: failure.txt, bot.log, homeserver/homeserver.log.", file=sys.stderr)
        return FAILED
    return GOOD


@asynccontextmanager
async def _everything(journal: Journal, host: str | None, calls: str) -> AsyncIterator[tuple[Stack, str, JitsiMeet | None]]:
    """The running stack, the address of the page with the mails, the double of Jitsi Meet; all has ended when the block is left."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    async with AsyncExitStack() as ending:
        guests_port = free_port(GUESTS_PORT, host) if host else 0
        public_url = f"https://{f'[{host}]' if host and ':' in host else host}:{guests_port}" if host else None
        # A phone's calls go through the relay, so that it must be where the phone can reach it.
        relay_hosts = (LOOPBACK, host) if host else (LOOPBACK,)
        jitsi = await ending.enter_async_context(serving(JitsiMeet(secrets.token_urlsafe(32)))) if calls == "jitsi" else None
        settings = {**RETENTION, **(jitsi.settings if jitsi else {})}
        stack = Stack(DIRECTORY, settings=settings, public_url=public_url, ports=PORTS, relay_hosts=relay_hosts)
        ending.push_async_callback(stack.stop)
        with journal.step("A real Synapse, the bot, a mail catcher and a TURN server start on this machine, and nowhere else.") as step:
            await stack.start()
            open_at = listening(stack.processes)
            step.check(
                open_at <= {*relay_hosts},
                "their ports are open on the loopback interface only"
                if not host
                else "their ports are open on the loopback interface only, but for the TURN server's",
            )
            step.check(True, f"the homeserver knows the bot's registration and answers at {stack.homeserver.address}")
            step.check(True, f"the bot is ready at {stack.address}")
            if jitsi is not None:
                step.check(True, f"a double of Jitsi Meet, which lets in by token alone and carries no sound, at {jitsi.address}")
        if host:
            with journal.step(f"The guests' routes alone are opened to the local network, at {public_url}.") as step:
                proxy = GuestProxy(stack.address, host, guests_port, tls_for(host, DIRECTORY))
                ending.push_async_callback(proxy.stop)
                await proxy.start()
                step.check(True, "with a certificate made on the spot")
        pages = MailPage(stack.mails, stack.phones)
        port = free_port(MAIL_PAGE_PORT)
        ending.push_async_callback(pages.stop)
        await pages.start(port)
        yield stack, f"http://{LOOPBACK}:{port}/", jitsi


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Two demos in one directory would break each other. Raises `BlockingIOError` when there is one already."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(directory.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
