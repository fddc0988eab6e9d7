"""PostgreSQL, written: one session that writes, and holds the database by an advisory lock."""

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg.types.numeric import Int8Dumper

from adapters.errors import StoreError
from adapters.intake_writer.messages import PostgresServer
from adapters.intake_writer.nul import without_nul

_OWNER = 0x686F746C696E65  # "hotline": the advisory lock's number within the database
_DURABLE = frozenset({"on", "local", "remote_write", "remote_apply"})
# A dead host must not hold the lock for long, and a cut line must not hold a commit for ever.
_KEEPALIVE: dict[str, Any] = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "11000",
}
_SERVER = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"


def connect(conninfo: str, name: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True, application_name=name, options=_SERVER, **_KEEPALIVE)
    # One type for every integer, so that a statement is prepared once, whatever the sizes of its numbers.
    connection.adapters.register_dumper(int, Int8Dumper)
    return connection


def connect_reader(conninfo: str) -> psycopg.Connection[Any]:
    """Cannot write."""
    connection = connect(conninfo, "hotline-gateway reader")
    connection.execute("SET default_transaction_read_only = on")
    return connection


class WritableServer:
    """Opens the session that writes, which owns the database against other gateways."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, place: PostgresServer) -> None:
        self._place = place

    def connect(self) -> psycopg.Connection[Any]:
        connection = connect(self._place.conninfo, "hotline-gateway")
        with contextlib.ExitStack() as unless_well:
            unless_well.callback(connection.close)
            self._check_durable(connection)
            self._own(connection)
            unless_well.pop_all()
        return connection

    def together(self, connection: psycopg.Connection[Any]) -> AbstractContextManager[Any]:
        return connection.pipeline()

    def run(self, connection: psycopg.Connection[Any], text: str, rows: Sequence[Sequence[Any]]) -> None:
        """`text` takes an array for each column."""
        connection.execute(text.encode(), [[without_nul(v) for v in values] for values in zip(*rows, strict=True)])

    def known(self, connection: psycopg.Connection[Any], text: str, keys: Sequence[bytes]) -> list[bytes]:
        return [bytes(row[0]) for row in connection.execute(text.encode(), [list(keys)])]

    def revision(self, connection: psycopg.Connection[Any]) -> str | None:
        found = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if found is None or found[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None

    def in_transaction(self, connection: Any) -> bool:
        return bool(connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE)

    def outlives(self, error: Exception) -> bool:
        """Whether the session may be used again after `error` and a rollback."""
        return isinstance(error, psycopg.Error) and error.sqlstate is not None and error.sqlstate[:2] in {"23", "53"}

    def explain(self, error: Exception) -> str:
        return f"{self._place.shown}: {str(error).strip()}"

    def release(self) -> None:
        """The lock ends with the session."""

    def _check_durable(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("SET synchronous_commit = on")
        for setting, good in (("synchronous_commit", _DURABLE), ("fsync", {"on"}), ("full_page_writes", {"on"})):
            row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            if row is None or row[0] not in good:
                raise StoreError(
                    f"{self._place.shown}: cannot promise durability ({setting} = {row and row[0]}): "
                    f"set {setting} = on in postgresql.conf"
                )

    def _own(self, connection: psycopg.Connection[Any]) -> None:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_OWNER,)).fetchone()
        if row is not None and row[0]:
            return
        holder = connection.execute(
            "SELECT a.pid, host(a.client_addr) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.database = a.datid AND a.datname = current_database()"
            " AND (l.classid::bigint << 32) + l.objid::bigint = %s",
            (_OWNER,),
        ).fetchone()
        whose = f"server process {holder[0]}, from {holder[1] or 'this host'}" if holder else "unknown"
        raise StoreError(
            f"{self._place.shown} is owned by another gateway ({whose}): stop that one, "
            "or give this one a database of its own"
        )
