"""From the wire to the pipeline, in order: a bounded queue the reader never waits for, and its worker."""

import asyncio
from collections import deque
from hashlib import blake2b

import structlog

from adapters.backoff import Backoff
from adapters.errors import Overloaded, StoreError
from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.normalise import Normaliser
from adapters.ports import Incoming, Intake
from rules.events import Event

# About a minute of a PBX that starts 100 calls a second, some 100 MB of messages at worst.
WAITING_MAX = 100_000
_BATCH_MAX = 256

Reading = tuple[int, Message, Normaliser]  # at_us, what was heard, whose memory reads it

log = structlog.get_logger()


class Inflow:
    """One a source; it outlives connections, so what was heard before a loss is committed before what comes after."""

    def __init__(self, source: str, waiting_max: int = WAITING_MAX) -> None:
        self._source = source
        self._max = waiting_max
        self._waiting: deque[Reading | Incoming] = deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._count = 0  # of messages read, with the first moment: the identity of an event told again after a failure
        self._since_us = 0

    def hear(self, at_us: int, message: Message, normaliser: Normaliser) -> bool:
        """Take a message to be read later. False: there is no more room, it is lost, and only a resync cures that."""
        if len(self._waiting) >= self._max:
            self._room.clear()
            return False
        self._waiting.append((at_us, message, normaliser))
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
        """Submit what waits, for ever, trying again as long as the store cannot take it."""
        self._since_us = intake.now_us()
        while True:
            if not self._waiting:
                self._something.clear()
                await self._something.wait()
            batch = self._next_batch()
            if batch:
                await self._submit(intake, batch)
            if len(self._waiting) <= self._max // 2:
                self._room.set()

    def _next_batch(self) -> list[Incoming]:
        batch: list[Incoming] = []
        while self._waiting and len(batch) < _BATCH_MAX:
            item = self._waiting.popleft()
            if isinstance(item, Incoming):
                batch.append(item)
                continue
            at_us, message, normaliser = item
            batch += [Incoming(event, at_us, self._key(), message.raw) for event in normaliser.read(message)]
        return batch

    def _key(self) -> bytes:
        """Names the event, so that a submit that failed after its commit is not counted twice when tried again."""
        self._count += 1
        return blake2b(f"{self._source}\0{self._since_us}\0{self._count}".encode(), digest_size=16).digest()

    async def _submit(self, intake: Intake, batch: list[Incoming]) -> None:
        backoff = Backoff(first_s=0.1, longest_s=5.0)
        while True:
            try:
                await intake.submit(batch)
            except (StoreError, Overloaded) as error:
                if backoff.tries == 1:  # the first refusal may be the pipeline that still starts
                    log.warning("events wait: the pipeline cannot take them", source=self._source, reason=str(error))
                await asyncio.sleep(backoff.next_s())
            else:
                if backoff.tries:
                    log.info("events flow again", source=self._source, waiting=len(self._waiting))
                return
