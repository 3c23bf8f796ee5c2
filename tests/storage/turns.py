"""How often a connection to SQLite has its thread do something: each time costs two changes of thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiosqlite import core

Order = tuple[Any, Callable[[], Any]]


class Turns:
    """Counts from its making on, for connections that are opened after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = vars(core)["SimpleQueue"]

        class Counted:
            def __init__(queue) -> None:  # noqa: N805 - `self` is whose count it is
                queue._orders: Any = real()

            def put_nowait(queue, order: Order) -> None:  # noqa: N805
                self.count += 1
                queue._orders.put_nowait(order)

            def get(queue) -> Order:  # noqa: N805
                order: Order = queue._orders.get()
                return order

        monkeypatch.setattr(core, "SimpleQueue", Counted)
