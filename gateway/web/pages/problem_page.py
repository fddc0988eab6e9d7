"""What went wrong, for somebody who looks at a page: in words of both languages, with a way on, instead of JSON."""

from typing import Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.web.pages.rendering import bare
from gateway.web.pages.texts import LANGUAGES, words
from gateway.web.problems import PROBLEM_TYPE
from gateway.web.services import SERVICES

_TOLD: Final = frozenset({403, 404, 409, 429, 503})


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stands around the guard: programs, and the pages' own scripts, get the document as it is."""
    answer = await handler(request)
    if answer.content_type != PROBLEM_TYPE or not isinstance(answer, web.Response) or not _is_looked_at(request):
        return answer
    told = msgspec.json.decode(answer.text or "{}", type=dict[str, object])
    page = bare(
        "problem.html",
        answer.status,
        site=request.app[SERVICES].site,
        kind=answer.status if answer.status in _TOLD else "other",
        texts=[words(language) for language in LANGUAGES],
        exactly=" · ".join(str(told[name]) for name in ("title", "detail", "cure") if told.get(name)),
    )
    page.headers.extend({name: text for name, text in answer.headers.items() if name == "Retry-After"})
    return page


def _is_looked_at(request: web.Request) -> bool:
    by_eye = "text/html" in request.headers.get("Accept", "")
    return by_eye and request.method == "GET" and not request.path.startswith("/api/")
