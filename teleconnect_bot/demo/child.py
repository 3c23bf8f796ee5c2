"""A Python module, or another program, as a child process that never outlives the process that started it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_POLL_SECONDS = 0.05

# Runs in the child before the module: the kernel kills it when its parent dies (Linux), also by SIGKILL.
_BOOTSTRAP = """
import ctypes, os, runpy, signal, sys
parent, module = int(sys.argv.pop(1)), sys.argv.pop(1)
ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != parent:
    os._exit(1)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


# The signal of the parent's death is kept across exec (prctl(2)).
_EXEC = """
import ctypes, os, signal, sys
ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def child_command(module: str, *arguments: str) -> list[str]:
    """The command line of `python -m module arguments…` that dies with this process."""
    return [sys.executable, "-c", _BOOTSTRAP, str(os.getpid()), module, *arguments]


def start_module(
    module: str, *arguments: str, log_file: Path, directory: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """`python -m module arguments…` in a session of its own, its output added to `log_file`. Must be called in the main thread."""
    with log_file.open("ab") as output:
        return subprocess.Popen(
            child_command(module, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=environment,
            start_new_session=True,
        )


def start_program(program: str, *arguments: str, log_file: Path, directory: Path | None = None) -> subprocess.Popen[bytes]:
    """The same for a program, by its path."""
    with log_file.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", _EXEC, str(os.getpid()), program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            start_new_session=True,
        )


async def end(process: subprocess.Popen[bytes] | None, within: float) -> None:
    """It runs no more when this returns: asked by SIGTERM, and killed after `within` seconds. One that has ended is fine."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(within):
            while process.poll() is None:
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        process.kill()
        process.wait()
