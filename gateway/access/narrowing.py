"""The rule set as far as it is of some sites: their lines, channels, base stations, units, people and duty."""

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

import msgspec

from rules.ladders import PERSON
from rules.people import Person, Shift
from rules.quiet import Scope
from rules.settings import Ladder, LadderStep, RuleSet, SourceRules

LadderT = TypeVar("LadderT", bound=Ladder)
ScopeT = TypeVar("ScopeT", bound=Scope)


def narrowed(rules: RuleSet, sites: Collection[str]) -> RuleSet:
    """What belongs to no site, such as a telephone system or a ladder's times, stays: it concerns all.

    For showing: who stands for a role is reckoned from the whole, for somebody of another site may stand in.
    """
    lines = tuple(one for one in rules.lines if (one.site or rules.site) in sites)
    foreign = {one.channel for one in rules.channels if (one.site or rules.site) not in sites}
    people = tuple(one for one in rules.people if not one.sites or not set(one.sites).isdisjoint(sites))
    known = {one.id for one in people}
    return msgspec.structs.replace(
        rules,
        lines=lines,
        channels=tuple(one for one in rules.channels if one.channel not in foreign),
        sources=tuple(one for one in rules.sources if not _is_on(one, foreign) and (not one.site or one.site in sites)),
        units=tuple(one for one in rules.units if not one.site or one.site in sites),
        people=people,
        shifts=tuple(_shifts(rules.shifts, known)),
        stints=tuple(one for one in rules.stints if one.person in known),
        ladder=_ladder(rules.ladder, rules.people, known),
        special_ladders=tuple(_ladder(one, rules.people, known) for one in rules.special_ladders),
        maintenance=in_scope(rules.maintenance, {one.number for one in lines}, foreign),
    )


def in_scope(windows: Iterable[ScopeT], lines: Collection[str], foreign: Collection[str]) -> tuple[ScopeT, ...]:
    """Those that are about one of these lines, a channel that is not foreign, or everything."""
    return tuple(
        one
        for one in windows
        if not (one.lines or one.channels)
        or any(line in lines for line in one.lines)
        or any(channel not in foreign for channel in one.channels)
    )


def _is_on(source: SourceRules, channels: Collection[str]) -> bool:
    return source.radio is not None and source.radio.channel in channels


def _shifts(shifts: Iterable[Shift], known: Collection[str]) -> Iterator[Shift]:
    for shift in shifts:
        if people := tuple(one for one in shift.people if one in known):
            yield msgspec.structs.replace(shift, people=people)


def _ladder(ladder: LadderT, people: Iterable[Person], known: Collection[str]) -> LadderT:
    hidden = {PERSON + one.id for one in people if one.id not in known}

    def told(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in hidden)

    def step(one: LadderStep) -> LadderStep:
        return msgspec.structs.replace(one, tell=told(one.tell))

    steps = tuple(step(one) for one in ladder.steps)
    return msgspec.structs.replace(
        ladder, warn=told(ladder.warn), breach=told(ladder.breach), escalation=told(ladder.escalation), steps=steps
    )
