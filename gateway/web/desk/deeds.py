"""What the desk does, through the API: each deed is one more event, and is on disk when it is answered."""

import hashlib
from typing import Any, Protocol, TypeVar, get_args

import msgspec
from aiohttp import web

from adapters.ports import Incoming, Page
from gateway.access.rights import Right
from gateway.access.sight import text_masked
from gateway.web.access.guard import WHO, shown
from gateway.web.access.needs import needs
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, unusable
from gateway.web.live.now import owed, place_of
from gateway.web.live.radio import board_counts
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules.events import (
    CalledBack,
    CheckedIn,
    Event,
    FactsTold,
    HailAnswered,
    PromiseGiven,
    PromiseKept,
)
from rules.events.staff import FactName
from rules.incidents import Incident

NOTE_CHARS_MAX = 500
_KEY_CHARS_MAX = 200
_FACTS_CURE = "the facts are " + ", ".join(get_args(FactName))


class StaffNote(msgspec.Struct, forbid_unknown_fields=True):
    """The optional body of what the desk does. `by` names the person where a program speaks for them."""

    by: str = ""
    note: str = ""


NoteT = TypeVar("NoteT", bound=StaffNote)


class Signed(Protocol):
    """A body that may name who did it."""

    @property
    def by(self) -> str: ...


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
    note = await read_note(request)
    by = by_whom(request, note)
    incident = await live_record(request)
    if incident is None or not _owed(incident, "hold_checkin"):
        raise Problem(409, "Nobody waits on this call", cure="a check-in counts while the caller is on hold")
    await submit(request.app[SERVICES], CheckedIn(by=by, incident=incident.number), repeat_key(request, "check-in"))
    return json_answer({"incident": incident.number, "state": "checked_in", "by": by})


@needs(Right.ACT)
async def called_back(request: web.Request) -> web.Response:
    note = await read_note(request)
    by = by_whom(request, note)
    number = request.match_info["number"]
    key = key_of("called-back", number)
    services = request.app[SERVICES]
    incident = await live_record(request)
    if not _owed(incident, "call_back") and not await services.pipeline.has_decided(key):
        raise Problem(
            409, "No call-back is due for this incident", cure="GET /api/v1/obligations?state=open lists them"
        )
    await submit(services, CalledBack(by=by, incident=number, note=note.note), key)
    return json_answer({"incident": number, "state": "called_back", "by": by})


@needs(Right.ACT)
async def answered(request: web.Request) -> web.Response:
    """Control answered the unit by other means than those we hear."""
    note = await read_note(request)
    by = by_whom(request, note)
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
    await submit(services, HailAnswered(by=by, incident=incident.number), key)
    return json_answer({"incident": incident.number, "state": "answered", "by": by})


@needs(Right.ACT)
async def promise(request: web.Request) -> web.Response:
    """Control said: please wait, I will answer at once when I know."""
    note = await read_note(request)
    by = by_whom(request, note)
    incident = await _live_hail(request)
    key = repeat_key(request, "promise")
    services = request.app[SERVICES]
    if not services.pipeline.state.rules.promise.enabled:
        raise Problem(409, "Promises are switched off", cure="[rules.promise] enabled = true")
    if _owed(incident, "promise") and not await is_repeated(request, key):
        raise Problem(409, "A promise to this unit runs already", cure="POST promise-kept once it has its answer")
    await submit(services, PromiseGiven(by=by, incident=incident.number, note=note.note), key)
    return json_answer({"incident": incident.number, "state": "promised", "by": by})


@needs(Right.ACT)
async def promise_kept(request: web.Request) -> web.Response:
    note = await read_note(request)
    by = by_whom(request, note)
    incident = await _live_hail(request)
    key = repeat_key(request, "promise-kept")
    if not _owed(incident, "promise") and not await is_repeated(request, key):
        raise Problem(409, "Nothing is promised to this unit", cure="GET /api/v1/obligations?state=open lists promises")
    await submit(request.app[SERVICES], PromiseKept(by=by, incident=incident.number, note=note.note), key)
    return json_answer({"incident": incident.number, "state": "promise_kept", "by": by})


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


async def submit(services: Services, event: Event, key: bytes | None) -> None:
    """By the front door like every event; returns once it is on disk."""
    await services.pipeline.submit([Incoming(event, services.pipeline.now_us(), key)])


