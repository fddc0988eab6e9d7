"""What a request to the API asks for, read strictly; and answers as JSON."""

import re
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from adapters.errors import NOT_JSON
from gateway.web.problems import Problem
from rules.moments import parse_rfc3339

_LIMIT_DEFAULT, _LIMIT_MAX = 50, 500
MAY_BE_EMPTY = frozenset({"limit", "cursor", "since", "until"})
# The forms of cursors, as regular expressions of the whole text: what looks like one is taken for one.
NUMBERED = r"[0-9]{1,18}"
DATED = rf"{NUMBERED}\.{NUMBERED}"
NAMED = rf"{NUMBERED}\.[^\r\n]{{1,256}}"

BodyT = TypeVar("BodyT")


def read_query(request: web.Request, *known: str) -> dict[str, str]:
    """The query's values; an unknown or repeated key is refused: a typing slip must not widen an answer.

    `?limit=&since=&cursor=` asks for the first page: programs that fill a pattern write it so.
    """
    for name in request.query:
        if name not in known:
            raise unusable(name, "known here: " + (", ".join(known) or "none"))
        if len(request.query.getall(name)) > 1:
            raise unusable(name, "give it once")
    return {name: value for name, value in request.query.items() if value or name not in MAY_BE_EMPTY}


def read_limit(query: dict[str, str]) -> int:
    return read_count(query, "limit", default=_LIMIT_DEFAULT, most=_LIMIT_MAX)


def read_count(query: dict[str, str], name: str, *, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise unusable(name, f"a whole number from 1 to {most}")
    return int(text)


def read_moment(query: dict[str, str], name: str) -> int | None:
    text = query.get(name)
    try:
        if text is not None and text[-6:-5] == " ":  # a + that the query turned into a space
            text = f"{text[:-6]}+{text[-5:]}"
        return None if text is None else parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise unusable(name, "write an RFC 3339 time with its zone, as 2026-11-21T08:00:00Z (write + as %2B)") from None


def read_cursor(query: dict[str, str], form: str) -> str | None:
    cursor = query.get("cursor")
    if cursor is not None and not re.fullmatch(form, cursor):
        raise unusable("cursor", "use `next` of the page before, as it is")
    return cursor


def read_one_of(query: dict[str, str], name: str, values: tuple[str, ...]) -> str | None:
    value = query.get(name)
    if value is not None and value not in values:
        raise unusable(name, "one of " + ", ".join(values))
    return value


def unusable(name: str, cure: str) -> Problem:
    return Problem(422, f"Unusable {name}", field=name, cure=cure)


def read_body(body: bytes, wanted: type[BodyT], cure: str) -> BodyT:
    try:
        return msgspec.json.decode(body, type=wanted)
    except NOT_JSON as error:
        raise Problem(422, "Unusable body", field="body", detail=str(error), cure=cure) from None


class Told(web.Response):
    """A document on its way out: the guard writes it as far as the asker may read it (`gateway.access.sight`)."""

    def __init__(self, document: Any, *, whole: bool) -> None:
        super().__init__(content_type="application/json")
        self.document = document
        self.whole = whole

    def tell(self, document: Any) -> None:
        self.body = msgspec.json.encode(document)


def json_answer(document: Any) -> web.Response:
    return Told(document, whole=False)


def whole_answer(document: Any) -> web.Response:
    """Nothing masked: the handler has seen to the right, and to the audit."""
    return Told(document, whole=True)
