"""What a breach alert asks of the desk: somebody acknowledges it, and it reaches somebody at all; else it climbs."""

from rules.alerts import escalate, let_go_if_settled, reached
from rules.effects import Alert
from rules.events import AlertAcknowledged, DeliveriesSettled, DeliverySettled
from rules.incidents import Incident
from rules.obligations import Obligation, Rule, Step
from rules.turn import Turn

NOBODY_NOTIFIED = 1  # the count in the id of its escalation; the others are counted around it


def breach_was_told(turn: Turn, incident: Incident, alert: Alert) -> None:
    """Open what the new breach alert asks for."""
    if not alert.notifiers:
        turn.note(incident, "no_notifier", alert.id)
        return
    ladder = turn.terms.ladder(alert.rule, alert.severity)
    turn.open(incident, "acknowledge", ladder.acknowledge_plan, turn.at_us, alert=alert.id)
    turn.open(incident, "notify", ladder.notify_plan, turn.at_us, alert=alert.id)


def acknowledge_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    turn.end(incident, obligation, "breached")
    about = turn.state.alerts.get(obligation.alert)
    if about is None or about.state != "raised":
        return
    climb, *further = about.climbs or turn.terms.ladder(about.rule, about.severity).climbs
    count = about.rung + (about.rung >= NOBODY_NOTIFIED)
    to = reached(turn, incident, climb.tell)
    rung = escalate(turn, incident, obligation, about, to, "not_acknowledged", count)
    rung.rung, rung.climbs = about.rung + 1, tuple(further)
    if further:
        turn.open(incident, "acknowledge", (Step(further[0].after_us, "breach"),), turn.at_us, alert=rung.id)
    if rung.notifiers:
        turn.open(
            incident, "notify", turn.terms.ladder(rung.rule, rung.severity).notify_plan, turn.at_us, alert=rung.id
        )


def notify_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """Told to every notifier there is, and noted; this one is not watched itself, or it would go on for ever."""
    turn.end(incident, obligation, "breached", "nobody_notified")
    turn.note(incident, "nobody_notified", obligation.alert)
    about = turn.state.alerts.get(obligation.alert)
    if about is None or about.kind == "escalation":  # the second rung failed too: every notifier has been tried
        return
    escalate(turn, incident, obligation, about, turn.terms.rules.notifiers, "nobody_notified", NOBODY_NOTIFIED)


def acknowledged(turn: Turn, event: AlertAcknowledged) -> None:
    """Whoever acknowledges one alert of an obligation has seen all of them."""
    named = turn.state.alerts.get(event.alert)
    if named is None:
        return
    incident = turn.state.incidents.get(named.incident_id)
    family = [named]
    if incident is not None:
        turn.decision.incident = incident.id
        said = (event.by, f"({event.channel})" if event.channel else "", event.note)
        turn.note(incident, "acknowledged", " ".join(filter(None, said)))
        family += [a for a in turn.state.alerts.values() if a is not named and _kin(a, named)]
    for alert in family:
        if alert.state != "raised":
            continue
        alert.state = "acknowledged"
        alert.acknowledged_us = turn.at_us
        alert.acknowledged_by = event.by
        turn.decision.alerts += (alert,)
        _end_for(turn, incident, "acknowledge", alert)
        let_go_if_settled(turn, alert)


def delivery_settled(turn: Turn, event: DeliverySettled) -> None:
    alert = turn.state.alerts.get(event.alert)
    if alert is None:
        return
    alert.notified[event.notifier] = event.delivered or alert.notified.get(event.notifier, False)
    turn.decision.alerts += (alert,)
    incident = turn.state.incidents.get(alert.incident_id)
    if incident is not None:
        turn.decision.incident = incident.id
        if event.delivered:
            _end_for(turn, incident, "notify", alert)
        elif all(alert.notified.get(name) is False for name in alert.notifiers):
            for obligation in _open_for(incident, "notify", alert.id):
                notify_passed(turn, incident, obligation)
    let_go_if_settled(turn, alert)


def deliveries_settled(turn: Turn, event: DeliveriesSettled) -> None:
    for one in event.each:
        delivery_settled(turn, one)
    turn.decision.incident = 0  # of many: each one's time line reads the outbox


def _kin(alert: Alert, named: Alert) -> bool:
    return alert.incident_id == named.incident_id and alert.obligation == named.obligation


def _open_for(incident: Incident, rule: Rule, alert: str) -> list[Obligation]:
    return [o for o in incident.obligations if o.rule == rule and o.alert == alert and o.state == "open"]


def _end_for(turn: Turn, incident: Incident | None, rule: Rule, alert: Alert) -> None:
    if incident is None:
        return
    for obligation in _open_for(incident, rule, alert.id):
        turn.end(incident, obligation, "met")
        obligation.seconds = (turn.at_us - obligation.opened_us) // 1000 / 1000
