"""The single writer: one connection, one request after the other.

A transaction that fails is rolled back. What became of a COMMIT that failed is asked anew, of the journal.
"""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from adapters.errors import StoreError
from adapters.intake_writer.messages import Commit, Texts

T = TypeVar("T")


class Unsure(StoreError):
    """COMMIT failed: whether all of it is on disk or nothing, the journal tells."""


class WritableDatabase(Protocol):
    """What differs between the databases; connections are the drivers' own, in autocommit mode."""

    @property
    def errors(self) -> tuple[type[Exception], ...]: ...
    def connect(self) -> Any:
        """Owned against other gateways, durable settings read back."""

    def together(self, connection: Any) -> AbstractContextManager[Any]:
        """Statements within go to the server without waiting for each other's answer."""

    def run(self, connection: Any, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement, for every row."""

    def known(self, connection: Any, text: str, keys: Sequence[bytes]) -> list[bytes]: ...
    def revision(self, connection: Any) -> str | None: ...
    def in_transaction(self, connection: Any) -> bool: ...
    def outlives(self, error: Exception) -> bool:
        """Whether the connection may be used again after `error` and a rollback."""

    def explain(self, error: Exception) -> str: ...
    def release(self) -> None: ...


class Writer:
    """All its methods block, and raise StoreError for what the database did wrong."""

    def __init__(self, database: WritableDatabase, texts: Texts) -> None:
        self._database = database
        self._texts = texts
        self._connection: Any = None
        self._last_seq: int | None = None  # the journal's last entry; None: it is to be asked

    def open(self) -> str | None:
        """The revision of the schema that is there."""
        return self._try(self._database.revision)

    def close(self) -> None:
        self._drop()
        self._database.release()

    def known(self, keys: Sequence[bytes]) -> list[bytes]:
        return self._try(lambda connection: self._database.known(connection, self._texts.known, keys))

    def commit(self, asked: Commit) -> None:
        """What was decided on top of a batch that failed does not continue the journal, and is refused."""
        if asked.after is not None:
            found, self._last_seq = self._last_seq, None
            if found is None:
                found = self._try(lambda connection: connection.execute(self._texts.last).fetchone())[0] or 0
            if found != asked.after:
                raise StoreError(f"the journal ends at {found}: what was decided on top of entry {asked.after} is void")

        def write(connection: Any) -> None:
            with self._database.together(connection):
                connection.execute("BEGIN")
                for name, rows in asked.changes:
                    self._database.run(connection, self._texts.changes[name], rows)

        self._try(write)
        try:
            self._connection.execute("COMMIT")
        except self._database.errors as error:
            self._failed(error)
            raise Unsure(self._database.explain(error)) from error
        if asked.last is not None:
            self._last_seq = asked.last

    def was_committed(self, seq: int, at_us: int, body: str) -> bool:
        found = self._try(lambda connection: connection.execute(self._texts.entry, (seq,)).fetchone())
        return found is not None and tuple(found) == (at_us, body)

    def _try(self, work: Callable[[Any], T]) -> T:
        """Do `work` on the connection, opening one if there is none; roll back what it began if it fails."""
        try:
            if self._connection is None:
                self._connection = self._database.connect()
            return work(self._connection)
        except self._database.errors as error:
            self._failed(error)
            raise StoreError(self._database.explain(error)) from error

    def _failed(self, error: Exception) -> None:
        if self._connection is None:
            return
        try:
            if self._database.in_transaction(self._connection):
                self._connection.execute("ROLLBACK")
        except self._database.errors:
            self._drop()
        else:
            if not self._database.outlives(error):
                self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(*self._database.errors):
                self._connection.close()
            self._connection = None
