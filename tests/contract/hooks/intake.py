"""A stand-in for the pipeline, in memory: it commits, it can refuse, it can be slow."""

import asyncio
from collections.abc import Sequence

from adapters.errors import GatewayError
from adapters.ports import Admitted, Incoming


class MemoryIntake:
    """Fulfils hooks.Entrance. `failure`: raised by the next submissions; `gate`: holds the commit up."""

    def __init__(self, at_us: int) -> None:
        self.at_us = at_us
        self.committed: list[Incoming] = []
        self.failure: GatewayError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self._keys: set[bytes] = set()

    def now_us(self) -> int:
        return self.at_us

    async def enter(self, events: Sequence[Incoming]) -> list[Admitted]:
        self.entered.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return [self._admit(incoming) for incoming in events]

    def _admit(self, incoming: Incoming) -> Admitted:
        if incoming.key is not None and incoming.key in self._keys:
            return Admitted(None)
        if incoming.key is not None:
            self._keys.add(incoming.key)
        self.committed.append(incoming)
        return Admitted(len(self.committed))