async def live_record(request: web.Request) -> Incident | None:
    """The live one, None for one that is history; Problem 404 for one that never was."""
    incident = request.app[SERVICES].pipeline.state.by_number.get(request.match_info["number"])
    if incident is None:
        await stored_incident(request)
    elif not in_sight(request, **place_of(incident)):
        raise _no_incident()
    return incident


async def stored_incident(request: web.Request) -> dict[str, Any]:
    number = request.match_info["number"]
    try:
        page = await request.app[SERVICES].store.incidents(limit=1, number=number)
    except ValueError:  # text that no database takes
        page = Page([], None)
    if not page.items or not request[WHO].sight.sees(request.app[SERVICES].pipeline.state.rules, page.items[0]):
        raise _no_incident()
    return page.items[0]


def in_sight(request: web.Request, **of: str) -> bool:
    """Whether a matter of this line or channel is of a site of the asker's."""
    return request[WHO].sight.sees(request.app[SERVICES].pipeline.state.rules, of)


def _no_incident() -> Problem:
    return Problem(404, "No such incident", field="number", cure="GET /api/v1/incidents lists their numbers")


async def open_record(request: web.Request) -> Incident:
    """A record that may still change; Problem 409 for one that is history. What was merged is the other's now."""
    incident = await live_record(request)
    if incident is None:
        cure = "a record stays open to the desk for an hour (radio: 12), or a day from the last deed of who claimed it"
        raise Problem(409, "This record is closed for good", cure=cure)
    return request.app[SERVICES].pipeline.state.by_number.get(incident.merged_into, incident)


async def _live_hail(request: web.Request) -> Incident:
    """A radio record that may still change; Problem 409 for any other."""
    incident = await open_record(request)
    if incident.medium != "radio":
        raise Problem(409, "This record is of a telephone call", cure="this is for hails: medium radio")
    return incident


def _owed(incident: Incident | None, rule: str) -> bool:
    return incident is not None and any(o.rule == rule and owed(o) for o in incident.obligations)


def repeat_key(request: web.Request, deed: str) -> bytes | None:
    """The same `Idempotency-Key` for the same record or alert is the same deed; without one each is one more."""
    repeat = request.headers.get("Idempotency-Key", "")
    if len(repeat) > _KEY_CHARS_MAX:
        raise unusable("Idempotency-Key", f"at most {_KEY_CHARS_MAX} characters")
    about = request.match_info.get("number") or request.match_info.get("id", "")
    return key_of(deed, about, repeat) if repeat else None


async def is_repeated(request: web.Request, key: bytes | None) -> bool:
    return key is not None and await request.app[SERVICES].pipeline.has_decided(key)


def key_of(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(("staff", *parts)).encode(), digest_size=16).digest()


def by_whom(request: web.Request, note: Signed) -> str:
    """Who acted: a signed-in browser speaks for its own session only."""
    if len(note.by) > NOTE_CHARS_MAX:
        raise unusable("by", f"at most {NOTE_CHARS_MAX} characters")
    who = request[WHO]
    if who.session or not note.by.strip():
        return who.by
    tell(request, by=note.by.strip())
    return note.by.strip()


async def read_note(request: web.Request) -> StaffNote:
    return await read_said(request, StaffNote, 'send nothing, or {"by": "…", "note": "…"}')


async def read_said(request: web.Request, wanted: type[NoteT], cure: str) -> NoteT:
    """Nothing said is an empty note, where `wanted` has no member that must be there."""
    said = read_body((await request.read()).strip() or b"{}", wanted, cure)
    for name in said.__struct_fields__:
        text = getattr(said, name)
        if isinstance(text, str) and len(text) > NOTE_CHARS_MAX:
            raise unusable(name, f"at most {NOTE_CHARS_MAX} characters")
    return said


async def _facts(request: web.Request) -> FactsNote:
    told = read_body(await request.read(), FactsNote, 'send {"facts": {"place": "…"}}; ' + _FACTS_CURE)
    if not told.facts:
        raise unusable("facts", _FACTS_CURE)
    texts = (told.by, *told.facts.values(), *(told.knew or {}).values())
    if any(len(text) > NOTE_CHARS_MAX for text in texts):
        raise unusable("facts", f"at most {NOTE_CHARS_MAX} characters each")
    return told
