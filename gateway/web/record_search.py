"""What somebody asks of the reception records, by the API or in the form of the page: read strictly, once."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, cast, get_args

from aiohttp import web

from adapters.ports import IncidentsAsked
from gateway.access.rights import Right
from gateway.access.sight import number_masked, text_masked
from gateway.web.access.guard import WHO, remember, right_lacks
from gateway.web.asking import read_moment, read_one_of, unusable
from rules.incidents import IncidentOutcome
from rules.moments import us_of
from rules.obligations import Outcome, Rule

MEDIA: Final = ("phone", "radio")
DIRECTIONS: Final = ("inbound", "outbound", "internal")
HOURS: Final = ("in", "out")  # of service
CHARS_MAX: Final = 200  # of a text that is looked for
_WRITTEN: Final = ("number", "caller", "caller_ends", "unit", "line", "person", "kind", "text")
_CHOSEN: Final = {
    "outcome": get_args(IncidentOutcome),
    "medium": MEDIA,
    "direction": DIRECTIONS,
    "rule": get_args(Rule),
    "verdict": get_args(Outcome),
    "hours": HOURS,
}
PARAMETERS: Final = ("since", "until", *_WRITTEN, *_CHOSEN)
_NUMBER: Final = re.compile(r"\d{8}-\d+")
_HOLDS_DIGITS: Final = re.compile(r"\d{4}")
_DIGITS: Final = re.compile(r"\+?[\d -]{4,}")


def asked_by(query: dict[str, str]) -> IncidentsAsked:
    """From the parameters of the API."""
    asked: dict[str, Any] = {}
    for name in _WRITTEN:
        if name in query:
            asked[name] = _bounded(query, name)
    for name, values in _CHOSEN.items():
        if (value := read_one_of(query, name, values)) is not None:
            asked[name] = value
    if "hours" in asked:
        asked["in_hours"] = asked.pop("hours") == "in"
    for name in ("since", "until"):
        if (moment := read_moment(query, name)) is not None:
            asked[f"{name}_us"] = moment
    return cast(IncidentsAsked, asked)


def asked_in_form(query: dict[str, str], zone: tzinfo) -> IncidentsAsked:
    """From the page's form: empty fields ask nothing, `q` is guessed at, `from` and `to` are the site's days."""
    filled = {name: value.strip() for name, value in query.items() if value.strip()}
    asked = asked_by({name: value for name, value in filled.items() if name in PARAMETERS})
    words = _bounded(filled, "q") if "q" in filled else ""
    if _NUMBER.fullmatch(words):
        asked["number"] = words
    elif _DIGITS.fullmatch(words):
        asked["caller_ends"] = re.sub(r"[ -]", "", words)
    elif words:
        asked["text"] = words
    if "from" in filled:
        asked["since_us"] = _midnight_us(filled, "from", zone, days=0)
    if "to" in filled:
        asked["until_us"] = _midnight_us(filled, "to", zone, days=1)
    return asked


def check_right(request: web.Request, asked: IncidentsAsked) -> None:
    """To look for a caller is to read their history; digit by digit it would also lift the mask of a number."""
    looks = "caller" in asked or "caller_ends" in asked or _HOLDS_DIGITS.search(asked.get("text", ""))
    if not looks:
        return
    if not request[WHO].may(Right.HISTORY):
        raise right_lacks(Right.HISTORY)
    told = asked.get("caller") or asked.get("caller_ends") or asked.get("text", "")
    remember(request, "history_shown", text_masked(number_masked(told)))


def _bounded(query: dict[str, str], name: str) -> str:
    if len(query[name]) > CHARS_MAX:
        raise unusable(name, f"at most {CHARS_MAX} characters")
    return query[name]


def _midnight_us(query: dict[str, str], name: str, zone: tzinfo, *, days: int) -> int:
    try:
        day = date.fromisoformat(query[name]) + timedelta(days=days)
        return us_of(datetime.combine(day, time(), zone))
    except (ValueError, OverflowError):
        raise unusable(name, "a day as 2026-11-21") from None
