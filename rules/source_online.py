"""A source we do not hear is told to the operators; and so is an entry that no rule could decide."""

from rules.alerts import alert_id, operators, publish, take_back
from rules.channels import Channel, UnitStatus
from rules.effects import Alert, AlertKind
from rules.events import EventUndecided, LinkChanged
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation, Rule
from rules.quiet import Storm, Window
from rules.state import LINGER
from rules.turn import Turn

_REASON_CHARS_MAX = 200


def link_changed(turn: Turn, event: LinkChanged) -> None:
    status = turn.status(event.source)
    was_in_touch = status.link in ("unknown", "online")
    in_touch = event.state in ("unknown", "online")
    status.link = event.state
    status.reason = event.reason
    if in_touch or was_in_touch:  # from offline to connecting and back we stay out of touch since the first moment
        status.changed_us = turn.at_us
    turn.decision.sources += (status,)
    if not in_touch:
        turn.state.watch_source(status)
    elif status.offline_alert:
        _back_online(turn, status)


def out_of_touch_passed(turn: Turn, status: SourceStatus) -> None:
    id_ = alert_id(turn, turn.state.next_id(), "breach", 0)
    status.offline_alert = id_
    turn.decision.sources += (status,)
    alert = _operator_alert(turn, "source_online", "breach", id_, status.name, status.reason or status.link)
    alert.opened_us = status.changed_us
    alert.due_us = status.changed_us + turn.terms.sources[status.name].offline_us
    publish(turn, alert, operators(turn, alert.rule))


def undecided(turn: Turn, event: EventUndecided) -> None:
    """Entry `seq` made a rule raise. If that was a deadline, its obligation is put aside as not measurable."""
    id_ = alert_id(turn, turn.state.next_id(), "breach", 0)
    alert = _operator_alert(turn, "undecided", "breach", id_, "", f"entry {event.seq}: {event.error}")
    publish(turn, alert, operators(turn, alert.rule))
    if event.deadline:
        _put_aside(turn, event.error, id_)


def _back_online(turn: Turn, status: SourceStatus) -> None:
    raised = status.offline_alert
    status.offline_alert = ""
    id_ = raised.removesuffix("breach0") + "cleared0"
    alert = _operator_alert(turn, "source_online", "cleared", id_, status.name, "online")
    alert.clears = (raised,)
    live = turn.state.alerts.get(raised)
    if live is not None:
        alert.opened_us, alert.due_us = live.opened_us, live.due_us
        alert.seconds = (turn.at_us - live.opened_us) // 1000 / 1000
        alert.silenced, alert.tied_to = live.silenced, live.tied_to  # who was not told of it need not hear its end
        take_back(turn, live)
    held = [a for a in turn.state.alerts.values() if a.silenced and a.tied_to == raised and a.state == "raised"]
    alert.waiting = len(held) or None
    publish(turn, alert, operators(turn, alert.rule))


def _operator_alert(  # noqa: PLR0917 - the positions of a record
    turn: Turn, rule: Rule, kind: AlertKind, id_: str, source: str, reason: str
) -> Alert:
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
        source=source,
        reason=reason[:_REASON_CHARS_MAX],
    )


def _put_aside(turn: Turn, error: str, told: str) -> None:
    """In a way that a restart finds it put aside too. `told`: the alert that says so."""
    if turn.state.next_us() is None:
        return
    _, kind, _, _, thing = turn.state.pop_wait()
    if isinstance(thing, Obligation):
        incident = turn.state.incidents[thing.incident]
        turn.end(incident, thing, "not_measurable", "undecided")
        turn.note(incident, "undecided", error[:_REASON_CHARS_MAX])
    elif isinstance(thing, SourceStatus):
        thing.offline_alert = told  # cleared when it is heard again
        turn.decision.sources += (thing,)
    elif isinstance(thing, Alert):
        turn.state.alerts.pop(thing.id, None)
        turn.decision.settled += (thing.id,)
    elif isinstance(thing, Incident):
        if kind == LINGER:
            thing.call.linger_until_us = None
        else:
            thing.forget_us = None
        turn.touch(thing)
    elif isinstance(thing, Channel):
        thing.put_aside()
        turn.decision.channels += (thing,)
    elif isinstance(thing, UnitStatus):
        thing.since_us = turn.at_us
        turn.state.watch_unit(thing)
        turn.decision.units += (thing,)
    elif isinstance(thing, Window | Storm):
        turn.drop(thing)
