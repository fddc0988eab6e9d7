"""The key figures of a span, each with what it is made of: never a share without its numbers."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from gateway.reports.days import Answer, Day, Ended, Verdicts

RULES: Final = ("three_rings", "two_calls", "hold_checkin", "call_back", "promise")
_BLIND: Final = ("not_measurable", "not_observable")
_CALLER_GONE: Final = ("abandoned", "missed")


class Shares(NamedTuple):
    """How obligations ended. What nobody could measure is no part of the share, and never counted as met."""

    met: int = 0
    breached: int = 0
    blind: int = 0
    waived: int = 0
    open: int = 0

    @property
    def judged(self) -> int:
        return self.met + self.breached

    @property
    def percent(self) -> float | None:
        return 100 * self.met / self.judged if self.judged else None


class Connecting(NamedTuple):
    """Calls from outside: how many reached a person."""

    offered: int
    answered: int
    gone: int  # the caller gave up, or it rang in vain

    @property
    def percent(self) -> float | None:
        return 100 * self.answered / self.offered if self.offered else None


class Speed(NamedTuple):
    """How fast calls were answered, in seconds."""

    answers: int
    mean_s: float
    at_50_s: float
    at_90_s: float
    at_95_s: float


def shares(counts: Counter[str]) -> Shares:
    return Shares(
        met=counts["met"],
        breached=counts["breached"],
        blind=sum(counts[name] for name in _BLIND),
        waived=counts["waived"],
        open=counts["open"],
    )


def of_rule(days: Iterable[Day], rule: str) -> Shares:
    return by(days, rule, lambda _day, _one: "").get("", Shares())


def by(days: Iterable[Day], rule: str, place: Callable[[Day, Verdicts], str]) -> dict[str, Shares]:
    """One rule's verdicts, parted by `place`, in the order of the places."""
    found: dict[str, Counter[str]] = {}
    for day in days:
        for one, count in day.verdicts.items():
            if one.rule == rule:
                found.setdefault(place(day, one), Counter())[one.state] += count
    return {name: shares(found[name]) for name in sorted(found)}


def by_answer(days: Iterable[Day], rule: str, place: Callable[[Answer], str]) -> dict[str, Shares]:
    """The same of those that somebody answered."""
    found: dict[str, Counter[str]] = {}
    for day in days:
        for one, count in day.answers.items():
            if one.rule == rule and (name := place(one)):
                found.setdefault(name, Counter())[one.state] += count
    return {name: shares(found[name]) for name in sorted(found)}


def connecting(days: Iterable[Day]) -> Connecting:
    ended: Counter[str] = Counter()
    for day in days:
        for one, count in day.ended.items():
            if _from_outside(one):
                ended[one.outcome] += count
    return Connecting(
        offered=ended.total() - ended["merged"] - ended["open"],
        answered=ended["answered"],
        gone=sum(ended[name] for name in _CALLER_GONE),
    )


def answer_times(days: Iterable[Day], rule: str = "three_rings") -> Counter[int]:
    """How many calls were answered after so many tenths of a second."""
    found: Counter[int] = Counter()
    for day in days:
        for one, count in day.answers.items():
            if one.rule == rule and one.state in {"met", "breached"}:
                found[one.tenths] += count
    return found


def speed(times: Counter[int]) -> Speed | None:
    total = times.total()
    if not total:
        return None
    mean_s = sum(tenths * count for tenths, count in times.items()) / total / 10
    return Speed(total, mean_s, *(_quantile(times, part) for part in (0.5, 0.9, 0.95)))


def _quantile(times: Counter[int], part: float) -> float:
    """The time within which so large a part was answered."""
    wanted, seen = part * times.total(), 0
    for tenths in sorted(times):
        seen += times[tenths]
        if seen >= wanted:
            return tenths / 10
    return 0.0


def _from_outside(one: Ended) -> bool:
    return one.medium == "phone" and one.direction != "outbound"
