from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.world import World


@pytest.fixture
async def world(tmp_path: Path, sqlite_at_once: None) -> AsyncIterator[World]:
    world = await World(tmp_path).create()
    yield world
    await world.stop()
