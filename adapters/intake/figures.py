"""What the records add up to, summed by the database: how many of each verdict and outcome, and how long it took.

A report asks for a span of opening times; the questions walk the index of those, never the whole table.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, cast, exists, func, or_, select

from adapters.intake.loading import Ask
from adapters.intake.schema import incident, obligation
from adapters.summed import Answering, Counted, Figures, Judged, Place, Timed
from rules.obligations import INTERNAL_RULES

BUCKET_US: Final = 3_600_000_000  # an hour of the span, which begins at a midnight
_PLACE: Final = (incident.c.line, incident.c.channel, incident.c.talkgroup, incident.c.source)
_RESPONDED: Final = ("met", "breached")
SumT = TypeVar("SumT")
_RECEIVING: Final = ("three_rings", "two_calls")  # by these a record fell into the hours of service, or did not


def figures(ask: Ask, since_us: int, until_us: int) -> Figures:
    opened = [incident.c.opened_us >= since_us, incident.c.opened_us < until_us]
    bucket = cast((incident.c.opened_us - since_us) // BUCKET_US, Integer)
    rule, state, in_hours = obligation.c.rule, obligation.c.state, obligation.c.in_hours
    ours = rule.not_in(sorted(INTERNAL_RULES))
    judged = _grouped(
        [*opened, ours],
        [bucket, *_PLACE, incident.c.unit, rule, state, in_hours, obligation.c.clock, obligation.c.rule_set],
    )
    answered = _grouped(
        [*opened, incident.c.answered_us.is_not(None), obligation.c.seconds.is_not(None)],
        [incident.c.agent, *_PLACE, rule, state, in_hours],
    )
    responded = or_(incident.c.answered_us.is_not(None), rule != "three_rings")  # a caller who gave up was not answered
    tenths = cast(func.round(obligation.c.seconds * 1000), Integer) // 100  # cut, not rounded, on either database
    timed = _grouped(
        [*opened, ours, responded, state.in_(_RESPONDED), obligation.c.seconds.is_not(None)],
        [bucket, *_PLACE, incident.c.unit, rule, in_hours, tenths],
    )
    late = exists().where(
        obligation.c.incident == incident.c.id, rule.in_(_RECEIVING), obligation.c.in_hours.is_(False)
    )
    counted = _counted(
        select(bucket, *_PLACE, incident.c.medium, incident.c.direction, incident.c.outcome, ~late).where(*opened)
    )
    return Figures(
        since_us=since_us,
        until_us=until_us,
        bucket_us=BUCKET_US,
        judged=_told(Judged, 8, ask(judged)),
        answering=_told(Answering, 7, ask(answered)),
        timed=_told(Timed, 7, ask(timed)),
        counted=_told(Counted, 8, ask(counted)),
    )


def _told(kind: Callable[..., SumT], truth: int, rows: Iterable[Sequence[Any]]) -> list[SumT]:
    """`truth`: the column that SQLite tells as 0 or 1."""
    return [kind(row[0], Place(*row[1:5]), *row[5:truth], bool(row[truth]), *row[truth + 1 :]) for row in rows]


def _grouped(where: Sequence[ColumnElement[bool]], columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    both = incident.join(obligation, obligation.c.incident == incident.c.id)
    return _counted(select(*columns).select_from(both).where(*where))


def _counted(each: Select[Any]) -> Select[Any]:
    """How many rows are alike. PostgreSQL groups by a column, not by an expression with values of ours in it."""
    named = [column.label(f"c{place}") for place, column in enumerate(each.selected_columns)]
    one = each.with_only_columns(*named).subquery("one")
    return select(*one.c, func.count()).group_by(*one.c)
