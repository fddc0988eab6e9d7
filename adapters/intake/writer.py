"""The single writer: one connection that makes every change, used by one thread at a time.

A transaction that fails is rolled back. What becomes of a COMMIT whose answer was lost is read from the journal.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Dialect

from adapters.errors import StoreError
from adapters.intake import rows
from adapters.intake.schema import REVISION
from adapters.intake.statements import compile_for
from adapters.ports import Batch, LiveState
from rules.effects import Send
from rules.events import DeliverySettled, RulesTaken

T = TypeVar("T")


class Database(Protocol):
    """What differs between the databases; connections are the drivers' own, in autocommit mode."""

    @property
    def dialect(self) -> Dialect: ...
    @property
    def errors(self) -> tuple[type[Exception], ...]: ...
    def connect_writer(self) -> Any:
        """Owned against other gateways, durable settings read back."""

    def connect_reader(self) -> Any: ...
    def engine(self) -> Engine: ...
    def together(self, connection: Any) -> AbstractContextManager[Any]:
        """Statements within go to the server without waiting for each other's answer."""

    def revision(self, connection: Any) -> str | None: ...
    def in_transaction(self, connection: Any) -> bool: ...
    def outlives(self, error: Exception) -> bool: ...
    def explain(self, error: Exception) -> str: ...
    def release(self) -> None: ...


class Writer:
    """All its methods block: they run on the store's writer thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._say = compile_for(database.dialect)

    def open(self) -> None:
        self._run(lambda run: run("SELECT 1"))

    def close(self) -> None:
        self._drop()
        self._database.release()

    def load(self) -> LiveState:
        with _collector_at_rest():
            return self._run(_load)

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        return self._run(lambda run: {bytes(row[0]) for cursor in self._say.known(run, keys) for row in cursor})

    def commit(self, batch: Batch) -> None:
        def write(run: Callable[..., Any]) -> None:
            with self._database.together(self._connection):
                run("BEGIN")
                self._write(run, batch)

        self._run(write)
        try:
            self._connection.execute("COMMIT")
        except self._database.errors as error:
            self._failed(error)
            if not self._in_journal(batch):
                raise StoreError(self._database.explain(error)) from error

    def _write(self, run: Callable[..., Any], batch: Batch) -> None:
        say = self._say
        say.journal(run, [rows.journal_row(row) for row in batch.journal])
        say.live_incident(run, [rows.live_row(i) for i in batch.incidents.values() if i.id not in batch.forgotten])
        say.incident(run, [rows.incident_row(i) for i in batch.incidents.values()])
        say.obligation(run, [rows.obligation_row(o) for o in batch.obligations.values()])
        say.alert(run, [rows.alert_row(a) for a in batch.alerts.values()])
        seq = batch.journal[-1].entry.seq if batch.journal else 0
        pending = [(s.alert, s.notifier, seq, place, "pending", 0, "", None) for place, s in enumerate(batch.sends)]
        say.outbox(run, pending)
        say.note(run, [rows.note_row(n) for n in batch.notes])
        say.source(run, [rows.source_row(s) for s in batch.sources.values()])
        self._write_radio(run, batch)
        meta = [("last_id", str(batch.last_id))]
        for row in batch.journal:
            event = row.entry.event
            if isinstance(event, DeliverySettled):
                state = "delivered" if event.delivered else "failed"
                facts = (state, event.attempts, event.reason, row.entry.at_us, event.alert, event.notifier)
                run(say.delivery, facts)
            elif isinstance(event, RulesTaken) and not row.error:
                meta[1:] = [("rules", rows.event_json(event))]
        say.meta(run, meta)
        for _ in say.forget(run, list(batch.forgotten)):
            pass
        for _ in say.settle(run, list(batch.settled)):
            pass

    def _write_radio(self, run: Callable[..., Any], batch: Batch) -> None:
        live = [rows.channel_row(c) for c in batch.channels.values()] + [rows.unit_row(u) for u in batch.units.values()]
        self._say.radio_live(run, live)
        gone = [rows.CHANNEL + name for name in batch.channels_gone] + [rows.UNIT + name for name in batch.units_gone]
        for _ in self._say.drop_radio(run, gone):
            pass

    def _run(self, work: Callable[[Callable[..., Any]], T]) -> T:
        """Do `work` on the connection, opening one if there is none; roll back what it began if it fails."""
        try:
            if self._connection is None:
                self._connect()
            return work(self._connection.execute)
        except self._database.errors as error:
            self._failed(error)
            raise StoreError(self._database.explain(error)) from error
        except BaseException:
            self._drop()  # a bug, on its way up: nothing half done may stay
            raise

    def _connect(self) -> None:
        connection = self._database.connect_writer()
        try:
            found = self._database.revision(connection)
            if found != REVISION:
                from adapters.intake import migrations  # noqa: PLC0415 - Alembic costs a start 0.1 s: only if used

                migrations.upgrade(self._database.engine(), found)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

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

    def _in_journal(self, batch: Batch) -> bool:
        """Whether the transaction whose COMMIT failed is there all the same: its last entry tells."""
        if not batch.journal:
            return False
        last = batch.journal[-1].entry
        mine = (last.at_us, rows.event_json(last.event))
        found = self._run(lambda run: run(self._say.entry, (last.seq,)).fetchone())
        return found is not None and tuple(found) == mine


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """The garbage collector would walk the growing state again and again: 100,000 incidents took five times as long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(run: Callable[..., Any]) -> LiveState:
    """Costs what is open: none of these reads the history."""
    last = run("SELECT seq, at_us FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, 0)
    meta = dict(run("SELECT name, value FROM meta").fetchall())
    number = run("SELECT number FROM incident ORDER BY id DESC LIMIT 1").fetchone()
    pending = run("SELECT alert, notifier FROM outbox WHERE state = 'pending' ORDER BY seq, place")
    channels, units = rows.radio_from_rows(run("SELECT key, body FROM radio_live"))
    return LiveState(
        seq=last[0],
        at_us=last[1],
        last_id=int(meta.get("last_id", 0)),
        incidents=[rows.live_from_body(body) for (body,) in run("SELECT body FROM live_incident ORDER BY id")],
        alerts=[rows.alert_from_body(body) for (body,) in run("SELECT body FROM alert WHERE live")],
        sources=[rows.source_from_body(body) for (body,) in run("SELECT body FROM source ORDER BY name")],
        pending=[Send(alert, notifier) for alert, notifier in pending],
        rules=meta["rules"].encode() if "rules" in meta else None,
        last_number=number[0] if number else "",
        channels=channels,
        units=units,
    )
