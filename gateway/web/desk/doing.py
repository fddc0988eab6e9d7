"""What all deeds of the desk share: what is said of one and by whom, which record is meant, and its one event."""

import hashlib
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from adapters.ports import Incoming, Page
from gateway.web.access.guard import WHO
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, unusable
from gateway.web.live.now import place_of
from gateway.web.problems import Problem
from gateway.web.services import SERVICES, Services
from rules.events import (
    CalledBack,
    CheckedIn,
    Event,
    HailAnswered,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    NoteTaken,
    PromiseGiven,
    PromiseKept,
)
from rules.incidents import Incident

NOTE_CHARS_MAX = 500
_KEY_CHARS_MAX = 200

RecordDeed = (
    CalledBack
    | CheckedIn
    | HailAnswered
    | IncidentClaimed
    | IncidentCompleted
    | IncidentParked
    | IncidentReleased
    | NoteTaken
    | PromiseGiven
    | PromiseKept
)


class StaffNote(msgspec.Struct, forbid_unknown_fields=True):
    """The optional body of what the desk does. `by` names the person where a program speaks for them."""

    by: str = ""
    note: str = ""


NoteT = TypeVar("NoteT", bound=StaffNote)


class Signed(Protocol):
    """A body that may name who did it."""

    @property
    def by(self) -> str: ...


async def done(
    request: web.Request, event: RecordDeed, state: str, key: bytes | None, check: Callable[[], None] | None = None
) -> web.Response:
    """Told once it is on disk. `check` raises a Problem where what stands then is not what was wanted."""
    await submit(request.app[SERVICES], event, key)
    if check is not None:
        check()
    return json_answer({"incident": event.incident, "state": state, "by": event.by})


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


async def noted(request: web.Request) -> tuple[StaffNote, str]:
    """What is said of a deed that needs no words, and who did it."""
    note = await read_note(request)
    return note, by_whom(request, note)


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
