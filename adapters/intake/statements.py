"""The writer's statements: compiled once from Core for a dialect, run by the driver with tuples.

SQLite runs one for each row, PostgreSQL takes one array a column (`unnest`) for all rows at once.
"""

from typing import Any

from sqlalchemy import ARRAY, Column, Table, bindparam, cast, column, false, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.selectable import TableValuedAlias

from adapters.intake import schema
from adapters.intake_writer.messages import KEYS_AT_ONCE, Texts

_SETTLED = ("state", "attempts", "reason", "settled_us")  # what becomes of a row of the outbox


def compile_for(dialect: Dialect) -> Texts:
    s = schema
    changes = {
        "journal": _insert(dialect, s.journal),
        "live_incident": _insert(dialect, s.live_incident, on="id"),
        "source": _insert(dialect, s.source, on="name"),
        "radio_live": _insert(dialect, s.radio_live, on="key"),
        "quiet_live": _insert(dialect, s.quiet_live, on="key"),
        "incident": _insert(dialect, s.incident, on="id"),
        "obligation": _insert(dialect, s.obligation, on="id"),
        "alert": _insert(dialect, s.alert, on="id"),
        "outbox": _insert(dialect, s.outbox, on=""),
        "note": _insert(dialect, s.note, leave_out="id"),
        "meta": _insert(dialect, s.meta, on="name"),
        "access": _insert(dialect, s.access, on="key"),
        "audit": _insert(dialect, s.audit),
        "delivery": _delivery(dialect),
        "forget": s.live_incident.delete().where(_is_key(dialect, s.live_incident.c.id)),
        "settle": s.alert.update().values(live=false()).where(_is_key(dialect, s.alert.c.id)),
        "drop_access": s.access.delete().where(_is_key(dialect, s.access.c.key)),
        "drop_radio": s.radio_live.delete().where(_is_key(dialect, s.radio_live.c.key)),
        "drop_quiet": s.quiet_live.delete().where(_is_key(dialect, s.quiet_live.c.key)),
    }
    journal = s.journal.c
    return Texts(
        changes={name: _text(dialect, statement) for name, statement in changes.items()},
        known=_text(dialect, select(journal.key).where(_is_one_of(dialect, journal.key))),
        last=_text(dialect, select(func.max(journal.seq))),
        entry=_text(dialect, select(journal.at_us, journal.body).where(journal.seq == bindparam("its_seq"))),
    )


def _insert(dialect: Dialect, table: Table, *, on: str | None = None, leave_out: str = "") -> ClauseElement:
    """`on`: the key of an upsert; "" leaves a row that is there as it is; None lets a second one fail."""
    columns = [c for c in table.columns if c.name != leave_out]
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - costs a start 0.04 s: only if used

        given = _given(columns)
        insert: Any = postgresql.insert(table).from_select([c.name for c in columns], select(*given.c))
    else:
        insert = sqlite.insert(table).values({c.name: bindparam(c.name) for c in columns})
    if on is None:
        return insert  # type: ignore[no-any-return]
    if on == "":
        return insert.on_conflict_do_nothing()  # type: ignore[no-any-return]
    changed = {c.name: insert.excluded[c.name] for c in columns if c.name != on and not c.info.get("fixed")}
    return insert.on_conflict_do_update(index_elements=[on], set_=changed)  # type: ignore[no-any-return]


def _delivery(dialect: Dialect) -> ClauseElement:
    outbox = schema.outbox
    columns = [outbox.c[name] for name in (*_SETTLED, "alert", "notifier")]
    if dialect.name == "postgresql":
        given: Any = _given(columns).c
    else:
        given = {c.name: bindparam(f"its_{c.name}") for c in columns}
    mine = (outbox.c.alert == given["alert"], outbox.c.notifier == given["notifier"])
    return outbox.update().values({name: given[name] for name in _SETTLED}).where(*mine)


def _given(columns: list[Column[Any]]) -> TableValuedAlias:
    """The values as a table: an array for each column."""
    arrays = [cast(bindparam(f"its_{c.name}"), ARRAY(c.type)) for c in columns]
    return func.unnest(*arrays).table_valued(*(column(c.name) for c in columns)).render_derived(name="given")


def _is_key(dialect: Dialect, key: Column[Any]) -> Any:
    if dialect.name == "postgresql":
        return key == func.any(cast(bindparam("its_keys"), ARRAY(key.type)))
    return key == bindparam("its_key")


def _is_one_of(dialect: Dialect, key: Column[Any]) -> Any:
    if dialect.name == "postgresql":
        return _is_key(dialect, key)
    return key.in_([bindparam(f"key_{place}") for place in range(KEYS_AT_ONCE)])


def _text(dialect: Dialect, statement: ClauseElement) -> str:
    return str(statement.compile(dialect=dialect))
