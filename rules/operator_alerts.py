"""Alerts that are no caller's matter: told to the ladder of their rule, climbing it, and taken back, as all are."""

from rules import troubles
from rules.climbing import climbs_at_once, watch
from rules.effects import Alert, AlertKind
from rules.ladders import people_of
from rules.moments import cut_s
from rules.obligations import Rule
from rules.outgoing import alert_id, but_by, operators, publish, take_back, whom
from rules.turn import Turn

REASON_CHARS_MAX = 200


def made(turn: Turn, rule: Rule, number: int, kind: AlertKind, reason: str) -> Alert:
    """`number`: an id of its own, by which all that is told of the matter belongs together."""
    id_ = alert_id(turn, number, kind, 0)
    return Alert(
        id=id_,
        key=id_,
        site=turn.terms.rules.site,
        rule=rule,
        kind=kind,
        severity="info" if kind == "cleared" else "critical",
        opened_us=turn.at_us,
        due_us=turn.at_us,
        raised_us=turn.at_us,
        obligation=number,
        reason=reason[:REASON_CHARS_MAX],
    )


def raise_(turn: Turn, alert: Alert, also: tuple[str, ...] = ()) -> None:
    """`also`: words of a ladder, told besides."""
    ladder = turn.terms.ladder(alert.rule, alert.severity)
    to, alert.unreached = whom(turn, None, ladder.breach)
    to = but_by(turn, alert, tuple(dict.fromkeys(to + turn.terms.reach(also, turn.at_us))))
    alert.climbs, alert.manner = ladder.climbs, ladder.manner
    alert.tell, alert.acknowledge = ladder.breach, ladder.acknowledge
    alert.owing = people_of(to) if ladder.acknowledge == "all" else ()
    publish(turn, alert, to)
    if alert.silenced:
        return
    troubles.unreached(turn, alert.unreached)
    if alert.notifiers:
        watch(turn, None, alert, 0 if climbs_at_once(alert, alert.tell) else alert.climbs[0].after_us)


def take_all_back(turn: Turn, raised: str, over: Alert) -> None:
    """It is over: told to the operators, and to whoever has heard of it. `raised`: the id of the first alert."""
    first = turn.state.alerts.get(raised)
    kin = [a for a in turn.state.alerts.values() if a.obligation == over.obligation and not a.incident_id]
    if first is not None:
        over.opened_us, over.due_us = first.opened_us, first.due_us
        over.seconds = cut_s(turn.at_us - first.opened_us)
        over.silenced, over.tied_to = first.silenced, first.tied_to  # who was not told of it need not hear its end
    told = tuple(target for one in kin for target in one.notifiers)
    over.clears = tuple(dict.fromkeys((raised, *(one.id for one in kin))))
    for one in kin:
        one.stands = False
        take_back(turn, one)
    publish(turn, over, tuple(dict.fromkeys(but_by(turn, over, operators(turn, over.rule)) + told)))


def number_of(raised: str) -> int:
    """The number that stands in an alert's id."""
    return int(raised.rsplit("-", 2)[1])
