"""The page of sources and health: what we hear, how alerts leave, the store, the gateway, what nobody could read."""

from typing import Any, Final

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import page
from gateway.web.access.of_sites import unread_seen
from gateway.web.asking import NUMBERED, read_cursor
from gateway.web.live import now
from gateway.web.live.counts import by_label, total
from gateway.web.live.stream import HUB
from gateway.web.pages.rendering import render
from gateway.web.services import SERVICES, Services
from gateway.web.views.rules import waiting

_UNREAD_SHOWN: Final = 20
_RAW_CHARS_MAX: Final = 4000  # of one entry, on the page; the API has all of it
_STORE_SLOW_S: Final = 1.5


def routes() -> list[web.RouteDef]:
    return [web.get("/health", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    cursor = read_cursor(dict(request.query), NUMBERED)
    unread = await services.store.unparsed(limit=_UNREAD_SHOWN, cursor=cursor)
    values: dict[str, Any] = {
        "sources": shown(request, _sources(services, request.app[HUB].heard_us)),
        "notifiers": [dict(status) for status in services.notifiers.status()],
        "may_test": request[WHO].may(Right.MANAGE),
        "approval": waiting(services),
        "ready": services.pipeline.ready,
        "store_silent_s": services.store_silent_s(),
        "store_slow": services.store_silent_s() > _STORE_SLOW_S,
        "figures": _figures(services),
        "unread": [_shortened(entry) for entry in shown(request, unread_seen(request, unread.items))],
        "unread_next": unread.next,
    }
    return render(request, "health.html", **values)


def _sources(services: Services, heard_us: dict[str, int]) -> list[dict[str, Any]]:
    events = by_label(services.metrics, "hotline_events", "source")
    unread = by_label(services.metrics, "hotline_unparsed", "source")
    return [
        told
        | {
            "events": events[told["name"]],
            "unread": unread[told["name"]],
            "advice": _advice(told),
            "blind": [rule for rule, seen in told["observable"].items() if seen == "not_observable"],
        }
        for told in now.sources(services, heard_us)
    ]


def _advice(source: dict[str, Any]) -> str:
    """The key of what to do about it; "" where all is well."""
    if source["pushed"] and source["last_event_at"] is None:
        return "never_pushed"
    if source["state"] in {"offline", "refused", "stale", "connecting"}:
        return str(source["state"])
    return "clock" if source["clock_trusted"] is False else ""


def _figures(services: Services) -> dict[str, int]:
    return {
        name: total(services.metrics, f"hotline_{metric}")
        for name, metric in {
            "live_incidents": "live_incidents",
            "live_alerts": "live_alerts",
            "waiting": "queue_events",
            "duplicates": "duplicates",
            "undecided": "undecided",
            "overloads": "overloads",
            "store_failures": "store_failures",
        }.items()
    }


def _shortened(entry: dict[str, Any]) -> dict[str, Any]:
    raw = entry["raw"]
    return entry | {"raw": raw[:_RAW_CHARS_MAX], "cut": len(raw) > _RAW_CHARS_MAX}
