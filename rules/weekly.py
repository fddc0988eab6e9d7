"""Days and times of day in the site's own time: which days are worked, and when a weekly pattern runs."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from rules.moments import at_of, us_of
from rules.people import DayOff

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


class Span(NamedTuple):
    """From one moment until another, the latter not included; `day` is the one on which it begins."""

    day: date
    from_us: int
    until_us: int


class Days:
    """Which days are worked."""

    def __init__(self, days_off: Iterable[DayOff]) -> None:
        self._differing = {
            day: special.worked for special in days_off for day in _dates(special.day, special.until or special.day)
        }

    def is_among(self, day: date, named: tuple[str, ...]) -> bool:
        """`named` as in the configuration: mon … sun, workday, day_off; none: every day."""
        if not named or _WEEK[day.weekday()] in named:
            return True
        worked = self._differing.get(day, day.weekday() < _WEEK.index("sat"))
        return ("workday" if worked else "day_off") in named


class Weekly(NamedTuple):
    """A pattern: from one time of day to another, which is of the next day where it is not later."""

    days: tuple[str, ...]
    from_: str  # hh:mm
    to: str
    since: date | None = None  # the first day
    until: date | None = None  # the last day


def spans(pattern: Weekly, days: Days, zone: tzinfo, from_us: int, until_us: int) -> Iterator[Span]:
    """All that touch the span, whole, in order."""
    first = max(date_at(from_us, zone) - _DAY, pattern.since or date.min)
    last = min(date_at(until_us, zone), pattern.until or date.max)
    for day in _dates(first, last):
        if days.is_among(day, pattern.days):
            span = _span(day, pattern.from_, pattern.to, zone)
            if span.from_us < until_us and span.until_us > from_us:
                yield span


@lru_cache(maxsize=4096)  # asked for again at every alert: who is on duty, whether anybody attends
def _span(day: date, from_: str, to: str, zone: tzinfo) -> Span:
    begins, ends = time.fromisoformat(from_), time.fromisoformat(to)
    overnight = _DAY if ends <= begins else timedelta()
    return Span(day, us_of(datetime.combine(day, begins, zone)), us_of(datetime.combine(day + overnight, ends, zone)))


def date_at(at_us: int, zone: tzinfo) -> date:
    return at_of(at_us).astimezone(zone).date()


def _dates(first: date, last: date) -> Iterator[date]:
    for passed in range((last - first).days + 1):
        yield first + timedelta(days=passed)
