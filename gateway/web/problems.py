"""What went wrong, as RFC 9457 says it, with the field at fault and the cure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import msgspec
from aiohttp import web

PROBLEM_TYPE: Final = "application/problem+json"


class Problem(Exception):
    """Raise it in a handler; `problem_response` makes the answer."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        detail: str = "",
        field: str = "",
        cure: str = "",
        retry_after_s: float | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """`more`: further members of the document."""
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field
        self.cure = cure
        self.retry_after_s = retry_after_s
        self.headers = headers or {}
        self.more = more or {}

    def document(self) -> dict[str, Any]:
        """`type` names the sort of problem for programs: about:blank, as the status says it all (RFC 9457 §4.2.1)."""
        known = {"detail": self.detail, "field": self.field, "cure": self.cure}
        return {
            "type": "about:blank",
            "title": self.title or HTTPStatus(self.status).phrase,
            "status": self.status,
            **{name: text for name, text in known.items() if text},
            **self.more,
        }


class Answer(NamedTuple):
    """What leaves, whoever writes it to the wire."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def problem_answer(problem: Problem) -> Answer:
    headers = dict(problem.headers)
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after_s)))
    return Answer(problem.status, PROBLEM_TYPE, msgspec.json.encode(problem.document()), tuple(headers.items()))


def response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=dict(answer.headers)
    )


def problem_response(problem: Problem) -> web.Response:
    return response(problem_answer(problem))
