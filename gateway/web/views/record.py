"""The page of one reception record: facts, verdicts with their evidence, alerts and whom they reached, time line."""

from typing import Any, Final

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import page
from gateway.web.desk.doing import stored_incident
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.texts import Words
from gateway.web.services import SERVICES

_PASSED: Final = frozenset({"DeadlinePassed"})  # what it led to is told by itself
_CARE: Final = frozenset({"IncidentClaimed", "IncidentReleased", "IncidentParked", "IncidentCompleted"})
_IN_FULL: Final = {"FactsTold": "facts_told", "NoteTaken": "desk_note"}  # entries that say more than their note
_TOLD: Final = ("device", "agent", "queue", "unit", "called", "status", "text", "by", "note", "notifier", "state")


def routes() -> list[web.RouteDef]:
    return [web.get("/incidents/{number}", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    record = await stored_incident(request)
    store = request.app[SERVICES].store
    w = words_of(request)
    told = await store.timeline(record["number"])
    timeline = shown(request, [line for line in told if line["what"] not in _PASSED])
    deeds = [line for line in timeline if _by(line) and (line["what"] not in _CARE or _led_to(timeline, line))]
    values: dict[str, Any] = {
        "record": shown(request, record),
        "timeline": [line | {"words": _words(w, line)} for line in timeline if _stands(timeline, line)],
        "deeds": [line | {"words": _words(w, line)} for line in deeds],
        "alerts": shown(request, await store.tellings(record["number"])),
        "may_listen": request[WHO].may(Right.RECORDINGS),
    }
    return render(request, "record.html", **values)


def _by(line: dict[str, Any]) -> str:
    return str(line.get("event", {}).get("by", ""))


def _led_to(timeline: list[dict[str, Any]], deed: dict[str, Any]) -> list[str]:
    """What was noted of a deed: of a claim that came too late, nothing."""
    return [line["what"] for line in timeline if "event" not in line and line.get("seq") == deed["seq"]]


def _stands(timeline: list[dict[str, Any]], line: dict[str, Any]) -> bool:
    """What somebody did stands once in the time line: as what came of it, or in full."""
    if _by(line):
        return line["what"] in _IN_FULL or not (line["what"] in _CARE or _led_to(timeline, line))
    deeds = [one["what"] for one in timeline if _by(one) and one["seq"] == line.get("seq")]
    return line["what"] not in {_IN_FULL.get(deed) for deed in deeds}


def _words(w: Words, line: dict[str, Any]) -> str:
    event: dict[str, Any] = line.get("event", {})
    told = [str(event[name]) for name in _TOLD if event.get(name)]
    if event.get("cause"):
        told.append(w.of(f"record.cause_{event['cause']}", event["cause"]))
    if line["what"] == "DeliverySettled":
        told.append(w(f"record.settled_{str(event.get('delivered', False)).lower()}"))
    if line["what"] == "FactsTold":
        told += [f"{w.of(f'record.fact_{name}', name)}: {text}" for name, text in event["facts"].items()]
    if line["what"] == "alert":
        rule, _, kind = line["detail"].partition(" ")
        told += [w.of(f"record.rule_{rule}", rule), w.of(f"record.kind_{kind}", kind)]
    else:
        told.append(line["detail"])
    return "  ".join(filter(None, told))
