"""How far an alert has come with each of its receivers; and that it has reached nobody at all."""

from rules import rescue
from rules.duty import known_as
from rules.effects import Alert, Fate, ReceiverState
from rules.escalation import notify_passed, operators_settled
from rules.events import AlertSeen, DeliveriesSettled, DeliveriesTried, DeliverySettled
from rules.matters import end_waits, waits
from rules.outgoing import let_go_if_settled
from rules.turn import Turn

STRANGERS_MAX = 50  # who have seen an alert without being told it
_ORDER: tuple[ReceiverState, ...] = ("queued", "sent", "failed", "delivered", "seen", "acknowledged")
_ON_ITS_WAY = "timeout"  # the reason of a try that may have arrived: nobody knows


def delivery_settled(turn: Turn, event: DeliverySettled) -> None:
    alert = turn.state.alerts.get(event.alert)
    if alert is None:
        return
    alert.notified[event.notifier] = event.delivered or alert.notified.get(event.notifier, False)
    if event.notifier in alert.orders:
        rescue.settled(turn, alert, event)
        let_go_if_settled(turn, alert)
        return
    come(turn, alert, event.notifier, "delivered" if event.delivered else "failed", event.reason)
    incident = turn.state.incidents.get(alert.incident_id)
    if incident is not None:
        turn.decision.incident = incident.id
        if event.delivered:
            end_waits(turn, incident, "notify", alert, "met")
        elif all(alert.notified.get(name) is False for name in alert.notifiers):
            for obligation in waits(incident, "notify", alert):
                notify_passed(turn, incident, obligation)
    elif alert.reach_us is not None:
        operators_settled(turn, alert, delivered=event.delivered)
    let_go_if_settled(turn, alert)


def deliveries_settled(turn: Turn, event: DeliveriesSettled) -> None:
    for one in event.each:
        delivery_settled(turn, one)
    turn.decision.incident = 0  # of many: each one's time line reads the outbox


def deliveries_tried(turn: Turn, event: DeliveriesTried) -> None:
    for one in event.each:
        alert = turn.state.alerts.get(one.alert)
        if alert is not None and one.notifier in alert.notifiers:
            come(turn, alert, one.notifier, "sent" if one.reason == _ON_ITS_WAY else "queued", one.reason)


def seen(turn: Turn, event: AlertSeen) -> None:
    """By somebody who was told it, or by somebody else at a console."""
    alert = turn.state.alerts.get(event.alert)
    if alert is None:
        return
    turn.decision.incident = alert.incident_id
    one = known_as(turn.terms.rules, event.by)
    who = one.id if one is not None else event.by
    mine = of_person(alert, who)
    if not mine and sum(target.startswith("/") for target in alert.fates) < STRANGERS_MAX:
        mine = ("/" + who,)
    for target in mine:
        come(turn, alert, target, "seen")


def of_person(alert: Alert, who: str) -> tuple[str, ...]:
    return tuple(target for target in alert.notifiers if who and target.endswith("/" + who))


def come(turn: Turn, alert: Alert, target: str, state: ReceiverState, error: str = "") -> None:
    """Never back: who has seen it has it, whatever its notifier says later."""
    known = alert.fates.get(target)
    turn.decision.alerts.append(alert)
    if known is None or _ORDER.index(known.state) <= _ORDER.index(state):
        alert.fates[target] = Fate(state, turn.at_us, error)
