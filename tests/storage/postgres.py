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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import asyncpg
import pytest

from teleconnect_bot.adapters.storage.migrations import migrate

STARTS = 3
"""Another program may take the free port before the server does."""
LETTERS_OF_A_SEGMENT = 24
"""A file of the write-ahead log is named so; what else lies beside them is not the log."""


def _as_user() -> list[str]:
    """The server ends with whoever started it."""
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig=INT"]
    user = pwd.getpwnam("postgres")
    return ["setpriv", "--pdeathsig=INT", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]


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

    async def new_database(self, *, locale: str = "") -> str:
        """The address of an empty database."""
        return self.address(await self._create("template0", f"LC_COLLATE '{locale}' LC_CTYPE '{locale}'" if locale else ""))

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

    async def _create(self, template: str, more: str = "") -> str:
        name = f"test_{next(self._numbers)}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {more}")
        return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with started() as server:
        yield server


@contextmanager
def started(*options: str) -> Iterator[Postgres]:
    """A new, empty server; `options` are settings such as `wal_keep_size=1GB`."""
    with _home() as home:
        password = secrets.token_hex(16)
        given = home / "password"
        given.write_text(password)
        given.chmod(0o644)
        data = home / "data"
        initdb = [*_as_user(), str(_programs() / "initdb"), "-D", str(data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={given}"]
        subprocess.run([*initdb, "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"], check=True, capture_output=True, cwd=home)
        given.unlink()
        with _serving(home, password, options) as server:
            yield server


@contextmanager
def backed_up(server: Postgres) -> Iterator[BaseBackup]:
    """All files of the server as they are now, as `pg_basebackup` fetches them."""
    with _home() as home:
        command = [*_as_user(), str(_programs() / "pg_basebackup"), "-D", str(home / "data"), "-d", server.address("postgres")]
        subprocess.run([*command, "--checkpoint=fast", "--no-sync"], check=True, capture_output=True, cwd=home)
        yield BaseBackup(server, home)


@dataclass(frozen=True)
class BaseBackup:
    """The server must keep its log meanwhile (`wal_keep_size`)."""

    server: Postgres
    home: Path

    @contextmanager
    def with_log_until_now(self) -> Iterator[Postgres]:
        """Another server, on these files and the write-ahead log that the first one has written since: it does all of that again."""
        log = self.home / "data" / "pg_wal"
        for written in (self.server.directory / "pg_wal").iterdir():
            if len(written.name) == LETTERS_OF_A_SEGMENT:
                shutil.copyfile(written, log / written.name)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for file in log.iterdir():
                os.chown(file, owner.pw_uid, owner.pw_gid)
        with _serving(self.home, self.server.password, ()) as server:
            yield server


async def dumped_into(server: Postgres, address: str) -> str:
    """The address of a new database of the same server, which holds what `pg_dump` has read at the other one."""
    restored = await server.new_database()
    dumped = subprocess.run([_programs() / "pg_dump", address], check=True, capture_output=True).stdout
    subprocess.run([_programs() / "psql", "--quiet", "--set=ON_ERROR_STOP=1", restored], check=True, input=dumped, capture_output=True)
    return restored


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="teleconnect-postgres-"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
        yield home
    finally:
        shutil.rmtree(home)


@contextmanager
def _serving(home: Path, password: str, options: Iterable[str]) -> Iterator[Postgres]:
    server, port, reader = _serve([*_as_user(), _programs() / "postgres", "-D", home / "data"], home, options)
    try:
        yield Postgres(port, home / "data", password)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        reader.join()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("postgres")
    if elsewhere is None:
        pytest.fail("PostgreSQL is not installed; the storage tests run on it. Run: make install")
    return Path(elsewhere).resolve().parent


def _serve(command: list[str | Path], home: Path, more: Iterable[str]) -> tuple[subprocess.Popen[bytes], int, threading.Thread]:
    said: list[str] = []
    for _ in range(STARTS):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60", *more]
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
