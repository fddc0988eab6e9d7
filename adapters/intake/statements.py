"""The writer's statements: compiled once from Core for a dialect, run by the driver with tuples.

Many rows go in one statement, for the event loop shares the interpreter lock: a statement a row would hand the
lock to and fro for each row, and against a busy loop each return costs up to the switch interval.
SQLite takes `VALUES (…),(…)` in a few fixed sizes, PostgreSQL one array a column (`unnest`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Column, Table, bindparam, cast, column, false, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from adapters.intake import schema
from adapters.intake.rows import Row

Run = Callable[[str, Sequence[Any]], Any]
_SIZES = (64, 16, 4, 1)  # rows a statement; measured by benchmarks/store_commit.py


class Insert(NamedTuple):
    """One table's insert or upsert. `texts` by rows a statement; {} with `unnest` set."""

    texts: dict[int, str]
    unnest: str

    def __call__(self, run: Run, rows: Sequence[Row]) -> None:
        if not rows:
            return
        if self.unnest:
            run(self.unnest, [[without_nul(v) for v in values] for values in zip(*rows, strict=True)])
            return
        for size, part in _parts(rows):
            run(self.texts[size], [value for row in part for value in row])


class ByKey(NamedTuple):
    """A statement about a list of keys: what has them, or take them away."""

    texts: dict[int, str]

    def __call__(self, run: Run, keys: Sequence[Any]) -> Iterator[Any]:
        for size, part in _parts(keys):
            yield run(self.texts[size], part)


class Statements(NamedTuple):
    """All that the writer says."""

    journal: Insert
    live_incident: Insert
    source: Insert
    radio_live: Insert
    incident: Insert
    obligation: Insert
    alert: Insert
    outbox: Insert
    note: Insert
    meta: Insert
    known: ByKey
    forget: ByKey
    settle: ByKey
    drop_radio: ByKey
    delivery: str
    entry: str


def compile_for(dialect: Dialect) -> Statements:
    s = schema
    return Statements(
        journal=_insert(dialect, s.journal),
        live_incident=_insert(dialect, s.live_incident, on="id"),
        source=_insert(dialect, s.source, on="name"),
        radio_live=_insert(dialect, s.radio_live, on="key"),
        incident=_insert(dialect, s.incident, on="id"),
        obligation=_insert(dialect, s.obligation, on="id"),
        alert=_insert(dialect, s.alert, on="id"),
        outbox=_insert(dialect, s.outbox, on=""),
        note=_insert(dialect, s.note, leave_out="id"),
        meta=_insert(dialect, s.meta, on="name"),
        known=_by_key(dialect, s.journal.c.key, select(s.journal.c.key)),
        forget=_by_key(dialect, s.live_incident.c.id, s.live_incident.delete()),
        settle=_by_key(dialect, s.alert.c.id, s.alert.update().values(live=false())),
        drop_radio=_by_key(dialect, s.radio_live.c.key, s.radio_live.delete()),
        entry=_text(dialect, select(s.journal.c.at_us, s.journal.c.body).where(s.journal.c.seq == bindparam("seq"))),
        delivery=_text(
            dialect,
            s.outbox.update()
            .values({name: bindparam(f"new_{name}") for name in ("state", "attempts", "reason", "settled_us")})
            .where(s.outbox.c.alert == bindparam("its_alert"), s.outbox.c.notifier == bindparam("its_notifier")),
        ),
    )


def _insert(dialect: Dialect, table: Table, *, on: str | None = None, leave_out: str = "") -> Insert:
    """`on`: the key of an upsert; "" leaves a row that is there as it is; None lets a second one fail."""
    columns = [c for c in table.columns if c.name != leave_out]
    if dialect.name == "postgresql":
        return Insert({}, _text(dialect, _conflict(_insert_unnest(table, columns), columns, on)))
    texts = {}
    for size in _SIZES:
        rows = [{c.name: None for c in columns} for _ in range(size)]
        texts[size] = _text(dialect, _conflict(sqlite.insert(table).values(rows), columns, on))
    return Insert(texts, "")


def _insert_unnest(table: Table, columns: list[Column[Any]]) -> postgresql.Insert:
    arrays = [cast(bindparam(c.name), ARRAY(c.type)) for c in columns]
    given = func.unnest(*arrays).table_valued(*(column(c.name) for c in columns)).render_derived(name="given")
    return postgresql.insert(table).from_select([c.name for c in columns], select(*given.c))


def _conflict(insert: Any, columns: list[Column[Any]], on: str | None) -> ClauseElement:
    if on is None:
        return insert  # type: ignore[no-any-return]
    if on == "":
        return insert.on_conflict_do_nothing()  # type: ignore[no-any-return]
    changed = {c.name: insert.excluded[c.name] for c in columns if c.name != on and not c.info.get("fixed")}
    return insert.on_conflict_do_update(index_elements=[on], set_=changed)  # type: ignore[no-any-return]


def _by_key(dialect: Dialect, key: Column[Any], statement: Any) -> ByKey:
    return ByKey(
        {size: _text(dialect, statement.where(key.in_([bindparam(f"k{n}") for n in range(size)]))) for size in _SIZES}
    )


def _text(dialect: Dialect, statement: ClauseElement) -> str:
    return str(statement.compile(dialect=dialect))


def _parts(things: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    """`things` cut into as few pieces of the compiled sizes as will do."""
    at = 0
    for size in _SIZES:
        while len(things) - at >= size:
            yield size, things[at : at + size]
            at += size


def without_nul(value: Any) -> Any:
    """PostgreSQL has no U+0000 in text; one in a caller's name must not stop the line."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
