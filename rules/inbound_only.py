"""inbound_only: a line that may only be called (只打进、不打出) has dialled out: a violation the moment it is seen."""

from rules.alerts import breach as tell_breach
from rules.escalation import breach_was_told
from rules.incidents import Incident
from rules.turn import Turn


def outbound_seen(turn: Turn, incident: Incident) -> None:
    if not turn.terms.rules.lines or any(o.rule == "inbound_only" for o in incident.obligations):
        return
    for number in (incident.caller, incident.trunk):
        line = turn.terms.line(number)
        if line is not None and line.inbound_only:
            turn.record(incident, "inbound_only", "breached", line.number)
            breach_was_told(turn, incident, tell_breach(turn, incident, incident.obligations[-1], "warning"))
            return
