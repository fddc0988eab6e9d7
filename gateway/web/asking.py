"""What a request to the API asks for, read strictly; and answers as JSON."""

from typing import Any

import msgspec
from aiohttp import web

from gateway.web.problems import Problem

_LIMIT_DEFAULT, _LIMIT_MAX = 50, 500
_CURSOR_CHARS_MAX = 512
CURSOR_CURE = "use `next` of the page before, as it is"


def read_query(request: web.Request, *known: str) -> dict[str, str]:
    """The query's values; an unknown or repeated key is refused: a typing slip must not widen an answer."""
    for name in request.query:
        if name not in known:
            raise unusable(name, "known here: " + (", ".join(known) or "none"))
        if len(request.query.getall(name)) > 1:
            raise unusable(name, "give it once")
    if len(request.query.get("cursor", "")) > _CURSOR_CHARS_MAX:
        raise unusable("cursor", CURSOR_CURE)
    return dict(request.query)


def read_limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(_LIMIT_DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= _LIMIT_MAX):
        raise unusable("limit", f"a whole number from 1 to {_LIMIT_MAX}")
    return int(text)


def read_one_of(query: dict[str, str], name: str, values: tuple[str, ...]) -> str | None:
    value = query.get(name)
    if value is not None and value not in values:
        raise unusable(name, "one of " + ", ".join(values))
    return value


def unusable(name: str, cure: str) -> Problem:
    return Problem(422, f"Unusable {name}", field=name, cure=cure)


def json_answer(document: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), content_type="application/json")
