"""The board, and all other pages by their modules."""

from pathlib import Path

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import page
from gateway.web.pages.rendering import render
from gateway.web.views import (
    account,
    audit,
    emergency,
    hand_over,
    health,
    people,
    record,
    records,
    reports,
    rules,
    wall,
)

_STATIC = Path(__file__).parent.parent / "static"


def routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("/", board),
        *records.routes(),
        *record.routes(),
        *account.routes(),
        *health.routes(),
        *hand_over.routes(),
        *people.routes(),
        *emergency.routes(),
        *rules.routes(),
        *wall.routes(),
        *reports.routes(),
        *audit.routes(),
        web.static("/static", _STATIC),
    ]


@page(Right.SEE)
async def board(request: web.Request) -> web.Response:
    return render(request, "board.html")
