"""What each route asks of who comes: `@needs(Right.ACT)` above a handler, `@page(Right.SEE)` above a page's.

A route that says nothing stops the server's start (`check_routes`), so that none is open, or closed, by mistake.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.told_deeds import is_known

_TOLD_AT_ONCE = ("/hooks/", "/favicon.ico")
HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


class Door(Enum):
    """What a route may ask for instead of a right."""

    OPEN = "open"  # to everybody
    OWN_PROOF = "own proof"  # the handler asks for it: a signature, an uploader's key
    SIGNED_IN = "signed in"  # whoever it is


Need = Right | Door


def needs(need: Need) -> Callable[[HandlerT], HandlerT]:
    """For a route that programs and scripts ask: without the right it answers with a problem document."""

    def marked(handler: HandlerT) -> HandlerT:
        handler.__dict__["need"] = need
        return handler

    return marked


def page(need: Need) -> Callable[[HandlerT], HandlerT]:
    """For a page that people open: who is not signed in is led to /login."""

    def marked(handler: HandlerT) -> HandlerT:
        handler.__dict__.update(need=need, is_page=True)
        return handler

    return marked


def need_of(request: web.Request) -> Need:
    """What is unknown, a path or a method, is told to who is signed in; to machines and browsers at once."""
    if request.match_info.http_exception is not None:
        return Door.OPEN if request.path.startswith(_TOLD_AT_ONCE) else Door.SIGNED_IN
    if isinstance(request.match_info.route.resource, web.StaticResource):
        return Door.OPEN
    need: Need = request.match_info.handler.need  # type: ignore[attr-defined]  # check_routes has seen to it
    return need


def is_page(request: web.Request) -> bool:
    return getattr(request.match_info.handler, "is_page", False)


def check_routes(app: web.Application) -> None:
    """Raises TypeError for a route that does not say what it needs, or changes something unknown to the audit."""
    for route in app.router.routes():
        if not isinstance(route.resource, web.StaticResource) and not hasattr(route.handler, "need"):
            raise TypeError(f"{route.method} {route.resource}: say what it needs: @needs(Right.…) above its handler")
        if route.resource is not None and not is_known(route.method, route.resource.canonical):
            raise TypeError(f"{route.method} {route.resource}: say in told_deeds.py what the audit is told of it")
