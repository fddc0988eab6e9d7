"""aiomqtt's client, with a wait that a cancellation ends for certain."""

import asyncio
import math
from collections.abc import Awaitable
from typing import TypeVar

import aiomqtt

T = TypeVar("T")


class Client(aiomqtt.Client):
    """Python 3.11's `wait_for`, by which aiomqtt waits, forgets that it was cancelled where an answer comes in the same
    moment: a task that was told to end as its broker answered would go on, and a stop would wait for it for ever.
    """

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - as aiomqtt has it
        limit_s = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(None if limit_s == math.inf else limit_s):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None
