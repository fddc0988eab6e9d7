"""When a medium is attended: in hours or not, and the times outside in which alerts are only recorded."""

from datetime import tzinfo

from rules.moments import SECOND_US, zone_of
from rules.quiet import ServiceHours, Window
from rules.settings import RuleSet
from rules.weekly import Days, Weekly, spans

RECORD_ONLY, LADDER = "record_only", "ladder:"
_BEFORE_US = 2 * 86_400 * SECOND_US
_AHEAD_US = 31 * 86_400 * SECOND_US  # shut for longer: looked at again then


class HoursTerms:
    """One medium's hours; the span that was asked for last is kept, since the next moment mostly falls into it too."""

    __slots__ = ("_days", "_from_us", "_hours", "_open", "_until_us", "_zone", "ladder")

    def __init__(self, rules: RuleSet, hours: ServiceHours) -> None:
        self.ladder = hours.after_hours.removeprefix(LADDER) if hours.after_hours.startswith(LADDER) else ""
        self._hours = hours
        self._days, self._zone = Days(rules.days_off), zone_of(rules.timezone)
        self._open = True
        self._from_us = self._until_us = 0

    def attended(self, at_us: int) -> bool:
        if not self._from_us <= at_us < self._until_us:
            self._open, self._from_us, self._until_us = _around(self._hours, self._days, self._zone, at_us)
        return self._open


def closings(rules: RuleSet, at_us: int) -> list[Window]:
    """For each medium whose alerts are only recorded after hours: the time outside that runs then, or is the next."""
    found = []
    days, zone = Days(rules.days_off), zone_of(rules.timezone)
    for hours in rules.hours:
        if hours.after_hours == RECORD_ONLY:
            is_open, from_us, until_us = _around(hours, days, zone, at_us)
            if is_open:
                _, from_us, until_us = _around(hours, days, zone, until_us)
            key = f"after_hours:{hours.medium}"
            found.append(
                Window(key=key, why="after_hours", from_us=from_us, until_us=until_us, medium=hours.medium, id=0)
            )
    return found


def _around(hours: ServiceHours, days: Days, zone: tzinfo, at_us: int) -> tuple[bool, int, int]:
    """Whether it is attended at that moment, and from when until when that holds."""
    shut_from_us, horizon_us = at_us - _BEFORE_US, at_us + _AHEAD_US
    for from_us, until_us in _openings(hours, days, zone, shut_from_us, horizon_us):
        if from_us > at_us:
            return False, shut_from_us, from_us
        if until_us > at_us:
            return True, from_us, until_us
        shut_from_us = until_us
    return False, shut_from_us, horizon_us


def _openings(hours: ServiceHours, days: Days, zone: tzinfo, from_us: int, until_us: int) -> list[tuple[int, int]]:
    """In order; those that touch are one."""
    patterns = [Weekly(one.days, one.from_, one.to) for one in hours.opening]
    every = sorted(span[1:] for pattern in patterns for span in spans(pattern, days, zone, from_us, until_us))
    joined: list[tuple[int, int]] = []
    for begins_us, ends_us in every:
        if joined and begins_us <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends_us)
        else:
            joined.append((begins_us, ends_us))
    return joined
