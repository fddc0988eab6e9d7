"""What is committed is copied from the WAL into the database beside the commits, which do not wait for it.

On a connection of its own, in a thread of its own. Sound since SQLite 3.51.3 only: before, two connections that
write and checkpoint at the same moment could lose data (the WAL-reset bug).
"""

import contextlib
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import apsw

_PAGES_MAX: Final = 12_000  # of the WAL, 48 MB: so much is copied at once
_PAGES_MIN: Final = 1_000  # as SQLite itself does
_PAGE_BYTES: Final = 4_096
_SHARE: Final = 8  # of what is free on the disk: the WAL must not fill a small one before it is copied


class Checkpoints:
    """Those of one writing connection. Close it first."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._path = connection.filename
        free_bytes = shutil.disk_usage(Path(self._path).parent).free
        self._pages = max(_PAGES_MIN, min(_PAGES_MAX, free_bytes // _SHARE // _PAGE_BYTES))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._thread.submit(int)  # it begins now: a machine that has no room for it is to say so before a commit
        self._copying: Future[None] | None = None
        connection.set_wal_hook(self._committed)  # instead of SQLite's own checkpoints, which come within a commit

    def close(self) -> None:
        self._thread.shutdown()

    def _committed(self, connection: apsw.Connection, _database: str, pages: int) -> int:
        if self._copying is None:
            if pages >= self._pages:
                self._copying = self._thread.submit(self._copy)
        elif self._copying.done():
            self._copying = None
            _checkpoint(connection)  # what was committed meanwhile is little: with it the WAL begins anew
        return apsw.SQLITE_OK

    def _copy(self) -> None:
        with contextlib.suppress(apsw.Error), contextlib.closing(apsw.Connection(self._path)) as beside:
            beside.execute("SELECT count(*) FROM sqlite_master")  # until it has read, it knows of no WAL
            _checkpoint(beside)
            _checkpoint(beside)  # what was committed meanwhile: the less is left to the connection that commits


def _checkpoint(connection: apsw.Connection) -> None:
    """What fails is still in the WAL, and is copied with the next."""
    with contextlib.suppress(apsw.Error):
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
