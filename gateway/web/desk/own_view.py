"""How each person likes the board, kept here so that it follows them from screen to screen."""

import re
from collections.abc import Mapping
from typing import Final, get_args

import msgspec
from aiohttp import web

from gateway.web.access.guard import WHO
from gateway.web.access.needs import Door, needs
from gateway.web.asking import json_answer, read_body, read_query, unusable
from gateway.web.desk.doing import submit
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.events import ViewKept
from rules.events.staff import ViewName

CHOICES: Final[Mapping[ViewName, tuple[str, ...]]] = {
    "language": ("zh", "en"),
    "theme": ("auto", "day", "night", "contrast"),
    "density": ("desk", "dense"),
    "sound": ("on", "muted"),
    "filter_kind": ("all", "calls", "radio", "alerts"),
}
PLACE_FORM: Final = r"(all|(site|line|channel):[^\x00-\x1f\x7f]{1,200})"  # one that is no more hides nothing
_PEOPLE_MAX = 2_000  # names are free to choose where nobody has an account


class ViewNote(msgspec.Struct, forbid_unknown_fields=True):
    """What shall change; what is not named stays."""

    view: dict[ViewName, str]


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/view", show_view), web.put("/api/v1/view", keep_view)]


@needs(Door.SIGNED_IN)
async def show_view(request: web.Request) -> web.Response:
    read_query(request)
    by = request[WHO].by
    return json_answer({"by": by, "view": request.app[SERVICES].pipeline.state.views.get(by, {})})


@needs(Door.SIGNED_IN)
async def keep_view(request: web.Request) -> web.Response:
    told = read_body(
        await request.read(), ViewNote, 'send {"view": {"theme": "night"}}; names: ' + ", ".join(get_args(ViewName))
    )
    for name, value in told.view.items():
        if name in CHOICES and value not in CHOICES[name]:
            raise unusable(name, "one of " + ", ".join(CHOICES[name]))
        if name == "filter_place" and not re.fullmatch(PLACE_FORM, value):
            raise unusable(name, 'all, or "site:", "line:" or "channel:" with its name')
    by, services = request[WHO].by, request.app[SERVICES]
    views = services.pipeline.state.views
    if by not in views and len(views) >= _PEOPLE_MAX:
        raise Problem(409, "Too many people have a view of their own", cure=f"at most {_PEOPLE_MAX} names")
    if any(views.get(by, {}).get(name) != value for name, value in told.view.items()):
        await submit(services, ViewKept(by=by, view=told.view), None)
    return json_answer({"by": by, "view": views.get(by, {})})
