"""A ladder made ready, and whom a step of it tells: notifiers by name, people by the roster of that moment.

A target is a notifier's name, or `notifier/person` where one person is reached by it.
"""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from rules.duty import on_duty, person
from rules.effects import Climb, Manner
from rules.moments import span_us
from rules.people import Person
from rules.settings import Ladder, RuleSet

ROLE, PERSON = "role:", "person:"


class LadderTerms:
    """One ladder in microseconds. `climbs` follow a breach that nobody acknowledges, each after the one before."""

    __slots__ = ("acknowledge", "breach", "climbs", "manner", "warn")

    def __init__(self, ladder: Ladder) -> None:
        self.warn = ladder.warn
        self.breach = ladder.breach
        self.acknowledge = ladder.acknowledge
        moments = sorted(_climbs(ladder), key=lambda climb: climb.after_us)
        gaps = [later.after_us - sooner.after_us for sooner, later in pairwise(moments)]
        self.climbs = tuple(
            msgspec.structs.replace(climb, after_us=after_us)
            for after_us, climb in zip([moments[0].after_us, *gaps], moments, strict=True)
        )
        self.manner = Manner(
            acknowledge_within_us=span_us(ladder.acknowledge_within_s),
            notified_within_us=span_us(ladder.notified_within_s),
            act_within_us=span_us(ladder.act_within_s),
            act_warn_before_us=span_us(ladder.act_warn_before_s),
            on_it_max_us=span_us(ladder.on_it_max_s),
            snooze_max_us=span_us(ladder.snooze_max_s),
            snoozes_max=ladder.snoozes_max,
            climbs_unreached=ladder.climbs_unreached,
        )


def _climbs(ladder: Ladder) -> Iterator[Climb]:
    """Each with its moment after the breach."""
    yield Climb(span_us(ladder.acknowledge_within_s), ladder.escalation, ladder.acknowledge)
    for step in ladder.steps:
        for time in range(1 + (step.repeats_max if step.repeat_every_s else 0)):
            after_us = span_us(step.after_s + time * step.repeat_every_s)
            yield Climb(after_us, step.tell, step.acknowledge or ladder.acknowledge)


def people_of(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The people among the targets, by id."""
    found = (who for _, _, who in (target.partition("/") for target in targets) if who)
    return tuple(dict.fromkeys(found))


def told_by(rules: RuleSet, tell: tuple[str, ...], at_us: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The targets that `tell` means at that moment, and the roles and people among it who cannot be reached.

    Where nobody at all can be reached, every notifier is told: better too many than none.
    """
    targets, unreached = reach(rules, tell, at_us)
    return targets or rules.notifiers, unreached


def reach(rules: RuleSet, tell: tuple[str, ...], at_us: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same, and nobody where nobody can be reached."""
    targets: dict[str, None] = {}
    unreached = []
    for name in tell:
        if name in rules.notifiers:
            targets[name] = None
        elif name.startswith((ROLE, PERSON)):
            reached = [target for one in _people(rules, name, at_us) for target in _reach(rules, one)]
            if not reached:
                unreached.append(name)
            targets.update(dict.fromkeys(reached))
    return tuple(targets), tuple(unreached)


def _people(rules: RuleSet, name: str, at_us: int) -> list[Person]:
    if name.startswith(PERSON):
        return [person(rules, name.removeprefix(PERSON))]
    return [person(rules, stint.person) for stint in on_duty(rules, name.removeprefix(ROLE), at_us)]


def _reach(rules: RuleSet, one: Person) -> Iterator[str]:
    return (f"{notifier}/{one.id}" for notifier in one.reach if notifier in rules.notifiers)
