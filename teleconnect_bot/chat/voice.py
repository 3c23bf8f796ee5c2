"""To whom the bot is speaking: whatever `chat/` writes while answering somebody is in their language and on their clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from teleconnect_bot.domain.requester import Settings

_READER: ContextVar[Settings] = ContextVar("reader", default=Settings())  # noqa: B039 - a frozen value


def reader() -> Settings:
    """The settings of whoever reads what is written now."""
    return _READER.get()


@contextmanager
def speaking_to(settings: Settings) -> Iterator[None]:
    token = _READER.set(settings)
    try:
        yield
    finally:
        _READER.reset(token)
