"""PostgreSQL as the intake store, read: sessions that cannot write. adapters.intake_writer.postgres writes."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, NullPool, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from adapters.intake_writer.messages import PostgresServer
from adapters.intake_writer.postgres import WritableServer, connect, connect_reader


class PostgresDatabase:
    """Opens sessions in one database."""

    dialect: Dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy's own is untyped
    errors: tuple[type[Exception], ...] = (psycopg.Error,)
    # A dump that is put back makes the table anew, perhaps on another server.
    place_query = "SELECT system_identifier || '/' || 'journal'::regclass::oid FROM pg_control_system()"

    def __init__(self, url: URL) -> None:
        self.place = PostgresServer(
            conninfo=url.set(drivername="postgresql").render_as_string(hide_password=False),
            shown=url.render_as_string(hide_password=True),
        )

    def connect_reader(self) -> psycopg.Connection[Any]:
        return connect_reader(self.place.conninfo)

    @contextmanager
    def owned(self) -> Iterator[psycopg.Connection[Any]]:
        """The session whose lock holds the database against every gateway."""
        with closing(WritableServer(self.place).connect()) as connection:
            yield connection
            connection.execute("SELECT pg_advisory_unlock_all()")  # the server notices a session's end only later

    def engine(self) -> Engine:
        """For migrations, and for who owns the store."""
        conninfo = self.place.conninfo
        return create_engine("postgresql+psycopg://", creator=lambda: connect(conninfo, "migrate"), poolclass=NullPool)

    def explain(self, error: Exception) -> str:
        return f"{self.place.shown}: {str(error).strip()}"
