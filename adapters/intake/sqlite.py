"""SQLite as the intake store, read: connections that cannot write. adapters.intake_writer.sqlite writes."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.dialects import sqlite

from adapters.intake_writer.messages import SqliteFile
from adapters.intake_writer.sqlite import connect_reader, explain


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
        return connect_reader(str(self.path))

    def engine(self) -> Engine:
        """For migrations only."""
        engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(self.path, isolation_level=None), poolclass=NullPool
        )
        # All of a migration or nothing: the driver by itself would leave DDL outside the transaction.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def explain(self, error: Exception) -> str:
        return explain(self.path, error)
