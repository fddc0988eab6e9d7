"""SQLite, written: one file, WAL, every commit on disk, one process that may write.

The driver brings a SQLite of its own. Two of them in one process would drop each other's locks on the file, so this
is loaded only where nobody reads by Python's own `sqlite3`: in the writer's process (docs/adr/0040).
"""

import contextlib
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import apsw

from adapters.errors import StoreError
from adapters.intake_writer import cures
from adapters.intake_writer.checkpoints import Checkpoints
from adapters.intake_writer.messages import KEYS_AT_ONCE
from adapters.intake_writer.ownership import Ownership

_BUSY_TIMEOUT_MS = 2_000  # somebody looks into the file with a tool of their own
_WAL_BYTES_MAX = 64 * 1024 * 1024  # what a checkpoint cuts the WAL file back to
_FULL = 2  # PRAGMA synchronous
# After these the same connection is sound once rolled back; after any other it is closed.
_PASSING = frozenset({cures.FULL, cures.BUSY, cures.LOCKED, cures.CONSTRAINT})


class Connection(apsw.Connection):
    """The one that writes."""

    checkpoints: Checkpoints | None = None

    def close(self, force: bool = False) -> None:
        super().close(force)
        if self.checkpoints is not None:
            self.checkpoints.close()


class WritableFile:
    """Opens the connection that writes, and owns the file against other processes."""

    errors: tuple[type[Exception], ...] = (apsw.Error,)

    def __init__(self, path: str) -> None:
        self.path = path
        self._ownership = Ownership(path)

    def connect(self) -> Connection:
        self._ownership.take(os.getppid())  # the gateway
        connection = Connection(self.path)
        with contextlib.ExitStack() as unless_well:
            unless_well.callback(connection.close)
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            self._make_durable(connection)
            unless_well.pop_all()
        connection.checkpoints = Checkpoints(connection)
        return connection

    def together(self, connection: Connection) -> AbstractContextManager[Any]:  # noqa: ARG002  # the port's
        return contextlib.nullcontext()

    def run(self, connection: Connection, text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    def known(self, connection: Connection, text: str, keys: Sequence[bytes]) -> list[bytes]:
        found: list[bytes] = []
        for begin in range(0, len(keys), KEYS_AT_ONCE):
            some = list(keys[begin : begin + KEYS_AT_ONCE])
            some += [some[0]] * (KEYS_AT_ONCE - len(some))
            found += [row[0] for row in connection.execute(text, some)]
        return found

    def revision(self, connection: Connection) -> str | None:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
        return str(row[0]) if row else None

    def in_transaction(self, connection: Connection) -> bool:
        return connection.in_transaction

    def outlives(self, error: Exception) -> bool:
        """Whether the connection may be used again after `error` and a rollback.

        Never after an I/O error: a failed fsync is reported once, and the kernel may have dropped what it could
        not write. The file is opened anew, which checkpoints (and syncs) what the WAL still holds.
        """
        return cures.code_of(error) in _PASSING

    def explain(self, error: Exception) -> str:
        return cures.explain(self.path, error)

    def release(self) -> None:
        self._ownership.release()

    def _make_durable(self, connection: Connection) -> None:
        mode = connection.execute("PRAGMA journal_mode = WAL").get
        connection.execute("PRAGMA synchronous = FULL")
        level = connection.execute("PRAGMA synchronous").get
        if str(mode).lower() != "wal" or level < _FULL:
            raise StoreError(
                f"{self.path}: cannot promise durability (journal_mode={mode}, synchronous={level}): "
                "put the file on a local disk, not on a network share"
            )
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is not left in the file
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_MAX}")
        # What a crash or a failed sync left in the WAL goes to disk before anybody relies on it.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
