"""What the records add up to, summed by the database: how many of each verdict and outcome, and how long it took.

A report asks for a span of opening times; the questions walk the index of those, never the whole table.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select

from adapters.intake.loading import Ask
from adapters.intake.schema import incident, obligation
from adapters.summed import Answering, Counted, Figures, Judged, Place
from rules.obligations import INTERNAL_RULES

BUCKET_US: Final = 900_000_000  # a quarter of an hour: every zone's offset, and most hours of service, are whole ones
_PLACE: Final = (incident.c.line, incident.c.channel, incident.c.talkgroup)
TENTHS_MAX: Final = 6_000  # of a second; slower answers stand in the last place


def figures(ask: Ask, since_us: int, until_us: int) -> Figures:
    opened = [incident.c.opened_us >= since_us, incident.c.opened_us < until_us]
    bucket = cast((incident.c.opened_us - since_us) // BUCKET_US, Integer)
    judged = _grouped(
        [*opened, obligation.c.rule.not_in(sorted(INTERNAL_RULES))],
        [bucket, *_PLACE, obligation.c.rule, obligation.c.state, obligation.c.in_hours],
    )
    tenths = cast(obligation.c.seconds * 10, Integer)
    answered = _grouped(
        [*opened, incident.c.answered_us.is_not(None), obligation.c.seconds.is_not(None)],
        [
            incident.c.agent,
            *_PLACE,
            incident.c.source,
            obligation.c.rule,
            obligation.c.state,
            obligation.c.in_hours,
            tenths,
        ],
    )
    counted = select(bucket, *_PLACE, incident.c.medium, incident.c.direction, incident.c.outcome, func.count())
    counted = counted.where(*opened).group_by(*_columns(counted)[:-1])
    return Figures(
        since_us=since_us,
        until_us=until_us,
        bucket_us=BUCKET_US,
        judged=[Judged(row[0], Place(*row[1:4]), *row[4:]) for row in ask(judged)],
        answering=_bounded(ask(answered)),
        counted=[Counted(row[0], Place(*row[1:4]), *row[4:]) for row in ask(counted)],
    )


def _grouped(where: Sequence[ColumnElement[bool]], columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    both = incident.join(obligation, obligation.c.incident == incident.c.id)
    return select(*columns, func.count()).select_from(both).where(*where).group_by(*columns)


def _columns(query: Select[Any]) -> list[ColumnElement[Any]]:
    return list(query.selected_columns)


def _bounded(rows: Sequence[Sequence[Any]]) -> list[Answering]:
    found = [Answering(row[0], Place(*row[1:4]), *row[4:]) for row in rows]
    return [one._replace(tenths=min(one.tenths, TENTHS_MAX)) for one in found]
