"""Who sees what was committed: each reader has a bounded queue; one that lags is let go, never waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.ports import Batch

PENDING_MAX = 1_000  # batches


class Subscription:
    """An async iterator of committed batches. It ends by itself when its reader is too slow: see `lagged`.

    The things in a batch are the live ones: a slow reader may see them in a later state than the batch's.
    """

    def __init__(self, pending_max: int = PENDING_MAX) -> None:
        self.lagged = False
        self._pending: asyncio.Queue[Batch] = asyncio.Queue(pending_max)

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        if self.lagged:
            raise StopAsyncIteration
        return await self._pending.get()

    def offer(self, batch: Batch) -> None:
        if self._pending.full():
            self.lagged = True  # its queue is full, so it is not waiting, and will see this at its next step
        else:
            self._pending.put_nowait(batch)


class Subscriptions:
    def __init__(self) -> None:
        self._readers: set[Subscription] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Subscription]:
        reader = Subscription()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def publish(self, batch: Batch) -> None:
        for reader in list(self._readers):
            reader.offer(batch)
            if reader.lagged:
                self._readers.discard(reader)
