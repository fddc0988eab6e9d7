"""SQLite as the intake store, read, by Python's own driver. adapters.intake_writer.sqlite writes, by another one.

Two SQLite libraries in one process would drop each other's locks on a file: that one is never imported here.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.dialects import sqlite

from adapters.intake_writer.cures import explain
from adapters.intake_writer.messages import SqliteFile
from adapters.intake_writer.ownership import Ownership

_BUSY_TIMEOUT_S: Final = 2.0  # somebody looks into the file with a tool of their own


def read_only_uri(path: str) -> str:
    return f"file:{quote(path)}?mode=ro"


class SqliteDatabase:
    """Opens connections to one file."""

    dialect = sqlite.dialect(paramstyle="qmark")
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    place_query = "SELECT ''"  # adapters.intake.backup writes another one into its copies

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = SqliteFile(str(path.absolute()))

    def connect_reader(self) -> sqlite3.Connection:
        """Cannot write, and never checkpoints."""
        connection = sqlite3.connect(
            read_only_uri(str(self.path)),
            uri=True,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    @contextmanager
    def owned(self) -> Iterator[sqlite3.Connection]:
        """A connection of the same driver as `engine`'s, while the file is held against every gateway."""
        ownership = Ownership(self.place.path)
        ownership.take(os.getpid())
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as connection:
                yield connection
        finally:
            ownership.release()

    def engine(self) -> Engine:
        """For migrations, and for who owns the store."""
        engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(self.path, isolation_level=None), poolclass=NullPool
        )
        # All of a migration or nothing: the driver by itself would leave DDL outside the transaction.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def explain(self, error: Exception) -> str:
        return explain(self.path, error)
