"""The page behind a signed link: what the alert says, and one button. Only the button acknowledges: a GET never does,
for mail scanners and chat previews open every link.
"""

from typing import Any

import structlog
from aiohttp import web

from adapters.notify.texts import texts
from gateway.answers import Answers, FrontDoor
from gateway.links import PATH, Named
from gateway.web.access.guard import address, check_guesses, guessed_wrong
from gateway.web.access.needs import Door, page
from gateway.web.pages.rendering import bare
from gateway.web.services import SERVICES
from rules.duty import person, shown_name
from rules.effects import Alert

log = structlog.get_logger()


def routes() -> list[web.RouteDef]:
    return [web.get(PATH + "{token}", show), web.post(PATH + "{token}", acknowledge)]


@page(Door.OWN_PROOF)
async def show(request: web.Request) -> web.Response:
    named = _named(request)
    return _page(request, named, state_of(request.app[SERVICES].pipeline, named))


@page(Door.OWN_PROOF)
async def acknowledge(request: web.Request) -> web.Response:
    """Twice is once: the second time the page says who did it."""
    named = _named(request)
    services = request.app[SERVICES]
    state = state_of(services.pipeline, named)
    if state == "raised" and named is not None:
        by = who_answers(services.pipeline, named)
        answers = Answers(services.pipeline, services.signing_in.register.audit)
        if await answers.acknowledge(named.alert, by, "link", address=address(request)):
            log.info("acknowledged_by_link", alert=named.alert, by=by, address=address(request))
            state = "thanks"
        else:
            state = "over"
    return _page(request, named, state)


def _named(request: web.Request) -> Named | None:
    """What the link stands for. Raises Problem 429 for an address that guessed wrong too often."""
    links = request.app[SERVICES].links
    check_guesses(request)
    named = None if links is None else links.read(request.match_info["token"])
    if named is None:
        guessed_wrong(request)
    return named


def state_of(pipeline: FrontDoor, named: Named | None) -> str:
    if named is None:
        return "wrong"
    alert = pipeline.state.alerts.get(named.alert)
    if alert is None or alert.state in {"cleared", "expired"}:
        return "over"
    if alert.state == "acknowledged":
        return "acknowledged"
    return "expired" if pipeline.now_us() >= named.expires_us else "raised"


def who_answers(pipeline: FrontDoor, named: Named) -> str:
    return shown_name(person(pipeline.state.rules, named.who)) if named.person else named.who


def _page(request: web.Request, named: Named | None, state: str) -> web.Response:
    services = request.app[SERVICES]
    alert = services.pipeline.state.alerts.get(named.alert) if named is not None else None
    said: dict[str, Any] = {"zh": "", "en": "", "by": ""} if alert is None else _said(alert)
    status = {"wrong": 404, "expired": 410}.get(state, 200)
    return bare("acknowledge.html", status, site=services.site, state=state, **said)


def _said(alert: Alert) -> dict[str, Any]:
    return texts(alert)._asdict() | {"by": alert.acknowledged_by}
