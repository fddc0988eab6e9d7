"""The line of a storm: told, told anew at a bounded rate, climbing until it is acknowledged, and taken back."""

from rules.effects import Alert
from rules.moments import cut_s
from rules.outgoing import reached, send_out, take_back
from rules.quiet import Storm
from rules.state import State
from rules.storms import climbs, due_us, has_news, ladder, line_id, look_again, over_us, reach_us, waiting, wake_at
from rules.turn import Turn

UNTOLD_MAX = 4_096  # held and not told of while more is due at the same moment: some 0.3 s of deciding


def overtake(turn: Turn) -> None:
    """More is due at once than one entry takes: say how many it is so far, before the rest of them is judged."""
    storms = [thing for thing in turn.state.quiet.values() if isinstance(thing, Storm) and thing.line]
    storms = [storm for storm in storms if storm.count > storm.told_count and due_us(turn, storm) <= turn.at_us]
    if sum(storm.count - storm.told_count for storm in storms) < UNTOLD_MAX:
        return
    for storm in storms:
        _tell_if_due(turn, storm, waiting(turn, storm.line), "storm_so_far")
        storm.early = True
        look_again(turn, storm)
        turn.keep(storm)


def passed(turn: Turn, storm: Storm) -> None:
    """Its moment has come."""
    if storm.line:
        left = waiting(turn, storm.line)
        if not left:
            storm.unacknowledged_since_us = None
        _tell_if_due(turn, storm, left, "storm")
        storm.early = False
        if storm.running and turn.at_us >= over_us(turn, storm):
            storm.running, storm.recent = False, ()
            if left:
                _tell_over(turn, storm, left, "over")
        if not storm.running and not left:
            _tell_over(turn, storm, left, "done")
            storm.line, storm.rung, storm.told, storm.told_all = "", 0, (), False
    if storm.line:
        look_again(turn, storm)
    else:
        wake_at(turn, storm, None)
    turn.keep(storm)


def named(state: State, alert: str) -> Alert | None:
    """The line as it was last told, by the id of any of its tellings."""
    for thing in state.quiet.values():
        if isinstance(thing, Storm) and thing.line and alert.startswith(line_id(state, thing, 0)[:-1]):
            return state.alerts.get(line_id(state, thing, thing.lines - 1))
    return None


def acknowledged(turn: Turn, line: str) -> None:
    """Whom it stands for is taken care of; who comes after that waits anew. `line`: as it was first told."""
    for thing in turn.state.quiet.values():
        if isinstance(thing, Storm) and thing.line and thing.line == line:
            thing.unacknowledged_since_us, thing.rung = None, 0
            wake_at(turn, thing, turn.at_us)
            turn.keep(thing)


def _tell_if_due(turn: Turn, storm: Storm, left: list[Alert], why: str) -> None:
    climbed = [tell for us, tell in climbs(turn, storm) if us <= turn.at_us]
    by_us = reach_us(turn, storm)
    nobody = by_us is not None and by_us <= turn.at_us
    if not (nobody or len(climbed) > storm.rung or has_news(turn, storm)):
        return
    storm.rung = max(storm.rung, len(climbed))
    storm.told_all = nobody
    if storm.lines and line_id(turn.state, storm, storm.lines) != storm.line:
        before = turn.state.alerts.get(line_id(turn.state, storm, storm.lines - 1))
        if before is not None:
            take_back(turn, before)
    line = _about(turn, storm, line_id(turn.state, storm, storm.lines), left)
    line.kind, line.severity = storm.kind, storm.severity
    line.reason = "nobody_notified" if nobody else why
    storm.lines += 1
    storm.told_us, storm.told_count = turn.at_us, storm.count
    to = turn.terms.rules.notifiers if nobody else _whom(turn, storm, climbed)
    storm.told += tuple(target for target in to if target not in storm.told)
    send_out(turn, line, to)


def _tell_over(turn: Turn, storm: Storm, left: list[Alert], how: str) -> None:
    """To those who hear of its line; with nobody left waiting the line itself is taken back."""
    last_id = line_id(turn.state, storm, storm.lines - 1)
    over = _about(turn, storm, f"{last_id}-{how}", left)
    over.reason = "storm_over"
    over.seconds = cut_s(turn.at_us - storm.since_us)
    if not left:
        over.clears = (last_id,)
        last = turn.state.alerts.get(last_id)
        if last is not None:
            take_back(turn, last)
    send_out(turn, over, storm.told)


def _whom(turn: Turn, storm: Storm, climbed: list[tuple[str, ...]]) -> tuple[str, ...]:
    steps = ladder(turn, storm)
    first = steps.warn if storm.kind == "warning" else steps.breach
    told = [target for tell in (first, *climbed) for target in reached(turn, None, tell)]
    return tuple(dict.fromkeys(told))


def _about(turn: Turn, storm: Storm, id_: str, left: list[Alert]) -> Alert:
    """`opened_us` is when the oldest of those who still wait began to. Who is told of twice waits once."""
    return Alert(
        id=id_,
        key=id_,
        site=turn.terms.rules.site,
        rule=storm.rule,
        kind="cleared",
        severity="info",
        opened_us=min((alert.opened_us for alert in left), default=storm.since_us),
        due_us=storm.since_us,
        raised_us=turn.at_us,
        source=storm.source,
        channel=storm.channel,
        tied_to="" if id_ == storm.line else storm.line,
        count=storm.count - storm.repeats,
        waiting=len({alert.obligation for alert in left}),
    )
