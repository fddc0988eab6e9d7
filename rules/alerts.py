"""Alerts: raised and told to the ladder's step, taken back, and let go when nothing more can happen to them."""

from typing import Literal

from rules import silence, storms, troubles
from rules.effects import Alert, AlertKind, Send
from rules.incidents import Incident
from rules.ladders import LadderTerms, people_of
from rules.matters import end_waits
from rules.obligations import Hush, Obligation, Rule, Severity
from rules.state import ALERT_EXPIRES_US
from rules.turn import Turn
from rules.waits import EXPIRE

LATE_US = 1_000_000  # told so long after its moment: we were down, and say so


def alert_id(turn: Turn, obligation: int, kind: AlertKind | Literal["nobody"], count: int) -> str:
    """Unique, the same after every restart, fit for a URL; also the idempotency key."""
    return f"{turn.terms.rules.site}-{obligation}-{kind}{count}"


def warn(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """The warning at `obligation.step`, which is then behind it."""
    step = obligation.plan[obligation.step]
    ladder = turn.terms.ladder(obligation.rule, "warning", incident.medium, turn.at_us)
    to, unreached = whom(turn, incident, ladder.warn)
    due_us = obligation.opened_us + step.after_us
    told = _about(
        turn,
        incident,
        obligation,
        "warning",
        "warning",
        count=obligation.step,
        ring=step.ring or None,
        due_us=due_us,
        to=to,
    )
    silence.remember(turn, incident, obligation, told)
    if unreached and not told.silenced:
        troubles.unreached(turn, unreached)


def breach(
    turn: Turn,
    incident: Incident,
    obligation: Obligation,
    severity: Severity = "critical",
    *,
    also: tuple[str, ...] = (),
) -> Alert:
    """`also`: words of a ladder, told besides."""
    ring = obligation.plan[-1].ring if obligation.plan else 0
    told = _first(turn, incident, obligation, severity, count=0, ring=ring or None, due_us=obligation.due_us, also=also)
    obligation.late, obligation.told = told.late, told.notifiers
    silence.remember(turn, incident, obligation, told)
    return told


def breach_after_all(turn: Turn, incident: Incident, obligation: Obligation, count: int) -> Alert:
    """A breach that was not told in its time: now it is, and its ladder begins now."""
    told = _first(turn, incident, obligation, "critical", count=count, ring=None, due_us=obligation.due_us)
    obligation.told = told.notifiers
    silence.remember(turn, incident, obligation, told)
    return told


def _first(
    turn: Turn,
    incident: Incident,
    obligation: Obligation,
    severity: Severity,
    *,
    count: int,
    ring: int | None,
    due_us: int,
    also: tuple[str, ...] = (),
) -> Alert:
    """What the ladder begins with."""
    ladder = _ladder(turn, incident, obligation, severity)
    tell = _breach_words(turn, ladder, severity)
    to, unreached = whom(turn, incident, tell)
    if also:
        to = tuple(dict.fromkeys(to + turn.terms.reach(also, turn.at_us)))
    told = _about(turn, incident, obligation, "breach", severity, count=count, ring=ring, due_us=due_us, to=to)
    told.climbs, told.manner = ladder.climbs, ladder.manner
    told.tell, told.unreached, told.acknowledge = tell, unreached, ladder.acknowledge
    told.owing = people_of(told.notifiers) if ladder.acknowledge == "all" else ()
    return told


def breach_again(turn: Turn, incident: Incident, obligation: Obligation, severity: Severity, count: int) -> Alert:
    """Nobody has answered since it was told: the same breach, told once more."""
    tell = _breach_words(turn, _ladder(turn, incident, obligation, severity), severity)
    to = reached(turn, incident, tell)
    told = _about(turn, incident, obligation, "breach", severity, count=count, ring=None, due_us=turn.at_us, to=to)
    if obligation.hushed:  # who was not told at first hears of it now
        obligation.told = tuple(dict.fromkeys(obligation.told + told.notifiers))
    silence.remember(turn, incident, obligation, told)
    return told


def _ladder(turn: Turn, incident: Incident, obligation: Obligation, severity: Severity) -> LadderTerms:
    return turn.terms.ladder(obligation.rule, severity, incident.medium, turn.at_us)


def _breach_words(turn: Turn, ladder: LadderTerms, severity: Severity) -> tuple[str, ...]:
    """An emergency is told to every notifier, and to the people whom the ladder's step names besides."""
    if severity != "emergency":
        return ladder.breach
    return tuple(dict.fromkeys(turn.terms.rules.notifiers + ladder.breach))


def clear(turn: Turn, incident: Incident, obligations: list[Obligation], reason: str) -> None:
    """One `cleared` alert for all that went out about these obligations; nothing if nothing did."""
    ids: list[str] = []
    breached = False
    for obligation in obligations:
        if obligation.step or obligation.revised:
            ids += _told(turn, obligation)
            breached = breached or _was_breached(obligation)
    if not ids:
        return
    last = obligations[-1]
    alerts = turn.state.alerts
    live = [alerts[id_] for id_ in ids if id_ in alerts]
    to = reached(turn, incident, _ladder(turn, incident, last, "warning").warn)
    to = tuple(dict.fromkeys(to + tuple(target for obligation in obligations for target in obligation.told)))
    told = _about(
        turn,
        incident,
        last,
        "cleared",
        "info",
        count=last.revised,
        ring=last.ring,
        due_us=last.due_us,
        to=to,
        reason=reason,
        clears=tuple(ids),
        hush=silence.untold(obligations, ids),
    )
    told.late = False
    for alert in live:
        acted(turn, alert, "cleared")
        take_back(turn, alert)
    if not breached:
        return
    for asked in [o for o in incident.obligations if o.rule == "acknowledge" and o.state == "open" and o.alert in ids]:
        turn.end(incident, asked, "waived", "cleared")  # what is over needs no acknowledging


def acted(turn: Turn, alert: Alert, reason: str) -> None:
    """What it was acknowledged for is done."""
    if alert.act_us is None:
        return
    alert.act_us = None
    turn.decision.alerts += (alert,)
    end_waits(turn, turn.state.incidents.get(alert.incident_id), "act", alert, "met", reason)


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


def take_back(turn: Turn, alert: Alert) -> None:
    if alert.state == "raised":
        alert.state = "cleared"
    turn.decision.alerts += (alert,)
    storms.over_for(turn, alert)
    let_go_if_settled(turn, alert)


def publish(turn: Turn, alert: Alert, to: tuple[str, ...]) -> Alert:
    """Keep it, and tell it unless it is silenced."""
    silence.weigh(turn, alert)
    return send_out(turn, alert, () if alert.silenced else to)


def send_out(turn: Turn, alert: Alert, to: tuple[str, ...]) -> Alert:
    """Put it into the outbox and among the live alerts."""
    alert.key = alert.id
    alert.notifiers = to
    decision = turn.decision
    decision.alerts += (alert,)
    for name in to:
        decision.sends += (Send(alert.id, name),)
    turn.state.alerts[alert.id] = alert
    if alert.kind in ("breach", "escalation"):
        turn.state.waits.add(alert.raised_us + ALERT_EXPIRES_US, EXPIRE, alert.obligation, alert)
    if not to:
        let_go_if_settled(turn, alert)
    return alert


def let_go_if_settled(turn: Turn, alert: Alert) -> None:
    """Live until every notifier is done and, for a breach or escalation, somebody acknowledged it or it is over.

    So long as something must be done about it, it is not.
    """
    if (alert.state == "raised" and alert.kind in ("breach", "escalation")) or alert.act_us is not None or alert.stands:
        return
    if alert.notified.keys() >= {*alert.notifiers, *alert.orders}:
        _let_go(turn, alert)


def expire(turn: Turn, alert: Alert) -> None:
    if alert.state == "raised":
        alert.state = "expired"
    turn.decision.alerts += (alert,)
    storms.over_for(turn, alert)
    _let_go(turn, alert)


def _let_go(turn: Turn, alert: Alert) -> None:
    if turn.state.alerts.pop(alert.id, None) is not None:
        turn.decision.settled += (alert.id,)


def _about(
    turn: Turn,
    incident: Incident,
    obligation: Obligation,
    kind: AlertKind,
    severity: Severity,
    *,
    count: int,
    ring: int | None,
    due_us: int,
    to: tuple[str, ...],
    reason: str = "",
    clears: tuple[str, ...] = (),
    hush: Hush | None = None,
) -> Alert:
    """`hush`: nobody has heard of what it clears, so nobody hears of this."""
    call = incident.call
    alert = Alert(
        id=alert_id(turn, obligation.id, kind, count),
        key="",
        site=incident.site,
        rule=obligation.rule,
        kind=kind,
        severity=severity,
        opened_us=obligation.opened_us,
        due_us=obligation.due_us,
        raised_us=turn.at_us,
        incident_id=incident.id,
        incident=incident.number,
        obligation=obligation.id,
        source=call.source,
        caller=incident.caller,
        line=incident.line,
    )  # with more than fifteen at once Python would pass them in a dictionary, which costs what the whole alert does
    alert.call = f"c{incident.id}"
    if call.ids:
        alert.source_call = call.ids[0]
    leg = call.legs.get(obligation.leg)
    device = leg.device if leg is not None and leg.device else incident.device
    if device:
        alert.device = device
    if not obligation.certain:
        alert.certain = False
    if turn.at_us - due_us > LATE_US:
        alert.late = True
    alert.ring, alert.seconds = ring, obligation.seconds
    alert.reason, alert.clears = reason or obligation.reason, clears
    if incident.medium == "radio":
        alert.ring, alert.unit = None, incident.unit
        alert.unit_name = turn.terms.radio.unit_names.get(incident.unit, "")
        alert.channel = incident.channel
        alert.calls = incident.calls
    if hush is not None:
        alert.silenced, alert.tied_to = hush.why, hush.tied_to
    return publish(turn, alert, to)


def _told(turn: Turn, obligation: Obligation) -> list[str]:
    """Ids of what went out about it, also of alerts that are no longer live: they follow from the steps taken."""
    ids = [
        alert_id(turn, obligation.id, "warning", index)
        for index, step in enumerate(obligation.plan[: obligation.step])
        if step.kind == "warning"
    ]
    if _was_breached(obligation):
        ids.append(alert_id(turn, obligation.id, "breach", 0))
        ids += obligation.climbed
        if obligation.rule == "two_calls":  # told again and again
            count = 1
            while (again := alert_id(turn, obligation.id, "breach", count)) in turn.state.alerts:
                ids.append(again)
                count += 1
    return ids


def _was_breached(obligation: Obligation) -> bool:
    return obligation.state == "breached" or obligation.revised > 0
