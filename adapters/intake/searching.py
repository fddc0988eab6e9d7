"""Finding reception records by what they hold, page by page, so that no question reads more than a part of them.

What an index answers (number, caller, outcome, unit, time) is read from it. Any other condition is tried on the next
`EXAMINED_MAX` records: a page may then hold few or none, and still name the place where the next one goes on.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, text, tuple_

from adapters.intake.loading import Ask
from adapters.intake.schema import incident, obligation
from adapters.ports import IncidentsAsked

EXAMINED_MAX: Final = 10_000
_INDEXED: Final = ("number", "outcome", "caller", "unit")
_COMPARED: Final = ("medium", "line", "direction")
_TEXTS: Final = ("caller_name", "facts", "device", "agent", "unit", "queue", "talkgroup", "channel")
Key = tuple[int, int]  # opened_us, id


def find(
    ask: Ask, asked: IncidentsAsked, limit: int, before: Key | None, *, examined_max: int = EXAMINED_MAX
) -> tuple[list[Sequence[Any]], Key | None]:
    """Rows of `incident`, newest first, and after which record the next page begins; None: there is no more."""
    begun = [*_by_index(asked), *([] if before is None else [_key() < tuple_(*before)])]
    floor = None if asked.keys() <= {*_INDEXED, "since_us", "until_us"} else _floor(ask, begun, examined_max)
    where = [*begun, *_by_reading(asked)]
    if floor is not None:
        where.append(_key() >= tuple_(*floor))
    query = _newest(select(incident).where(*where))
    found = _within(ask, where, asked["within"], limit) if "within" in asked else ask(query.limit(limit + 1))
    if len(found) > limit:
        return found[:limit], _key_of(found[limit - 1])
    return found, floor


def _floor(ask: Ask, where: Sequence[ColumnElement[bool]], examined_max: int) -> Key | None:
    """The last of the records that this page examines; None: it examines all that are left. Walks the index alone."""
    query = _newest(select(incident.c.opened_us, incident.c.id).where(*where))
    found = ask(query.offset(examined_max - 1).limit(1))
    return (found[0][0], found[0][1]) if found else None


def _within(
    ask: Ask, where: Sequence[ColumnElement[bool]], spans: Sequence[tuple[int, int]], limit: int
) -> list[Sequence[Any]]:
    """Only those opened within one of the spans, which are in order. Hundreds of them are no matter for SQL."""
    starts = [from_us for from_us, _ in spans]
    keys = ask(_newest(select(incident.c.opened_us, incident.c.id).where(*where)))
    chosen = []
    for opened_us, id_ in keys:
        place = bisect_right(starts, opened_us) - 1
        if place >= 0 and opened_us < spans[place][1]:
            chosen.append(id_)
        if len(chosen) > limit:
            break
    return ask(_newest(select(incident).where(incident.c.id.in_(chosen)))) if chosen else []


def _by_index(asked: IncidentsAsked) -> list[ColumnElement[bool]]:
    where = _equal(asked, _INDEXED)
    if asked.get("unit"):
        where.append(incident.c.unit != text("''"))  # said in words, or its partial index is not used
    if "since_us" in asked:
        where.append(incident.c.opened_us >= asked["since_us"])
    if "until_us" in asked:
        where.append(incident.c.opened_us < asked["until_us"])
    return where


def _by_reading(asked: IncidentsAsked) -> list[ColumnElement[bool]]:
    where = _equal(asked, _COMPARED)
    if "caller_ends" in asked:
        where.append(incident.c.caller.endswith(asked["caller_ends"], autoescape=True))
    if "person" in asked:
        where.append(incident.c.agent.icontains(asked["person"], autoescape=True))
    if "kind" in asked:
        where.append(incident.c.facts.contains(f'"kind":"{asked["kind"]}"', autoescape=True))
    if "text" in asked:
        where += [_any_holds(_TEXTS, word) for word in asked["text"].split()]
    if "rule" in asked or "verdict" in asked or "in_hours" in asked:
        theirs = [obligation.c.incident == incident.c.id]
        theirs += [obligation.c.rule == asked["rule"]] if "rule" in asked else []
        # Not as a plain column: SQLite would take the index of the states, and read it whole for each record.
        theirs += [func.coalesce(obligation.c.state, "") == asked["verdict"]] if "verdict" in asked else []
        theirs += [obligation.c.in_hours.is_(asked["in_hours"])] if "in_hours" in asked else []
        where.append(exists().where(*theirs))
    return where


def _equal(asked: Mapping[str, Any], names: Sequence[str]) -> list[ColumnElement[bool]]:
    return [incident.c[name] == asked[name] for name in names if name in asked]


def _any_holds(columns: Sequence[str], word: str) -> ColumnElement[bool]:
    return or_(*(incident.c[name].icontains(word, autoescape=True) for name in columns))


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(incident.c.opened_us.desc(), incident.c.id.desc())


def _key() -> ColumnElement[Any]:
    return tuple_(incident.c.opened_us, incident.c.id)


def _key_of(row: Sequence[Any]) -> Key:
    columns = list(incident.c)
    return row[columns.index(incident.c.opened_us)], row[columns.index(incident.c.id)]
