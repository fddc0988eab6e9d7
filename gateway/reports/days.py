"""A span's figures, day by day: a day that is long over is read once and kept, summed by the hour."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Literal, NamedTuple, TypeVar

from adapters.record_store import RecordStore
from adapters.summed import Figures, Place
from rules.moments import SECOND_US, us_of

Hours = Literal["all", "in", "out"]
OneT = TypeVar("OneT")
_SUMS_KEPT: Final = 1_000_000  # of all days together
_SETTLED_US: Final = 3 * 86_400 * SECOND_US  # after so long no verdict of a day is revised


class Verdicts(NamedTuple):
    hour: int  # of the site's day, 0 to 23
    place: Place
    unit: str
    rule: str
    state: str
    in_hours: bool = True
    clock: str = "receipt"
    rule_set: str = ""


class Answer(NamedTuple):
    agent: str
    place: Place
    rule: str
    state: str
    in_hours: bool


class Response(NamedTuple):
    hour: int
    place: Place
    unit: str
    rule: str
    in_hours: bool
    tenths: int


class Ended(NamedTuple):
    hour: int
    place: Place
    medium: str
    direction: str
    outcome: str
    in_hours: bool = True


class Day(NamedTuple):
    """One of the site's days: how many there are of each."""

    day: date
    verdicts: Counter[Verdicts]
    answers: Counter[Answer]
    responses: Counter[Response]
    ended: Counter[Ended]

    @property
    def sums(self) -> int:
        return len(self.verdicts) + len(self.answers) + len(self.responses) + len(self.ended)


class Days:
    """`read` may be asked for the same days again and again."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[date, str], Day] = OrderedDict()
        self._sums = 0

    async def read(self, first: date, last: date, zone: tzinfo, now_us: int) -> list[Day]:
        return [
            await self._day(first + timedelta(days=passed), zone, now_us) for passed in range((last - first).days + 1)
        ]

    async def _day(self, day: date, zone: tzinfo, now_us: int) -> Day:
        key = (day, str(zone))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        since_us = us_of(datetime.combine(day, time(), zone))
        until_us = us_of(datetime.combine(day + timedelta(days=1), time(), zone))
        summed = _summed(day, await self._store.figures(since_us=since_us, until_us=until_us))
        if until_us + _SETTLED_US < now_us and key not in self._kept:
            self._kept[key] = summed
            self._sums += summed.sums + 1
            while self._sums > _SUMS_KEPT:
                self._sums -= self._kept.popitem(last=False)[1].sums + 1
        return summed


def at(days: Sequence[Day], in_sight: Callable[[Place], bool]) -> list[Day]:
    """Of the records that came in at these places."""
    return _those(days, lambda one: in_sight(one.place))


def only(days: Sequence[Day], hours: Hours) -> list[Day]:
    """What fell into the hours of service, or outside them."""
    return list(days) if hours == "all" else _those(days, lambda one: one.in_hours == (hours == "in"))


def _those(days: Sequence[Day], wanted: Callable[[Any], bool]) -> list[Day]:
    def those(part: Counter[OneT]) -> Counter[OneT]:
        return Counter({one: many for one, many in part.items() if wanted(one)})

    return [
        Day(day.day, those(day.verdicts), those(day.answers), those(day.responses), those(day.ended)) for day in days
    ]


def _summed(day: date, figures: Figures) -> Day:
    """By the hour since midnight; where the clocks change that day, the hours after it are one off."""
    verdicts: Counter[Verdicts] = Counter()
    answers: Counter[Answer] = Counter()
    responses: Counter[Response] = Counter()
    ended: Counter[Ended] = Counter()
    for one in figures.judged:
        verdicts[Verdicts(min(one.bucket, 23), *one[1:-1])] += one.how_many
    for answer in figures.answering:
        answers[Answer(*answer[:-1])] += answer.how_many
    for timed in figures.timed:
        responses[Response(min(timed.bucket, 23), *timed[1:-1])] += timed.how_many
    for ending in figures.counted:
        ended[Ended(min(ending.bucket, 23), *ending[1:-1])] += ending.how_many
    return Day(day, verdicts, answers, responses, ended)
