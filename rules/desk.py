"""What people at the desk tell of an incident: a greeting, a call-back, a reply, a promise, facts, who takes care."""

from collections.abc import Callable
from typing import TypeVar

from rules import acknowledging, call_back, claims, hold_checkin, promise, replies
from rules.events import (
    CalledBack,
    CheckedIn,
    FactsTold,
    HailAnswered,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    NoteTaken,
    PromiseGiven,
    PromiseKept,
    ViewKept,
)
from rules.incidents import Incident
from rules.turn import Turn

DeskEvent = (
    CheckedIn
    | CalledBack
    | HailAnswered
    | PromiseGiven
    | PromiseKept
    | FactsTold
    | NoteTaken
    | IncidentClaimed
    | IncidentReleased
    | IncidentParked
    | IncidentCompleted
)
E = TypeVar("E", bound=DeskEvent)


def _of_a_record(handle: Callable[[Turn, Incident, E], None]) -> Callable[[Turn, E], None]:
    """Whoever tells something of a record takes care of it; of one that is no longer live nothing is to be decided."""

    def take(turn: Turn, event: E) -> None:
        incident = turn.state.numbered(event.incident)
        if incident is None:
            return
        turn.decision.incident = incident.id
        turn.touch(incident)
        claims.did(turn, incident, event.by)
        handle(turn, incident, event)

    return take


@_of_a_record
def checked_in(turn: Turn, incident: Incident, event: CheckedIn) -> None:
    hold_checkin.checked_in(turn, incident, event.by)


@_of_a_record
def called_back(turn: Turn, incident: Incident, event: CalledBack) -> None:
    call_back.called_back_by_hand(turn, incident, event.by, event.note)


@_of_a_record
def hail_answered(turn: Turn, incident: Incident, event: HailAnswered) -> None:
    replies.answered_by_hand(turn, incident, event.by)
    acknowledging.closed(turn, incident, "two_calls")


@_of_a_record
def promise_given(turn: Turn, incident: Incident, event: PromiseGiven) -> None:
    """Whoever asked the unit to wait has answered it."""
    if incident.answered_us is None:
        replies.answered_by_hand(turn, incident, event.by)
    promise.given_by_hand(turn, incident, event)


@_of_a_record
def promise_kept(turn: Turn, incident: Incident, event: PromiseKept) -> None:
    promise.kept_by_hand(turn, incident, event)


@_of_a_record
def facts_told(turn: Turn, incident: Incident, event: FactsTold) -> None:
    """One writer's next words go into the time line only where they begin a fact: it is kept as it is typed."""
    facts = incident.facts = incident.facts or {}
    told_by = claims.care_of(incident).told_by
    begun = []
    for name, said in event.facts.items():
        before = facts.get(name, "")
        if event.knew is not None and before not in (event.knew.get(name, ""), said):
            turn.note(incident, "facts_differ", f"{event.by}: {name}: {said}")
            continue
        if told_by.get(name) != event.by or not said or not before:
            begun.append(name)
        told_by[name] = event.by
        if said:
            facts[name] = said
        else:
            facts.pop(name, None)
    if begun:
        turn.note(incident, "facts_told", f"{event.by}: {', '.join(begun)}")


@_of_a_record
def note_taken(turn: Turn, incident: Incident, event: NoteTaken) -> None:
    turn.note(incident, "desk_note", f"{event.by}: {event.text}")


@_of_a_record
def claimed(turn: Turn, incident: Incident, event: IncidentClaimed) -> None:
    claims.claimed(turn, incident, event.by, override=event.override, reason=event.reason)


@_of_a_record
def released(turn: Turn, incident: Incident, event: IncidentReleased) -> None:
    claims.released(turn, incident, event.by)


@_of_a_record
def parked(turn: Turn, incident: Incident, event: IncidentParked) -> None:
    claims.parked(turn, incident, event.by, event.note)


@_of_a_record
def completed(turn: Turn, incident: Incident, event: IncidentCompleted) -> None:
    claims.completed(turn, incident, event.by, event.note)
    if incident.care is not None and incident.care.put == "completed":
        acknowledging.closed(turn, incident)


def view_kept(turn: Turn, event: ViewKept) -> None:
    views = turn.state.views
    views[event.by] = views.get(event.by, {}) | event.view
