"""Lines of a tone decoder such as multimon-ng: `ZVEI1: 3E47E`, `RX1: 2026-11-22 01:15:57: DTMF: 5`, or JSON. No I/O."""

import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

FIVE_TONE = ("ZVEI1", "ZVEI2", "ZVEI3", "DZVEI", "PZVEI", "PDZVEI", "ZVEI", "CCIR", "CCIR1", "CCIR2", "EEA", "EIA")
_SYSTEM = "|".join(("DTMF", *FIVE_TONE))
# The label and the time that --label and --timestamp put before a line, in either order.
_LINE = re.compile(
    rf"(?:(?P<label>[\w .#/-]{{1,64}}?): )?"
    rf"(?:(?P<time>\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{{1,6}})?(?:Z|[+-]\d\d:?\d\d)?): )?"
    rf"(?P<system>{_SYSTEM}): *(?P<digits>[0-9A-F*#]*)[ \t]*$",
    re.ASCII,
)
# What multimon-ng says of itself, and what its other decoders find: no rubbish, and no call.
_OTHER = re.compile(
    r"multimon-ng [\d.]+|\(C\) [\d/-]+ by|Available demodulators:|Enabled demodulators:|sox WARN"
    r"|\b(?:POCSAG\d+|FLEX|EAS|UFSK1200|CLIPFSK|FMSFSK|AFSK\d+\w*|HAPN4800|FSK9600|MORSE_CW|X10): ?"
)
_SYSTEM_KEYS = ("demod_name", "demod", "decoder", "system", "type")
_DIGITS_KEYS = ("digits", "digit", "tones", "sequence", "code", "data", "message", "text")
_TIME_KEYS = ("timestamp", "time")
_LABEL_KEYS = ("label",)


class Tones(NamedTuple):
    """One line. `stamp_us` is its own time, read as UTC where it names no zone: good for gaps, not as a moment."""

    system: str
    digits: str
    label: str
    stamp_us: int | None
    zoned: bool


class Other(NamedTuple):
    """A line that is understood and is no call."""


class Unread(NamedTuple):
    reason: str


def read_line(line: bytes) -> tuple[Tones | Other | Unread, bytes]:
    """What the line says, and the rubbish before it."""
    text = line.decode("latin-1")  # one character a byte, so places agree
    if (brace := text.find("{")) >= 0 and (told := _object(text[brace:])) is not None:
        return _read_object(told), line[:brace]
    if match := _LINE.search(text):
        stamp_us, zoned = _moment(match["time"] or "")
        tones = Tones(match["system"], match["digits"], match["label"] or "", stamp_us, zoned)
        return tones, line[: match.start()].rstrip(b" ")
    if _OTHER.search(text):
        return Other(), b""
    return Unread("no line of a tone decoder"), b""


def _object(text: str) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _read_object(told: dict[str, Any]) -> Tones | Other | Unread:
    system = _first(told, _SYSTEM_KEYS).upper()
    if not system:
        return Unread("JSON that names no decoder")
    if system != "DTMF" and system not in FIVE_TONE:
        return Other()
    digits = _first(told, _DIGITS_KEYS).upper()
    if not re.fullmatch(r"[0-9A-F*#]+", digits):
        return Unread(f"JSON of {system} without digits")
    stamp_us, zoned = _moment(_first(told, _TIME_KEYS))
    return Tones(system, digits, _first(told, _LABEL_KEYS), stamp_us, zoned)


def _first(told: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(told[key]) for key in keys if isinstance(told.get(key), str | int)), "")


def _moment(text: str) -> tuple[int | None, bool]:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None, False
    zoned = moment.tzinfo is not None
    since = moment if zoned else moment.replace(tzinfo=UTC)
    return round(since.timestamp() * 1_000_000), zoned
