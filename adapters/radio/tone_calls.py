"""Calls by tones (DTMF, five-tone): what a sequence of digits says, by the site's patterns. Shared by several kinds."""

import re

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings
from rules.events import CallAlert, Emergency, RadioEvent, Status, UnitIdentified
from rules.settings import ReplyBy

DIGITS_MAX = 32  # longer runs are no call: they are cut, so that no noise grows for ever
_SHORTEST = 3  # a shorter sequence is a pressed key or a tone in speech, not an id
_USUAL = (r"[*#]*(?P<unit>[0-9A-D]{3,16})[*#]*",)
_GROUPS = {"unit", "called", "status"}


class ToneSettings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    """Several patterns are tried in order; the first that matches the whole sequence tells what it means."""

    id_patterns: tuple[str, ...] = ()  # with the groups unit, called, status; none: the whole sequence is the unit
    emergency_prefix: str = ""  # a unit's digits that begin so are its emergency call: "7" by custom
    unit_prefix: str = ""  # what stands there in its usual sign-on: "1" by custom, so that 7xxx and 1xxx are one unit


def check_tones(settings: ToneSettings) -> list[Problem]:
    problems = []
    for pattern in settings.id_patterns:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            problems.append(Problem("id_patterns", pattern, f"not a regular expression: {error}"))
            continue
        if not groups or groups - _GROUPS:
            cure = r"name its groups unit, called, status: (?P<called>\d{3})(?P<unit>\d{3})"
            problems.append(Problem("id_patterns", pattern, cure))
    if settings.unit_prefix and not settings.emergency_prefix:
        cure = "give emergency_prefix too: it is what unit_prefix replaces"
        problems.append(Problem("unit_prefix", settings.unit_prefix, cure))
    return problems


def tone_replies(settings: ToneSettings) -> tuple[ReplyBy, ...]:
    """Only a pattern can say that one of `own_units` is who speaks, not whom somebody calls."""
    return ("unit",) if settings.id_patterns else ()


def expanded(digits: str) -> str:
    """E is the tone that repeats the digit before it: 3E47E is 33477. Without one before it stays what it is."""
    spoken = ""
    for digit in digits:
        spoken += spoken[-1] if digit == "E" and spoken else digit
    return spoken


def event_of(settings: ToneSettings, channel: str, digits: str, occurred_us: int | None = None) -> RadioEvent | None:
    """What the sequence `digits` (repeats expanded) tells; None where no pattern knows it."""
    parts = _parts(settings, digits)
    if parts is None:
        return None
    unit, called, status = parts.get("unit") or "", parts.get("called") or "", parts.get("status") or ""
    if not settings.id_patterns and unit in settings.own_units:
        unit, called = "", unit  # a single id is by custom the one that is called
    kind: type[Emergency | CallAlert | UnitIdentified] = CallAlert if called in settings.own_units else UnitIdentified
    prefix = settings.emergency_prefix
    if prefix and unit.startswith(prefix):
        kind = Emergency
        if settings.unit_prefix:
            unit = settings.unit_prefix + unit.removeprefix(prefix)
    if status and kind is not Emergency:
        return Status(
            source=settings.name, channel=channel, unit=unit, called=called, occurred_us=occurred_us, status=status
        )
    return kind(source=settings.name, channel=channel, unit=unit, called=called, occurred_us=occurred_us)


def is_call(digits: str) -> bool:
    """Long enough that somebody meant it: worth an `Unparsed` where no pattern knows it."""
    return len(digits.strip("*#")) >= _SHORTEST


def _parts(settings: ToneSettings, digits: str) -> dict[str, str | None] | None:
    for pattern in settings.id_patterns or _USUAL:
        if match := re.fullmatch(pattern, digits):
            return match.groupdict()
    return None
