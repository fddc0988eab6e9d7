"""READ SECOND. One entry in, one decision out: `decide(state, entry)`; `next_deadline(state)` says how long to wait.

Pure but for `state`, which is changed in place: no clock, no I/O, no randomness. The same state and
entry give the same decision. A commit that fails rebuilds the state from the store's live rows.
"""

from collections.abc import Callable
from typing import Any

from rules import (
    acknowledging,
    approval,
    conversations,
    deadlines,
    desk,
    duty_changes,
    handing,
    holds,
    inhibition,
    legs,
    maintenance,
    plans,
    receivers,
    reconcile,
    recordings,
    roll_call,
    source_clock,
    source_online,
    transfers,
    trial_alerts,
    trouble_alerts,
)
from rules.effects import Decision
from rules.events import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSeen,
    AlertSnoozed,
    AlertTested,
    AlertWorkedOn,
    CallAlert,
    CallAnswered,
    CalledBack,
    CheckedIn,
    ClockAnchored,
    ConnectionCleared,
    ControlTransmitting,
    DeadlinePassed,
    Delivered,
    DeliveriesSettled,
    DeliveriesTried,
    DeliverySettled,
    Dequeued,
    Diverted,
    DutyChanged,
    DutyChangeEnded,
    Emergency,
    Entry,
    Established,
    EventUndecided,
    FactsTold,
    Failed,
    HailAnswered,
    Held,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    LinkChanged,
    MachineAck,
    MaintenanceBegun,
    MaintenanceEnded,
    NoteTaken,
    NotifierChanged,
    Offered,
    Originated,
    PlanEnded,
    PlanStarted,
    PlanStepDone,
    PromiseGiven,
    PromiseKept,
    Pulsed,
    Queued,
    Recorded,
    RecordsErased,
    Resynced,
    Retrieved,
    RulesApproved,
    RulesTaken,
    ShiftHandedOver,
    ShiftNoteWritten,
    ShiftTakenOver,
    Status,
    Text,
    Transferred,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
    Unparsed,
    ViewKept,
)
from rules.source_clock import ABSURD_US
from rules.state import State
from rules.turn import Turn
from rules.waits import NEVER_US

__all__ = ["State", "decide", "next_deadline"]

_BEFORE_WHAT_IS_DUE = frozenset({DeadlinePassed, EventUndecided, ClockAnchored, RecordsErased})
_OVERDUE_MAX = 256  # deadlines taken before an event that overtook them


def decide(state: State, entry: Entry) -> Decision:
    """Apply one entry. What was due before an event is taken before it."""
    at_us = entry.at_us
    event: Any = entry.event
    kind = type(event)
    decision = Decision()
    if state.waits.from_us <= at_us and kind not in _BEFORE_WHAT_IS_DUE:
        deadlines.passed(Turn(state, state.terms, entry.seq, at_us, at_us, at_us, decision), _OVERDUE_MAX)
        decision.incident = 0
    take = _TAKES_OF_SOURCES.get(kind)
    if take is None:
        _TAKES[kind](Turn(state, state.terms, entry.seq, at_us, at_us, at_us, decision), event)
        return decision
    source, source_us = event.source, event.occurred_us
    clock = state.steady_clocks.get(source)
    if clock is not None and source_us is not None:
        skew_us, smallest_us, until_us = clock
        if smallest_us <= at_us - source_us <= ABSURD_US and at_us < until_us:  # as nearly always: nothing is learnt
            take(Turn(state, state.terms, entry.seq, at_us, source_us + skew_us, at_us, decision, source_us), event)
            return decision
    turn = Turn(state, state.terms, entry.seq, at_us, at_us, at_us, decision)
    source_clock.set_moment(turn, source, source_us)
    take(turn, event)
    return decision


def next_deadline(state: State, by_us: int = NEVER_US) -> int | None:
    """When `DeadlinePassed` must be entered next, if that is by then; None if not."""
    waits = state.waits
    return waits.next_us(by_us) if waits.from_us <= by_us else None


def _deadline_passed(turn: Turn, event: DeadlinePassed) -> None:
    deadlines.passed(turn, event.steps_max)


