"""Moments and spans: integers in microseconds inside, seconds and RFC 3339 for people."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000


def span_us(seconds: float) -> int:
    """Seconds as people configure them, to whole microseconds."""
    return round(seconds * SECOND_US)


def cut_s(lasted_us: int) -> float:
    """To the millisecond, cut, not rounded: 14.9996 s was in time and must not read 15.0."""
    return lasted_us // 1000 / 1000


@lru_cache(maxsize=64)  # alerts of one moment tell it again and again
def rfc3339(at_us: int) -> str:
    """UTC with milliseconds, cut, not rounded: 2026-11-21T08:09:10.123Z."""
    return at_of(at_us).isoformat(timespec="milliseconds")[:-6] + "Z"


def at_of(at_us: int) -> datetime:
    """In UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def us_of(moment: datetime) -> int:
    """Of a moment that knows its zone, cut to whole microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def zone_of(name: str) -> tzinfo:
    """UTC for a name that nobody knows: the configuration refuses it, and rules still need a zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as "Asia"
        return UTC


def parse_rfc3339(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 time with its zone. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: add Z or an offset such as +08:00")
    return us_of(moment)
