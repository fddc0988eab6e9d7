"""Where clips are kept: one WAV a recording in a folder a day, found by its id, thrown away when its time is over."""

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rules.moments import SECOND_US

_ID = re.compile(r"(\d{4})(\d{2})(\d{2})-[0-9a-f]{16}")


class Shelf:
    """An id is `YYYYMMDD-` (the UTC day it began on) and 16 hex digits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def name(self, started_us: int, fingerprint: str) -> str:
        return f"{datetime.fromtimestamp(started_us / SECOND_US, UTC):%Y%m%d}-{fingerprint}"

    def path(self, recording: str) -> Path | None:
        """Where it is or would be; None for what cannot be an id of ours, whatever it tries to reach."""
        found = _ID.fullmatch(recording)
        return None if found is None else self._folder.joinpath(*found.groups(), f"{recording}.wav")

    def put(self, recording: str, wav: bytes) -> None:
        """Durable when it returns. Raises OSError."""
        path = self.path(recording)
        if path is None:
            raise ValueError(recording)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as file:
            file.write(wav)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def drop_before(self, today: datetime, keep_days: int) -> int:
        """Throw away what began more than `keep_days` ago; how many."""
        last = f"{today - timedelta(days=keep_days):%Y%m%d}"
        dropped = 0
        for path in self._folder.glob("[0-9]*/[0-9]*/[0-9]*/*.wav"):
            if _ID.fullmatch(path.stem) and path.stem[:8] < last:
                path.unlink(missing_ok=True)
                dropped += 1
                for parent in list(path.parents)[:3]:
                    with suppress(OSError):  # not empty yet
                        parent.rmdir()
        return dropped