def _rules_taken(turn: Turn, event: RulesTaken) -> None:
    """Obligations that run keep their plan; what begins from here on follows the new rules."""
    turn.state.take_rules(event.rules)
    turn.terms = turn.state.terms
    roll_call.rules_taken(turn)
    maintenance.rules_taken(turn)
    trouble_alerts.rules_taken(turn)
    approval.rules_taken(turn)


def _link_changed(turn: Turn, event: LinkChanged) -> None:
    was_out_of_touch = turn.out_of_touch(event.source)
    source_online.link_changed(turn, event)
    conversations.link_lost(turn, event)
    if was_out_of_touch and not turn.out_of_touch(event.source):
        roll_call.in_touch_again(turn, event.source)


def _resynced(turn: Turn, event: Resynced) -> None:
    reconcile.resynced(turn, event)
    inhibition.tell_what_goes_on(turn, event.source)


def _kept(turn: Turn, event: object) -> None:
    """It stands in the journal; nothing is to be decided."""


# of what a source tells, perhaps with a time of its own
_TAKES_OF_SOURCES: dict[type, Callable[[Turn, Any], None]] = {
    Originated: legs.originated,
    Offered: legs.offered,
    Delivered: legs.delivered,
    Established: legs.established,
    Held: holds.held,
    Retrieved: holds.retrieved,
    Queued: legs.queued,
    Dequeued: legs.dequeued,
    Diverted: transfers.diverted,
    Transferred: transfers.transferred,
    Failed: legs.gone,
    ConnectionCleared: legs.gone,
    TransmissionStarted: conversations.take,
    TransmissionEnded: conversations.take,
    UnitIdentified: conversations.take,
    UnitSeen: conversations.take,
    CallAlert: conversations.take,
    Emergency: conversations.take,
    Status: conversations.take,
    Text: conversations.take,
    MachineAck: conversations.take,
    ControlTransmitting: conversations.take,
    CallAnswered: conversations.take,
}

_TAKES: dict[type, Callable[[Turn, Any], None]] = {
    HailAnswered: desk.hail_answered,
    PromiseGiven: desk.promise_given,
    PromiseKept: desk.promise_kept,
    FactsTold: desk.facts_told,
    NoteTaken: desk.note_taken,
    IncidentClaimed: desk.claimed,
    IncidentReleased: desk.released,
    IncidentParked: desk.parked,
    IncidentCompleted: desk.completed,
    ViewKept: desk.view_kept,
    Recorded: recordings.recorded,
    AlertAcknowledged: acknowledging.acknowledged,
    AlertWorkedOn: acknowledging.worked_on,
    AlertDone: acknowledging.done,
    AlertHandedOver: handing.handed_over,
    AlertSnoozed: handing.snoozed,
    AlertSeen: receivers.seen,
    AlertTested: trial_alerts.tested,
    MaintenanceBegun: maintenance.begun_by_hand,
    MaintenanceEnded: maintenance.ended_by_hand,
    DutyChanged: duty_changes.changed,
    DutyChangeEnded: duty_changes.ended,
    CheckedIn: desk.checked_in,
    CalledBack: desk.called_back,
    DeadlinePassed: _deadline_passed,
    DeliverySettled: receivers.delivery_settled,
    DeliveriesSettled: receivers.deliveries_settled,
    DeliveriesTried: receivers.deliveries_tried,
    LinkChanged: _link_changed,
    NotifierChanged: trouble_alerts.notifier_changed,
    Resynced: _resynced,
    RulesTaken: _rules_taken,
    ClockAnchored: source_clock.anchored,
    EventUndecided: source_online.undecided,
    ShiftNoteWritten: _kept,
    ShiftHandedOver: _kept,
    ShiftTakenOver: _kept,
    RulesApproved: approval.approved,
    RecordsErased: _kept,
    PlanStarted: plans.started,
    PlanStepDone: plans.step_done,
    PlanEnded: plans.ended,
    Pulsed: _kept,
    Unparsed: trouble_alerts.unreadable_heard,
}
