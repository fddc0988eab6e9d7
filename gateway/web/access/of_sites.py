"""For handlers: what is of the asker's sites, where one gateway serves several."""

from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from gateway.access.sight import sites_of
from gateway.web.access.guard import WHO, of_the_whole
from gateway.web.services import SERVICES
from rules.settings import RuleSet


def check_whole(request: web.Request) -> None:
    """Problem 403 for who has the rights of some sites only."""
    if request[WHO].sites is not None:
        raise of_the_whole()


def own_sites(request: web.Request) -> tuple[str, ...]:
    """Whose matters the asker's own deeds are; none: everybody's."""
    return tuple(sorted(request[WHO].sites or ()))


def rules_seen(request: web.Request) -> RuleSet:
    """The rules in force, as far as they are of these sites."""
    return request[WHO].sight.rules(request.app[SERVICES].pipeline.state.rules)


def people_hidden(request: web.Request) -> Collection[str]:
    """The ids of those who belong to other sites alone."""
    every = request.app[SERVICES].pipeline.state.rules.people
    return {one.id for one in every} - {one.id for one in rules_seen(request).people}


def unread_seen(request: web.Request, unread: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what nobody could read nobody knows whose it is: of a base station that is one site's, or it is all sites'."""
    rules = request.app[SERVICES].pipeline.state.rules
    return unread if request[WHO].sites is None else [one for one in unread if sites_of(rules, one)]


async def records_seen(request: web.Request, numbers: Sequence[str]) -> set[str]:
    """Those of these records that are of the sites, live or history."""
    if request[WHO].sites is None:
        return set(numbers)
    services = request.app[SERVICES]
    rules, sight = services.pipeline.state.rules, request[WHO].sight
    found = await services.store.places(numbers)
    return {number for number, place in found.items() if sight.sees(rules, place._asdict())}
