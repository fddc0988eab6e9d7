"""Bugs of stores that were put back or erased from, planted beside the product: the simulation must find each."""

import importlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adapters.intake import erasing
from adapters.ports import LiveState
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


_BACKUP = importlib.import_module("adapters.intake.backup")  # the package's own name for its function hides it

# The part that has it, and within how many seeds it must be found.
STORE_BUGS: dict[str, tuple[Parts, int]] = {
    "takes a copy for the store itself": (Parts(store=TakesCopiesForTheStore), 40),
    "copies the file without its WAL": (Parts(rule=Misread(_BACKUP, "_copy_sqlite", _the_file_alone)), 70),
    "leaves one of those who are erased": (Parts(rule=Misread(erasing, "_by", _skips_the_first)), 60),
}
