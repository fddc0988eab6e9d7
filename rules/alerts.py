"""What is told of an obligation: that it comes near, that it was not kept, told again, and that it is over."""

from rules import silence, troubles
from rules.effects import Alert, AlertKind
from rules.incidents import Incident
from rules.ladders import LadderTerms, people_of
from rules.obligations import Hush, Obligation, Severity
from rules.outgoing import LATE_US, acted, alert_id, publish, reached, take_back, whom
from rules.turn import Turn


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
        _tell_hail(turn, incident, alert)
    if hush is not None:
        alert.silenced, alert.tied_to = hush.why, hush.tied_to
    return publish(turn, alert, to)


def _tell_hail(turn: Turn, incident: Incident, alert: Alert) -> None:
    alert.ring, alert.unit = None, incident.unit
    alert.unit_name = turn.terms.radio.unit_names.get(incident.unit, "")
    alert.channel = incident.channel
    alert.calls = incident.calls


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
