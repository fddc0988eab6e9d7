"""What people and the API ask of the record: pages by key, newest first, on connections that cannot write."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Select, Table, select, text, tuple_
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.sql import ClauseElement

from adapters.errors import NOT_JSON, StoreError
from adapters.intake import loading, rows
from adapters.intake.documents import Document, incident_document, obligation_document
from adapters.intake.figures import figures
from adapters.intake.listing import listed
from adapters.intake.loading import Ask
from adapters.intake.places import place_of_recording, places
from adapters.intake.schema import alert, incident, journal, note, obligation, outbox
from adapters.intake.searching import find
from adapters.intake.tellings import tellings
from adapters.intake_writer.messages import PostgresServer, SqliteFile
from adapters.intake_writer.nul import without_nul
from adapters.notify.message import document
from adapters.ports import IncidentsAsked, LiveState, Page
from adapters.shown_bytes import raw_text
from adapters.summed import Figures, Place
from rules.effects import WAITING_KINDS
from rules.events import Entry
from rules.incidents import Incident
from rules.moments import rfc3339
from rules.obligations import Obligation

_KEY_MAX = 2**63 - 1  # BIGINT
# Of a row that is not as we wrote it: a text is no number, or is not there. msgspec raises ValueErrors.
_UNREADABLE = (*NOT_JSON, ValueError, TypeError, OverflowError, AttributeError)

T = TypeVar("T")
Moment = tuple[int, int, Document]  # of a time line: when, its place within that moment, what is told


class Database(Protocol):
    """What differs between the databases; connections are the drivers' own."""

    @property
    def place(self) -> SqliteFile | PostgresServer:
        """Where the writer finds it."""

    @property
    def place_query(self) -> str:
        """What tells this store from one that was put back from a copy of it: one text."""

    @property
    def dialect(self) -> Dialect: ...
    @property
    def errors(self) -> tuple[type[Exception], ...]: ...
    def connect_reader(self) -> Any: ...
    def owned(self) -> AbstractContextManager[Any]:
        """A connection, while the store is held against every gateway."""

    def engine(self) -> Engine: ...
    def explain(self, error: Exception) -> str: ...


