"""Storms: of many alerts of one kind at one place the first are told one by one, the others are held for one line.

Who is held keeps a verdict and a record of their own, names the line (`tied_to`), and is acknowledged with it.
`rules.storm_lines` tells the line.
"""

from typing import cast

from rules.effects import Alert
from rules.ladders import LadderTerms
from rules.matters import breached_by
from rules.moments import span_us
from rules.quiet import Storm
from rules.state import State
from rules.turn import Turn

CALM_KEPT_MAX = 500  # places that only count


def weigh(turn: Turn, alert: Alert) -> None:
    """Count it; hold it where too many came before it."""
    rules = turn.terms.rules.storm
    if alert.kind not in ("warning", "breach"):
        return
    storm = _of(turn, alert)
    if not storm.running:
        window_us = span_us(rules.window_s)
        recent = [us for us in storm.recent if us > turn.at_us - window_us]
        storm.recent = (*recent[-rules.alone :], turn.at_us)
        storm.running = len(storm.recent) > rules.alone
    if storm.running:
        _hold(turn, storm, alert)
    turn.keep(storm)


def over_for(turn: Turn, alert: Alert) -> None:
    """One that was held waits no more: where the storm is over too, its line may be."""
    if alert.silenced != "storm":
        return
    for thing in turn.state.quiet.values():
        if isinstance(thing, Storm) and thing.line == alert.tied_to and thing.next_us is None:
            wake_at(turn, thing, turn.at_us + span_us(turn.terms.rules.storm.update_every_s))
            turn.keep(thing)


def waiting(turn: Turn, line: str) -> list[Alert]:
    """Whom this line stands for, and nobody has taken care of."""
    return [a for a in turn.state.alerts.values() if a.silenced and a.tied_to == line and a.state == "raised"]


def ladder(turn: Turn, storm: Storm) -> LadderTerms:
    medium = "radio" if storm.channel else "phone"
    return turn.terms.ladder(storm.rule, storm.severity, medium, turn.at_us)


def climbs(turn: Turn, storm: Storm) -> list[tuple[int, tuple[str, ...]]]:
    """When the line climbs while nobody acknowledges it, and whom that tells."""
    found = []
    at_us = storm.unacknowledged_since_us
    if at_us is not None:
        for climb in ladder(turn, storm).climbs:
            at_us += climb.after_us
            found.append((at_us, climb.tell))
    return found


def has_news(turn: Turn, storm: Storm) -> bool:
    """More are held than the line has told, and it may be told again."""
    return storm.count > storm.told_count and may_tell_us(turn, storm) <= turn.at_us


def may_tell_us(turn: Turn, storm: Storm) -> int:
    return turn.at_us if storm.early else due_us(turn, storm)


def due_us(turn: Turn, storm: Storm) -> int:
    rules = turn.terms.rules.storm
    return storm.told_us + span_us(rules.update_every_s) if storm.told_count else storm.since_us


def over_us(turn: Turn, storm: Storm) -> int:
    return storm.last_us + span_us(turn.terms.rules.storm.over_after_s)


def reach_us(turn: Turn, storm: Storm) -> int | None:
    """By when its last line must have reached somebody; None: it has, or all have been tried."""
    last = turn.state.alerts.get(line_id(turn.state, storm, storm.lines - 1))
    if storm.told_all or not storm.told_count or last is None or not last.notifiers or any(last.notified.values()):
        return None
    return storm.told_us + ladder(turn, storm).manner.notified_within_us


def look_again(turn: Turn, storm: Storm) -> None:
    """Wake when the next thing of its line is due."""
    moments = [us for us, _ in climbs(turn, storm)[storm.rung :]][:1]
    if storm.running:
        moments.append(over_us(turn, storm))
    if storm.count > storm.told_count:
        moments.append(may_tell_us(turn, storm))
    if (us := reach_us(turn, storm)) is not None:
        moments.append(us)
    wake_at(turn, storm, max(turn.at_us, min(moments)) if moments else None)


def wake_at(turn: Turn, storm: Storm, at_us: int | None) -> None:
    if storm.next_us != at_us:
        storm.next_us = at_us
        turn.state.watch_quiet(storm)


def line_id(state: State, storm: Storm, count: int) -> str:
    return f"{state.rules.site}-{storm.id}-{storm.kind}{count}"


def _of(turn: Turn, alert: Alert) -> Storm:
    place = "" if alert.rule == "source_online" else alert.channel or alert.source
    key = f"storm/{alert.rule}/{alert.kind}/{place}"
    known = turn.state.quiet.get(key)
    if known is None:
        _make_room(turn)
        known = turn.state.quiet[key] = Storm(
            key=key,
            rule=alert.rule,
            kind="breach" if alert.kind == "breach" else "warning",
            severity=alert.severity,
            source=alert.source if place else "",
            channel=alert.channel,
            id=turn.state.next_id(),
        )
    return cast("Storm", known)


def _make_room(turn: Turn) -> None:
    """Places may be many, where channels come and go: who was calm for longest is forgotten."""
    calm = [one for one in turn.state.quiet.values() if isinstance(one, Storm) and not one.line]
    if len(calm) >= CALM_KEPT_MAX:
        longest = min(calm, key=lambda one: (one.recent[-1:], one.id))
        turn.drop(longest)


def _hold(turn: Turn, storm: Storm, alert: Alert) -> None:
    if not storm.line:
        storm.line, storm.since_us = line_id(turn.state, storm, storm.lines), turn.at_us
        storm.count = storm.repeats = storm.told_count = 0
    if _is_repeat(turn, storm, alert):
        storm.repeats += 1
    alert.silenced, alert.tied_to = "storm", storm.line
    one_more = storm.last_us == turn.at_us and storm.count > storm.told_count  # of a burst: it wakes when it would have
    storm.count += 1
    storm.last_us = turn.at_us
    if alert.kind == "breach" and storm.unacknowledged_since_us is None:
        storm.unacknowledged_since_us, storm.rung = turn.at_us, 0
        one_more = False
    if not one_more:
        look_again(turn, storm)


def _is_repeat(turn: Turn, storm: Storm, alert: Alert) -> bool:
    """The line stands for its matter already: a call rings on, a unit calls once more."""
    owed = breached_by(turn, alert)
    return owed is not None and any(hush.tied_to == storm.line for hush in owed.hushed)
