"""The [[source]] table of kind "line-table": regular expressions with named groups, and what each means."""

import codecs
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings
from rules.events.radio import EndReason
from rules.settings import ReplyBy

EventName = Literal[
    "TransmissionStarted",
    "TransmissionEnded",
    "UnitIdentified",
    "UnitSeen",
    "CallAlert",
    "CallAnswered",
    "Emergency",
    "Status",
    "Text",
    "MachineAck",
    "ControlTransmitting",
    "Nothing",  # a known line that means nothing to us
]
GROUPS = ("unit", "called", "text", "status", "id", "at")
_NEEDS = {"Text": "text", "Status": "status"}
_ONE_CHARACTER = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
_INNERMOST = re.compile(r"\(([^()]*)\)([*+]|\{\d*,\})?")
_BACKTRACKS = re.compile(r"[*+|\0]|\{\d*,\}")
_ANYTHING_MAX = 3  # `.*` in one pattern: each more multiplies the time of a hostile line by its length


class LineRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a line that matches whole means. A named group of the same name overrules the fixed value here."""

    match: str
    event: EventName
    unit: str = ""
    called: str = ""
    group: bool = False  # `called` is a talkgroup
    text: str = ""
    status: str = ""
    id: str = ""
    on: bool | None = None  # of ControlTransmitting
    ok: bool = True  # of MachineAck
    active: bool = True  # of Emergency: false where the unit ends it
    emergency: bool = False  # of TransmissionStarted
    reason: EndReason = "end"  # of TransmissionEnded


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    lines: tuple[LineRow, ...]  # tried in this order, the first that matches counts
    encoding: str = "utf-8"
    line_end: str = ""  # "": CR, LF or both; else these characters, such as "\u0003"
    line_bytes_max: int = 256  # what is longer is not read
    ask: str = ""  # sent every ask_every_s to a station that only answers (rigctld); the same answer again is no news
    ask_every_s: float = 0.1


def replies(settings: Settings) -> tuple[ReplyBy, ...]:
    """What the table lets us see."""
    events = {row.event for row in settings.lines}
    shown: list[ReplyBy] = []
    if "ControlTransmitting" in events:
        shown.append("ptt")
    if "CallAnswered" in events:
        shown.append("answered")
    if events & {"TransmissionStarted", "UnitIdentified"}:
        shown.append("unit")
    if "Text" in events:
        shown.append("text")
    return tuple(shown)


def check(settings: Settings) -> list[Problem]:
    problems = []
    if not settings.lines:
        problems.append(Problem("lines", "", "add [[source.lines]] tables, each with match and event"))
    try:
        codecs.lookup(settings.encoding)
    except LookupError:
        problems.append(Problem("encoding", settings.encoding, "a character encoding such as utf-8 or gbk"))
    if not 16 <= settings.line_bytes_max <= 1024:
        problems.append(Problem("line_bytes_max", str(settings.line_bytes_max), "from 16 to 1024"))
    if not 0.02 <= settings.ask_every_s <= 60:
        problems.append(Problem("ask_every_s", str(settings.ask_every_s), "seconds, from 0.02 to 60"))
    for place, row in enumerate(settings.lines, 1):
        problems += [Problem(f"lines.{place}.{key}", value, cure) for key, value, cure in _check_row(row)]
    return problems


def _check_row(row: LineRow) -> Iterator[Problem]:
    try:
        pattern = re.compile(row.match)
    except re.error as error:
        yield Problem("match", row.match, f"not a regular expression: {error}")
        return
    for name in pattern.groupindex.keys() - set(GROUPS):
        yield Problem("match", row.match, f"the group {name} is not known: {', '.join(GROUPS)}")
    if may_take_for_ever(row.match):
        yield Problem("match", row.match, "a repetition within a repetition, or too many .*: one line could stop us")
    needed = _NEEDS.get(row.event)
    if needed and needed not in pattern.groupindex and not getattr(row, needed):
        yield Problem("match", row.match, f"a {row.event} needs a group (?P<{needed}>…), or a fixed {needed}")
    if row.event == "ControlTransmitting" and row.on is None:
        yield Problem("on", "", "true where control begins to transmit, false where it ends")


def may_take_for_ever(pattern: str) -> bool:
    """Whether a repeated group holds a repetition or a choice: a line can be made that takes such a pattern years."""
    bare = _ONE_CHARACTER.sub("c", pattern)
    if bare.count(".*") + bare.count(".+") > _ANYTHING_MAX:
        return True
    while found := _INNERMOST.search(bare):
        backtracks = _BACKTRACKS.search(found[1]) is not None
        if found[2] and backtracks:
            return True
        bare = bare[: found.start()] + ("\0" if found[2] or backtracks else "c") + bare[found.end() :]
    return False
