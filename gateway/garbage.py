"""When Python looks for objects that hold each other: seldom by their number, at once where memory has grown."""

import asyncio
import gc
import resource
from io import FileIO
from pathlib import Path
from typing import Final, NoReturn

_LOOK_S: Final = 0.25
_GROWN_BYTES: Final = 32 << 20
_YOUNG: Final = 1  # generations 0 and 1; what has outlived two looks is of generation 2
_STATM: Final = Path("/proc/self/statm")  # how much is held now, and not the most that ever was
_PAGE_BYTES: Final = resource.getpagesize()


def collect_seldom() -> None:
    """Live calls are many and make no cycles: walking them all, again and again, took a tenth of the time."""
    gc.freeze()  # what is here now stays: it is not walked any more
    gc.set_threshold(50_000, 20, 100)


async def collect_where_memory_grew() -> NoReturn:
    """What strangers send may lie in cycles that are few by number and large: no count of objects tells of them.

    It is young. Looking through all that lives, the records of a flood too, took a third of a second each time, in
    which no alert left; that is done only where twice as much is held as after the last such look.
    """
    with _statm() as statm:
        known = looked_through = _held_bytes(statm)
        while True:
            await asyncio.sleep(_LOOK_S)
            held = _held_bytes(statm)
            if held <= known + _GROWN_BYTES:
                known = min(known, held)
                continue
            gc.collect(_YOUNG)
            known = _held_bytes(statm)
            if known > 2 * looked_through:
                gc.collect()
                known = looked_through = _held_bytes(statm)


def _statm() -> FileIO:
    """Open once: where all descriptors are taken, memory is watched still."""
    return _STATM.open("rb", buffering=0)


def _held_bytes(statm: FileIO) -> int:
    statm.seek(0)
    return int(statm.read(64).split()[1]) * _PAGE_BYTES
