"""Call rescue: at the breach of three rings a caller whom nobody answers is sent to another extension; once, and noted.

Off unless the source says where to. The order goes through the outbox beside the breach's alert, as the target
`rescue:SOURCE/LEG`: its adapter looks whether that leg still waits, redirects it, and what came of it is settled like a
delivery. What the source then tells goes on being the same call.
"""

from rules.effects import Alert, Send
from rules.events import DeliverySettled
from rules.incidents import Incident, Leg
from rules.turn import Turn

RESCUE = "rescue:"
ASKED = "rescue_asked"  # also the incident's flag: never twice for one call


def ask(turn: Turn, incident: Incident, breach: Alert) -> None:
    source = incident.call.source
    to = turn.terms.sources[source].settings.rescue
    if not to or ASKED in incident.flags:
        return
    leg = _waiting(incident)
    if leg is None:
        turn.note(incident, "rescue_failed", "no_caller_seen")
        return
    target = f"{RESCUE}{source}/{leg.id}"
    incident.flags += (ASKED,)
    turn.note(incident, ASKED, to)
    breach.orders = (target,)
    turn.decision.sends += (Send(breach.id, target),)


def rings_on(incident: Incident) -> None:
    """A device rings: what rang before was cancelled by the rescue, not by the caller."""
    if ASKED in incident.flags:
        incident.call.caller_gave_up = False


def settled(turn: Turn, breach: Alert, event: DeliverySettled) -> None:
    turn.decision.alerts.append(breach)
    incident = turn.state.incidents.get(breach.incident_id)
    if incident is None:
        return
    turn.decision.incident = incident.id
    if not event.delivered:
        turn.note(incident, "rescue_failed", f"{event.reason}: {event.words}" if event.words else event.reason)
        return
    turn.note(incident, "rescued", turn.terms.sources[incident.call.source].settings.rescue)


def _waiting(incident: Incident) -> Leg | None:
    legs = (leg for leg in incident.call.legs.values() if leg.role == "caller" and leg.state != "cleared")
    return next(legs, None)
