"""SQLite on the test's own thread: each statement is carried out at once instead of being handed to a thread of its connection.

The same statements reach the same files; what is saved is some ten changes of thread for each, which are most of the time of a test
that restarts a bot hundreds of times. Only for tests with one `Database`: two would wait for each other's lock for ever.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from aiosqlite import core

Order = tuple[asyncio.Future[Any] | None, Callable[[], Any]]


class AtOnce:
    """Stands where a connection keeps what its thread is to do."""

    def put_nowait(self, order: Order) -> None:
        future, function = order
        try:
            result = function()
        except (sqlite3.Error, ValueError) as error:
            if future is not None:
                future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)

    def get(self) -> Order:
        """The thread ends as soon as it begins."""
        return None, lambda: core._STOP_RUNNING_SENTINEL


@pytest.fixture
def sqlite_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "SimpleQueue", AtOnce)
