"""Key figures: what is divided by what, what is left out, which clock and which rules judged, and how long it took."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from gateway.reports.days import Answer, Day, Ended, Response, Verdicts

RULES: Final = ("three_rings", "two_calls", "hold_checkin", "call_back", "promise")
WITHIN_TENTHS: Final = 150  # 15 s: what is asked of a hotline where people answer (人工应答及时率)
_BLIND: Final = ("not_measurable", "not_observable")
_CALLER_GONE: Final = ("abandoned", "missed")


class Times(NamedTuple):
    """How long responses took, in seconds: in time and late ones together."""

    responses: int
    mean_s: float
    at_50_s: float
    at_90_s: float
    at_95_s: float
    max_s: float


class Shares(NamedTuple):
    """How obligations ended. What nobody could measure is no part of the share, and never counted as met."""

    met: int = 0
    breached: int = 0
    blind: int = 0
    waived: int = 0
    open: int = 0
    by_source: int = 0  # of the judged: timed by the source's own clock; the others by receipt
    rule_sets: tuple[str, ...] = ()  # which judged
    times: Times | None = None

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
    still_open: int


Places = Callable[[Day, Verdicts | Response], str]


def of_rule(days: Iterable[Day], rule: str) -> Shares:
    return by(days, rule, lambda _day, _one: "").get("", Shares())


def by(days: Iterable[Day], rule: str, place: Places) -> dict[str, Shares]:
    """One rule's verdicts, parted by `place`, in the order of the places."""
    verdicts: dict[str, Counter[Verdicts]] = {}
    tenths: dict[str, Counter[int]] = {}
    for day in days:
        for one, count in day.verdicts.items():
            if one.rule == rule:
                verdicts.setdefault(place(day, one), Counter())[one] += count
        for timed, count in day.responses.items():
            if timed.rule == rule:
                tenths.setdefault(place(day, timed), Counter())[timed.tenths] += count
    return {name: _shares(verdicts[name], times_of(tenths.get(name, Counter()))) for name in sorted(verdicts)}


def by_answer(days: Iterable[Day], rule: str, place: Callable[[Answer], str]) -> dict[str, Shares]:
    """The same of those that somebody answered, by what is known of who did; without times."""
    found: dict[str, Counter[str]] = {}
    for day in days:
        for one, count in day.answers.items():
            if one.rule == rule and (name := place(one)):
                found.setdefault(name, Counter())[one.state] += count
    return {name: Shares(*_ended(found[name])) for name in sorted(found)}


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
        still_open=ended["open"],
    )


def tenths_of(days: Iterable[Day], rule: str) -> Counter[int]:
    """How many responses took so many tenths of a second."""
    found: Counter[int] = Counter()
    for day in days:
        for one, count in day.responses.items():
            if one.rule == rule:
                found[one.tenths] += count
    return found


def times_of(tenths: Counter[int]) -> Times | None:
    total = tenths.total()
    if not total:
        return None
    mean_s = sum(one * count for one, count in tenths.items()) / total / 10
    half, most, nearly_all = _quantiles(tenths, (0.5, 0.9, 0.95))
    return Times(total, mean_s, half, most, nearly_all, max(tenths) / 10)


def _quantiles(tenths: Counter[int], parts: Sequence[float]) -> list[float]:
    """The times within which so large parts were answered."""
    found: list[float] = []
    seen, wanted = 0, [part * tenths.total() for part in parts]
    for one in sorted(tenths):
        seen += tenths[one]
        while len(found) < len(wanted) and seen >= wanted[len(found)]:
            found.append(one / 10)
    return found


def _shares(verdicts: Counter[Verdicts], times: Times | None) -> Shares:
    states: Counter[str] = Counter()
    by_source = 0
    for one, count in verdicts.items():
        states[one.state] += count
        if one.state in {"met", "breached"} and one.clock == "source":
            by_source += count
    rule_sets = tuple(sorted({one.rule_set for one in verdicts if one.rule_set}))
    return Shares(*_ended(states), by_source=by_source, rule_sets=rule_sets, times=times)


def _ended(states: Counter[str]) -> tuple[int, int, int, int, int]:
    blind = sum(states[name] for name in _BLIND)
    return states["met"], states["breached"], blind, states["waived"], states["open"]


def _from_outside(one: Ended) -> bool:
    return one.medium == "phone" and one.direction != "outbound"
