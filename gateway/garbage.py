"""When Python looks for objects that hold each other: seldom by their number, at once where memory has grown."""

import asyncio
import gc
import resource
from io import FileIO
from pathlib import Path
from typing import Final, NoReturn

_LOOK_S: Final = 0.25
_GROWN_BYTES: Final = 32 << 20
_STATM: Final = Path("/proc/self/statm")  # how much is held now, and not the most that ever was
_PAGE_BYTES: Final = resource.getpagesize()


def collect_seldom() -> None:
    """Live calls are many and make no cycles: walking them all, again and again, took a tenth of the time."""
    gc.freeze()  # what is here now stays: it is not walked any more
    gc.set_threshold(50_000, 20, 100)


async def collect_where_memory_grew() -> NoReturn:
    """A refused request leaves a cycle (its error, the frame it was raised in) that holds what had been read of it.

    Such cycles are few by number and large: strangers who sent a megabyte of headers each made the process hold
    900 MiB within half a minute, and no count of objects had told.
    """
    with _statm() as statm:
        known = _held_bytes(statm)
        while True:
            await asyncio.sleep(_LOOK_S)
            held = _held_bytes(statm)
            if held > known + _GROWN_BYTES:
                gc.collect()
                known = _held_bytes(statm)
            else:
                known = min(known, held)


def _statm() -> FileIO:
    """Open once: where all descriptors are taken, memory is watched still."""
    return _STATM.open("rb", buffering=0)


def _held_bytes(statm: FileIO) -> int:
    statm.seek(0)
    return int(statm.read(64).split()[1]) * _PAGE_BYTES
