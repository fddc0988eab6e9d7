"""What a recorder tells of a recording: in the rdio-scanner form, in trunk-recorder's JSON, or in the file's name."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

import msgspec

from adapters.errors import NOT_JSON
from rules.moments import SECOND_US, parse_rfc3339

_MILLISECONDS_FROM = 100_000_000_000  # a count of seconds reaches this in the year 5138
_WORD_CHARS_MAX = 64
_OBJECT = msgspec.json.Decoder(dict[str, Any])


class About(NamedTuple):
    """`places`: what may name our channel (talkgroup, system …), the most particular first. Unknown: None or ""."""

    started_us: int | None = None
    places: tuple[str, ...] = ()
    talkgroup: str = ""
    unit: str = ""
    emergency: bool = False


def from_form(fields: Mapping[str, str]) -> About:
    """The fields of POST /api/call-upload: github.com/chuot/rdio-scanner, server/parsers.go and call.go.

    Raises ValueError with what is missing, in the words that uploaders look for.
    """
    talkgroup, system = fields.get("talkgroup", ""), fields.get("system", "")
    if not talkgroup or talkgroup == "0":  # sdrtrunk tests a connection by leaving it out and looks for this answer
        raise ValueError("no talkgroup")
    if not system or system == "0":
        raise ValueError("no system")
    started_us = _moment(fields.get("dateTime", ""))
    if started_us is None:
        raise ValueError("no datetime")
    labels = (fields.get("talkgroupLabel", ""), fields.get("systemLabel", ""))
    return About(
        started_us,
        _words(talkgroup, labels[0], system, labels[1]),
        talkgroup,
        _word(fields.get("source", "")) or _first_source(fields.get("sources", "")),
    )


def from_trunk_recorder(sidecar: bytes) -> About:
    """The JSON beside a trunk-recorder WAV. Raises ValueError for what is none."""
    try:
        told = _OBJECT.decode(sidecar)
    except NOT_JSON as error:
        raise ValueError(f"no JSON object: {error}") from error
    talkgroup = _word(told.get("talkgroup", ""))
    sources = told.get("srcList")
    return About(
        _moment(str(told.get("start_time", ""))),
        _words(talkgroup, told.get("talkgroup_tag", ""), told.get("short_name", "")),
        talkgroup,
        _first_source(sources if isinstance(sources, list) else ""),
        told.get("emergency") in (1, True),
    )


def from_name(name: str, pattern: str, zone: tzinfo) -> About:
    """What `pattern` finds in a file's name; a day without a time says nothing."""
    found = re.search(pattern, name)
    told = {} if found is None else {key: value or "" for key, value in found.groupdict().items()}
    started_us = None
    if told.get("date") and told.get("time"):
        try:
            when = datetime.strptime(told["date"] + told["time"], "%Y%m%d%H%M%S").replace(tzinfo=zone)
        except ValueError:
            pass
        else:
            started_us = int(when.timestamp()) * SECOND_US
    talkgroup = told.get("talkgroup", "")
    return About(started_us, _words(told.get("channel", ""), talkgroup), talkgroup, told.get("unit", ""))


def _moment(text: str) -> int | None:
    """Unix seconds, milliseconds, or RFC 3339."""
    try:
        if not text.replace(".", "", 1).isdecimal():
            return parse_rfc3339(text)
        number = float(text)
        return int(number * (1_000 if number >= _MILLISECONDS_FROM else SECOND_US)) or None
    except (ValueError, OverflowError):
        return None


def _first_source(told: Any) -> str:
    """The first known unit of a `sources` list: [{"pos": 0, "src": 4424001}]; -1 is one that is not known."""
    try:
        listed = json.loads(told) if isinstance(told, str) else told
    except (ValueError, RecursionError):
        return ""
    for one in listed if isinstance(listed, list) else ():
        unit = _word(one.get("src", "")) if isinstance(one, dict) else ""
        if unit and not unit.startswith("-") and unit != "0":
            return unit
    return ""


def _words(*told: Any) -> tuple[str, ...]:
    return tuple(word for one in told if (word := _word(one)) and word not in {"0", "-"})


def _word(told: Any) -> str:
    return str(told).strip()[:_WORD_CHARS_MAX] if isinstance(told, str | int) and not isinstance(told, bool) else ""
