"""Incident numbers that people can say: the site's date and a counter, 20261121-0042."""

from datetime import timedelta
from typing import Final

from rules.moments import SECOND_US, at_of, us_of, zone_of

LOST_PER_S: Final = 10  # no hotline gives out more, for long: so many are passed over for a second that is lost


class IncidentNumbers:
    """Counts within a site's day; the day's bounds are kept, so most numbers cost one addition."""

    def __init__(self, timezone: str, last: str) -> None:
        self.last = last
        self._zone = zone_of(timezone)
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

    def skip(self, at_us: int, lost_us: int) -> None:
        """None that was given out today, in the time that is lost, comes again."""
        if not self._from_us <= at_us < self._until_us:
            self._enter_day(at_us)
        self._counter += min(lost_us, at_us - self._from_us) * LOST_PER_S // SECOND_US
        self.last = f"{self._day}-{str(self._counter).zfill(4)}"

    def _enter_day(self, at_us: int) -> None:
        local = at_of(at_us).astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        following = (midnight + timedelta(days=1)).replace(fold=0)
        self._from_us = us_of(midnight)
        self._until_us = us_of(following)
        day = f"{local:%Y%m%d}"
        # A change of time zone may lead a day back: the counter of the later day goes on, so no number comes twice.
        if day > self._day:
            self._day, self._counter = day, 0
