"""A vendor's times to microseconds UTC: RFC 3339, RFC 2822, epochs of every scale, local text with a zone.

What is a time, yet one that cannot be (the year 1, "0000-00-00", a negative epoch), becomes the nearest moment that we
can write: no event is refused for it. The rules see that it is absurd, let the receipt judge, and say so.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_MAX_US = 253_402_300_799_999_999  # the end of the year 9999
_GREGORIAN_S = 62_167_219_200  # seconds from year 0 to 1970 (Kazoo counts from year 0)
_NO_DATE = "0000-00-00"  # what MySQL and PHP write where they know no time
_SPACED_ZONE = re.compile(r" (?:(UTC|GMT|Z)|([+-]\d\d:?\d\d))$")
_LEAP_SECOND = re.compile(r"(?<=\d\d:\d\d):60(?!\d)")  # RFC 3339 §5.6
_SCALES = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
NAMED_FORMATS = ("auto", "rfc3339", *_SCALES, "gregorian_s")

TimeReader = Callable[[object], int | None]


def zone(name: str) -> tzinfo:
    """Raises ValueError for a zone that is not in the IANA list."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone: use a name such as Asia/Shanghai") from error


def time_reader(form: str, local: tzinfo) -> TimeReader:
    """A function from a vendor's value to microseconds, None for an absent one; it raises ValueError."""
    if form in ("auto", "rfc3339"):
        return lambda value: _auto(value, local, numbers=form == "auto")
    if form == "gregorian_s":
        return lambda value: None if _absent(value) else _scaled(value, 1_000_000, -_GREGORIAN_S)
    if form in _SCALES:
        scale = _SCALES[form]
        return lambda value: None if _absent(value) else _scaled(value, scale, 0)
    if "%" in form:
        return lambda value: None if _absent(value) else _moment(datetime.strptime(str(value), form), local)  # noqa: DTZ007 - the zone is added at once
    raise ValueError(
        f"{form!r} is no time format: use {', '.join(NAMED_FORMATS)}, or a pattern such as %Y-%m-%d %H:%M:%S"
    )


def _absent(value: object) -> bool:
    return value is None or value == ""


def _auto(value: object, local: tzinfo, *, numbers: bool) -> int | None:
    if _absent(value):
        return None
    if isinstance(value, str) and (at_us := _written(value.strip().upper(), local)) is not None:
        return at_us
    if not numbers:
        raise ValueError("is not an RFC 3339 time")
    number = _number(value)
    # Seconds stay below 1e11 until the year 5138, milliseconds begin above it in 1973.
    if number >= 1e17:
        return _bounded(round(number) // 1_000)
    scale = 1_000_000 if number < 1e11 else 1_000 if number < 1e14 else 1
    return _scaled(number, scale, 0)


def _written(text: str, local: tzinfo) -> int | None:
    """None for what is no date; raises ValueError for one that the calendar does not have."""
    if len(text) >= 15 and text[8] == "T" and text[:8].isdigit():  # 20261121T080000+0800
        return _moment(datetime.fromisoformat(text), local)
    if len(text) >= 16 and text[4] in "-/" and text[10] in "T ":
        text = text.replace("/", "-")
        if text.startswith(_NO_DATE):
            return 0
        # A + that a form turned into a space: 2026-11-21T08:00:00 08:00
        if len(text) > 19 and text[-6] == " " and text[-5].isdigit():
            text = text[:-6] + "+" + text[-5:]
        text = _SPACED_ZONE.sub(lambda found: found[2] or "+00:00", text)  # as Go and Ruby print it
        leap = _LEAP_SECOND.search(text)
        if leap is not None:
            return _moment(datetime.fromisoformat(_LEAP_SECOND.sub(":59", text)) + timedelta(seconds=1), local)
        return _moment(datetime.fromisoformat(text), local)
    if text[3:5] == ", ":  # Sat, 21 Nov 2026 00:09:10 +0000
        return _moment(parsedate_to_datetime(text), local)
    return None


def _number(value: object) -> float | int:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 32 or not text.isascii():
            raise ValueError("is not a time")
        try:
            value = int(text) if text.removeprefix("-").isdigit() else float(text)
        except ValueError as error:
            raise ValueError("is not a time") from error
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e19:
        raise ValueError("is not a time")
    return value


def _scaled(value: object, scale: int, shift: int) -> int:
    return _bounded(round((_number(value) + shift) * scale))


def _moment(moment: datetime, local: tzinfo) -> int:
    try:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=local)
        return _bounded((aware - _EPOCH) // _US)
    except OverflowError:
        return 0 if moment.year < _EPOCH.year else _MAX_US


def _bounded(at_us: int) -> int:
    return min(max(at_us, 0), _MAX_US)
