"""The roster's own oracle: whom words mean at a moment, and what the time of day says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.events import DutyChanged
from rules.settings import RuleSet
from tests.simulation.zones import MINUTE_US, day_of, moment_of


@dataclass(frozen=True)
class Swapped:
    """Duty as somebody changed it, from the moment when that was kept until it was over or taken back."""

    known_us: int
    event: DutyChanged
    ended_us: int

    def holds(self, at_us: int) -> bool:
        """What is told of the same moment in which it became known may have come before it: see Journal.is_swap."""
        return self.known_us < at_us and self.event.from_us <= at_us < min(self.event.until_us, self.ended_us)


def within(at_us: int, from_: str, to: str, zone: str) -> bool:
    """Every day from one time of day to another, which may be of the next day."""
    begins_us, ends_us = _time_us(from_), _time_us(to)
    today = day_of(at_us, zone)
    return any(
        moment_of(day, begins_us, zone) <= at_us < moment_of(day + (ends_us <= begins_us), ends_us, zone)
        for day in (today - 1, today, today + 1)
    )


def boundaries(rules: RuleSet) -> Iterator[int]:
    """The times of day, in µs, at which what is said of them changes: see `passes`."""
    for one in rules.maintenance:
        yield from (_time_us(one.from_), _time_us(one.to))
    for hours in rules.hours:
        for opening in hours.opening:
            yield from (_time_us(opening.from_), _time_us(opening.to))


def passes(from_us: int, until_us: int, time_of_day_us: int, zone: str) -> bool:
    """Whether that time of day falls between them."""
    days = range(day_of(from_us, zone) - 1, day_of(until_us, zone) + 2)
    return len(days) > 4 or any(from_us <= moment_of(day, time_of_day_us, zone) <= until_us for day in days)


def reached(rules: RuleSet, words: tuple[str, ...], at_us: int, swaps: Sequence[Swapped]) -> set[str]:
    """Targets, of those who can be reached."""
    targets: set[str] = set()
    for word in words:
        kind, _, name = word.partition(":")
        if word in rules.notifiers:
            targets.add(word)
        elif kind == "person":
            targets |= _ways_to(rules, name)
        elif kind == "role":
            for who in on_duty(rules, name, at_us, swaps):
                targets |= _ways_to(rules, who)
    return targets


def on_duty(rules: RuleSet, role: str, at_us: int, swaps: Sequence[Swapped]) -> set[str]:
    """As planned, and then as it was changed, one change after the other."""
    now = [one for one in rules.shifts if one.role == role and within(at_us, one.from_, one.to, rules.timezone)]
    standing = [one for one in now if one.instead] or now
    people = {who for one in standing for who in one.people}
    for swap in (one.event for one in swaps if one.event.role == role and one.holds(at_us)):
        if swap.instead_of:
            people = {swap.person if who == swap.instead_of else who for who in people}
        else:
            people = {swap.person} | (set() if swap.instead else people)
    return people


def attended(rules: RuleSet, medium: str, at_us: int) -> bool:
    for hours in rules.hours:
        if hours.medium == medium:
            return any(within(at_us, one.from_, one.to, rules.timezone) for one in hours.opening)
    return True


def _ways_to(rules: RuleSet, who: str) -> set[str]:
    return {
        f"{notifier}/{who}"
        for one in rules.people
        if one.id == who
        for notifier in one.reach
        if notifier in rules.notifiers
    }


def _time_us(told_: str) -> int:
    hours, minutes = told_.split(":")
    return (int(hours) * 60 + int(minutes)) * MINUTE_US
