"""/healthz: the process answers. /readyz: it can keep its promise. /metrics: how it fares."""

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.access.rights import Right
from gateway.web.access.guard import WHO
from gateway.web.access.needs import Door, needs
from gateway.web.access.of_sites import check_whole
from gateway.web.services import SERVICES

_SILENT_S = 1.5  # so that a balancer that asks each half second knows within two


def routes() -> list[web.RouteDef]:
    return [
        web.get("/healthz", healthz),
        web.get("/readyz", readyz),
        web.get("/metrics", metrics),
    ]


@needs(Door.OPEN)
async def healthz(request: web.Request) -> web.Response:
    return _state(200, "alive", request.app[SERVICES].version)


@needs(Door.OPEN)
async def readyz(request: web.Request) -> web.Response:
    """200 only when an event that comes now would be on disk before its answer."""
    services = request.app[SERVICES]
    why_not = services.pipeline.ready or _store_hangs(services.store_silent_s())
    if why_not:
        return _state(503, why_not, services.version, {"Retry-After": "1"})
    return _state(200, "ready", services.version)


def _store_hangs(silent_s: float) -> str:
    """A disk or a server that hangs fails nothing, it only never answers."""
    return f"the store has not answered for {silent_s:.0f} s" if silent_s > _SILENT_S else ""


@needs(Right.SEE)
async def metrics(request: web.Request) -> web.Response:
    if WHO in request:  # [auth] metrics_open lets in whoever asks
        check_whole(request)
    return web.Response(
        body=generate_latest(request.app[SERVICES].metrics), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


def _state(status: int, state: str, version: str, headers: dict[str, str] | None = None) -> web.Response:
    body = msgspec.json.encode({"state": state, "version": version})
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
