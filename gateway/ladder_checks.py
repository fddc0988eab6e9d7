"""The [ladder] and [[ladder_for]] tables: each step tells somebody whom the configuration knows and can reach."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from adapters.kinds import Problem
from gateway.reading import nearest, shown
from rules.ladders import PERSON, ROLE
from rules.people import Person, Shift
from rules.settings import Ladder

_TIMES_MAX = 100  # of one step
_HALF_A_DAY_S = 43_200  # an alert is kept for a day


class Told:
    """Everybody whom a ladder may name."""

    def __init__(
        self, notifiers: Sequence[str], people: Sequence[Person], shifts: Sequence[Shift], rosters: Sequence[str]
    ) -> None:
        self.notifiers = list(notifiers)
        reached = {one.id for one in people if one.reach}
        self.people = {f"{PERSON}{one.id}": bool(one.reach) for one in people}
        self.roles = {f"{ROLE}{role}": True for role in rosters}
        for shift in shifts:
            role = f"{ROLE}{shift.role}"
            self.roles[role] = self.roles.get(role, False) or not reached.isdisjoint(shift.people)
        for one in people:
            for held in one.roles:
                role = f"{ROLE}{held}"
                self.roles[role] = self.roles.get(role, False) or bool(one.reach)

    def wrong(self, name: str) -> str:
        """Why a step cannot tell `name`, with the cure; "" where it can."""
        if name in self.notifiers:
            return ""
        if name in self.people or name in self.roles:
            reached = self.people.get(name, False) or self.roles.get(name, False)
            return "" if reached else "nobody of them can be reached: give a [[person]] reach = { NOTIFIER = ADDRESS }"
        known = [*self.notifiers, *self.roles, *self.people]
        there = f"there are: {', '.join(known)}" if known else "there is no [[notifier]] at all"
        return f"{nearest(name, known)}no [[notifier]], role or [[person]] is called so; {there}"


def check_ladder(where: str, ladder: Ladder, told: Told) -> Iterator[Problem]:
    """`where` names the table for people."""
    for key in ("warn", "breach", "escalation"):
        yield from _check_tell(f"{where}.{key}", getattr(ladder, key), told)
    yield from _check_after(where, ladder)
    yield from _check_all(where, ladder)
    for key in ("acknowledge_within_s", "notified_within_s"):
        if getattr(ladder, key) <= 0:
            yield Problem(f"{where}.{key}", shown(key, getattr(ladder, key)), "seconds: more than 0")
    for place, step in enumerate(ladder.steps, 1):
        yield from _check_tell(f"{where}.step.{place}.tell", step.tell, told)
        if step.repeat_every_s < 0:
            yield Problem(f"{where}.step.{place}.repeat_every_s", shown("", step.repeat_every_s), "0 or more seconds")
        if not 0 <= step.repeats_max <= _TIMES_MAX:
            yield Problem(f"{where}.step.{place}.repeats_max", shown("", step.repeats_max), f"from 0 to {_TIMES_MAX}")
    moments = [ladder.acknowledge_within_s, *(step.after_s for step in ladder.steps)]
    for place, (before_s, after_s) in enumerate(pairwise(moments), 1):
        if after_s <= before_s:
            cure = f"counts from the breach: more than the step before it ({before_s:g})"
            yield Problem(f"{where}.step.{place}.after_s", shown("", after_s), cure)


def _check_after(where: str, ladder: Ladder) -> Iterator[Problem]:
    """What is asked of those who were told."""
    for key in ("act_within_s", "act_warn_before_s", "on_it_max_s", "snooze_max_s"):
        if not 0 <= getattr(ladder, key) <= _HALF_A_DAY_S:
            yield Problem(f"{where}.{key}", shown(key, getattr(ladder, key)), f"seconds: from 0 to {_HALF_A_DAY_S}")
    if not 0 <= ladder.snoozes_max <= _TIMES_MAX:
        yield Problem(f"{where}.snoozes_max", shown("", ladder.snoozes_max), f"from 0 to {_TIMES_MAX}")


def _check_all(where: str, ladder: Ladder) -> Iterator[Problem]:
    """Where all must acknowledge, somebody must be told by name: a notifier alone is nobody in particular."""
    cure = 'tell a role or a person there ("role:…", "person:…"): behind a notifier alone nobody can be missing'
    tells = [ladder.breach, ladder.escalation, *(step.tell for step in ladder.steps)]
    if ladder.acknowledge == "all" and not any(_people(tell) for tell in tells):
        yield Problem(f"{where}.acknowledge", "all", cure)
    for place, step in enumerate(ladder.steps, 1):
        if step.acknowledge == "all" and not _people(step.tell):
            yield Problem(f"{where}.step.{place}.acknowledge", "all", cure)


def _people(tell: Sequence[str]) -> bool:
    return any(name.startswith((PERSON, ROLE)) for name in tell)


def _check_tell(where: str, tell: Sequence[str], told: Told) -> Iterator[Problem]:
    for name in tell:
        if why := told.wrong(name):
            yield Problem(where, shown("", name), why)
