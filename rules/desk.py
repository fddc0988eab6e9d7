"""What people at the desk tell about an incident: a greeting, a call-back or reply by other means, a promise, facts."""

from rules import call_back, hold_checkin, promise, replies
from rules.events import CalledBack, CheckedIn, FactsTold, HailAnswered, PromiseGiven, PromiseKept
from rules.incidents import Incident
from rules.turn import Turn


def checked_in(turn: Turn, event: CheckedIn) -> None:
    incident = _named(turn, event.incident)
    if incident is not None:
        hold_checkin.checked_in(turn, incident, event.by)


def called_back(turn: Turn, event: CalledBack) -> None:
    incident = _named(turn, event.incident)
    if incident is not None:
        call_back.called_back_by_hand(turn, incident, event.by, event.note)


def hail_answered(turn: Turn, event: HailAnswered) -> None:
    incident = _named(turn, event.incident)
    if incident is not None:
        replies.answered_by_hand(turn, incident, event.by)


def promise_given(turn: Turn, event: PromiseGiven) -> None:
    """Whoever asked the unit to wait has answered it."""
    incident = _named(turn, event.incident)
    if incident is not None:
        if incident.answered_us is None:
            replies.answered_by_hand(turn, incident, event.by)
        promise.given_by_hand(turn, incident, event)


def promise_kept(turn: Turn, event: PromiseKept) -> None:
    incident = _named(turn, event.incident)
    if incident is not None:
        promise.kept_by_hand(turn, incident, event)


def facts_told(turn: Turn, event: FactsTold) -> None:
    incident = _named(turn, event.incident)
    if incident is None:
        return
    facts = incident.facts = incident.facts or {}
    for name, said in event.facts.items():
        if said:
            facts[name] = said
        else:
            facts.pop(name, None)
    turn.note(incident, "facts_told", f"{event.by}: {', '.join(event.facts)}")


def _named(turn: Turn, number: str) -> Incident | None:
    incident = turn.state.by_number.get(number)
    if incident is not None and incident.merged_into:
        incident = turn.state.by_number.get(incident.merged_into, incident)
    if incident is not None:
        turn.decision.incident = incident.id
        turn.touch(incident)
    return incident
