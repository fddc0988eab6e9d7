"""What somebody who takes care of records, plans and shifts says to the gateway, as the board shows them."""

from collections.abc import Callable, Sequence

from rules.engine import State
from rules.events import (
    AlertSeen,
    Entry,
    Event,
    FactsTold,
    HailAnswered,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    NoteTaken,
    PlanEnded,
    PlanStarted,
    PlanStep,
    PlanStepDone,
    RulesApproved,
    ShiftHandedOver,
    ShiftNoteWritten,
    ShiftTakenOver,
    ViewKept,
)
from tests.simulation.doings import Chore, DeskWork

RIDDLE = "a riddle"  # over which a rule stumbles: see tests.simulation.riddles
STEPS = (
    PlanStep(do="close the gate", role="guard", within_s=30),
    PlanStep(do="call the fire brigade", within_s=90),
    PlanStep(do="count the people"),
)
_OF_RECORDS: dict[Chore, Callable[[str, str], Event]] = {
    "claim": lambda by, number: IncidentClaimed(by=by, incident=number),
    "override": lambda by, number: IncidentClaimed(by=by, incident=number, override=True, reason="the shift changes"),
    "riddle": lambda by, number: IncidentClaimed(by=by, incident=number, override=True, reason=RIDDLE),
    "release": lambda by, number: IncidentReleased(by=by, incident=number),
    "park": lambda by, number: IncidentParked(by=by, incident=number, note="waits for the plumber"),
    "complete": lambda by, number: IncidentCompleted(by=by, incident=number, note="it is dry again"),
    "note": lambda by, number: NoteTaken(by=by, incident=number, text="the neighbour rang, too"),
    "facts": lambda by, number: FactsTold(by=by, incident=number, facts={"place": f"block {len(by)}", "matter": by}),
    "facts_unseen": lambda by, number: FactsTold(by=by, incident=number, facts={"place": by}, knew={"place": ""}),
    "answered": lambda by, number: HailAnswered(by=by, incident=number),
    "plan_of_record": lambda by, number: PlanStarted(by=by, plan="fire", steps=STEPS, incident=number),
}


def event_of(work: DeskWork, state: State, entries: Sequence[Entry]) -> Event | None:
    """None where there is nothing to do it to."""
    by, what = work.by, work.what
    if what in _OF_RECORDS:
        media = ("radio",) if what == "answered" else ("phone", "radio")
        record = next((i for i in reversed(state.incidents.values()) if i.medium in media and not i.merged_into), None)
        return None if record is None else _OF_RECORDS[what](by, record.number)
    match what:
        case "seen":
            alert = max(state.alerts.values(), key=lambda one: (one.raised_us, one.id), default=None)
            return None if alert is None else AlertSeen(by=by, alert=alert.id)
        case "view":
            return ViewKept(by=by, view={"theme": by})
        case "shift_note":
            return ShiftNoteWritten(by=by, text="the lift is out of order")
        case "hand_over_shift":
            open_now = tuple(i.number for i in state.incidents.values())
            return ShiftHandedOver(by=by, to="zhao", incidents=open_now)
        case "approve":
            return RulesApproved(by=by, version=state.rules.version)
        case "plan":
            return PlanStarted(by=by, plan="fire", steps=STEPS)
    last = _LAST.get(what)
    found = next((e for e in reversed(entries) if isinstance(e.event, last)), None) if last is not None else None
    if found is None:
        return None
    if what == "take_over_shift":
        return ShiftTakenOver(by=by, handed_over=found.seq)
    incident = found.event.incident if isinstance(found.event, PlanStarted) else ""
    if what == "end_plan":
        return PlanEnded(by=by, started=found.seq, incident=incident)
    done = sum(isinstance(e.event, PlanStepDone) and e.event.started == found.seq for e in entries)
    return PlanStepDone(by=by, started=found.seq, step=done % len(STEPS), incident=incident)


_LAST: dict[Chore, type] = {"take_over_shift": ShiftHandedOver, "step": PlanStarted, "end_plan": PlanStarted}
