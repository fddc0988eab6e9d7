"""The tables that say when alerts are not told one by one: maintenance, hours, storm. What types cannot say."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from adapters.kinds import Problem
from gateway.people_checks import TIME_OF_DAY
from gateway.reading import nearest, shown
from rules.quiet import Maintenance, MaintenanceByHand, ServiceHours, StormRules
from rules.service_hours import LADDER, RECORD_ONLY
from rules.settings import SpecialLadder

_TIME_CURE = 'a time of day as "08:00", from 00:00 to 23:59'
_ALONE_MAX = 1_000
_BY_HAND_LONGEST_S = 7 * 86_400.0


class Quiet(NamedTuple):
    """The tables, as far as they could be read."""

    maintenance: list[Maintenance]
    by_hand: MaintenanceByHand
    hours: list[ServiceHours]
    storm: StormRules


def check_quiet(
    quiet: Quiet, ladders: Iterable[SpecialLadder], known: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """`known`: the names there are of sources, lines and channels."""
    for one in quiet.maintenance:
        yield from _check_maintenance(one, known)
    if not 0 < quiet.by_hand.longest_s <= _BY_HAND_LONGEST_S:
        yield Problem(
            "maintenance_by_hand.longest_s",
            shown("", quiet.by_hand.longest_s),
            f"seconds: more than 0, at most {_BY_HAND_LONGEST_S:g} (a week)",
        )
    yield from _check_hours(quiet.hours, [one.name for one in ladders if one.name])
    yield from _check_storm(quiet.storm)


def _check_maintenance(one: Maintenance, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    where = f"maintenance.{one.name}"
    if not one.reason.strip():
        cure = "say what is done: it stands in the line that tells the end"
        yield Problem(f"{where}.reason", shown("", one.reason), cure)
    dated, weekly = one.begins is not None or one.ends is not None, bool(one.from_ or one.to)
    if dated == weekly:
        cure = "either begins and ends (moments), or from and to (times of day, week by week)"
        yield Problem(f"{where}.from", shown("", one.from_), cure)
    else:
        for key, value, cure in _wrong_moments(one) if dated else _wrong_times(one):
            yield Problem(f"{where}.{key}", shown("", value), cure)
    for key, names in known.items():
        for name in getattr(one, key):
            if name not in names:
                there = ", ".join(names) or "none"
                cure = f"{nearest(name, names)}unknown here; there are: {there}"
                yield Problem(f"{where}.{key}", shown("", name), cure)


def _wrong_moments(one: Maintenance) -> Iterator[tuple[str, object, str]]:
    if one.begins is None or one.ends is None:
        yield "begins" if one.begins is None else "ends", None, "begins and ends belong together"
    elif (one.begins.tzinfo is None) != (one.ends.tzinfo is None):
        yield "ends", one.ends, "write both with a zone, or both without"
    elif one.ends <= one.begins:
        yield "ends", one.ends, f"not later than it begins ({one.begins})"
    if one.days or one.since or one.until:
        yield "days", list(one.days), "days, since and until are for from and to"


def _wrong_times(one: Maintenance) -> Iterator[tuple[str, object, str]]:
    for key, text in (("from", one.from_), ("to", one.to)):
        if not TIME_OF_DAY.fullmatch(text):
            yield key, text, _TIME_CURE
    if one.since is not None and one.until is not None and one.until < one.since:
        yield "until", one.until, f"the last day is before the first ({one.since})"


def _check_hours(hours: Iterable[ServiceHours], ladders: Collection[str]) -> Iterator[Problem]:
    for medium, count in Counter(one.medium for one in hours).items():
        if count > 1:
            yield Problem(f"hours.{medium}", str(count), "one [[hours]] a medium; each may have many [[hours.open]]")
    for one in hours:
        where = f"hours.{one.medium}"
        name = one.after_hours.removeprefix(LADDER)
        if one.after_hours.startswith(LADDER) and name not in ladders:
            there = ", ".join(ladders) or "none"
            cure = f"{nearest(name, ladders)}no [[ladder_for]] has this name; there are: {there}"
            yield Problem(f"{where}.after_hours", shown("", one.after_hours), cure)
        elif not one.after_hours.startswith(LADDER) and one.after_hours not in ("same", RECORD_ONLY):
            cure = f'"same", "{RECORD_ONLY}" or "{LADDER}NAME"'
            yield Problem(f"{where}.after_hours", shown("", one.after_hours), cure)
        if not one.opening:
            yield Problem(f"{where}.open", "[]", "never attended: add a [[hours.open]] with from and to")
        for place, opening in enumerate(one.opening, 1):
            for key, text in (("from", opening.from_), ("to", opening.to)):
                if not TIME_OF_DAY.fullmatch(text):
                    yield Problem(f"{where}.open.{place}.{key}", shown("", text), _TIME_CURE)


def _check_storm(storm: StormRules) -> Iterator[Problem]:
    if not 1 <= storm.alone <= _ALONE_MAX:
        cure = f"from 1 to {_ALONE_MAX}; to switch it off: enabled = false"
        yield Problem("storm.alone", shown("", storm.alone), cure)
    for key in ("window_s", "update_every_s", "over_after_s"):
        if getattr(storm, key) <= 0:
            yield Problem(f"storm.{key}", shown("", getattr(storm, key)), "seconds: more than 0")
