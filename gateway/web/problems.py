"""RFC 9457 problems: every refusal names the field and the cure."""

import math

import msgspec
from aiohttp import web


class Problem(Exception):
    """A refusal on its way out. `field`: what was wrong with the request; `cure`: what to do about it."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        field: str = "",
        cure: str = "",
        detail: str = "",
        retry_after_s: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.document = {
            "type": "about:blank",
            "title": title,
            "status": status,
            **{name: text for name, text in (("detail", detail), ("field", field), ("cure", cure)) if text},
        }
        self.headers = dict(headers or {})
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(math.ceil(retry_after_s))
        super().__init__(title)


def problem_response(problem: Problem) -> web.Response:
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(problem.document),
        content_type="application/problem+json",
        headers=problem.headers,
    )
