"""The way of an alert: whom it is told, into the outbox, taken back, and let go when nothing more can happen to it."""

from typing import Literal

from rules import silence, storms
from rules.effects import WAITING_KINDS, Alert, AlertKind, Send
from rules.incidents import Incident
from rules.matters import end_waits
from rules.obligations import Rule
from rules.state import ALERT_EXPIRES_US
from rules.turn import Turn
from rules.waits import EXPIRE

LATE_US = 1_000_000  # told so long after its moment: we were down, and say so


def alert_id(turn: Turn, obligation: int, kind: AlertKind | Literal["nobody"], count: int) -> str:
    """Unique, the same after every restart, fit for a URL; also the idempotency key."""
    return f"{turn.terms.rules.site}-{obligation}-{kind}{count}"


def reached(turn: Turn, incident: Incident | None, tell: tuple[str, ...]) -> tuple[str, ...]:
    """The targets that the words of a ladder's step mean now."""
    return whom(turn, incident, tell)[0]


def whom(turn: Turn, incident: Incident | None, tell: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same, and which of its roles and people cannot be reached; that stands in the record, too."""
    targets, unreached = turn.terms.told_by(tell, turn.at_us)
    if unreached and incident is not None:
        for name in unreached:
            turn.note(incident, "nobody_reached", name)
    return targets, unreached


def but_by(turn: Turn, alert: Alert, to: tuple[str, ...]) -> tuple[str, ...]:
    """Where it is about a notifier that does not deliver, the others tell it."""
    if alert.rule != "notifier_online":
        return to
    others = tuple(target for target in to if target.partition("/")[0] != alert.about)
    return others or tuple(name for name in turn.terms.rules.notifiers if name != alert.about)


def operators(turn: Turn, rule: Rule) -> tuple[str, ...]:
    """Who hears of what is no caller's matter."""
    return reached(turn, None, turn.terms.ladder(rule, "critical").breach)


def publish(turn: Turn, alert: Alert, to: tuple[str, ...]) -> Alert:
    """Keep it, and tell it unless it is silenced."""
    silence.weigh(turn, alert)
    return send_out(turn, alert, () if alert.silenced else to)


def send_out(turn: Turn, alert: Alert, to: tuple[str, ...]) -> Alert:
    """Put it into the outbox and among the live alerts."""
    alert.key = alert.id
    alert.notifiers = to
    decision = turn.decision
    decision.alerts.append(alert)
    for name in to:
        decision.sends += (Send(alert.id, name),)
    turn.state.alerts[alert.id] = alert
    if alert.kind in WAITING_KINDS:
        turn.state.waits.add(alert.raised_us + ALERT_EXPIRES_US, EXPIRE, alert.obligation, alert)
    if not to:
        let_go_if_settled(turn, alert)
    return alert


def acted(turn: Turn, alert: Alert, reason: str) -> None:
    """What it was acknowledged for is done."""
    if alert.act_us is None:
        return
    alert.act_us = None
    turn.decision.alerts.append(alert)
    end_waits(turn, turn.state.incidents.get(alert.incident_id), "act", alert, "met", reason)


def take_back(turn: Turn, alert: Alert) -> None:
    _over(turn, alert, "cleared")
    let_go_if_settled(turn, alert)


def let_go_if_settled(turn: Turn, alert: Alert) -> None:
    """Live until every notifier is done and, for a breach or escalation, somebody acknowledged it or it is over.

    So long as something must be done about it, it is not.
    """
    if (alert.state == "raised" and alert.kind in WAITING_KINDS) or alert.act_us is not None or alert.stands:
        return
    if alert.notified.keys() >= {*alert.notifiers, *alert.orders}:
        _let_go(turn, alert)


def expire(turn: Turn, alert: Alert) -> None:
    _over(turn, alert, "expired")
    _let_go(turn, alert)


def _over(turn: Turn, alert: Alert, state: Literal["cleared", "expired"]) -> None:
    if alert.state == "raised":
        alert.state = state
    turn.decision.alerts.append(alert)
    storms.over_for(turn, alert)


def _let_go(turn: Turn, alert: Alert) -> None:
    if turn.state.alerts.pop(alert.id, None) is not None:
        turn.decision.settled.append(alert.id)
