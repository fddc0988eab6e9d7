"""The API's part about what is not told one by one: windows of silence, storms, service hours; maintenance by hand."""

from collections.abc import Sequence
from uuid import uuid4

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.guard import WHO
from gateway.web.access.needs import needs
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, read_query, unusable
from gateway.web.desk.doing import by_whom, in_sight, noted, submit
from gateway.web.live.quiet import windows
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.events import MaintenanceBegun, MaintenanceEnded
from rules.maintenance import BY_HAND_MAX
from rules.moments import parse_rfc3339, rfc3339, span_us
from rules.obligations import Rule
from rules.quiet import Scope, Window
from rules.state import State

_NAMES_MAX = 100
_WORDS_CHARS_MAX = 500


class MaintenanceNote(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody works on, until when, and why. Without sources, lines, channels and rules: the whole site."""

    until: str
    reason: str
    by: str = ""
    sources: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/maintenance", list_windows),
        web.post("/api/v1/maintenance", begin),
        web.post("/api/v1/maintenance/{id}/end", end),
    ]


@needs(Right.SEE)
async def list_windows(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer({"items": windows(request.app[SERVICES].pipeline.state)})


@needs(Right.MANAGE)
async def begin(request: web.Request) -> web.Response:
    note = read_body(await request.read(), MaintenanceNote, 'send {"until": "2026-11-21T08:00:00Z", "reason": "…"}')
    services = request.app[SERVICES]
    state, now_us = services.pipeline.state, services.pipeline.now_us()
    until_us = _until_us(note, state, now_us)
    _check_names(note, state)
    _check_sites(request, note)
    by = by_whom(request, note)
    window = uuid4().hex[:12]
    running = [one for one in state.quiet.values() if isinstance(one, Window) and one.by]
    if len(running) >= BY_HAND_MAX:
        raise Problem(409, "Too much maintenance at a time", cure="end one of those that GET /api/v1/maintenance lists")
    scope = Scope(sources=note.sources, lines=note.lines, channels=note.channels, rules=note.rules)
    reason = " ".join(note.reason.split())
    tell(request, window=f"by_hand:{window}", until=rfc3339(until_us), reason=reason)
    event = MaintenanceBegun(by=by, window=window, until_us=until_us, scope=scope, reason=reason)
    await submit(services, event, None)
    return json_answer({"window": f"by_hand:{window}", "state": "begun", "until": rfc3339(until_us), "by": by})


@needs(Right.MANAGE)
async def end(request: web.Request) -> web.Response:
    note, by = await noted(request)
    services = request.app[SERVICES]
    window = services.pipeline.state.quiet.get(request.match_info["id"])
    if (
        not isinstance(window, Window)
        or window.why != "maintenance"
        or not _is_theirs(request, window.scope.lines, window.scope.channels)
    ):
        raise Problem(404, "No such maintenance", field="id", cure="GET /api/v1/maintenance lists what runs")
    if not window.on:
        raise Problem(409, "It has not begun", cure="take it out of the configuration")
    await submit(services, MaintenanceEnded(by=by, window=window.key, note=note.note), None)
    return json_answer({"window": window.key, "state": "ended", "until": rfc3339(services.pipeline.now_us()), "by": by})


def _check_sites(request: web.Request, note: MaintenanceNote) -> None:
    """A telephone system serves all sites: who has one's rights names lines and channels of it, and nothing more."""
    if request[WHO].sites is not None and (note.sources or not _is_theirs(request, note.lines, note.channels)):
        cure = "name lines and channels of your sites alone"
        raise Problem(409, "This is of other sites, too", field="lines", cure=cure)


def _is_theirs(request: web.Request, lines: Sequence[str], channels: Sequence[str]) -> bool:
    if request[WHO].sites is None:
        return True
    each = [in_sight(request, line=line) for line in lines] + [in_sight(request, channel=name) for name in channels]
    return bool(each) and all(each)


def _until_us(note: MaintenanceNote, state: State, now_us: int) -> int:
    longest_s = state.rules.maintenance_by_hand.longest_s
    try:
        until_us = parse_rfc3339(note.until)
    except (ValueError, OverflowError):
        raise unusable("until", "write an RFC 3339 time with its zone, as 2026-11-21T08:00:00Z") from None
    if not now_us < until_us <= now_us + span_us(longest_s):
        raise Problem(
            409,
            "It cannot last until then",
            field="until",
            cure=f"later than now, within {longest_s:g} s: [maintenance_by_hand] longest_s",
        )
    return until_us


def _check_names(note: MaintenanceNote, state: State) -> None:
    if not note.reason.strip() or len(note.reason) > _WORDS_CHARS_MAX or len(note.by) > _WORDS_CHARS_MAX:
        raise unusable("reason", f"say why, in at most {_WORDS_CHARS_MAX} characters")
    rules = state.rules
    heard = [source.radio.channel for source in rules.sources if source.radio is not None]
    there = {
        "sources": [source.name for source in rules.sources],
        "lines": [line.number for line in rules.lines],
        "channels": [*heard, *(one.channel for one in rules.channels), *state.channels],
    }
    for field, known in there.items():
        names = getattr(note, field)
        if len(names) > _NAMES_MAX or any(name not in known for name in names):
            cure = "known here: " + (", ".join(dict.fromkeys(known)) or "none")
            raise Problem(409, f"Unknown {field}", field=field, cure=cure)
