"""The wall board: read from afar, touched by nobody."""

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import page
from gateway.web.pages.rendering import render


def routes() -> list[web.RouteDef]:
    return [web.get("/wall", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    return render(request, "wall.html")
