"""A stand-in for the pipeline, in memory: it commits, it can refuse, it can be slow."""

import asyncio
from collections.abc import Callable, Sequence

from adapters.errors import Overloaded, StoreError
from adapters.ports import Admitted, Incoming


class MemoryIntake:
    """Fulfils hooks.Entrance. `failure`: raised by the next submissions; `gate`: holds the commit up."""

    def __init__(self, at_us: int) -> None:
        self.at_us = at_us
        self.committed: list[Incoming] = []
        self.failure: StoreError | Overloaded | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self._keys: set[bytes] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    def now_us(self) -> int:
        return self.at_us

    def hear(self, events: Sequence[Incoming], told: Callable[[list[Admitted] | StoreError], None]) -> None:
        self.entered.set()
        if isinstance(self.failure, Overloaded):
            raise self.failure
        committing = asyncio.get_running_loop().create_task(self._commit(events, told))
        self._under_way.add(committing)
        committing.add_done_callback(self._under_way.discard)

    async def _commit(self, events: Sequence[Incoming], told: Callable[[list[Admitted] | StoreError], None]) -> None:
        await self.gate.wait()
        told(self.failure if isinstance(self.failure, StoreError) else [self._admit(one) for one in events])

    def _admit(self, incoming: Incoming) -> Admitted:
        if incoming.key is not None and incoming.key in self._keys:
            return Admitted(None)
        if incoming.key is not None:
            self._keys.add(incoming.key)
        self.committed.append(incoming)
        return Admitted(len(self.committed))
