"""When Python looks for objects that hold each other: seldom by their number, at once where memory has grown."""

import asyncio
import gc
import resource
from typing import Final, NoReturn

_LOOK_S: Final = 0.5
_GROWN_KIB: Final = 32 * 1024


def collect_seldom() -> None:
    """Live calls are many and make no cycles: walking them all, again and again, took a tenth of the time."""
    gc.freeze()  # what is here now stays: it is not walked any more
    gc.set_threshold(50_000, 20, 100)


async def collect_where_memory_grew() -> NoReturn:
    """A refused request leaves a cycle (its error, the frame it was raised in) that holds what had been read of it.

    Such cycles are few by number and large: strangers who sent a megabyte of headers each made the process hold
    900 MiB within half a minute, and no count of objects had told. What it held at most is what it may hold again.
    """
    known_kib = _held_at_most_kib()
    while True:
        await asyncio.sleep(_LOOK_S)
        if _held_at_most_kib() > known_kib + _GROWN_KIB:
            gc.collect()
            known_kib = _held_at_most_kib()


def _held_at_most_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
