"""Calls posted to a gateway that may die at any moment, and what became of each post: the truth to compare with."""

import asyncio
from random import Random
from typing import NamedTuple

import aiohttp

from tests.fixtures.gateway import RunningGateway


class Told(NamedTuple):
    """One event as it was offered; `name` is its webhook-id, the same for every try."""

    name: str
    event: str
    call: str


class Load:
    """`acknowledged` got their 200; `unknown` were offered and nobody knows: they are offered again, as a PBX does."""

    def __init__(self, gateway: RunningGateway, chance: Random) -> None:
        self.acknowledged: list[Told] = []
        self.unknown: list[Told] = []
        self.unanswered: set[str] = set()  # calls that nobody will answer
        self.flows = asyncio.Event()  # enough was acknowledged to say so
        self._gateway = gateway
        self._chance = chance
        self._calls = 0

    async def run(self, callers: int) -> None:
        """Until cancelled, or until each caller has lost its gateway."""
        await asyncio.gather(*(self._caller() for _ in range(callers)))

    async def offer_again(self) -> None:
        again, self.unknown = self.unknown, []
        for told in again:
            assert await self._offer(told)

    async def _caller(self) -> None:
        while True:
            self._calls += 1
            call = f"call-{self._calls}"
            events = ["delivered", "established", "cleared"]
            if self._chance.random() < 0.3:
                self.unanswered.add(call)
                events = ["delivered"]
            told = [Told(f"msg_{call}_{event}", event, call) for event in events]
            for number, one in enumerate(told):
                if not await self._offer(one):
                    self.unknown += told[number + 1 :]
                    return

    async def _offer(self, told: Told) -> bool:
        event = {"event": told.event, "call": told.call, "from": "13800138000", "to": "4001", "device": "801"}
        try:
            status, _ = await self._gateway.post(event, name=told.name)
        except (aiohttp.ClientError, OSError):
            status = 0
        assert status in {0, 200, 503}, status
        (self.acknowledged if status == 200 else self.unknown).append(told)
        if len(self.acknowledged) > 30:
            self.flows.set()
        return status == 200
