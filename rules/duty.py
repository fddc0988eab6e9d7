"""Who stands for a role at a moment: shifts, turns, days off and stand-ins, in the site's own time."""

from collections.abc import Iterator
from datetime import date, tzinfo
from typing import NamedTuple

import msgspec

from rules.moments import zone_of
from rules.people import DutyChange, Person, Shift, Stint
from rules.settings import RuleSet
from rules.weekly import Days, Weekly, spans


class Gap(NamedTuple):
    """Nobody stands for the role."""

    role: str
    from_us: int
    until_us: int


def roster_of(rules: RuleSet, duty: tuple[DutyChange, ...]) -> RuleSet:
    """What all questions of this file are asked with, where the desk changed duty."""
    return msgspec.structs.replace(rules, stints=rules.stints + duty) if duty else rules


def roles(rules: RuleSet) -> tuple[str, ...]:
    """Every role that somebody fills, in the order of the configuration."""
    named = [shift.role for shift in rules.shifts] + [stint.role for stint in rules.stints]
    named += [role for person in rules.people for role in person.roles]
    return tuple(dict.fromkeys(named))


def person(rules: RuleSet, named: str) -> Person:
    """Who has this id; a stranger, by the id alone, where the configuration knows him no more."""
    return next((one for one in rules.people if one.id == named), Person(id=named))


def shown_name(one: Person) -> str:
    """As people read it: 王芳 008."""
    return " ".join(word for word in (one.name or one.id, one.number) if word)


def known_as(rules: RuleSet, said: str) -> Person | None:
    """Whom `said` means: an id, else a number, a name, or both as people read them; None where it may be several."""
    for named in (_id, _number, _name, shown_name):
        found = [one for one in rules.people if named(one) == said]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _id(one: Person) -> str:
    return one.id


def _number(one: Person) -> str:
    return one.number


def _name(one: Person) -> str:
    return one.name


def on_duty(rules: RuleSet, role: str, at_us: int) -> list[Stint]:
    """Who stands for `role` at that moment, and from when until when."""
    return [stint for stint in stints(rules, role, at_us, at_us + 1) if stint.from_us <= at_us]


def stints(rules: RuleSet, role: str, from_us: int, until_us: int) -> list[Stint]:
    """All that touch the span, whole, in order. A role that no shift fills is held by its people all the time."""
    found = _planned(rules, role, from_us, until_us)
    for change in rules.stints:
        if isinstance(change, DutyChange) and change.role == role:
            found = _changed(found, change)
    touching = [stint for stint in found if stint.from_us < until_us and stint.until_us > from_us]
    return sorted(touching, key=lambda stint: (stint.from_us, stint.until_us))


def gaps(rules: RuleSet, role: str, from_us: int, until_us: int) -> list[Gap]:
    """When nobody stands for the role within the span."""
    found = []
    covered_us = from_us
    for stint in stints(rules, role, from_us, until_us):
        if stint.from_us > covered_us:
            found.append(Gap(role, covered_us, stint.from_us))
        covered_us = max(covered_us, stint.until_us)
    if covered_us < until_us:
        found.append(Gap(role, covered_us, until_us))
    return found


def _planned(rules: RuleSet, role: str, from_us: int, until_us: int) -> list[Stint]:
    shifts = [shift for shift in rules.shifts if shift.role == role]
    dated = [stint for stint in rules.stints if stint.role == role and not isinstance(stint, DutyChange)]
    if not shifts and not dated:
        return [
            Stint(role=role, person=one.id, from_us=from_us, until_us=until_us)
            for one in rules.people
            if role in one.roles
        ]
    days = Days(rules.days_off)
    zone = zone_of(rules.timezone)
    planned = [stint for stint in dated if stint.from_us < until_us and stint.until_us > from_us]
    for shift in shifts:
        planned += _stints_of(shift, days, zone, from_us, until_us)
    stand_ins = [stint for stint in planned if stint.instead]
    usual = [left for stint in planned if not stint.instead for left in _left_beside(stint, stand_ins)]
    return sorted(usual + stand_ins, key=lambda stint: stint.person)


def _changed(planned: list[Stint], change: DutyChange) -> list[Stint]:
    """The plan as somebody changed it; of several changes the latest has the last word."""
    if change.instead_of:
        theirs = [stint for stint in planned if stint.person == change.instead_of]
        taken = [_part(stint, change) for stint in theirs if _overlap(stint, change)]
    else:
        theirs = planned if change.instead else []
        taken = [change]
    others = [stint for stint in planned if stint not in theirs]
    return others + [left for stint in theirs for left in _left_beside(stint, [change])] + taken


def _overlap(stint: Stint, change: Stint) -> bool:
    return stint.from_us < change.until_us and stint.until_us > change.from_us


def _part(stint: Stint, change: DutyChange) -> DutyChange:
    from_us, until_us = max(stint.from_us, change.from_us), min(stint.until_us, change.until_us)
    return msgspec.structs.replace(change, from_us=from_us, until_us=until_us, instead=True)


def _stints_of(shift: Shift, days: Days, zone: tzinfo, from_us: int, until_us: int) -> Iterator[Stint]:
    pattern = Weekly(shift.days, shift.from_, shift.to, shift.since, shift.until)
    for span in spans(pattern, days, zone, from_us, until_us):
        for one in _whose_turn(shift, span.day):
            yield Stint(
                role=shift.role,
                person=one,
                from_us=span.from_us,
                until_us=span.until_us,
                instead=shift.instead,
            )


def _whose_turn(shift: Shift, day: date) -> tuple[str, ...]:
    if shift.turn is None or shift.since is None:
        return shift.people
    passed = (day - shift.since).days // (7 if shift.turn == "week" else 1)
    return (shift.people[passed % len(shift.people)],)


def _left_beside(stint: Stint, stand_ins: list[Stint]) -> Iterator[Stint]:
    """What is left of a stint when somebody stands in for a part of it."""
    from_us = stint.from_us
    for other in sorted(stand_ins, key=lambda other: other.from_us):
        if other.until_us <= from_us or other.from_us >= stint.until_us:
            continue
        if other.from_us > from_us:
            yield msgspec.structs.replace(stint, from_us=from_us, until_us=other.from_us)
        from_us = max(from_us, other.until_us)
    if from_us < stint.until_us:
        yield msgspec.structs.replace(stint, from_us=from_us)
