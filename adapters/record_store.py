"""The intake store, as the pages beside the board read it."""

from collections.abc import Sequence
from typing import Any, Protocol

from adapters.ports import Store
from adapters.summed import Figures, Place


class RecordStore(Store, Protocol):
    """Every method raises StoreError, as the Store's do."""

    async def tellings(self, number: str) -> list[dict[str, Any]]:
        """The alerts about one record, oldest first; `receivers`: whom each was told to, and what became of it."""

    async def figures(self, *, since_us: int, until_us: int) -> Figures:
        """Of the records that were opened in this span; `until_us` is not included."""

    async def places(self, numbers: Sequence[str]) -> dict[str, Place]:
        """Where these records came in, by number; of those that are none, nothing."""

    async def place_of_recording(self, recording: str, started_us: int) -> Place | None:
        """Where the record came in that holds this clip, which began in the day after `started_us`; None: none does."""

    async def listed(self, kind: str, *, limit: int, before: int | None = None) -> list[dict[str, Any]]:
        """Journal entries of one kind, the newest first: rule sets, shifts. `before`: older than that `seq`."""
