"""What a breach alert asks of the desk: somebody acknowledges it, and it reaches somebody at all; else it climbs."""

from rules.alerts import alert_id
from rules.climbing import Next, climb, copied, follow, tell, watch_telling
from rules.effects import Alert, Climb
from rules.incidents import Incident
from rules.obligations import Obligation, Step
from rules.turn import Turn

NOBODY_NOTIFIED = 1  # the count in the id of a breach's escalation to everybody; the others are counted around it


def breach_was_told(turn: Turn, incident: Incident, alert: Alert) -> None:
    """Open what the new breach alert asks for."""
    if alert.silenced:  # nobody was told, so nobody is asked
        return
    if not alert.notifiers:
        turn.note(incident, "no_notifier", alert.id)
        return
    plan = (Step(alert.climbs[0].after_us, "breach"),)
    turn.open(incident, "acknowledge", plan, turn.at_us, alert=alert.id)
    watch_telling(turn, incident, alert)


def acknowledge_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """It climbs; or it was snoozed, and is told again."""
    about = turn.state.alerts.get(obligation.alert)
    snoozed = about is not None and about.snoozed_us is not None
    turn.end(incident, obligation, "waived" if snoozed else "breached", "snooze_over" if snoozed else "")
    if about is None or about.state != "raised":
        return
    if snoozed:
        _wake(turn, incident, about)
    else:
        reason = "not_acknowledged" if about.handed is None else "not_taken"
        climb(turn, incident, about, reason, obligation.due_us)


def _wake(turn: Turn, incident: Incident, about: Alert) -> None:
    """The same step is told again, and the ladder goes on with the time that was left."""
    due_us, about.snoozed_us = about.snoozed_us or turn.at_us, None
    turn.decision.alerts += (about,)
    words = about.tell if about.handed is None else (about.handed.to,)
    step = Climb(0, about.tell, about.acknowledge)
    then = Next("snooze_over", due_us, words, step, about.climbs, about.left_us)
    follow(turn, incident, about, then._replace(acknowledgements=about.acknowledgements, handed=about.handed))


def notify_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """Told to every notifier there is, and noted; this one is not watched itself, or it would go on for ever."""
    turn.end(incident, obligation, "breached", "nobody_notified")
    turn.note(incident, "nobody_notified", obligation.alert)
    about = turn.state.alerts.get(obligation.alert)
    everybody = turn.terms.rules.notifiers
    if about is None or (about.rung and set(about.notifiers) >= set(everybody)):  # every notifier has been tried
        return
    alert = copied(turn, about, "nobody_notified", obligation.due_us)
    alert.rule = "notify"
    if about.rung:
        alert.id = alert_id(turn, about.obligation, "nobody", about.rung)
    else:
        alert.id = alert_id(turn, about.obligation, "escalation", NOBODY_NOTIFIED)
    tell(turn, alert, everybody)