class Reader:
    """All its methods block and may be called from several threads. A bad cursor is a ValueError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[Any] = []

    def close(self) -> None:
        while (connection := self._take_idle()) is not None:
            connection.close()

    def load(self) -> LiveState:
        return self.run(lambda ask: loading.load(ask, self._database.place_query))

    def last_seq(self) -> int:
        return self.run(lambda ask: int(ask(text("SELECT max(seq) FROM journal"))[0][0] or 0))

    def keys(self, after: bytes) -> bytes:
        """The journal's next keys above `after`, one after the other; b"" where there are none."""
        return self.run(lambda ask: loading.keys(ask, self._database.dialect, after))

    def incidents(self, limit: int, cursor: str | None, asked: IncidentsAsked) -> Page:
        key = None if cursor is None else _key_of(cursor, [incident.c.opened_us, incident.c.id])
        before = None if key is None else (key[0], key[1])

        def ask_all(ask: Ask) -> Page:
            found, following = find(ask, asked, limit, before)
            next_page = None if following is None else ".".join(map(str, following))
            return Page([incident_document(i) for i in _with_obligations(ask, found)], next_page)

        return self.run(ask_all)

    def obligations(self, state: str | None, limit: int, cursor: str | None) -> Page:
        where = [] if state is None else [obligation.c.state == state]
        query = page_query(obligation, ("id",), limit, cursor, where)

        def ask_all(ask: Ask) -> Page:
            found, following = page_of(ask(query), limit, obligation, ("id",))
            obligations = [rows.obligation_from_row(row) for row in found]
            theirs = select(incident).where(incident.c.id.in_({ob.incident for ob in obligations}))
            by_id = {row[0]: rows.incident_from_row(row, []) for row in ask(theirs)}
            return Page([obligation_document(ob, by_id.get(ob.incident)) for ob in obligations], following)

        return self.run(ask_all)

    def alerts(self, state: str | None, limit: int, cursor: str | None, tied_to: str | None = None) -> Page:
        where = [] if state is None else [alert.c.state == state]
        if state == "raised":  # a warning, or that something is over, waits for nobody
            where.append(alert.c.kind.in_(sorted(WAITING_KINDS)))
        if tied_to is not None:
            where += [alert.c.tied_to == tied_to, alert.c.tied_to != text("''")]  # as its partial index says
        query = page_query(alert, ("raised_us", "id"), limit, cursor, where)

        def ask_all(ask: Ask) -> Page:
            found, following = page_of(ask(query), limit, alert, ("raised_us", "id"))
            return Page([document(rows.alert_from_body(row[-1])) for row in found], following)

        return self.run(ask_all)

    def timeline(self, number: str) -> list[Document]:
        def ask_all(ask: Ask) -> list[Document]:
            found = ask(select(incident.c.id).where(incident.c.number == number))
            return _timeline(ask, found[0][0]) if found else []

        return self.run(ask_all)

    def tellings(self, number: str) -> list[Document]:
        return self.run(lambda ask: tellings(ask, number))

    def figures(self, since_us: int, until_us: int) -> Figures:
        return self.run(lambda ask: figures(ask, since_us, until_us))

    def places(self, numbers: Sequence[str]) -> dict[str, Place]:
        return self.run(lambda ask: places(ask, numbers))

    def place_of_recording(self, recording: str, started_us: int) -> Place | None:
        return self.run(lambda ask: place_of_recording(ask, recording, started_us))

    def listed(self, kind: str, limit: int, before: int | None) -> list[Document]:
        return self.run(lambda ask: listed(ask, kind, limit, before))

    def unparsed(self, limit: int, cursor: str | None) -> Page:
        query = page_query(journal, ("seq",), limit, cursor, [journal.c.error.is_not(None)])

        def ask_all(ask: Ask) -> Page:
            found, following = page_of(ask(query), limit, journal, ("seq",))
            return Page([_unread(row) for row in found], following)

        return self.run(ask_all)

    def journal(self, after_seq: int, limit: int, until_us: int | None) -> list[Entry]:
        query = select(journal.c.seq, journal.c.at_us, journal.c.body).where(journal.c.seq > after_seq)
        if until_us is not None:
            query = query.where(journal.c.at_us <= until_us)
        query = query.order_by(journal.c.seq).limit(limit)
        return self.run(lambda ask: [rows.entry_from_row(*row) for row in ask(query)])

    def run(self, work: Callable[[Ask], T]) -> T:
        """A connection that lay idle may have died meanwhile: then once more on a new one."""
        idle = self._take_idle()
        if idle is not None:
            try:
                return self._run_on(idle, work)
            except self._database.errors:
                self.close()
        try:
            return self._run_on(self._database.connect_reader(), work)
        except self._database.errors as error:
            raise StoreError(self._database.explain(error)) from error

    def _take_idle(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:  # asked and taken in one step: another thread may want it too
            return None

    def _run_on(self, connection: Any, work: Callable[[Ask], T]) -> T:
        def ask(statement: ClauseElement) -> list[Sequence[Any]]:
            found: list[Sequence[Any]] = connection.execute(*compiled(self._database, statement)).fetchall()
            return found

        with contextlib.ExitStack() as unless_well:
            unless_well.callback(connection.close)
            try:
                result = work(ask)
            except _UNREADABLE as error:  # the database found nothing wrong: a disk that lies, or a hand in the file
                cure = "stop, keep a copy, restore the last backup"
                raise StoreError(f"the store is damaged: {cure} ({error})") from error
            unless_well.pop_all()
        self._idle.append(connection)
        return result


def compiled(database: Database, statement: ClauseElement) -> tuple[str, list[Any]]:
    """Text and values as the driver takes them."""
    done = statement.compile(dialect=database.dialect, compile_kwargs={"render_postcompile": True})
    return str(done), [without_nul(done.params[name]) for name in getattr(done, "positiontup", None) or ()]


def page_query(table: Table, key: tuple[str, ...], limit: int, cursor: str | None, where: Iterable[Any]) -> Select[Any]:
    """One page, newest first, beginning after `cursor`, and one row more to see whether there is a next."""
    columns = [table.c[name] for name in key]
    query = select(table).where(*where)
    if cursor is not None:
        after = _key_of(cursor, columns)
        query = query.where(tuple_(*columns) < tuple_(*after) if len(key) > 1 else columns[0] < after[0])
    return query.order_by(*(c.desc() for c in columns)).limit(limit + 1)


def page_of(
    found: list[Sequence[Any]], limit: int, table: Table, key: tuple[str, ...]
) -> tuple[list[Sequence[Any]], str | None]:
    if len(found) <= limit:
        return found, None
    places = [list(table.c).index(table.c[name]) for name in key]
    return found[:limit], ".".join(str(found[limit - 1][place]) for place in places)


def _key_of(cursor: str, columns: list[Any]) -> list[Any]:
    try:
        parts = zip(columns, cursor.split(".", len(columns) - 1), strict=True)
        key = [c.type.python_type(part) for c, part in parts]
    except ValueError as error:
        raise ValueError(f"cursor {cursor!r} is not one that we gave") from error
    if any(isinstance(part, int) and abs(part) > _KEY_MAX for part in key):
        raise ValueError(f"cursor {cursor!r} is not one that we gave")
    return key


def _with_obligations(ask: Ask, found: list[Sequence[Any]]) -> list[Incident]:
    theirs: dict[int, list[Obligation]] = {row[0]: [] for row in found}
    query = select(obligation).where(obligation.c.incident.in_(list(theirs))).order_by(obligation.c.id)
    for row in ask(query):
        one = rows.obligation_from_row(row)
        theirs[one.incident].append(one)
    return [rows.incident_from_row(row, theirs[row[0]]) for row in found]


def _timeline(ask: Ask, incident_id: int) -> list[Document]:
    """Entries, then what they led to: notes and alerts of the same moment come after their entry."""
    told: list[Moment] = []
    mine = journal.c.incident == incident_id
    for row in ask(select(journal).where(mine, text("incident > 0")).order_by(journal.c.seq)):
        event = msgspec.json.decode(row[6])
        told.append((row[1], 0, {"what": event.pop("type"), "detail": row[8] or "", "seq": row[0], "event": event}))
    told.extend(
        (row[2], 1, {"what": row[4], "detail": row[5], "seq": row[3]})
        for row in ask(select(note).where(note.c.incident == incident_id).order_by(note.c.id))
    )
    told.extend(
        (row[6], 2, {"what": "alert", "detail": f"{row[3]} {row[4]}", "alert": row[0], "state": row[5]})
        for row in ask(select(alert).where(alert.c.incident == incident_id, text("incident > 0")))
    )
    told.extend(_settled_with_others(ask, incident_id, told))
    told.sort(key=lambda one: one[:2])
    return [{"at": rfc3339(at_us), **rest} for at_us, _, rest in told]


def _settled_with_others(ask: Ask, incident_id: int, told: list[Moment]) -> list[Moment]:
    """Deliveries whose entry folds many, and so is no one incident's: the outbox tells of each."""
    events = [one["event"] for _, _, one in told if one["what"] == "DeliverySettled"]
    alone = {(event["alert"], event["notifier"]) for event in events}
    query = select(outbox).join(alert, alert.c.id == outbox.c.alert).where(outbox.c.settled_us.is_not(None))
    found: list[Moment] = []
    for row in ask(query.where(alert.c.incident == incident_id, text("incident > 0"))):
        to, notifier, _, _, state, attempts, reason, settled_us = row
        if (to, notifier) not in alone:
            event = {"alert": to, "notifier": notifier, "delivered": state == "delivered", "attempts": attempts}
            event |= {"reason": reason} if reason else {}
            found.append((settled_us, 0, {"what": "DeliverySettled", "detail": "", "event": event}))
    return found


def _unread(row: Sequence[Any]) -> Document:
    seq, at_us, source, kind, _, _, body, raw, error = row
    event = msgspec.json.decode(body)
    return {
        "seq": seq,
        "at": rfc3339(at_us),
        "source": source,
        "what": kind,
        "reason": error,
        "call": event.get("call", ""),
        "raw": raw_text(bytes(raw)) if raw is not None else "",
    }
