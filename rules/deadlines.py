"""Everything whose moment has come, in the order of the moments: the steps of obligations, and the housekeeping."""

from collections.abc import Callable
from typing import Any

from rules import (
    acknowledging,
    alerts,
    conversations,
    endings,
    escalation,
    hold_checkin,
    maintenance,
    outgoing,
    plans,
    roll_call,
    source_online,
    still_owed,
    storm_lines,
    three_rings,
    trouble_alerts,
    two_calls,
)
from rules.channels import Channel, UnitStatus
from rules.effects import Alert
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation, Rule
from rules.quiet import Storm, Trouble, Window
from rules.turn import Turn
from rules.waits import EXPIRE, LINGER

_PASSED: dict[Rule, Callable[[Turn, Incident, Obligation], None]] = {
    "three_rings": three_rings.limit_reached,
    "hold_checkin": hold_checkin.passed,
    "call_back": still_owed.passed,
    "two_calls": two_calls.passed,
    "promise": still_owed.passed,
    "plan_step": plans.passed,
    "acknowledge": escalation.acknowledge_passed,
    "act": acknowledging.act_passed,
    "notify": escalation.notify_passed,
}

_HOUSEKEEPING: dict[type, Callable[[Turn, Any], None]] = {
    UnitStatus: roll_call.passed,
    SourceStatus: source_online.out_of_touch_passed,
    Window: maintenance.passed,
    Storm: storm_lines.passed,
    Trouble: trouble_alerts.passed,
}


def passed(turn: Turn, steps_max: int) -> None:
    """Take every step due by now, at most `steps_max` of them."""
    waits, at_us = turn.state.waits, turn.at_us
    for _ in range(steps_max):
        due_us = waits.next_us(at_us)
        if due_us is None:
            return
        _, kind, _, _, thing = waits.pop()
        if isinstance(thing, Obligation):
            _step(turn, thing)
        elif isinstance(thing, Incident):
            if kind == LINGER:
                endings.lingered(turn, thing)
            else:
                endings.forget_passed(turn, thing)
        elif isinstance(thing, Alert):
            if kind == EXPIRE:
                outgoing.expire(turn, thing)
            else:
                escalation.operators_passed(turn, thing)
        elif isinstance(thing, Channel):
            conversations.passed(turn, thing, due_us)
        else:
            _HOUSEKEEPING[type(thing)](turn, thing)
    storm_lines.overtake(turn)


def _step(turn: Turn, obligation: Obligation) -> None:
    incident = turn.state.incidents[obligation.incident]
    turn.decision.incident = incident.id
    if obligation.plan[obligation.step].kind == "breach":
        _PASSED[obligation.rule](turn, incident, obligation)
        return
    if obligation.rule == "act":
        acknowledging.act_warned(turn, obligation)
    else:
        alerts.warn(turn, incident, obligation)
    obligation.step += 1
    turn.watch(obligation)
    turn.decision.obligations.append(obligation)
    turn.decision.incidents.append(incident)
