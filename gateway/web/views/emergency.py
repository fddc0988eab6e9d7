"""The page for emergencies: the numbers, the plans and those that run; and the same as one page for the drawer."""

from typing import Any, Final

from aiohttp import web

from gateway.access.rights import Right
from gateway.emergency.running import runs
from gateway.emergency.sheet import sheet
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import page
from gateway.web.live.now import is_live, records_seen
from gateway.web.pages.rendering import render
from gateway.web.services import SERVICES

_OFFERED: Final = 50  # live records that a plan may be started for


def routes() -> list[web.RouteDef]:
    return [web.get("/emergency", show), web.get("/emergency/list.html", download)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    told = shown(request, await runs(services))
    live = [one for one in records_seen(services.pipeline.state, request[WHO].sight) if is_live(one)]
    values: dict[str, Any] = {
        "numbers": services.emergency.numbers,
        "plans": services.emergency.plans,
        "running": [run for run in told if run["running"]],
        "ended": [run for run in told if not run["running"]],
        "incidents": [one.number for one in sorted(live, key=lambda one: -one.opened_us)[:_OFFERED]],
        "may_act": request[WHO].may(Right.ACT),
    }
    return render(request, "emergency.html", **values)


@page(Right.SEE)
async def download(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    return web.Response(
        text=sheet(
            services.emergency, services.site, services.pipeline.now_us(), services.pipeline.state.rules.timezone
        ),
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="emergency-list.html"'},
    )
