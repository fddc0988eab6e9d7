"""From a source's wire to the pipeline, in order: a bounded queue the reader never waits for, and its worker."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import uuid4

import structlog

from adapters.backoff import Backoff
from adapters.errors import Overloaded, StoreError
from adapters.ports import Admitted, Incoming, Intake
from rules.events import Event, Unparsed

_BATCH_MAX = 256

log = structlog.get_logger()


class Reading(NamedTuple):
    """A message that is understood only when its turn comes: what came before it may have to be remembered first."""

    at_us: int
    raw: bytes
    read: Callable[[], Sequence[Event]]


class Inflow:
    """One a source; it outlives connections, so what was heard before a loss is committed before what comes after."""

    def __init__(self, source: str, waiting_max: int) -> None:
        self._source = source
        self._max = waiting_max
        self._waiting: deque[Reading | Incoming | Callable[[], None]] = deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._in_line = 0  # events in the pipeline's line, not yet committed
        self._last: asyncio.Future[list[Admitted]] | None = None  # what was put there last
        self._birth = uuid4().bytes  # with the count of what was read: the identity of an event
        self._count = 0

    def hear(self, reading: Reading) -> bool:
        """Take a message to be read later. False: there is no more room, it is lost."""
        if not self._has_room():
            return False
        self._waiting.append(reading)
        self._something.set()
        return True

    def take(self, at_us: int, heard: Iterable[tuple[Any, bytes]], committed: Callable[[], None] | None = None) -> bool:
        """Take understood events (of `Event`), each with its bytes; `committed` is called once all are.

        False: there is no more room, they are lost, and `committed` is never called.
        """
        if not self._has_room():
            return False
        self._waiting.extend(Incoming(event, at_us, self._key(), raw) for event, raw in heard)
        if committed is not None:
            self._waiting.append(committed)
        self._something.set()
        return True

    def tell(self, at_us: int, event: Event, raw: bytes | None = None) -> None:
        """Take an event of our own (a link's state, a resync); few, so always room."""
        self._waiting.append(Incoming(event, at_us, raw=raw))
        self._something.set()

    async def room(self) -> None:
        """Wait until an overflow has been worked off by half."""
        await self._room.wait()

    async def drain(self, intake: Intake) -> None:
        """Put what is heard into the pipeline's line at once, for ever, or as soon as there is room."""
        while True:
            if not self._waiting:
                self._something.clear()
                await self._something.wait()
            batch, committed = self._next_batch()
            if batch:
                self._last = await self._keep(intake, batch)
                self._in_line += len(batch)
                self._last.add_done_callback(partial(self._committed, len(batch), committed))
            elif self._last is not None and not self._last.done():  # they were told of after what is still in line
                self._last.add_done_callback(partial(self._committed, 0, committed))
            else:
                _tell(committed)

    def _committed(self, events: int, committed: list[Callable[[], None]], done: asyncio.Future[Any]) -> None:
        self._in_line -= events
        if not done.cancelled():
            _tell(committed)
        if len(self._waiting) + self._in_line <= self._max // 2:
            self._room.set()

    def _has_room(self) -> bool:
        if len(self._waiting) + self._in_line < self._max:
            return True
        self._room.clear()
        return False

    def _next_batch(self) -> tuple[list[Incoming], list[Callable[[], None]]]:
        batch: list[Incoming] = []
        committed: list[Callable[[], None]] = []
        while self._waiting and len(batch) < _BATCH_MAX:
            item = self._waiting.popleft()
            if isinstance(item, Incoming):
                batch.append(item)
            elif isinstance(item, Reading):
                batch += [Incoming(event, item.at_us, self._key(), item.raw) for event in self._read(item)]
            else:
                committed.append(item)
        return batch, committed

    def _read(self, item: Reading) -> Sequence[Event]:
        try:
            return item.read()
        except Exception as error:  # the top of one message's reading: a bug in it stops no other (docs/adr/0013)
            log.exception("a message made its reader fail", source=self._source)
            return [Unparsed(source=self._source, reason=f"our reader failed: {type(error).__name__}")]

    def _key(self) -> bytes:
        """Names the event, so that one whose commit failed after it was durable is not counted twice."""
        self._count += 1
        return blake2b(self._birth + self._count.to_bytes(8, "big"), digest_size=16).digest()

    async def _keep(self, intake: Intake, batch: list[Incoming]) -> asyncio.Future[list[Admitted]]:
        backoff = Backoff(first_s=0.1, longest_s=5.0)
        while True:
            try:
                kept = intake.keep(batch)
            except (StoreError, Overloaded) as error:
                if not backoff.tries:
                    log.warning("events wait: the pipeline cannot take them", source=self._source, reason=str(error))
                await asyncio.sleep(backoff.next_s())
            else:
                if backoff.tries:
                    log.info("events flow again", source=self._source, waiting=len(self._waiting))
                return kept


def _tell(committed: list[Callable[[], None]]) -> None:
    for tell in committed:
        tell()
