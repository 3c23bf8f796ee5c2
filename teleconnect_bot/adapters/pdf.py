"""The port `PdfRenderer`: WeasyPrint in a process of its own (FACTS "PDF": the loop is never blocked)."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from teleconnect_bot.adapters.pdf_document import Document, documents_of
from teleconnect_bot.adapters.pdf_worker import Limits, SettingFailed, TooMuchWork, prepare, set_document
from teleconnect_bot.domain.transcript import Transcript
from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable, Texts

SERVICE = "transcript renderer"


class PoolPdfRenderer:
    """Sets transcripts in worker processes that are started when needed and end `idle` seconds after the last document.

    So nothing of a transcript outlives it in a worker's memory. At most `workers` documents are set at the same time.
    A worker that dies takes its pool along: a new one is made and the document is tried once more, unless it was killed
    for taking too long.
    """

    def __init__(self, texts: Texts, *, workers: int = 1, limits: Limits | None = None, idle: float = 30.0) -> None:
        self._texts = texts
        self._workers = workers
        self._limits = limits or Limits()
        self._idle = idle
        self._places = asyncio.Semaphore(workers)
        self._pool: ProcessPoolExecutor | None = None
        self._under_way = 0
        self._idle_timer: asyncio.TimerHandle | None = None

    async def render(self, transcript: Transcript) -> list[bytes]:
        """One complete, numbered PDF for each 2,000 messages, fewer when they are very long; at least one.

        Raises `RefusedByService` when a document cannot be set or is too much work, `ServiceUnavailable` when workers die or hang.
        """
        documents = await asyncio.to_thread(documents_of, transcript, self._texts)
        self._keep_pool()
        try:
            return [await self._set(document) for document in documents]
        finally:
            self._let_pool_go()

    async def _set(self, document: Document) -> bytes:
        async with self._places:
            begun = asyncio.get_running_loop().time()
            try:
                return await self._try(document)
            except BrokenProcessPool:
                if asyncio.get_running_loop().time() - begun >= self._limits.wall:
                    raise ServiceUnavailable(SERVICE) from None
            try:
                return await self._try(document)
            except BrokenProcessPool:
                raise ServiceUnavailable(SERVICE) from None

    async def _try(self, document: Document) -> bytes:
        pool = self._pool or self._new_pool()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(pool, set_document, document, self._limits)
        except TooMuchWork:
            raise RefusedByService(SERVICE, "the conversation is too large for a PDF; copy what is needed from the room itself") from None
        except SettingFailed as error:
            raise RefusedByService(SERVICE, f"the PDF could not be made ({error}); please tell the administrator") from None
        except BrokenProcessPool:
            self._drop(pool)
            raise

    def _new_pool(self) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(
            self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare, initargs=(self._limits,)
        )
        return self._pool

    def _keep_pool(self) -> None:
        self._under_way += 1
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _let_pool_go(self) -> None:
        self._under_way -= 1
        if self._under_way == 0 and self._pool is not None:
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle, self._drop, self._pool)

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        """End the workers; documents that wait are given up. The renderer may be used again afterwards."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
