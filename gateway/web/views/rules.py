"""The page of rules: the set in force in words, by whom it was approved, and what each set before it changed."""

from typing import Any, Final

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.access.sight import Sight
from gateway.rule_changes import rule_changes
from gateway.web.access.guard import WHO
from gateway.web.access.needs import page
from gateway.web.access.of_sites import rules_seen
from gateway.web.pages.rendering import render, words_of
from gateway.web.pages.rule_words import sentences
from gateway.web.services import SERVICES, Services
from rules import approval
from rules.moments import rfc3339
from rules.settings import RuleSet

_SETS_SHOWN: Final = 20
_APPROVALS_READ: Final = 100
_CHANGES_SHOWN: Final = 40


def routes() -> list[web.RouteDef]:
    return [web.get("/rules", show)]


@page(Right.SEE)
async def show(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    approvals = await approvals_of(services)
    taken = await services.store.listed("RulesTaken", limit=_SETS_SHOWN + 1)
    rules = rules_seen(request)
    values: dict[str, Any] = {
        "rules": rules,
        "since": taken[0]["at"] if taken else None,
        "sentences": sentences(words_of(request), rules),
        "approval": approvals.get(rules.version),
        "waits": waiting(services),
        "may_approve": request[WHO].may(Right.MANAGE) and request[WHO].sites is None,
        "history": _history(request[WHO].sight, taken, approvals),
    }
    return render(request, "rules.html", **values)


def waiting(services: Services) -> dict[str, Any] | None:
    """For what approval waits: `due_at` when it is told, or was. None where the configuration asks for none."""
    state = services.pipeline.state
    found = approval.of(state.quiet)
    if found is None:
        return None
    return {
        "state": "overdue" if found.alert else found.state,
        "signed": list(found.signed),
        "since": rfc3339(found.since_us),
        "due_at": None if found.next_us is None else rfc3339(found.next_us),
        "two_people": state.rules.approval.two_people,
    }


async def approvals_of(services: Services) -> dict[str, dict[str, Any]]:
    """The newest approval of each version: who, when, in which words."""
    found = await services.store.listed("RulesApproved", limit=_APPROVALS_READ)
    return {one["event"]["version"]: one["event"] | {"at": one["at"]} for one in reversed(found)}


def _history(sight: Sight, taken: list[dict[str, Any]], approvals: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Each set but the oldest that was read, with what it changed; that one too, where it is the first of all."""
    sets = [(one["at"], sight.rules(msgspec.convert(one["event"]["rules"], RuleSet))) for one in taken]
    told = []
    for place, (at, rules) in enumerate(sets[:_SETS_SHOWN]):
        before = sets[place + 1][1] if place + 1 < len(sets) else None
        changes = [] if before is None else rule_changes(before, rules)
        told.append(
            {
                "at": at,
                "version": rules.version,
                "first": before is None,
                "changes": changes[:_CHANGES_SHOWN],
                "more": max(0, len(changes) - _CHANGES_SHOWN),
                "approval": approvals.get(rules.version),
            }
        )
    return told
