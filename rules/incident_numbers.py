"""Incident numbers that people can say: the site's date and a counter, 20261121-0042."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class IncidentNumbers:
    """Counts within a site's day; the day's bounds are kept, so most numbers cost one addition."""

    def __init__(self, timezone: str, last: str) -> None:
        self.last = last
        self._zone = _zone(timezone)
        self._day, _, counter = last.partition("-")
        self._counter = int(counter) if counter.isdecimal() else 0
        self._from_us = 0
        self._until_us = 0

    def next(self, at_us: int) -> str:
        if not self._from_us <= at_us < self._until_us:
            self._enter_day(at_us)
        self._counter += 1
        number = self.last = f"{self._day}-{str(self._counter).zfill(4)}"
        return number

    def _enter_day(self, at_us: int) -> None:
        local = (_EPOCH + timedelta(microseconds=at_us)).astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        following = (midnight + timedelta(days=1)).replace(fold=0)
        self._from_us = (midnight - _EPOCH) // timedelta(microseconds=1)
        self._until_us = (following - _EPOCH) // timedelta(microseconds=1)
        day = f"{local:%Y%m%d}"
        # A change of time zone may lead a day back: the counter of the later day goes on, so no number comes twice.
        if day > self._day:
            self._day, self._counter = day, 0


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # the configuration refuses such names; a number is still needed
        return UTC
