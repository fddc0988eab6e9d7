"""Who asks to be forgotten: numbers, names and words of closed records leave the store; counts and verdicts stay.

Only while no gateway owns the store, in one transaction. What is still live is left, and counted (docs/adr/0019).
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec
from sqlalchemy import Connection, bindparam, insert, inspect, or_, select, text, update
from sqlalchemy.exc import DBAPIError

from adapters.errors import StoreError
from adapters.intake import rows
from adapters.intake.reads import Database
from adapters.intake.schema import REVISION, alert, incident, journal, live_incident, note
from adapters.ports import JournalRow
from rules.events import Entry, RecordsErased

FLAG: Final = "erased"  # of such a record
_AT_ONCE: Final = 500
_WORDS: Final[dict[str, Any]] = {"caller_name": "", "text": "", "note": "", "facts": {}, "knew": None}
_ERRORS: Final = ("Unparsed", "EventUndecided")  # they quote what could not be read or decided
_IDS: Final = frozenset({"type", "source", "call", "leg", "to_leg", "id", "alert", "incident", "by"})
# No person's words stand in these.
_PLAIN_NOTES: Final = ("revised", "merged", "flag", "no_call_back", "nobody_notified", "no_notifier")
_TABLES: Final = ("incident", "journal", "alert", "note", "live_incident")

NumberKey = Callable[[str], str]  # equal for two spellings of one number; "" for what is none


class Wanted(NamedTuple):
    """Closed records of this number, or those that were closed before this moment."""

    number: str = ""
    before_us: int | None = None


class Erased(NamedTuple):
    records: int
    entries: int  # of the journal
    live: int  # records that are meant too, and not over yet


class _Party(NamedTuple):
    """A record that is to be erased, and the key of its outside number."""

    id: int
    key: str


def erase(database: Database, wanted: Wanted, key_of: NumberKey, now_us: int, *, really: bool) -> Erased:
    """`really`: False tells what would be done, and does nothing. Raises StoreError."""
    with _owned(database) as owner:
        engine = database.engine().execution_options(
            isolation_level="SERIALIZABLE"
        )  # or psycopg commits each statement
        with engine.connect() as connection, connection.begin() as transaction:
            if not _is_of_this_version(connection):
                raise StoreError("the store is of another version, or empty: start this version's gateway on it once")
            found = _Erasure(connection, wanted, key_of).all(now_us)
            if not really:
                transaction.rollback()
                return found
        _drop_what_lay_under(owner, sqlite=database.dialect.name == "sqlite")
        return found


class _Erasure:
    def __init__(self, connection: Connection, wanted: Wanted, key_of: NumberKey) -> None:
        self._connection = connection
        self._wanted = wanted
        self._key_of = key_of
        self._key = key_of(wanted.number)
        self._stand_ins: dict[str, str] = {}  # by number's key, for the journal: replays still pair the calls of one
        self._entries = 0

    def all(self, now_us: int) -> Erased:
        parties, live = self._find()
        for party in parties:
            self._stand_in(party.key)
        if self._key and not live:
            self._stand_in(self._key)
        for few in _by(_AT_ONCE, [party.id for party in parties]):
            self._records(few)
            self._alerts(few)
            self._notes(few)
            mine = select(journal).where(journal.c.incident.in_(few), text("incident > 0"))
            self._rewrite(self._connection.execute(mine).fetchall())
        self._loose(live)
        erased = Erased(len(parties), self._entries, live)
        self._note_it(erased, now_us)
        return erased

    def _find(self) -> tuple[list[_Party], int]:
        live = {row[0] for row in self._connection.execute(select(live_incident.c.id))}
        i = incident.c
        query = select(i.id, i.medium, i.direction, i.caller, i.called).where(i.flags.not_like(f'%"{FLAG}"%'))
        if self._wanted.before_us is not None:
            query = query.where(i.closed_us < self._wanted.before_us)
        found, waiting = [], set()
        for id_, medium, direction, caller, called in self._connection.execute(query):
            within = medium == "radio" or direction == "internal"
            key = "" if within else self._key_of(called if direction == "outbound" else caller)
            if self._wanted.number and key != self._key:
                continue
            found.append(_Party(id_, key))
            if id_ in live:
                waiting.add(key)
        # One number is one person: of a call that is still owed an answer the replay needs the calls that were one.
        over = [one for one in found if one.id not in live and not (one.key and one.key in waiting)]
        return over, len(found) - len(over)

    def _records(self, ids: Sequence[int]) -> None:
        changed = [
            {
                "its_id": row.id,
                "caller": row.caller if row.direction == "outbound" else "",
                "called": "" if row.direction == "outbound" else row.called,
                "flags": msgspec.json.encode([*msgspec.json.decode(row.flags), FLAG]).decode(),
            }
            for row in self._connection.execute(select(incident).where(incident.c.id.in_(ids)))
        ]
        statement = update(incident).where(incident.c.id == bindparam("its_id"))
        self._connection.execute(statement.values(caller_name="", facts="{}"), changed)

    def _alerts(self, ids: Sequence[int]) -> None:
        mine = select(alert.c.id, alert.c.live, alert.c.body).where(alert.c.incident.in_(ids), text("incident > 0"))
        changed = []
        for id_, live, body in self._connection.execute(mine):
            told = rows.alert_from_body(body)
            told.caller = self._replaced(told.caller) if live else ""  # what lives reads as the journal tells it
            changed.append({"its_id": id_, "body": msgspec.json.encode(told).decode()})
        if changed:
            self._connection.execute(update(alert).where(alert.c.id == bindparam("its_id")), changed)

    def _notes(self, ids: Sequence[int]) -> None:
        mine = note.c.incident.in_(ids), note.c.what.not_in(_PLAIN_NOTES)
        self._connection.execute(update(note).where(*mine).values(detail=""))

    def _loose(self, live: int) -> None:
        """Entries of no record: what nobody could read, and lists of a PBX's calls, but not of those who are live."""
        query = select(journal.c.seq).where(journal.c.incident == 0)
        if self._wanted.before_us is not None:
            query = query.where(journal.c.at_us < self._wanted.before_us, journal.c.kind.in_((*_ERRORS, "Resynced")))
        elif self._key:
            told = journal.c.body.contains(self._key) if not live else journal.c.kind.in_(_ERRORS)
            query = query.where(or_(told, journal.c.kind == "Unparsed"))
        for few in _by(_AT_ONCE, [row.seq for row in self._connection.execute(query)]):
            found = self._connection.execute(select(journal).where(journal.c.seq.in_(few))).fetchall()
            self._rewrite([row for row in found if self._wanted.before_us is not None or self._holds_number(row)])

    def _holds_number(self, row: Any) -> bool:
        return self._key in row.body or self._key.encode() in (row.raw or b"")

    def _rewrite(self, found: Iterable[Any]) -> None:
        changed = [
            {
                "its_seq": row.seq,
                "body": msgspec.json.encode(self._scrubbed(msgspec.json.decode(row.body), row.kind)).decode(),
                "error": None if row.error is None else FLAG,
            }
            for row in found
        ]
        if changed:
            statement = update(journal).where(journal.c.seq == bindparam("its_seq"))
            self._connection.execute(statement.values(raw=None, key=None), changed)
        self._entries += len(changed)

    def _scrubbed(self, told: Any, kind: str) -> Any:
        if isinstance(told, list):
            return [self._scrubbed(one, kind) for one in told]
        if not isinstance(told, dict):
            return told
        return {name: self._scrubbed_field(name, value, kind) for name, value in told.items()}

    def _scrubbed_field(self, name: str, value: Any, kind: str) -> Any:
        if name in _WORDS:
            return _WORDS[name]
        if name in ("reason", "error") and kind in _ERRORS:
            return FLAG
        if isinstance(value, str) and name not in _IDS:
            return self._replaced(value)
        return self._scrubbed(value, kind)

    def _replaced(self, said: str) -> str:
        return self._stand_ins.get(self._key_of(said), said)

    def _stand_in(self, key: str) -> None:
        if key and key not in self._stand_ins:
            self._stand_ins[key] = f"0000{secrets.randbelow(10**8):08}"  # no number that anybody could dial

    def _note_it(self, erased: Erased, now_us: int) -> None:
        last = self._connection.execute(select(journal.c.seq, journal.c.at_us).order_by(journal.c.seq.desc())).first()
        seq, at_us = (last.seq, last.at_us) if last is not None else (0, 0)
        why: Literal["number", "age"] = "number" if self._wanted.number else "age"
        event = RecordsErased(why=why, records=erased.records, entries=erased.entries, before_us=self._wanted.before_us)
        entry = Entry(seq + 1, max(at_us, now_us), event)
        values = dict(zip(journal.c.keys(), rows.journal_row(JournalRow(entry, None, None, 0, "")), strict=True))
        self._connection.execute(insert(journal).values(values))


@contextmanager
def _owned(database: Database) -> Iterator[Any]:
    """The driver's connection that holds the store against every gateway."""
    try:
        with database.owned() as owner:
            yield owner
    except database.errors as error:
        raise StoreError(database.explain(error)) from error
    except DBAPIError as error:
        raise StoreError(database.explain(cast(Exception, error.orig))) from error


def _is_of_this_version(connection: Connection) -> bool:
    found = inspect(connection).has_table("alembic_version")
    return found and connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISION


def _drop_what_lay_under(owner: Any, *, sqlite: bool) -> None:
    """Databases leave what was overwritten in their files; afterwards it is not there either."""
    if sqlite:
        owner.execute("VACUUM")
        owner.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    for table in _TABLES:
        owner.execute(f"VACUUM FULL {table}")


def _by(many: int, all_of: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(all_of), many):
        yield all_of[begin : begin + many]
