"""A span's figures, day by day: a day that is long over is read once and kept, summed by the hour."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, NamedTuple

from adapters.record_store import RecordStore
from adapters.summed import Figures, Place
from rules.moments import SECOND_US, us_of

Hours = Literal["all", "in", "out"]
_DAYS_KEPT: Final = 400
_SETTLED_US: Final = 3 * 86_400 * SECOND_US  # after so long no verdict of a day is revised
_HOUR_US: Final = 3600 * SECOND_US


class Verdicts(NamedTuple):
    hour: int  # of the site's day, 0 to 23
    place: Place
    rule: str
    state: str
    in_hours: bool = True


class Answer(NamedTuple):
    agent: str
    place: Place
    source: str
    rule: str
    state: str
    in_hours: bool
    tenths: int


class Ended(NamedTuple):
    hour: int
    place: Place
    medium: str
    direction: str
    outcome: str


class Day(NamedTuple):
    """One of the site's days."""

    day: date
    verdicts: Counter[Verdicts]
    answers: Counter[Answer]
    ended: Counter[Ended]


class Days:
    """`read` may be asked for the same days again and again."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[date, str], Day] = OrderedDict()

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
        if until_us + _SETTLED_US < now_us:
            self._kept[key] = summed
            while len(self._kept) > _DAYS_KEPT:
                self._kept.popitem(last=False)
        return summed


def at(days: Sequence[Day], in_sight: Callable[[Place], bool]) -> list[Day]:
    """Of the records that came in at these places."""
    return [
        day._replace(
            verdicts=Counter({one: count for one, count in day.verdicts.items() if in_sight(one.place)}),
            answers=Counter({one: count for one, count in day.answers.items() if in_sight(one.place)}),
            ended=Counter({one: count for one, count in day.ended.items() if in_sight(one.place)}),
        )
        for day in days
    ]


def only(days: Sequence[Day], hours: Hours) -> list[Day]:
    """Of the verdicts and answers those that fell into the hours of service, or outside them."""
    if hours == "all":
        return list(days)
    wanted = hours == "in"
    return [
        day._replace(
            verdicts=Counter({one: count for one, count in day.verdicts.items() if one.in_hours == wanted}),
            answers=Counter({one: count for one, count in day.answers.items() if one.in_hours == wanted}),
        )
        for day in days
    ]


def _summed(day: date, figures: Figures) -> Day:
    """By the hour since midnight; where the clocks change that day, the hours after it are one off."""
    verdicts: Counter[Verdicts] = Counter()
    ended: Counter[Ended] = Counter()
    answers: Counter[Answer] = Counter()
    in_hour = _HOUR_US // figures.bucket_us
    for one in figures.judged:
        verdicts[Verdicts(min(one.bucket // in_hour, 23), one.place, one.rule, one.state, bool(one.in_hours))] += (
            one.how_many
        )
    for ending in figures.counted:
        hour = min(ending.bucket // in_hour, 23)
        ended[Ended(hour, ending.place, ending.medium, ending.direction, ending.outcome)] += ending.how_many
    for answer in figures.answering:
        answers[Answer(*answer[:-1])._replace(in_hours=bool(answer.in_hours))] += answer.how_many
    return Day(day, verdicts, answers, ended)
