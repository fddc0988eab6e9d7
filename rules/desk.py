"""What people at the desk tell of an incident: a greeting, a call-back, a reply, a promise, facts, who takes care."""

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


def checked_in(turn: Turn, event: CheckedIn) -> None:
    incident = _named(turn, event)
    if incident is not None:
        hold_checkin.checked_in(turn, incident, event.by)


def called_back(turn: Turn, event: CalledBack) -> None:
    incident = _named(turn, event)
    if incident is not None:
        call_back.called_back_by_hand(turn, incident, event.by, event.note)


def hail_answered(turn: Turn, event: HailAnswered) -> None:
    incident = _named(turn, event)
    if incident is not None:
        replies.answered_by_hand(turn, incident, event.by)
        acknowledging.closed(turn, incident, "two_calls")


def promise_given(turn: Turn, event: PromiseGiven) -> None:
    """Whoever asked the unit to wait has answered it."""
    incident = _named(turn, event)
    if incident is not None:
        if incident.answered_us is None:
            replies.answered_by_hand(turn, incident, event.by)
        promise.given_by_hand(turn, incident, event)


def promise_kept(turn: Turn, event: PromiseKept) -> None:
    incident = _named(turn, event)
    if incident is not None:
        promise.kept_by_hand(turn, incident, event)


def facts_told(turn: Turn, event: FactsTold) -> None:
    """One writer's next words go into the time line only where they begin a fact: it is kept as it is typed."""
    incident = _named(turn, event)
    if incident is None:
        return
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


def note_taken(turn: Turn, event: NoteTaken) -> None:
    incident = _named(turn, event)
    if incident is not None:
        turn.note(incident, "desk_note", f"{event.by}: {event.text}")


def claimed(turn: Turn, event: IncidentClaimed) -> None:
    incident = _named(turn, event)
    if incident is not None:
        claims.claimed(turn, incident, event.by, override=event.override, reason=event.reason)


def released(turn: Turn, event: IncidentReleased) -> None:
    incident = _named(turn, event)
    if incident is not None:
        claims.released(turn, incident, event.by)


def parked(turn: Turn, event: IncidentParked) -> None:
    incident = _named(turn, event)
    if incident is not None:
        claims.parked(turn, incident, event.by, event.note)


def completed(turn: Turn, event: IncidentCompleted) -> None:
    incident = _named(turn, event)
    if incident is not None:
        claims.completed(turn, incident, event.by, event.note)
        if incident.care is not None and incident.care.put == "completed":
            acknowledging.closed(turn, incident)


def view_kept(turn: Turn, event: ViewKept) -> None:
    views = turn.state.views
    views[event.by] = views.get(event.by, {}) | event.view


def _named(turn: Turn, event: DeskEvent) -> Incident | None:
    incident = turn.state.by_number.get(event.incident)
    if incident is not None and incident.merged_into:
        incident = turn.state.by_number.get(incident.merged_into, incident)
    if incident is not None:
        turn.decision.incident = incident.id
        turn.touch(incident)
        claims.did(turn, incident, event.by)
    return incident
