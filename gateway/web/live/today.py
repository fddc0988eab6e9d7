"""Today's figures, for the wall board: read at most once in ten seconds, however many walls there are."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, Final

from aiohttp import web

from adapters.summed import Counted, Figures, Judged, Place
from gateway.access.rights import Right
from gateway.access.sight import Sight
from gateway.web.access.guard import WHO
from gateway.web.access.needs import needs
from gateway.web.asking import json_answer, read_query
from gateway.web.live.now import place_of
from gateway.web.pages.local_time import LocalTime
from gateway.web.services import Services
from rules.incidents import Incident
from rules.moments import SECOND_US, us_of

_FRESH_US: Final = 10 * SECOND_US


class Today:
    """Kept for the application; counts from the site's midnight."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._read_us = 0
        self._day = ""
        self._figures = Figures(0, 0, 1, (), (), (), ())
        self._talks: list[dict[str, str]] = []  # where those calls came in that were answered and go on

    async def told(self, sight: Sight) -> dict[str, Any]:
        state, now_us = self._services.pipeline.state, self._services.pipeline.now_us()
        rules = state.rules
        if not 0 <= now_us - self._read_us < _FRESH_US:
            local = LocalTime(rules.timezone)
            midnight_us = us_of(datetime.combine(local.date(now_us), time(), local.zone))
            self._figures = await self._services.store.figures(since_us=midnight_us, until_us=now_us + 1)
            self._talks = [place_of(i) for i in state.incidents.values() if _is_talk(i) and i.opened_us >= midnight_us]
            self._read_us, self._day = now_us, local.day(now_us)

        def seen(place: Place) -> bool:
            return sight.sees(rules, place._asdict())

        counted = [one for one in self._figures.counted if seen(one.place)]
        told = {"day": self._day} | sums(counted, [one for one in self._figures.judged if seen(one.place)])
        told["calls_answered"] += sum(sight.sees(rules, place) for place in self._talks)
        return told


def _is_talk(incident: Incident) -> bool:
    answered = incident.answered_us is not None and incident.outcome == "open"
    return answered and incident.medium == "phone" and incident.direction != "outbound"


def sums(counted: Sequence[Counted], judged: Sequence[Judged]) -> dict[str, Any]:
    """Calls from outside that were offered, and what became of the rules' obligations."""
    offered = [one for one in counted if one.medium == "phone" and one.direction != "outbound"]
    rules: dict[str, dict[str, int]] = {}
    for one in judged:
        states = rules.setdefault(one.rule, {})
        states[one.state] = states.get(one.state, 0) + one.how_many
    return {
        "calls": sum(one.how_many for one in offered if one.outcome != "merged"),
        "calls_answered": sum(one.how_many for one in offered if one.outcome == "answered"),
        "hails": sum(one.how_many for one in counted if one.medium == "radio" and one.outcome != "merged"),
        "rules": rules,
    }


TODAY = web.AppKey("today", Today)


def routes() -> list[web.RouteDef]:
    return [web.get("/api/v1/today", show)]


@needs(Right.SEE)
async def show(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer(await request.app[TODAY].told(request[WHO].sight))
