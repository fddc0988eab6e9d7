"""What is committed is copied from the WAL into the database beside the commits, which do not wait for it.

On a connection of its own, in a thread of its own. Sound since SQLite 3.51.3 only: before, two connections that
write and checkpoint at the same moment could lose data (the WAL-reset bug).
"""

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import apsw

_PAGES: Final = 12_000  # of the WAL, 48 MB: so much is copied at once


class Checkpoints:
    """Those of one writing connection. Close it first."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._path = connection.filename
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._thread.submit(int)  # it begins now: a machine that has no room for it is to say so before a commit
        self._copying: Future[None] | None = None
        connection.set_wal_hook(self._committed)  # instead of SQLite's own checkpoints, which come within a commit

    def close(self) -> None:
        self._thread.shutdown()

    def _committed(self, connection: apsw.Connection, _database: str, pages: int) -> int:
        if self._copying is None:
            if pages >= _PAGES:
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
