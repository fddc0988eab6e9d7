"""What was not told because its source was not heard, and goes on now that it is heard again, is told after all."""

from rules.alerts import breach_after_all
from rules.escalation import breach_was_told
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.turn import Turn


def tell_what_goes_on(turn: Turn, source: str) -> None:
    """After the list of living calls: what still rings is known to ring. Holds and hails their rules tell again."""
    for incident in turn.state.incidents.values():
        if incident.call.source == source and incident.closed_us is None:
            for obligation in tuple(incident.obligations):
                if _goes_on_untold(obligation):
                    _tell(turn, incident, obligation)


def _goes_on_untold(obligation: Obligation) -> bool:
    if obligation.rule != "three_rings" or obligation.state != "breached" or obligation.ended_by is not None:
        return False
    return any(hush.why == "source_offline" for hush in obligation.hushed) and not obligation.told


def _tell(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    times = sum("-breach" in hush.alert for hush in obligation.hushed)
    told = breach_after_all(turn, incident, obligation, times)
    turn.decision.obligations.append(obligation)
    turn.touch(incident)
    if not told.silenced:
        obligation.climbed += (told.id,)
    breach_was_told(turn, incident, told)
