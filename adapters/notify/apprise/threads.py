"""Blocking calls in threads of their own: few, and nobody waits for one that hangs, not even at the end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """At most `most` at a time. One that was given up keeps its place until it ends.

    Not the event loop's own pool: that one is shared with all, and the process waits for its threads when it stops.
    """

    def __init__(self, most: int) -> None:
        self.free = most

    async def run(self, call: Callable[[], T]) -> T:
        """`free` must be above 0, and `call` must not raise."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def ended(result: T) -> None:
            self.free += 1
            if not answer.done():
                answer.set_result(result)

        def work() -> None:
            result = call()
            with contextlib.suppress(RuntimeError):  # the loop is closed: we are stopping
                loop.call_soon_threadsafe(ended, result)

        self.free -= 1
        threading.Thread(target=work, name="apprise", daemon=True).start()
        return await answer
