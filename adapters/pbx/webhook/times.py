"""A vendor's times to microseconds UTC: RFC 3339, epochs of every scale, local text with a zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_MAX_US = 253_402_300_799_999_999  # the end of the year 9999
_GREGORIAN_S = 62_167_219_200  # seconds from year 0 to 1970 (Kazoo counts from year 0)
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
    if isinstance(value, str):
        text = value.strip().upper()
        if len(text) >= 15 and text[8] == "T" and text[:8].isdigit():  # 20261121T080000+0800
            return _moment(datetime.fromisoformat(text), local)
        if len(text) >= 16 and text[4] in "-/" and text[10] in "T ":
            text = text.replace("/", "-")
            # A + that a form turned into a space: 2026-11-21T08:00:00 08:00
            if len(text) > 19 and text[-6] == " ":
                text = text[:-6] + "+" + text[-5:]
            return _moment(datetime.fromisoformat(text), local)
    if not numbers:
        raise ValueError("is not an RFC 3339 time")
    number = _number(value)
    # Seconds stay below 1e11 until the year 5138, milliseconds begin above it in 1973.
    scale = 1_000_000 if number < 1e11 else 1_000 if number < 1e14 else 1
    return _scaled(number, scale, 0)


def _number(value: object) -> float | int:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 32 or not text.isascii():
            raise ValueError("is not a time")
        try:
            value = int(text) if text.isdigit() else float(text)
        except ValueError as error:
            raise ValueError("is not a time") from error
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e18:
        raise ValueError("is not a time")
    return value


def _scaled(value: object, scale: int, shift: int) -> int:
    moment_us = round((_number(value) + shift) * scale)
    if not 0 <= moment_us <= _MAX_US:
        raise ValueError("is a time outside the years 1970 to 9999")
    return moment_us


def _moment(moment: datetime, local: tzinfo) -> int:
    try:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=local)
        at_us = (aware - _EPOCH) // _US
    except OverflowError as error:
        raise ValueError("is a time outside the years 1970 to 9999") from error
    if not 0 <= at_us <= _MAX_US:
        raise ValueError("is a time outside the years 1970 to 9999")
    return at_us
