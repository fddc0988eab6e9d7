"""Moments as people at the site read them: in its own zone."""

from datetime import date, datetime, tzinfo

from rules.moments import at_of, parse_rfc3339, zone_of

Moment = int | str | None  # microseconds, or RFC 3339 as the documents have it


class LocalTime:
    """All its methods give "" for no moment."""

    def __init__(self, timezone: str) -> None:
        self.zone: tzinfo = zone_of(timezone)

    def day(self, moment: Moment) -> str:
        return self._format(moment, "%Y-%m-%d")

    def clock(self, moment: Moment) -> str:
        return self._format(moment, "%H:%M:%S")

    def minute(self, moment: Moment) -> str:
        return self._format(moment, "%m-%d %H:%M")

    def whole(self, moment: Moment) -> str:
        return self._format(moment, "%Y-%m-%d %H:%M:%S")

    def field(self, moment: Moment) -> str:
        """As a form's field of date and time has it."""
        return self._format(moment, "%Y-%m-%dT%H:%M")

    def exact(self, moment: Moment) -> str:
        text = self._format(moment, "%H:%M:%S.%f")
        return text[:-3]

    def date(self, at_us: int) -> date:
        return at_of(at_us).astimezone(self.zone).date()

    def _format(self, moment: Moment, form: str) -> str:
        if moment is None or moment == "":
            return ""
        return self._local(moment).strftime(form)

    def _local(self, moment: int | str) -> datetime:
        at_us = parse_rfc3339(moment) if isinstance(moment, str) else moment
        return at_of(at_us).astimezone(self.zone)
