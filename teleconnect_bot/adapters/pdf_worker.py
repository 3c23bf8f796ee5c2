"""What runs in the worker process: one document in, one PDF out; no network, no file, bounded memory and time (PRODUCT §8).

The module is imported by a fresh interpreter; it holds no state of the bot and gets nothing but the document.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass
from types import FrameType

from teleconnect_bot.adapters.pdf_document import Document, to_html

_OF_THE_WORLD = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "urllib.")
"""Beginnings of the names of audit events (Python's library reference, "Audit events table")."""


@dataclass(frozen=True, slots=True)
class Limits:
    """For one document: address space of the worker in bytes, seconds of CPU, and seconds on the wall after which it is killed.

    The last one is needed: libraries that get no memory may wait for ever instead of failing.
    """

    memory: int = 1024 * 1024 * 1024
    cpu: float = 120.0
    wall: float = 300.0


class TooMuchWork(Exception):
    """The document needs more CPU time or memory than `Limits` allow; trying again is useless."""


class SettingFailed(Exception):
    """WeasyPrint failed; the text is the kind of the failure alone, because its own words may quote the document."""


class _OutOfTime(BaseException):
    """Raised between two steps of WeasyPrint, which must not take it for a failure of one of them."""


class ResourceRefused(Exception):
    """The document asked for a file or an address; it never needs one. The text does not repeat the address."""


def prepare(limits: Limits) -> None:
    """Called once in each new worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides when to stop.
    os.nice(10)  # The bot's loop goes first.
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # fontTools writes the time into each font: the same transcript, the same bytes.
    import weasyprint  # noqa: F401  before the hook: native libraries are found by asking other programs

    sys.addaudithook(_refuse_the_world)
    logging.disable(logging.CRITICAL)  # WeasyPrint's and fontTools' warnings quote the document.
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _refuse_the_world(event: str, _arguments: object) -> None:
    """No connection, no name looked up, no other program. A hook of this kind cannot be taken away again."""
    if event.startswith(_OF_THE_WORLD):
        raise ResourceRefused


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def set_document(document: Document, limits: Limits) -> bytes:
    """The document as tagged PDF/UA-1. Raises `TooMuchWork` or `SettingFailed`."""
    signal.signal(signal.SIGPROF, _out_of_time)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu)
    failure: Exception
    try:
        return html_to_pdf(to_html(document))
    except (_OutOfTime, MemoryError) as error:
        failure = TooMuchWork("memory" if isinstance(error, MemoryError) else "time")
    except Exception as error:  # noqa: BLE001 - the edge of the worker
        failure = SettingFailed(type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    raise failure


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise _OutOfTime


def html_to_pdf(html: str) -> bytes:
    """Tagged PDF. Whatever resource the HTML names is refused."""
    from weasyprint import HTML  # 0.4 s and native libraries: in the worker only
    from weasyprint.urls import URLFetcher

    class NoResources(URLFetcher):  # type: ignore[misc]  # the library has no types
        def fetch(self, url: str, headers: object = None) -> object:
            raise ResourceRefused

    pdf = HTML(string=html, url_fetcher=NoResources()).write_pdf(pdf_variant="pdf/ua-1")
    return bytes(pdf)
