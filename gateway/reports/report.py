"""A report as rows: each figure with what it is made of, over all and parted by place, hour and person.

The page, the file and the API tell the same rows.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from gateway.reports.days import Answer, Day, Hours, Response, Verdicts, only
from gateway.reports.key_figures import (
    RULES,
    WITHIN_TENTHS,
    Shares,
    Times,
    by,
    by_answer,
    connecting,
    of_rule,
    tenths_of,
    times_of,
)
from rules.settings import RuleSet

CALLS: Final = ("connect", "answered_in_15_s", "service_level", "abandon")  # made of calls, not of one rule's verdicts
KPIS: Final = (*RULES, *CALLS)
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "three_rings": ("site", "day", "hour", "line", "source", "person"),
    "two_calls": ("site", "day", "hour", "channel", "unit"),
    "hold_checkin": ("site", "hour", "line"),
    "call_back": ("site", "line"),
    "promise": ("site", "channel", "unit"),
}


class Row(NamedTuple):
    """One figure: `numerator` ÷ `denominator`. `part`: of which `by`; "" over all."""

    kpi: str
    by: str
    part: str
    hours: Hours
    numerator: int
    denominator: int
    waived: int = 0  # as the next two: no part of the denominator
    blind: int = 0
    open: int = 0
    by_source: int | None = None  # of the denominator; None: no clock judges this
    rule_sets: tuple[str, ...] = ()
    times: Times | None = None

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def by_receipt(self) -> int | None:
        return None if self.by_source is None else self.denominator - self.by_source


def over_all(days: Sequence[Day], hours: Hours) -> list[Row]:
    """Every key figure of these hours; of what did not happen, none."""
    days = only(days, hours)
    rows = [_row(rule, "", "", hours, of_rule(days, rule)) for rule in RULES]
    calls, tenths = connecting(days), tenths_of(days, "three_rings")
    within = sum(count for one, count in tenths.items() if one < WITHIN_TENTHS)
    reached = calls.answered + calls.gone
    of_calls = {
        "connect": (calls.answered, calls.offered),
        "answered_in_15_s": (within, tenths.total()),
        "service_level": (within, tenths.total() + calls.gone),
        "abandon": (calls.gone, reached),
    }
    times = times_of(tenths)
    for kpi, (numerator, denominator) in of_calls.items():
        timed = times if kpi == "answered_in_15_s" else None
        rows.append(Row(kpi, "", "", hours, numerator, denominator, open=calls.still_open, times=timed))
    return [row for row in rows if row.denominator or row.waived or row.blind or row.open]


def parted(
    days: Sequence[Day],
    hours: Hours,
    rules: RuleSet,
    site_of: Callable[[dict[str, Any]], str],
    person_of: Callable[[Answer], str],
) -> Iterator[Row]:
    """The rules' figures by their parts. `person_of`: "" leaves somebody out."""
    days = only(days, hours)
    lines = {line.number: f"{line.number} {line.name}".strip() for line in rules.lines}
    units = {unit.unit: f"{unit.unit} {unit.name}".strip() for unit in rules.units}
    channels = {one.channel: f"{one.channel} {one.name}".strip() for one in rules.channels}
    places: dict[str, Callable[[Day, Verdicts | Response], str]] = {
        "site": lambda _day, one: site_of(one.place._asdict()),
        "day": lambda day, _one: f"{day.day:%m-%d}",
        "hour": lambda _day, one: f"{one.hour:02}",
        "line": lambda _day, one: lines.get(one.place.line, one.place.line or "–"),
        "source": lambda _day, one: one.place.source,
        "channel": lambda _day, one: channels.get(one.place.channel, one.place.channel or "–"),
        "unit": lambda _day, one: units.get(one.unit, one.unit or "–"),
    }
    for rule, names in PARTS.items():
        for name in names:
            found = by_answer(days, rule, person_of) if name == "person" else by(days, rule, places[name])
            yield from (_row(rule, name, part, hours, shares) for part, shares in found.items())


def _row(rule: str, name: str, part: str, hours: Hours, one: Shares) -> Row:
    by_source = None if name == "person" else one.by_source
    return Row(
        rule,
        name,
        part,
        hours,
        one.met,
        one.judged,
        one.waived,
        one.blind,
        one.open,
        by_source,
        one.rule_sets,
        one.times,
    )
