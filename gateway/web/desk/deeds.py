"""What the desk does, through the API: each deed is one more event, and is on disk when it is answered."""

from typing import get_args

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.access.sight import text_masked
from gateway.web.access.guard import shown
from gateway.web.access.needs import needs
from gateway.web.asking import json_answer, read_body, unusable
from gateway.web.desk.doing import (
    NOTE_CHARS_MAX,
    by_whom,
    done,
    is_repeated,
    key_of,
    live_record,
    noted,
    open_record,
    repeat_key,
    submit,
)
from gateway.web.live.now import owed
from gateway.web.live.radio import board_counts
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.events import (
    CalledBack,
    CheckedIn,
    FactsTold,
    HailAnswered,
    PromiseGiven,
    PromiseKept,
)
from rules.events.staff import FactName
from rules.incidents import Incident

_FACTS_CURE = "the facts are " + ", ".join(get_args(FactName))


class FactsNote(msgspec.Struct, forbid_unknown_fields=True):
    """What the desk writes into a record; a fact that is not named stays, "" takes one out again.

    `knew`: what the writer saw there before; what somebody else has changed meanwhile is then not written over.
    """

    facts: dict[FactName, str]
    by: str = ""
    knew: dict[FactName, str] | None = None


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/v1/incidents/{number}/check-in", check_in),
        web.post("/api/v1/incidents/{number}/called-back", called_back),
        web.post("/api/v1/incidents/{number}/answered", answered),
        web.post("/api/v1/incidents/{number}/promise", promise),
        web.post("/api/v1/incidents/{number}/promise-kept", promise_kept),
        web.post("/api/v1/incidents/{number}/facts", tell_facts),
    ]


@needs(Right.ACT)
async def check_in(request: web.Request) -> web.Response:
    """Idempotent by `Idempotency-Key`: without one, each call is one more greeting."""
    _, by = await noted(request)
    incident = await live_record(request)
    if incident is None or not _owed(incident, "hold_checkin"):
        raise Problem(409, "Nobody waits on this call", cure="a check-in counts while the caller is on hold")
    event = CheckedIn(by=by, incident=incident.number)
    return await done(request, event, "checked_in", repeat_key(request, "check-in"))


@needs(Right.ACT)
async def called_back(request: web.Request) -> web.Response:
    note, by = await noted(request)
    number = request.match_info["number"]
    key = key_of("called-back", number)
    services = request.app[SERVICES]
    incident = await live_record(request)
    if not _owed(incident, "call_back") and not await services.pipeline.has_decided(key):
        raise Problem(
            409, "No call-back is due for this incident", cure="GET /api/v1/obligations?state=open lists them"
        )
    return await done(request, CalledBack(by=by, incident=number, note=note.note), "called_back", key)


@needs(Right.ACT)
async def answered(request: web.Request) -> web.Response:
    """Control answered the unit by other means than those we hear."""
    _, by = await noted(request)
    incident = await _live_hail(request)
    key = repeat_key(request, "answered")
    services = request.app[SERVICES]
    if not await is_repeated(request, key):
        if incident.closed_us is not None:
            raise Problem(
                409, "Nobody waits for this reply", cure="GET the incident: its outcome tells what became of it"
            )
        if not board_counts(services.pipeline.state, incident.channel):
            cure = 'add "board" to `replies` of a [[source]] on this channel, or answer on the air'
            raise Problem(409, "A reply told by hand does not count here", cure=cure)
    return await done(request, HailAnswered(by=by, incident=incident.number), "answered", key)


@needs(Right.ACT)
async def promise(request: web.Request) -> web.Response:
    """Control said: please wait, I will answer at once when I know."""
    note, by = await noted(request)
    incident = await _live_hail(request)
    key = repeat_key(request, "promise")
    services = request.app[SERVICES]
    if not services.pipeline.state.rules.promise.enabled:
        raise Problem(409, "Promises are switched off", cure="[rules.promise] enabled = true")
    if _owed(incident, "promise") and not await is_repeated(request, key):
        raise Problem(409, "A promise to this unit runs already", cure="POST promise-kept once it has its answer")
    return await done(request, PromiseGiven(by=by, incident=incident.number, note=note.note), "promised", key)


@needs(Right.ACT)
async def promise_kept(request: web.Request) -> web.Response:
    note, by = await noted(request)
    incident = await _live_hail(request)
    key = repeat_key(request, "promise-kept")
    if not _owed(incident, "promise") and not await is_repeated(request, key):
        raise Problem(409, "Nothing is promised to this unit", cure="GET /api/v1/obligations?state=open lists promises")
    return await done(request, PromiseKept(by=by, incident=incident.number, note=note.note), "promise_kept", key)


@needs(Right.ACT)
async def tell_facts(request: web.Request) -> web.Response:
    """Time, place, matter, person, wanted handling, and the record's kind."""
    told = await _facts(request)
    by = by_whom(request, told)
    incident = await open_record(request)
    facts = _as_they_stand(incident, {name: " ".join(text.split()) for name, text in told.facts.items()})
    knew = None if told.knew is None else _as_they_stand(incident, told.knew)
    event = FactsTold(by=by, incident=incident.number, facts=facts, knew=knew)
    await submit(request.app[SERVICES], event, repeat_key(request, "facts"))
    now = incident.facts or {}
    differ = {name: now.get(name, "") for name, text in facts.items() if now.get(name, "") != text}
    if told.knew is not None and differ:
        told_by = incident.care.told_by if incident.care is not None else {}
        theirs = {"facts": differ, "facts_by": {name: told_by.get(name, "") for name in differ}}
        raise Problem(
            409,
            "Somebody else wrote here meanwhile",
            field=", ".join(differ),
            cure="look at `facts`, then send again what shall stand there, with it as `knew`",
            more=shown(request, theirs),
        )
    return json_answer({"incident": incident.number, "state": "facts_told", "by": by})


def _as_they_stand(incident: Incident, facts: dict[FactName, str]) -> dict[FactName, str]:
    """Who may not read a number whole sends it back masked, as it was shown: that changes nothing."""
    stands = incident.facts or {}
    return {
        name: stands.get(name, "") if text == text_masked(stands.get(name, "")) else text
        for name, text in facts.items()
    }


def _owed(incident: Incident | None, rule: str) -> bool:
    return incident is not None and any(o.rule == rule and owed(o) for o in incident.obligations)


async def _live_hail(request: web.Request) -> Incident:
    """A radio record that may still change; Problem 409 for any other."""
    incident = await open_record(request)
    if incident.medium != "radio":
        raise Problem(409, "This record is of a telephone call", cure="this is for hails: medium radio")
    return incident


async def _facts(request: web.Request) -> FactsNote:
    told = read_body(await request.read(), FactsNote, 'send {"facts": {"place": "…"}}; ' + _FACTS_CURE)
    if not told.facts:
        raise unusable("facts", _FACTS_CURE)
    texts = (told.by, *told.facts.values(), *(told.knew or {}).values())
    if any(len(text) > NOTE_CHARS_MAX for text in texts):
        raise unusable("facts", f"at most {NOTE_CHARS_MAX} characters each")
    return told
