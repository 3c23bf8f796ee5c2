from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.world import World


@pytest.fixture(autouse=True)
def on_one_thread(sqlite_at_once: None) -> None:
    """Every test here, also one that makes its own worlds."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await World(tmp_path).create()
    yield world
    await world.stop()
