"""The [[source]] table of kind "cor-lines": which line says what."""

from typing import Literal

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings
from rules.settings import ReplyBy

LineName = Literal["DCD", "CTS", "DSR", "RI"]
Level = Literal["high", "low"]


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    squelch_line: LineName = "DCD"  # COR or COS of the set: a unit's carrier is heard
    squelch_active: Level = "high"
    ptt_line: LineName | None = None  # the set's transmitter, read back; without it no reply can be seen
    ptt_active: Level = "high"
    debounce_ms: int = 50  # a line must be quiet for so long
    poll_ms: int = 20  # between two looks at the lines


def replies(settings: Settings) -> tuple[ReplyBy, ...]:
    return ("ptt",) if settings.ptt_line else ()


def check(settings: Settings) -> list[Problem]:
    problems = []
    if settings.ptt_line == settings.squelch_line:
        problems.append(Problem("ptt_line", settings.squelch_line, "another line than squelch_line"))
    if not 0 <= settings.debounce_ms <= 2_000:
        problems.append(Problem("debounce_ms", str(settings.debounce_ms), "from 0 to 2000"))
    if not 5 <= settings.poll_ms <= 500:
        problems.append(Problem("poll_ms", str(settings.poll_ms), "from 5 to 500"))
    return problems
