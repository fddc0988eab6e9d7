"""Who takes care of a record, through the API: claim, release, park, complete, and a note for its time line."""

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.guard import WHO, right_lacks
from gateway.web.access.needs import needs
from gateway.web.access.told_deeds import tell
from gateway.web.asking import read_body, unusable
from gateway.web.desk.doing import (
    NOTE_CHARS_MAX,
    StaffNote,
    by_whom,
    done,
    noted,
    open_record,
    repeat_key,
)
from gateway.web.problems import Problem
from rules.events import IncidentClaimed, IncidentCompleted, IncidentParked, IncidentReleased, NoteTaken
from rules.incidents import Incident
from rules.moments import rfc3339


class ClaimNote(msgspec.Struct, forbid_unknown_fields=True):
    """`override`: also from somebody who works on it; that needs a `reason`, which stands in the record."""

    by: str = ""
    override: bool = False
    reason: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/v1/incidents/{number}/claim", claim),
        web.post("/api/v1/incidents/{number}/release", release),
        web.post("/api/v1/incidents/{number}/park", park),
        web.post("/api/v1/incidents/{number}/complete", complete),
        web.post("/api/v1/incidents/{number}/note", note),
    ]


@needs(Right.CLAIM)
async def claim(request: web.Request) -> web.Response:
    """The first one has it; whoever comes second is told whose it is."""
    told = await _claim_note(request)
    if told.override and not request[WHO].may(Right.OVERRIDE):
        raise right_lacks(Right.OVERRIDE)
    by = by_whom(request, StaffNote(by=told.by))
    incident = await open_record(request)
    if told.override and not told.reason.strip():
        cure = "say why it is taken from its owner: it stands in the record"
        raise Problem(409, "A reason is needed", field="reason", cure=cure)
    if told.override:
        owner = incident.care.by if incident.care is not None else ""
        tell(request, override=True, reason=told.reason, taken_from=owner)
    event = IncidentClaimed(by=by, incident=incident.number, override=told.override, reason=told.reason)
    key = repeat_key(request, "claim")
    return await done(request, event, "claimed", key, lambda: _check_is_theirs(incident, by))


@needs(Right.CLAIM)
async def release(request: web.Request) -> web.Response:
    _, by = await noted(request)
    incident = await open_record(request)
    _check_is_theirs(incident, by)
    event = IncidentReleased(by=by, incident=incident.number)
    return await done(request, event, "released", repeat_key(request, "release"))


@needs(Right.CLAIM)
async def park(request: web.Request) -> web.Response:
    """It waits for something outside, and stays on the board meanwhile. Claims it, where nobody has."""
    return await _put(request, IncidentParked, "park", "parked")


@needs(Right.CLAIM)
async def complete(request: web.Request) -> web.Response:
    """Nothing is left to be done. Claims it, where nobody has."""
    return await _put(request, IncidentCompleted, "complete", "completed")


@needs(Right.ACT)
async def note(request: web.Request) -> web.Response:
    told, by = await noted(request)
    text = " ".join(told.note.split())
    if not text:
        raise unusable("note", 'say something: {"note": "…"}')
    incident = await open_record(request)
    event = NoteTaken(by=by, incident=incident.number, text=text)
    return await done(request, event, "noted", repeat_key(request, "note"))


async def _put(
    request: web.Request, event: type[IncidentParked | IncidentCompleted], deed: str, state: str
) -> web.Response:
    told, by = await noted(request)
    incident = await open_record(request)
    put = event(by=by, incident=incident.number, note=told.note)
    return await done(request, put, state, repeat_key(request, deed), lambda: _check_is_theirs(incident, by))


def _check_is_theirs(incident: Incident, by: str) -> None:
    """Problem 409 says whose it is."""
    care = incident.care
    if care is not None and care.by == by:
        return
    if care is None or not care.by:
        raise Problem(409, "Nobody takes care of this record", cure="POST …/claim first")
    since = None if care.since_us is None else rfc3339(care.since_us)
    raise Problem(
        409,
        f"{care.by} takes care of this record",
        cure="take it once it is stale, or override with a reason",
        more={"claimed_by": care.by, "claimed_at": since},
    )


async def _claim_note(request: web.Request) -> ClaimNote:
    body = await request.read()
    if not body.strip():
        return ClaimNote()
    told = read_body(body, ClaimNote, 'send nothing, or {"override": true, "reason": "…"}')
    if len(told.by) > NOTE_CHARS_MAX or len(told.reason) > NOTE_CHARS_MAX:
        raise unusable("reason", f"at most {NOTE_CHARS_MAX} characters")
    return told
