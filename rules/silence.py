"""Whether an alert is told: not in a window of silence, nor of a source that is not heard; an emergency always."""

from rules import storms
from rules.effects import Alert
from rules.incidents import Incident
from rules.obligations import Hush, Obligation, Rule
from rules.quiet import Window
from rules.turn import Turn

_HEARD_BY_SOURCE: frozenset[Rule] = frozenset({"three_rings", "hold_checkin", "two_calls"})


def weigh(turn: Turn, alert: Alert) -> None:
    """Say in the alert why nobody is told, if so, and which alert stands for it. Judged it is all the same.

    An emergency is told, the end of anything, and what itself stands for held ones.
    """
    if alert.severity == "emergency" or alert.kind == "cleared" or alert.count is not None:
        return
    window = _window(turn, alert) if turn.state.windows else None
    if window is not None:
        window.held[alert.kind] = window.held.get(alert.kind, 0) + 1
        turn.keep(window)
        alert.silenced, alert.tied_to = window.why, window_line(turn, window)
        return
    if alert.kind == "escalation":
        return
    offline = _offline(turn, alert)
    if offline:
        alert.silenced, alert.tied_to = "source_offline", offline
    elif turn.terms.rules.storm.enabled:
        storms.weigh(turn, alert)


def window_line(turn: Turn, window: Window) -> str:
    """The id of the alert that tells, at the end, what was not told meanwhile."""
    return f"{turn.terms.rules.site}-{window.id}-breach0"


def remember(turn: Turn, incident: Incident, obligation: Obligation, alert: Alert) -> None:
    """What was not told need not be taken back."""
    if alert.silenced:
        obligation.hushed += (Hush(alert.id, alert.silenced, alert.tied_to),)
        if alert.kind == "breach":
            turn.note(incident, "silenced", f"{alert.silenced} {alert.id}")


def untold(obligations: list[Obligation], ids: list[str]) -> Hush | None:
    """Why nobody has heard of any of these alerts; None if somebody has."""
    hushed = {hush.alert: hush for obligation in obligations for hush in obligation.hushed}
    return hushed[ids[-1]] if all(id_ in hushed for id_ in ids) else None


def _window(turn: Turn, alert: Alert) -> Window | None:
    around = [window for window in turn.state.windows.values() if window.on and _within(window, alert)]
    return min(around, key=lambda window: window.key, default=None)


def _within(window: Window, alert: Alert) -> bool:
    if window.medium:
        medium = "radio" if alert.channel else "phone"
        return bool(alert.incident_id) and medium == window.medium
    scope = window.scope
    named = ((scope.sources, alert.source), (scope.lines, alert.line), (scope.channels, alert.channel))
    return all(not names or one in names for names, one in named) and (not scope.rules or alert.rule in scope.rules)


def _offline(turn: Turn, alert: Alert) -> str:
    """The alert that tells of the source, where what this one is about can be heard of no other."""
    if alert.rule not in _HEARD_BY_SOURCE:
        return ""
    if not alert.channel:
        status = turn.state.sources.get(alert.source)
        return "" if status is None else status.offline_alert
    sources = turn.terms.radio.channel(alert.channel).sources
    known = [turn.state.sources.get(source) for source in sources]
    told = [status.offline_alert for status in known if status is not None and status.offline_alert]
    return told[0] if told and len(told) == len(known) else ""
