"""One real PostgreSQL for the whole test run, started by the tests themselves; each test gets a fresh database of its own.

Debian's server refuses to run as root: it is then started as the user `postgres`. It listens on loopback alone, with a password,
and goes when the tests go, even when they are killed.
"""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import asyncpg
import pytest

from teleconnect_bot.adapters.storage.migrations import migrate

STARTS = 3
"""Another program may take the free port before the server does."""


@dataclass
class Postgres:
    port: int
    directory: Path
    """All that the server writes: tables and write-ahead log."""
    password: str = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)
    _template: str | None = None

    def address(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    async def new_database(self) -> str:
        """The address of an empty database."""
        return self.address(await self._create("template0"))

    async def new_migrated_database(self) -> str:
        """The address of a database that holds all tables and no row."""
        if self._template is None:
            template = await self._create("template0")
            await migrate(self.address(template))
            self._template = template
        return self.address(await self._create(self._template))

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.address("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="teleconnect-postgres-"))
    try:
        as_user: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
            as_user = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
        start = ["setpriv", "--pdeathsig=INT", *as_user]
        password = secrets.token_hex(16)
        given = home / "password"
        given.write_text(password)
        given.chmod(0o644)
        data = home / "data"
        initdb = [*start, programs / "initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={given}"]
        subprocess.run([*initdb, "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"], check=True, capture_output=True, cwd=home)
        given.unlink()
        server, port, reader = _serve([*start, programs / "postgres", "-D", data], home)
        try:
            yield Postgres(port, data, password)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
            reader.join()
    finally:
        shutil.rmtree(home)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("postgres")
    if elsewhere is None:
        pytest.fail("PostgreSQL is not installed; the storage tests run on it. Run: make install")
    return Path(elsewhere).resolve().parent


def _serve(command: list[str | Path], home: Path) -> tuple[subprocess.Popen[bytes], int, threading.Thread]:
    said: list[str] = []
    for _ in range(STARTS):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60"]
        arguments = ["-p", str(port), *(word for option in options for word in ("-c", option))]
        server = subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, cwd=home)
        assert server.stderr is not None
        for line in server.stderr:
            said.append(line.decode(errors="replace"))
            if b"ready to accept connections" in line:
                reader = threading.Thread(target=_read_to_the_end, args=(server.stderr,), daemon=True)
                reader.start()
                return server, port, reader
        server.wait(30)
        server.stderr.close()
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(said))


def _read_to_the_end(stream: IO[bytes]) -> None:
    """A server whose messages nobody reads would stop when the pipe is full."""
    with stream:
        for _ in stream:
            pass
