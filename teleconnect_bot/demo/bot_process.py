"""The bot as a child process, `python -m teleconnect_bot run`: the real program, which can be stopped, killed and started again.

It dies with the process that started it, like the embedded homeserver.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.05

# Runs in the child before the bot: the kernel kills it when its parent dies (Linux), also by SIGKILL.
_BOOTSTRAP = """
import ctypes, os, runpy, signal, sys
parent = int(sys.argv.pop(1))
ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != parent:
    os._exit(1)
runpy.run_module("teleconnect_bot", run_name="__main__", alter_sys=True)
"""


class BotFailed(Exception):
    """The bot ended by itself or did not become ready; the text holds the end of its log."""


class BotProcess:
    """One bot with one configuration file; `address` is where it listens."""

    def __init__(self, configuration: Path, address: str, log_file: Path) -> None:
        self.configuration, self.address, self.log_file = configuration, address, log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self, *, until_ready: bool = True) -> None:
        """Must be called in the main thread. Raises `BotFailed`."""
        if self.process_id is not None:
            return
        with self.log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BOOTSTRAP, str(os.getpid()), "run", "--config", str(self.configuration)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if until_ready:
            await self.ready()

    async def ready(self, timeout: float = READY_TIMEOUT_SECONDS) -> None:
        """`/health/ready` says yes when this returns. Raises `BotFailed`, and the bot is stopped then."""
        try:
            async with asyncio.timeout(timeout), aiohttp.ClientSession(self.address) as http:
                while not await _answers(http):
                    if self.process_id is None:
                        raise BotFailed(f"The bot ended by itself.\n{self.log_tail()}")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            await self.stop()
            raise BotFailed(f"The bot was not ready within {timeout:.0f} s.\n{self.log_tail()}") from None

    async def stop(self) -> int | None:
        """Ask it to end, and wait; its exit code, None when it was not running."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                while process.poll() is None:
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            pass
        finally:
            _kill_group(process)
        return process.wait()

    def kill(self) -> None:
        """End it as a power cut would, with the processes that it started."""
        process, self._process = self._process, None
        if process is not None:
            _kill_group(process)
            process.wait()

    def log_tail(self, characters: int = 3000) -> str:
        return self.log_file.read_text(errors="replace")[-characters:] if self.log_file.exists() else ""


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """The child leads a process group of its own; whatever is left of it goes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _answers(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/health/ready", timeout=aiohttp.ClientTimeout(total=5)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
