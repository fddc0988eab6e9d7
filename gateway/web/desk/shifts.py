"""The API's part about shifts: notes for the next one, hand-over and take-over, each signed by name; and approvals."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.guard import WHO
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import check_whole, own_sites, records_seen
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, read_query, unusable
from gateway.web.desk.doing import StaffNote, by_whom, key_of, repeat_key, submit
from gateway.web.live.now import is_live
from gateway.web.live.now import records_seen as live_records
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules import approval
from rules.duty import known_as
from rules.events import RulesApproved, ShiftHandedOver, ShiftNoteWritten, ShiftTakenOver

_CHARS_MAX: Final = 2000
_NAME_CHARS_MAX: Final = 100
_OPEN_MAX: Final = 200  # records that a hand-over names
_SHOWN: Final = 30
_NOTES_SHOWN: Final = 200


class ShiftNote(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    by: str = ""


class HandOver(msgspec.Struct, forbid_unknown_fields=True):
    """`to`: who comes next, where that is known."""

    to: str = ""
    note: str = ""
    by: str = ""


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    note: str = ""
    by: str = ""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/shift", show),
        web.post("/api/v1/shift/notes", write_note),
        web.post("/api/v1/shift/hand-overs", hand_over),
        web.post("/api/v1/shift/hand-overs/{seq}/take-over", take_over),
        web.post("/api/v1/rules/approve", approve),
    ]


async def shift(request: web.Request) -> dict[str, Any]:
    """Of the asker's sites: the notes since the last take-over, the hand-over that waits for its acceptance, and those
    before.
    """
    store, rules = request.app[SERVICES].store, request.app[SERVICES].pipeline.state.rules
    sight = request[WHO].sight
    handed = await store.listed("ShiftHandedOver", limit=_SHOWN)
    taken = await store.listed("ShiftTakenOver", limit=_SHOWN)
    notes = await store.listed("ShiftNoteWritten", limit=_NOTES_SHOWN)
    accepted = {one["event"]["handed_over"]: one for one in reversed(taken)}
    handed = [one for one in handed if sight.sees(rules, one["event"])]
    seen = await records_seen(request, [number for one in handed for number in one["event"].get("incidents", ())])
    overs = [_over(one, accepted.get(one["seq"]), seen) for one in handed]
    since = max((one["seq"] for one in handed if one["seq"] in accepted), default=0)
    return {
        "waits": next((one for one in overs[:1] if one["taken_by"] is None), None),
        "notes": [_note(one) for one in notes if one["seq"] > since and sight.sees(rules, one["event"])],
        "hand_overs": overs,
    }


@needs(Right.SEE)
async def show(request: web.Request) -> web.Response:
    read_query(request)
    return json_answer(await shift(request))


@needs(Right.ACT)
async def write_note(request: web.Request) -> web.Response:
    note = read_body(await request.read(), ShiftNote, 'send {"text": "…"}')
    text = _written("text", note.text)
    if not text:
        raise unusable("text", "say something")
    by = by_whom(request, StaffNote(by=note.by))
    await submit(
        request.app[SERVICES],
        ShiftNoteWritten(by=by, text=text, sites=own_sites(request)),
        repeat_key(request, "shift-note"),
    )
    return json_answer({"state": "noted", "by": by})


@needs(Right.ACT)
async def hand_over(request: web.Request) -> web.Response:
    told = read_body(await request.read(), HandOver, 'send {"to": "…", "note": "…"}')
    services = request.app[SERVICES]
    by = by_whom(request, StaffNote(by=told.by))
    live = [i for i in live_records(services.pipeline.state, request[WHO].sight) if is_live(i)]
    going_on = sorted(live, key=lambda i: i.opened_us)
    event = ShiftHandedOver(
        by=by,
        to=_written("to", told.to)[:_NAME_CHARS_MAX],
        note=_written("note", told.note),
        incidents=tuple(incident.number for incident in going_on[:_OPEN_MAX]),
        sites=own_sites(request),
    )
    await submit(services, event, repeat_key(request, "shift-hand-over"))
    return json_answer({"state": "handed_over", "by": by})


@needs(Right.ACT)
async def take_over(request: web.Request) -> web.Response:
    """By somebody else than who handed over: both sign. The first one has it."""
    told = read_body(await request.read() or b"{}", StaffNote, 'send {"note": "…"}')
    services = request.app[SERVICES]
    by = by_whom(request, told)
    seq = request.match_info["seq"]
    handed = next((one for one in (await shift(request))["hand_overs"] if str(one["seq"]) == seq), None)
    if handed is None:
        raise Problem(404, "No such hand-over", field="seq", cure="GET /api/v1/shift lists them")
    if handed["by"] == by:
        cure = "whoever takes over signs in with their own name, and accepts"
        raise Problem(409, "Who hands over cannot take over", cure=cure)
    if handed["taken_by"] not in {None, by}:
        raise Problem(409, "It was taken over already", cure=f"by {handed['taken_by']}")
    event = ShiftTakenOver(by=by, handed_over=handed["seq"], note=_written("note", told.note))
    await submit(services, event, key_of("shift-take-over", seq))
    return json_answer({"state": "taken_over", "by": by})


@needs(Right.MANAGE)
async def approve(request: web.Request) -> web.Response:
    """The rule set in force; another one was never seen by who approves."""
    told = read_body(await request.read(), Approval, 'send {"version": "…"}')
    services = request.app[SERVICES]
    by = by_whom(request, StaffNote(by=told.by))
    check_whole(request)
    if told.version != services.pipeline.state.rules.version:
        raise Problem(409, "These rules are not in force", field="version", cure="read the page of rules anew")
    _check_approver(services, by)
    tell(request, version=told.version)
    event = RulesApproved(by=by, version=told.version, note=_written("note", told.note))
    await submit(services, event, repeat_key(request, "shift-approve"))
    return json_answer({"state": "approved", "by": by})


def _check_approver(services: Services, by: str) -> None:
    state = services.pipeline.state
    asked, waits = state.rules.approval, approval.of(state.quiet)
    if asked.approvers:
        one_of_us = known_as(state.rules, by)
        if one_of_us is None or one_of_us.id not in asked.approvers:
            raise Problem(409, "Not yours to approve", cure="approvers of [approval] names who approves the rules")
    if waits is not None and asked.two_people and by in waits.signed:
        raise Problem(409, "You have signed already", cure="somebody else signs, too: two_people of [approval]")


def _note(written: dict[str, Any]) -> dict[str, Any]:
    return {"at": written["at"], "by": written["event"]["by"], "text": written["event"]["text"]}


def _over(handed: dict[str, Any], taken: dict[str, Any] | None, seen: Collection[str]) -> dict[str, Any]:
    event = handed["event"]
    return {
        "seq": handed["seq"],
        "at": handed["at"],
        "by": event["by"],
        "to": event.get("to", ""),
        "note": event.get("note", ""),
        "incidents": [number for number in event.get("incidents", []) if number in seen],
        "taken_by": None if taken is None else taken["event"]["by"],
        "taken_at": None if taken is None else taken["at"],
        "taken_note": "" if taken is None else taken["event"].get("note", ""),
    }


def _written(name: str, text: str) -> str:
    if len(text) > _CHARS_MAX:
        raise unusable(name, f"at most {_CHARS_MAX} characters")
    return text.strip()
