"""promise: a unit that was told to wait hears from control again (请稍等，我了解情况后马上答复你)."""

from rules import still_owed
from rules.events import PromiseGiven, PromiseKept
from rules.incidents import Incident
from rules.moments import SECOND_US
from rules.obligations import Obligation
from rules.turn import Turn

SAME_BREATH_US = 5 * SECOND_US  # what control says so soon is the promise itself


def given_by_hand(turn: Turn, incident: Incident, event: PromiseGiven) -> None:
    turn.note(incident, "promise_given", f"{event.by} {event.note}".strip())
    given(turn, incident)


def kept_by_hand(turn: Turn, incident: Incident, event: PromiseKept) -> None:
    turn.note(incident, "promise_kept", f"{event.by} {event.note}".strip())
    for obligation in _running(incident):
        _meet(turn, incident, obligation, "by_hand", turn.moment_us)


def given(turn: Turn, incident: Incident) -> None:
    radio = turn.terms.radio
    if incident.medium != "radio" or not radio.promise.enabled or _running(incident):
        return
    obligation = turn.open(incident, "promise", radio.promise_plan, turn.moment_us)
    turn.state.promises[obligation.id] = obligation
    turn.touch(incident)


def latest_of(turn: Turn, unit: str) -> Incident | None:
    """The unit's youngest record that may still change."""
    for incident in reversed(turn.state.incidents.values()):
        if incident.medium == "radio" and incident.unit == unit and not incident.merged_into:
            return incident
    return None


def spoken_to(turn: Turn, unit: str, at_us: int) -> None:
    """Control has addressed the unit: what it was promised is kept."""
    for obligation in list(turn.state.promises.values()):
        incident = turn.state.incidents[obligation.incident]
        if incident.unit == unit and at_us - obligation.opened_us > SAME_BREATH_US:
            _meet(turn, incident, obligation, "spoken_to", at_us)


def _running(incident: Incident) -> list[Obligation]:
    return [o for o in incident.obligations if o.rule == "promise" and o.ended_by is None]


def _meet(turn: Turn, incident: Incident, obligation: Obligation, reason: str, at_us: int) -> None:
    turn.state.promises.pop(obligation.id, None)
    still_owed.settle(turn, incident, obligation, "met", reason, at_us - obligation.opened_us)
    obligation.ended_us = at_us
