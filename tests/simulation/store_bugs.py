"""Bugs of stores that were put back or erased from, planted beside the product: the simulation must find each."""

import importlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from adapters.intake import erasing
from adapters.ports import LiveState
from tests.simulation import sqlite
from tests.simulation.disk import SimStore
from tests.simulation.service import Misread, Parts


class TakesCopiesForTheStore(SimStore):
    """It does not see that it was put back from a copy."""

    async def load(self) -> LiveState:
        return msgspec.structs.replace(await super().load(), restored=False)


def _skips_the_first(right: Callable[..., Iterator[Sequence[int]]], many: int, all_of: Sequence[int]) -> Any:
    """One of those who are to be erased is not."""
    return right(many, all_of[1:])


def _the_file_alone(right: Callable[..., None], path: Path, part: Path, progress: object) -> None:
    """Without what only its WAL holds yet."""
    alone = part.with_name("alone")
    shutil.copyfile(path, alone)
    right(alone, part, progress)


def _without_its_mark(right: Callable[..., None], path: Path, part: Path, progress: object) -> None:
    """Who starts on it cannot know that it is a copy."""
    right(path, part, progress)
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("UPDATE meta SET value = '' WHERE name = 'place'")


def _left_beside(_right: Callable[..., None], _path: Path) -> None:
    """Who puts a copy back forgets the WAL of the store that was there."""


_BACKUP = importlib.import_module("adapters.intake.backup")  # the package's own name for its function hides it

# The part that has it, and within how many seeds it must be found.
STORE_BUGS: dict[str, tuple[Parts, int]] = {
    "takes a copy for the store itself": (Parts(store=TakesCopiesForTheStore), 40),
    "copies the file without its WAL": (Parts(rule=Misread(_BACKUP, "_copy_sqlite", _the_file_alone)), 70),
    "makes copies without their mark": (Parts(rule=Misread(_BACKUP, "_copy_sqlite", _without_its_mark)), 70),
    "puts a copy back beside the old WAL": (Parts(rule=Misread(sqlite, "_remove_beside", _left_beside)), 70),
    "leaves one of those who are erased": (Parts(rule=Misread(erasing, "_by", _skips_the_first)), 60),
}
