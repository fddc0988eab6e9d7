"""The intake store as the pipeline and the web see it: `ports.Store` over one writer thread and a few readers."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any, TypeVar

from adapters.errors import StoreError
from adapters.intake.reads import Reader
from adapters.intake.writer import Database, Writer
from adapters.ports import Batch, LiveState, Page
from rules.events import Entry

_READERS = 2  # a slow question must not keep the next one waiting
_STAND_ASIDE_S = 0.02  # more than a full batch takes; the longest that the loop stands still
_LOOK_IN_EVERY_S = 0.005
_LOOK_IN_S = 0.001

T = TypeVar("T")


class IntakeStore:
    """Everything that changes or recovers runs on one thread, in the order it was asked; reading runs beside it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = Writer(database)
        self._reader = Reader(database)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._reading = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
        self._closed = False

    async def open(self) -> None:
        await self._write(self._writer.open)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        # Readers first: the last connection to leave a SQLite file checkpoints it, and only the writer may.
        await asyncio.get_running_loop().run_in_executor(None, self._reading.shutdown)
        self._reader.close()
        await asyncio.get_running_loop().run_in_executor(self._writing, self._writer.close)
        self._writing.shutdown()

    async def load(self) -> LiveState:
        return await self._write(self._writer.load)

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        if not keys:
            return set()
        return await self._write(self._writer.known, keys)

    async def commit(self, batch: Batch) -> None:
        await self._write(self._writer.commit, batch)

    async def incidents(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        since_us: int | None = None,
        number: str | None = None,
        outcome: str | None = None,
        caller: str | None = None,
        unit: str | None = None,
    ) -> Page:
        find = partial(
            self._reader.incidents, since_us=since_us, number=number, outcome=outcome, caller=caller, unit=unit
        )
        return await self._read(find, limit, cursor)

    async def obligations(self, *, state: str | None, limit: int, cursor: str | None = None) -> Page:
        return await self._read(self._reader.obligations, state, limit, cursor)

    async def alerts(self, *, state: str | None, limit: int, cursor: str | None = None) -> Page:
        return await self._read(self._reader.alerts, state, limit, cursor)

    async def timeline(self, number: str) -> list[dict[str, Any]]:
        return await self._read(self._reader.timeline, number)

    async def unparsed(self, *, limit: int, cursor: str | None = None) -> Page:
        return await self._read(self._reader.unparsed, limit, cursor)

    async def journal(self, *, after_seq: int, limit: int, until_us: int | None = None) -> list[Entry]:
        return await self._read(self._reader.journal, after_seq, limit, until_us)

    async def _write(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work` on the writer's thread, and stand aside for it, for a bounded time.

        A loop that never rests lets go of the interpreter lock only for microseconds, too short for another thread
        to wake up: beside it a commit took seconds (benchmarks/store_commit.py). So the loop itself waits for the
        writer; where the disk is the slow one, it goes on, and only looks in now and then.
        """
        self._refuse_closed()
        job = self._writing.submit(work, *args)
        done = asyncio.wrap_future(job)
        done.add_done_callback(_look_at)
        wait([job], _STAND_ASIDE_S)
        while not job.done():
            await asyncio.wait([done], timeout=_LOOK_IN_EVERY_S)
            wait([job], _LOOK_IN_S)
        return await done  # one turn of the loop, for those who stood aside

    async def _read(self, work: Callable[..., T], *args: Any) -> T:
        self._refuse_closed()
        return await asyncio.get_running_loop().run_in_executor(self._reading, work, *args)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")


def _look_at(done: asyncio.Future[Any]) -> None:
    """If nobody waits any more, nobody is told of its error."""
    if not done.cancelled():
        done.exception()
