"""SQLite, written: one file, WAL, every commit on disk, one process that may write.

Only the writer's connection writes and checkpoints: up to 3.51.2 two connections doing so at the same moment can
lose data (the WAL-reset bug), and Python builds of today carry such versions.
"""

import contextlib
import errno
import fcntl
import os
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

from adapters.errors import StoreError
from adapters.intake_writer.messages import KEYS_AT_ONCE

BUSY_TIMEOUT_S = 2.0  # somebody looks into the file with a tool of their own
_WAL_BYTES_MAX = 64 * 1024 * 1024  # what a checkpoint cuts the WAL file back to
_FULL = 2  # PRAGMA synchronous
# After these the same connection is sound once rolled back; after any other it is closed.
_PASSING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT})
_CURES = {
    sqlite3.SQLITE_FULL: "the disk is full: free space, the gateway goes on by itself",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable for the gateway's user",
    sqlite3.SQLITE_CANTOPEN: "the folder must exist and be writable for the gateway's user",
    sqlite3.SQLITE_IOERR: "the disk failed a read or write: look at the system's log",
    sqlite3.SQLITE_BUSY: "another program holds the file: close it",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: stop, keep a copy, restore the last backup",
    sqlite3.SQLITE_NOTADB: "this is not a SQLite file: name another one",
}


def explain(path: object, error: Exception) -> str:
    cure = _CURES.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF, "")
    return f"{path}: {error}" + (f" ({cure})" if cure else "")


def read_only_uri(path: str) -> str:
    return f"file:{quote(path)}?mode=ro"


def connect_reader(path: str) -> sqlite3.Connection:
    """Cannot write, and never checkpoints."""
    connection = sqlite3.connect(
        read_only_uri(path), uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def _bind_at_once() -> None:
    """None, bytes and bool are stored as ever, but found at once.

    Every fifth value of a batch is one of them, and for each Python looks in three places how it is to be stored,
    unless it is told: a tenth of the writer's work.
    """
    sqlite3.register_adapter(type(None), {None: None}.get)
    sqlite3.register_adapter(bytes, bytes)
    sqlite3.register_adapter(bool, int)


class WritableFile:
    """Opens the connection that writes, and owns the file against other processes."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock_file: int | None = None

    def connect(self) -> sqlite3.Connection:
        self._own()
        _bind_at_once()
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        with contextlib.ExitStack() as unless_well:
            unless_well.callback(connection.close)
            self._make_durable(connection)
            unless_well.pop_all()
        return connection

    def together(self, connection: sqlite3.Connection) -> AbstractContextManager[Any]:  # noqa: ARG002  # the port's
        return contextlib.nullcontext()

    def run(self, connection: sqlite3.Connection, text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    def known(self, connection: sqlite3.Connection, text: str, keys: Sequence[bytes]) -> list[bytes]:
        found: list[bytes] = []
        for begin in range(0, len(keys), KEYS_AT_ONCE):
            some = list(keys[begin : begin + KEYS_AT_ONCE])
            some += [some[0]] * (KEYS_AT_ONCE - len(some))
            found += [row[0] for row in connection.execute(text, some)]
        return found

    def revision(self, connection: sqlite3.Connection) -> str | None:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
        return str(row[0]) if row else None

    def in_transaction(self, connection: sqlite3.Connection) -> bool:
        return connection.in_transaction

    def outlives(self, error: Exception) -> bool:
        """Whether the connection may be used again after `error` and a rollback.

        Never after an I/O error: a failed fsync is reported once, and the kernel may have dropped what it could
        not write. The file is opened anew, which checkpoints (and syncs) what the WAL still holds.
        """
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _PASSING

    def explain(self, error: Exception) -> str:
        return explain(self.path, error)

    def release(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _own(self) -> None:
        """The kernel drops the lock when the process ends, however it ends."""
        if self._lock_file is not None:
            return
        path = f"{self.path}.lock"
        try:
            lock_file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}: the folder must exist and be writable") from error
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(lock_file, 32, 0).decode(errors="replace").strip()
            os.close(lock_file)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise StoreError(f"{path}: {error.strerror}: use a file system that has file locks") from error
            raise StoreError(
                f"{self.path} is owned by another gateway (process {owner or 'unknown'}): stop that one, "
                "or give this one a store of its own"
            ) from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(lock_file, 0)
            os.pwrite(lock_file, f"{os.getppid()}\n".encode(), 0)  # the gateway, which people know
        self._lock_file = lock_file

    def _make_durable(self, connection: sqlite3.Connection) -> None:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        level = connection.execute("PRAGMA synchronous").fetchone()[0]
        if str(mode).lower() != "wal" or level < _FULL:
            raise StoreError(
                f"{self.path}: cannot promise durability (journal_mode={mode}, synchronous={level}): "
                "put the file on a local disk, not on a network share"
            )
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_MAX}")
        # What a crash or a failed sync left in the WAL goes to disk before anybody relies on it.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
