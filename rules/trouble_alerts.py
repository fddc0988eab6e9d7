"""Troubles of our own are told when they are due, and when they are over: a notifier that does not deliver, a source
that nobody can read, a role for which nobody can be reached, a step of a plan that no record is about.
"""

from typing import cast

from rules import troubles
from rules.duty import stints
from rules.effects import Alert
from rules.events import NotifierChanged, Unparsed
from rules.ladders import ROLE
from rules.moments import SECOND_US, span_us
from rules.operator_alerts import made, raise_, take_all_back
from rules.quiet import Trouble
from rules.turn import Turn

_AHEAD_US = 8 * 86_400 * SECOND_US  # the next who comes on duty is looked for so far


def passed(turn: Turn, trouble: Trouble) -> None:
    """Its moment has come: it is told; or, told already, it is looked at again."""
    if trouble.rule == "source_readable":
        _look_whether_readable(turn, trouble)
    elif trouble.rule == "on_duty" and trouble.alert:
        _look_again(turn, trouble)
    else:
        _tell(turn, trouble, trouble.next_us or turn.at_us)


def _tell(turn: Turn, trouble: Trouble, due_us: int) -> None:
    alert = made(turn, trouble.rule, trouble.id, "breach", trouble.reason or trouble.state)
    _name(alert, trouble)
    alert.opened_us, alert.due_us = trouble.since_us, due_us
    alert.stands = True
    if trouble.rule == "approval":
        alert.severity = "warning"
    trouble.alert = alert.id
    _wait_until(turn, trouble, _next_look_us(turn, trouble))
    raise_(turn, alert, also=(ROLE + trouble.owner,) if trouble.owner else ())


def over(turn: Turn, key: str, reason: str) -> None:
    """Nothing, where there is no such trouble."""
    if key not in turn.state.quiet:
        return
    trouble = cast("Trouble", turn.state.quiet[key])
    turn.drop(trouble)
    if trouble.alert:
        told = made(turn, trouble.rule, trouble.id, "cleared", reason)
        _name(told, trouble)
        take_all_back(turn, trouble.alert, told)


def notifier_changed(turn: Turn, event: NotifierChanged) -> None:
    name = event.notifier
    key = f"notifier/{name}"
    if event.state == "online":
        over(turn, key, "online")
    elif name in turn.terms.rules.notifiers and key not in turn.state.quiet:
        due_us = _offline_due_us(turn, event.since_us)
        troubles.begin(
            turn, key, "notifier_online", name, event.since_us, due_us, state=event.state, reason=event.reason
        )


def unreadable_heard(turn: Turn, event: Unparsed) -> None:
    """One may be noise; many are a source that we cannot read, and whose callers nobody sees."""
    rule = turn.terms.rules.source_readable
    if not _is_watched(turn, event.source):
        return
    key = f"unreadable/{event.source}"
    if key not in turn.state.quiet:
        until_us = turn.at_us + span_us(rule.within_s)
        troubles.begin(turn, key, "source_readable", event.source, turn.at_us, until_us, reason="unreadable")
    trouble = cast("Trouble", turn.state.quiet[key])
    trouble.unreadable, trouble.last_us = trouble.unreadable + 1, turn.at_us
    if not trouble.alert and trouble.unreadable >= rule.unreadable:
        _tell(turn, trouble, turn.at_us)
    else:
        turn.keep(trouble)


def _is_watched(turn: Turn, source: str) -> bool:
    return turn.terms.rules.source_readable.enabled and source in turn.terms.sources


def _look_whether_readable(turn: Turn, trouble: Trouble) -> None:
    """Told: is it over? Not told: they were too few."""
    if not trouble.alert:
        turn.drop(trouble)
    elif (quiet_us := _quiet_us(turn, trouble)) > turn.at_us:
        _wait_until(turn, trouble, quiet_us)
    else:
        over(turn, trouble.key, "quiet")


def rules_taken(turn: Turn) -> None:
    """Also where the desk changed duty. Who is asked for no more is no trouble; times may have changed."""
    for trouble in [one for one in turn.state.quiet.values() if isinstance(one, Trouble)]:
        if trouble.rule == "on_duty":
            _look_again(turn, trouble)
        elif trouble.rule == "notifier_online":
            if trouble.name not in turn.terms.rules.notifiers:
                over(turn, trouble.key, "not_configured")
            elif not trouble.alert:
                _wait_until(turn, trouble, _offline_due_us(turn, trouble.since_us))
        elif trouble.rule == "source_readable" and not _is_watched(turn, trouble.name):
            over(turn, trouble.key, "not_configured")


def _offline_due_us(turn: Turn, since_us: int) -> int | None:
    rule = turn.terms.rules.notifier_online
    return max(turn.at_us, since_us + span_us(rule.offline_alert_s)) if rule.enabled else None


def _look_again(turn: Turn, trouble: Trouble) -> None:
    if turn.terms.reach((ROLE + trouble.name,), turn.at_us) or not turn.terms.rules.on_duty.enabled:
        over(turn, trouble.key, "on_duty")
    elif trouble.alert:
        _wait_until(turn, trouble, _next_on_duty_us(turn, trouble))


def _next_on_duty_us(turn: Turn, trouble: Trouble) -> int:
    until_us = turn.at_us + _AHEAD_US
    coming = (one.from_us for one in stints(turn.terms.roster, trouble.name, turn.at_us, until_us))
    return next((from_us for from_us in coming if from_us > turn.at_us), until_us)


def _next_look_us(turn: Turn, trouble: Trouble) -> int | None:
    """After it was told."""
    if trouble.rule == "source_readable":
        return _quiet_us(turn, trouble)
    return _next_on_duty_us(turn, trouble) if trouble.rule == "on_duty" else None


def _quiet_us(turn: Turn, trouble: Trouble) -> int:
    return trouble.last_us + span_us(turn.terms.rules.source_readable.over_after_s)


def _name(alert: Alert, trouble: Trouble) -> None:
    if trouble.rule == "source_readable":
        alert.source = trouble.name
    else:
        alert.about = trouble.name


def _wait_until(turn: Turn, trouble: Trouble, at_us: int | None) -> None:
    trouble.next_us = at_us
    turn.keep(trouble)
    turn.state.watch_quiet(trouble)
