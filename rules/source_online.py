"""A source we do not hear is told to the operators; and so is an entry that no rule could decide."""

from rules.channels import Channel, UnitStatus
from rules.effects import Alert
from rules.events import EventUndecided, LinkChanged
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation
from rules.operator_alerts import REASON_CHARS_MAX, made, number_of, raise_, take_all_back
from rules.quiet import Storm, Trouble, Window
from rules.turn import Turn
from rules.waits import LINGER


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
    alert = made(turn, "source_online", turn.state.next_id(), "breach", status.reason or status.link)
    status.offline_alert = alert.id
    turn.decision.sources += (status,)
    alert.source, alert.stands = status.name, True
    alert.opened_us = status.changed_us
    alert.due_us = status.changed_us + turn.terms.sources[status.name].offline_us
    raise_(turn, alert)


def undecided(turn: Turn, event: EventUndecided) -> None:
    """Entry `seq` made a rule raise. If that was a deadline, its obligation is put aside as not measurable."""
    alert = made(turn, "undecided", turn.state.next_id(), "breach", f"entry {event.seq}: {event.error}")
    if event.deadline:
        _put_aside(turn, event.error, alert.id)
    raise_(turn, alert)


def _back_online(turn: Turn, status: SourceStatus) -> None:
    raised = status.offline_alert
    status.offline_alert = ""
    over = made(turn, "source_online", number_of(raised), "cleared", "online")
    over.source = status.name
    held = [a for a in turn.state.alerts.values() if a.silenced and a.tied_to == raised and a.state == "raised"]
    over.waiting = len(held) or None
    take_all_back(turn, raised, over)


def _put_aside(turn: Turn, error: str, told: str) -> None:
    """In a way that a restart finds it put aside too. `told`: the alert that says so."""
    if turn.state.waits.next_us() is None:
        return
    _, kind, _, _, thing = turn.state.waits.pop()
    if isinstance(thing, Obligation):
        incident = turn.state.incidents[thing.incident]
        turn.end(incident, thing, "not_measurable", "undecided")
        turn.note(incident, "undecided", error[:REASON_CHARS_MAX])
    elif isinstance(thing, SourceStatus):
        thing.offline_alert = told  # cleared when it is heard again
        turn.decision.sources += (thing,)
    elif isinstance(thing, Alert):
        turn.state.alerts.pop(thing.id, None)
        turn.decision.settled.append(thing.id)
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
    elif isinstance(thing, Window | Storm | Trouble):
        turn.drop(thing)
