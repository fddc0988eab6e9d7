"""The tables of people and their shifts: what types cannot say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from re import compile as pattern

from adapters.kinds import NotifierKind, Problem
from gateway.reading import nearest, shown
from rules.duty import gaps, roles
from rules.moments import SECOND_US, at_of, zone_of
from rules.people import DayOff, Person, Shift
from rules.settings import Approval, RuleSet

TIME_OF_DAY = pattern(r"([01]\d|2[0-3]):[0-5]\d")
_ROLE = pattern(r"[^\s/+#\x00-\x1f]{1,63}")
_AHEAD_US = 14 * 86_400 * SECOND_US
_GAPS_TOLD_MAX = 3
_ROLE_CURE = "a role is a short word without spaces, /, + or #"


def check_staff(people: Sequence[Person], shifts: Iterable[Shift], days_off: Iterable[DayOff]) -> Iterator[Problem]:
    """The [[person]], [[shift]] and [[day_off]] tables."""
    yield from _check_people(people)
    for shift in shifts:
        yield from _check_shift(shift, [one.id for one in people])
    for special in days_off:
        if special.until is not None and special.until < special.day:
            cure = f"the last day is before the first ({special.day})"
            yield Problem(f"day_off.{special.day}.until", shown("", special.until), cure)


def check_reach(people: Iterable[Person], notifiers: Iterable[tuple[str, NotifierKind]]) -> Iterator[Problem]:
    """The `reach` of each person: notifiers that exist, and addresses that they can use."""
    kinds = dict(notifiers)
    for one in people:
        for name, address in one.reach.items():
            where = f"person.{one.id}.reach.{name}"
            if name not in kinds:
                cure = f"{nearest(name, kinds)}no [[notifier]] has this name; there are: {', '.join(kinds) or 'none'}"
                yield Problem(where, shown("", address), cure)
            elif why := kinds[name].wrong_address(address):
                yield Problem(where, shown("", address), why)


def gap_remarks(rules: RuleSet, now_us: int) -> Iterator[str]:
    """Roles for which nobody stands some time in the next fourteen days."""
    zone = zone_of(rules.timezone)
    for role in roles(rules):
        found = gaps(rules, role, now_us, now_us + _AHEAD_US)
        for gap in found[:_GAPS_TOLD_MAX]:
            begin, end = (at_of(at_us).astimezone(zone) for at_us in (gap.from_us, gap.until_us))
            yield f"nobody stands for {role} from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
        if len(found) > _GAPS_TOLD_MAX:
            yield f"… and {len(found) - _GAPS_TOLD_MAX} more such gaps within fourteen days: hotline-gateway duty"


def _check_people(people: Sequence[Person]) -> Iterator[Problem]:
    for number, count in Counter(one.number for one in people if one.number).items():
        if count > 1:
            yield Problem("person.number", shown("", number), f"{count} people have this number: each needs their own")
    for one in people:
        for role in one.roles:
            if not _ROLE.fullmatch(role):
                yield Problem(f"person.{one.id}.roles", shown("", role), _ROLE_CURE)


def _check_shift(shift: Shift, known: Sequence[str]) -> Iterator[Problem]:
    def wrong(key: str, value: object, cure: str) -> Problem:
        return Problem(f"shift.{shift.role}.{key}", shown("", value), cure)

    if not _ROLE.fullmatch(shift.role):
        yield wrong("role", shift.role, _ROLE_CURE)
    for key, text in (("from", shift.from_), ("to", shift.to)):
        if not TIME_OF_DAY.fullmatch(text):
            yield wrong(key, text, 'a time of day as "08:00", from 00:00 to 23:59')
    if not shift.people:
        yield wrong("people", [], "nobody: name at least one [[person]] by id")
    for one in shift.people:
        if one not in known:
            there = ", ".join(known) or "none"
            yield wrong("people", one, f"{nearest(one, known)}no [[person]] has this id; there are: {there}")
    if shift.turn is not None and shift.since is None:
        yield wrong("turn", shift.turn, "add since = DATE: the first day of the first of `people`")
    if shift.since is not None and shift.until is not None and shift.until < shift.since:
        yield wrong("until", shift.until, f"the last day is before the first ({shift.since})")


def check_approval(approval: Approval, people: Iterable[Person]) -> Iterator[Problem]:
    """The [approval] table."""
    if approval.review_every_days < 0:
        yield Problem("approval.review_every_days", f"{approval.review_every_days:g}", "days; 0 asks for no approval")
    if approval.within_days < 0:
        yield Problem("approval.within_days", f"{approval.within_days:g}", "days: 0 or more")
    known = {one.id for one in people}
    for name in approval.approvers:
        if name not in known:
            yield Problem("approval.approvers", name, f"no [[person]] has this id: {nearest(name, known)}add one")
    if approval.two_people and len(set(approval.approvers)) == 1:
        yield Problem("approval.approvers", approval.approvers[0], "two_people asks for two different people")
