"""Logs: event names and opaque fields, one JSON object a line (ARCHITECTURE §7)."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

OURS = "teleconnect_bot"


class _OursAlone(logging.Filter):
    """Other libraries write numbers, addresses and URLs into their logs: nothing of theirs is passed on."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name == OURS or record.name.startswith(f"{OURS}.")


def configure(level: str, form: str, stream: TextIO = sys.stdout) -> None:
    """Once at the start. `level` as in `logs.level`, `form` is `json` or `text`."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(stream)
    handler.addFilter(_OursAlone())
    logging.basicConfig(level=threshold, handlers=[handler], force=True, format="%(message)s")
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
