"""Waiting for what another process does, which has no event of ours."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], object], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.02)
