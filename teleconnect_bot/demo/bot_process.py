"""The bot as a child process, `python -m teleconnect_bot run`: the real program, which can be stopped, killed and started again.

It dies with the process that started it, like the embedded homeserver.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from pathlib import Path

import aiohttp

from .child import start_module

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.05


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
        self._process = start_module("teleconnect_bot", "run", "--config", str(self.configuration), log_file=self.log_file)
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
