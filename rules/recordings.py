"""A recording belongs to the radio incident whose conversation it holds; one that fits none is kept all the same."""

from rules.events import Recorded
from rules.incidents import Incident, Recording
from rules.moments import SECOND_US
from rules.turn import Turn

BEFORE_US = 5 * SECOND_US  # a recorder may begin before the call was counted, and its clock may differ
AFTER_US = 120 * SECOND_US  # what was said after the hail was answered belongs to it
RECORDINGS_MAX = 50  # of one incident


def recorded(turn: Turn, event: Recorded) -> None:
    started_us = event.occurred_us if event.occurred_us is not None else turn.at_us
    incident = _of(turn, event, started_us)
    if incident is None or len(incident.recordings) >= RECORDINGS_MAX:
        return
    turn.decision.incident = incident.id
    incident.recordings += (Recording(event.id, started_us, event.seconds, event.unit),)
    turn.note(incident, "recorded", event.id)
    turn.touch(incident)


def _of(turn: Turn, event: Recorded, started_us: int) -> Incident | None:
    """The same unit's where one fits, else the latest that began before the recording ended."""
    ended_us = started_us + int(event.seconds * SECOND_US)
    best: Incident | None = None
    for incident in turn.state.incidents.values():
        if incident.medium != "radio" or incident.channel != event.channel:
            continue
        over_us = incident.closed_us or incident.answered_us or turn.at_us
        if not (incident.opened_us - BEFORE_US <= ended_us and started_us <= over_us + AFTER_US):
            continue
        if best is None or _fitness(incident, event) > _fitness(best, event):
            best = incident
    return best


def _fitness(incident: Incident, event: Recorded) -> tuple[bool, int]:
    return (bool(event.unit) and incident.unit == event.unit, incident.opened_us)
