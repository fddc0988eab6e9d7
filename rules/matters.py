"""The matter of an alert: all that was told about one breach, where its ladder stands, and what waits for the desk."""

from typing import NamedTuple

from rules.effects import Alert, Manner
from rules.incidents import Incident
from rules.moments import cut_s
from rules.obligations import Obligation, Outcome, Rule
from rules.state import State
from rules.terms import Terms
from rules.turn import Turn

_Key = tuple[int, int] | str  # of a record's obligation; else the alert's own id


class Matter(NamedTuple):
    """`incident`: None for what is no caller's matter, or no longer live."""

    incident: Incident | None
    alerts: tuple[Alert, ...]  # those still live, the named one first
    head: Alert | None  # where the ladder stands; None: this climbs none


def matter_of(state: State, named: Alert) -> Matter:
    return matters_of(state, [named])[0]


def matters_of(state: State, named: list[Alert]) -> list[Matter]:
    """Each matter once, whatever was named of it: many at once take one look at what is live, not one each."""
    matters: dict[_Key, list[Alert]] = {}
    for alert in named:
        matters.setdefault(_key(state, alert), [alert])
    for alert in state.alerts.values():
        alerts = matters.get((alert.incident_id, alert.obligation))
        if alerts is not None and alert is not alerts[0]:
            alerts.append(alert)
    return [_matter(state, key, alerts) for key, alerts in matters.items()]


def _key(state: State, named: Alert) -> _Key:
    """What is no caller's matter and waits itself, or is of a record that is no longer live, stands for itself."""
    if named.incident_id not in state.incidents and (named.incident_id or not named.obligation):
        return named.id
    return (named.incident_id, named.obligation)


def _matter(state: State, key: _Key, alerts: list[Alert]) -> Matter:
    if isinstance(key, str):
        return Matter(None, tuple(alerts), None)
    head = max((a for a in alerts if _climbs(a)), key=lambda a: a.rung, default=None)
    return Matter(state.incidents.get(key[0]), tuple(alerts), head)


def manner_of(terms: Terms, alert: Alert) -> Manner:
    """As it was at the breach; of one raised before there were manners, as it is now."""
    return alert.manner or terms.ladder(alert.rule, alert.severity).manner


def breached_by(turn: Turn, alert: Alert) -> Obligation | None:
    """What was not, or may not be, kept in time; where two calls turned out to be one, in the other's record."""
    incident = turn.state.incidents.get(alert.incident_id)
    while incident is not None:
        for obligation in incident.obligations:
            if obligation.id == alert.obligation:
                return obligation
        incident = turn.state.by_number.get(incident.merged_into) if incident.merged_into else None
    return None


def end_waits(  # noqa: PLR0917 - the positions of a record
    turn: Turn, incident: Incident | None, rule: Rule, alert: Alert, verdict: Outcome, reason: str = ""
) -> None:
    """What waits for somebody to acknowledge the alert, to act on it, or to be told it."""
    if incident is None:
        if rule == "acknowledge":
            alert.climb_us = None
        return
    for obligation in waits(incident, rule, alert):
        turn.end(incident, obligation, verdict, reason)
        obligation.seconds = cut_s(turn.at_us - obligation.opened_us)


def waits(incident: Incident, rule: Rule, alert: Alert) -> list[Obligation]:
    return [o for o in incident.obligations if o.rule == rule and o.alert == alert.id and o.state == "open"]


def _climbs(alert: Alert) -> bool:
    """Not the same breach told again, nor that nobody was told, nor one that was not told itself."""
    if alert.silenced and alert.kind == "breach":
        return False
    return alert.manner is not None or bool(alert.climbs) or alert.rung > 0
