"""What a breach alert asks of the desk: somebody acknowledges it, and it reaches somebody at all; else it climbs."""

from rules import troubles
from rules.climbing import Next, climb, climbs_at_once, copied, follow, tell, watch
from rules.effects import Alert, Climb
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.outgoing import alert_id, but_by
from rules.turn import Turn

NOBODY_NOTIFIED = 1  # the count in the id of a breach's escalation to everybody; the others are counted around it


def breach_was_told(turn: Turn, incident: Incident, alert: Alert) -> None:
    """Open what the new breach alert asks for."""
    if alert.silenced:  # nobody was told, so nobody is asked
        return
    if not alert.notifiers:
        turn.note(incident, "no_notifier", alert.id)
        return
    watch(turn, incident, alert, 0 if climbs_at_once(alert, alert.tell) else alert.climbs[0].after_us)
    troubles.unreached(turn, alert.unreached)


def acknowledge_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """It climbs; or it was snoozed, and is told again."""
    about = turn.state.alerts.get(obligation.alert)
    snoozed = about is not None and about.snoozed_us is not None
    turn.end(incident, obligation, "waived" if snoozed else "breached", "snooze_over" if snoozed else "")
    if about is None or about.state != "raised":
        return
    _go_on(turn, incident, about, obligation.due_us)


def _go_on(turn: Turn, incident: Incident | None, about: Alert, due_us: int) -> None:
    if about.snoozed_us is not None:
        _wake(turn, incident, about)
    else:
        climb(turn, incident, about, "not_acknowledged" if about.handed is None else "not_taken", due_us)


def _wake(turn: Turn, incident: Incident | None, about: Alert) -> None:
    """The same step is told again, and the ladder goes on with the time that was left."""
    due_us, about.snoozed_us = about.snoozed_us or turn.at_us, None
    turn.decision.alerts.append(about)
    words = about.tell if about.handed is None else (about.handed.to,)
    step = Climb(0, about.tell, about.acknowledge)
    then = Next("snooze_over", due_us, words, step, about.climbs, about.left_us)
    follow(turn, incident, about, then._replace(acknowledgements=about.acknowledgements, handed=about.handed))


def notify_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """Told to every notifier there is, and noted; this one is not watched itself, or it would go on for ever."""
    turn.end(incident, obligation, "breached", "nobody_notified")
    turn.note(incident, "nobody_notified", obligation.alert)
    about = turn.state.alerts.get(obligation.alert)
    if about is not None:
        _tell_all(turn, about, obligation.due_us)


def operators_passed(turn: Turn, alert: Alert) -> None:
    """The same of an alert that is no caller's matter, and waits itself."""
    turn.decision.alerts.append(alert)
    reach_us, climb_us = alert.reach_us, alert.climb_us
    if reach_us is not None and reach_us <= turn.at_us:
        alert.reach_us = None
        _tell_all(turn, alert, reach_us)
    if climb_us is not None and climb_us <= turn.at_us:
        alert.climb_us = None
        if alert.state == "raised":
            _go_on(turn, None, alert, climb_us)


def operators_settled(turn: Turn, alert: Alert, *, delivered: bool) -> None:
    """It has reached somebody; or every one of its notifiers has given up, and the wait is over now."""
    if delivered:
        alert.reach_us = None
    elif alert.reach_us is not None and all(alert.notified.get(name) is False for name in alert.notifiers):
        alert.reach_us = None
        _tell_all(turn, alert, turn.at_us)


def _tell_all(turn: Turn, about: Alert, due_us: int) -> None:
    everybody = but_by(turn, about, turn.terms.rules.notifiers)
    if about.rung and set(about.notifiers) >= set(everybody):  # every notifier has been tried
        return
    alert = copied(turn, about, "nobody_notified", due_us)
    alert.rule = "notify"
    if about.rung:
        alert.id = alert_id(turn, about.obligation, "nobody", about.rung)
    else:
        alert.id = alert_id(turn, about.obligation, "escalation", NOBODY_NOTIFIED)
    tell(turn, alert, everybody)
