"""What people at the desk tell about an incident: a greeting, a call-back by other means."""

from rules import call_back, hold_checkin
from rules.events import CalledBack, CheckedIn
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


def _named(turn: Turn, number: str) -> Incident | None:
    incident = turn.state.by_number.get(number)
    if incident is not None and incident.merged_into:
        incident = turn.state.by_number.get(incident.merged_into, incident)
    if incident is not None:
        turn.decision.incident = incident.id
        turn.touch(incident)
    return incident
