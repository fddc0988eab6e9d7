"""Windows of silence: announced, begun, ended, and then one line for what was not told meanwhile."""

from datetime import datetime, tzinfo

from rules import service_hours
from rules.effects import Alert
from rules.events import MaintenanceBegun, MaintenanceEnded
from rules.moments import SECOND_US, span_us, us_of, zone_of
from rules.obligations import Rule
from rules.operator_alerts import raise_
from rules.outgoing import operators, send_out
from rules.quiet import Maintenance, Scope, Window
from rules.silence import window_line
from rules.turn import Turn
from rules.weekly import Days, Span, Weekly, spans

BY_HAND_MAX = 50  # running at a time
_AHEAD_US = 400 * 86_400 * SECOND_US  # a weekly one comes again within a year, but for a day off in a leap year


def rules_taken(turn: Turn) -> None:
    """What runs and is announced still goes on; what is announced no more, or for another time, ends."""
    fresh = {window.key: window for window in _announced(turn)}
    for known in sorted(_windows(turn), key=lambda window: window.key):
        anew = fresh.get(known.key)
        if known.key.startswith("by_hand:"):
            continue
        if known.on and anew is not None and anew.from_us <= turn.at_us:
            known.scope, known.reason, known.until_us = anew.scope, anew.reason, anew.until_us
            _keep(turn, known)
            del fresh[known.key]
        else:
            _end(turn, known)
    for key in sorted(fresh):
        _announce(turn, fresh[key])


def begun_by_hand(turn: Turn, event: MaintenanceBegun) -> None:
    """It ends by itself; the same name again is the same one."""
    key = f"by_hand:{event.window}"
    running = [window for window in _windows(turn) if window.key.startswith("by_hand:")]
    longest_us = turn.at_us + span_us(turn.terms.rules.maintenance_by_hand.longest_s)
    if key in turn.state.quiet or len(running) >= BY_HAND_MAX or event.until_us <= turn.at_us:
        return
    window = Window(
        key=key,
        why="maintenance",
        from_us=turn.at_us,
        until_us=min(event.until_us, longest_us),
        scope=event.scope,
        reason=event.reason,
        by=event.by,
        id=turn.state.next_id(),
        on=True,
    )
    _keep(turn, window)


def ended_by_hand(turn: Turn, event: MaintenanceEnded) -> None:
    """Also one that the configuration announced: it is over for this time."""
    window = turn.state.quiet.get(event.window)
    if isinstance(window, Window) and window.why == "maintenance" and window.on:
        _end(turn, window)
        _come_again(turn, window, window.until_us)


def passed(turn: Turn, window: Window) -> None:
    if window.on:
        _end(turn, window)
        _come_again(turn, window, turn.at_us)
    else:
        window.on = True
        _keep(turn, window)


def _announce(turn: Turn, window: Window) -> None:
    window.id, window.on = turn.state.next_id(), window.from_us <= turn.at_us
    _keep(turn, window)


def _come_again(turn: Turn, window: Window, after_us: int) -> None:
    again = next((one for one in _announced(turn, after_us) if one.key == window.key), None)
    if again is not None:
        _announce(turn, again)


def _end(turn: Turn, window: Window) -> None:
    turn.drop(window)
    count = sum(window.held.values())
    if not window.on or not count:
        return
    line = window_line(turn, window)
    waiting = [a for a in turn.state.alerts.values() if a.silenced and a.tied_to == line and a.state == "raised"]
    rule: Rule = "after_hours" if window.why == "after_hours" else "maintenance"
    alert = Alert(
        id=line,
        key=line,
        obligation=window.id,
        site=turn.terms.rules.site,
        rule=rule,
        kind="breach" if waiting else "cleared",
        severity="critical" if waiting else "info",
        opened_us=window.from_us,
        due_us=turn.at_us,
        raised_us=turn.at_us,
        source=_only(window.scope.sources),
        line=_only(window.scope.lines),
        channel=_only(window.scope.channels),
        reason=window.reason,
        count=count,
        waiting=len(waiting),
    )
    if waiting:
        raise_(turn, alert)
    else:
        send_out(turn, alert, operators(turn, rule))


def _keep(turn: Turn, window: Window) -> None:
    turn.keep(window)
    turn.state.watch_quiet(window)


def _windows(turn: Turn) -> list[Window]:
    return list(turn.state.windows.values())


def _announced(turn: Turn, after_us: int | None = None) -> list[Window]:
    """The next time of each that the rule set announces, or the one that runs."""
    rules = turn.terms.rules
    at_us = turn.at_us if after_us is None else after_us
    zone, days = zone_of(rules.timezone), Days(rules.days_off)
    found = service_hours.closings(rules, at_us)
    for one in rules.maintenance:
        span = _next_span(one, days, zone, at_us)
        if span is not None:
            scope = Scope(sources=one.sources, lines=one.lines, channels=one.channels, rules=one.rules)
            found.append(
                Window(
                    key=f"maintenance:{one.name}",
                    why="maintenance",
                    from_us=span.from_us,
                    until_us=span.until_us,
                    scope=scope,
                    reason=one.reason,
                    id=0,
                )
            )
    return found


def _next_span(one: Maintenance, days: Days, zone: tzinfo, at_us: int) -> Span | None:
    if one.begins is not None and one.ends is not None:
        span = Span(one.begins.date(), _us_of(one.begins, zone), _us_of(one.ends, zone))
        return span if span.until_us > at_us else None
    pattern = Weekly(one.days, one.from_, one.to, one.since, one.until)
    first = spans(pattern, days, zone, at_us, at_us + _AHEAD_US)
    return next((span for span in first if span.until_us > at_us), None)


def _us_of(moment: datetime, zone: tzinfo) -> int:
    """A moment without a zone is the site's."""
    return us_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))


def _only(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ""
