"""The API's part about duty otherwise than planned: somebody stands in, or takes a role, until a moment."""

from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import uuid4

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import needs
from gateway.web.access.noting import note_done
from gateway.web.access.of_sites import check_whole, people_hidden, rules_seen
from gateway.web.asking import json_answer, read_body, read_query, unusable
from gateway.web.desk.doing import by_whom, is_repeated, key_of, read_note, repeat_key, submit
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.duty import roles
from rules.duty_changes import AHEAD_MAX
from rules.events import DutyChanged, DutyChangeEnded
from rules.moments import SECOND_US, rfc3339, us_of, zone_of
from rules.people import DutyChange
from rules.settings import RuleSet
from rules.state import State

_LONGEST_US: Final = 93 * 86_400 * SECOND_US
_WORDS_CHARS_MAX: Final = 500


class DutyNote(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """`instead_of`: whose part of the roster it is, by id; "*": everybody's; "": beside those planned."""

    role: str
    person: str
    until: str
    from_: str = ""  # now
    instead_of: str = ""
    reason: str = ""
    by: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/duty/changes", list_changes),
        web.post("/api/v1/duty/changes", change),
        web.post("/api/v1/duty/changes/{id}/end", end),
    ]


@needs(Right.SEE)
async def list_changes(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": changes_ahead(request)})


def changes_ahead(request: web.Request) -> list[dict[str, Any]]:
    """Those that hold or will, of the asker's sites; the first to begin first."""
    pipeline = request.app[SERVICES].pipeline
    now_us, hidden, seen = pipeline.now_us(), people_hidden(request), roles(rules_seen(request))
    ahead = sorted((one for one in pipeline.state.duty if one.until_us > now_us), key=lambda one: (one.from_us, one.id))
    mine = (one for one in ahead if one.role in seen and not {one.person, one.instead_of} & set(hidden))
    return [_told(one, now_us) for one in mine]


@needs(Right.MANAGE)
async def change(request: web.Request) -> web.Response:
    told = read_body(
        await request.read(), DutyNote, 'send {"role": "…", "person": "…", "until": "2026-11-21T20:00"}; also from'
    )
    check_whole(request)  # a ladder of any site may name the role
    services = request.app[SERVICES]
    state, now_us = services.pipeline.state, services.pipeline.now_us()
    by = by_whom(request, told)
    key = repeat_key(request, "duty-change")
    if await is_repeated(request, key):
        return json_answer({"state": "changed", "by": by})
    from_us, until_us = _span(told, state.rules, now_us)
    _check_names(told, state, now_us)
    name = uuid4().hex[:12]
    event = DutyChanged(
        by=by,
        change=name,
        role=told.role,
        person=told.person,
        from_us=from_us,
        until_us=until_us,
        instead=told.instead_of == "*",
        instead_of="" if told.instead_of == "*" else told.instead_of,
        reason=" ".join(told.reason.split()),
    )
    await submit(services, event, key)
    answer = json_answer({"change": name, "state": "changed", "until": rfc3339(until_us), "by": by})
    detail = {"person": told.person, "instead_of": told.instead_of, "change": name}
    await note_done(request, answer, "duty_changed", told.role, **detail)
    return answer


@needs(Right.MANAGE)
async def end(request: web.Request) -> web.Response:
    told = await read_note(request)
    services = request.app[SERVICES]
    by, name, now_us = by_whom(request, told), request.match_info["id"], services.pipeline.now_us()
    known = next((one for one in services.pipeline.state.duty if one.id == name), None)
    if known is None:
        raise Problem(404, "No such change of duty", field="id", cure="GET /api/v1/duty/changes lists them")
    check_whole(request)
    answer = json_answer({"change": name, "state": "ended", "by": by})
    if known.until_us > now_us:
        await submit(services, DutyChangeEnded(by=by, change=name, note=told.note), key_of("duty-change-end", name))
        await note_done(request, answer, "duty_change_ended", known.role, person=known.person, change=name)
    return answer


def _span(told: DutyNote, rules: RuleSet, now_us: int) -> tuple[int, int]:
    zone = zone_of(rules.timezone)
    from_us = max(now_us, _moment("from", told.from_, zone)) if told.from_ else now_us
    until_us = _moment("until", told.until, zone)
    if until_us <= from_us:
        raise Problem(409, "It is over before it begins", field="until", cure="later than its beginning, and than now")
    if until_us > now_us + _LONGEST_US:
        raise Problem(409, "It cannot last until then", field="until", cure="within 93 days: else write a [[shift]]")
    return from_us, until_us


def _moment(field: str, text: str, zone: tzinfo) -> int:
    """Without a zone it is the site's, as a form of the page writes it."""
    try:
        moment = datetime.fromisoformat(text)
        return us_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        cure = "a time as 2026-11-21T20:00, of the site; or with its zone"
        raise Problem(409, f"No such time: {field}", field=field, cure=cure) from None


def _check_names(told: DutyNote, state: State, now_us: int) -> None:
    rules = state.rules
    people = [one.id for one in rules.people]
    known = {"role": roles(rules), "person": people, "instead_of": ["", "*", *people]}
    for field, names in known.items():
        if getattr(told, field) not in names:
            cure = "known here: " + (", ".join(filter(None, names)) or "none: write [[person]] and [[shift]]")
            raise Problem(409, f"Unknown {field}", field=field, cure=cure)
    if told.instead_of == told.person:
        raise Problem(409, "Nobody stands in for themselves", field="instead_of", cure="name somebody else")
    if len(told.reason) > _WORDS_CHARS_MAX:
        raise unusable("reason", f"at most {_WORDS_CHARS_MAX} characters")
    if sum(one.until_us > now_us for one in state.duty) >= AHEAD_MAX:
        raise Problem(409, "Too many changes of duty", cure="end some, or write them into the configuration")


def _told(one: DutyChange, now_us: int) -> dict[str, Any]:
    return {
        "change": one.id,
        "role": one.role,
        "person": one.person,
        "instead_of": "*" if one.instead else one.instead_of,
        "from": rfc3339(one.from_us),
        "until": rfc3339(one.until_us),
        "on": one.from_us <= now_us,
        "reason": one.reason,
        "by": one.by,
    }
