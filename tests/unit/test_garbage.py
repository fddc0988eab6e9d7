"""Garbage that is little by number and large is found where memory grows, and not by counting objects."""

import asyncio
import gc
import weakref

from gateway.garbage import collect_where_memory_grew

LARGE_BYTES = 48 << 20


class Cycle:
    """Holds itself, and what somebody sent."""

    def __init__(self) -> None:
        self.me = self
        self.sent = b"x" * LARGE_BYTES


async def test_what_holds_itself_and_much_else_is_let_go_as_soon_as_memory_has_grown() -> None:
    gc.collect()
    gc.disable()
    watching = asyncio.create_task(collect_where_memory_grew())
    try:
        await asyncio.sleep(0)  # it has looked once
        left = weakref.ref(Cycle())
        async with asyncio.timeout(60):
            while left() is not None:  # noqa: ASYNC110 - what is let go tells nobody
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
        watching.cancel()
        await asyncio.wait([watching])
