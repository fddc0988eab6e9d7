"""roll_call: each post is heard in time (时刻保持通讯畅通); a missing one is told until it is heard."""

from rules.channels import Channel, UnitStatus
from rules.effects import AlertKind
from rules.moments import SECOND_US
from rules.operator_alerts import made, number_of, raise_, take_all_back
from rules.outgoing import alert_id
from rules.turn import Turn

UNITS_MAX = 2_000
_WE_WERE_DOWN_US = 10 * SECOND_US  # noticed so long after its moment: nobody listened, so nobody is accused


def heard(turn: Turn, unit: str, channel: str, *, present: bool = True) -> None:
    """The unit showed that it is there."""
    status = turn.state.units.get(unit) or _new(turn, unit)
    status.channel = channel
    status.present = present
    status.last_us = max(status.last_us or 0, turn.moment_us)
    if status.missing_alert:
        _found(turn, status, "heard")
    turn.decision.units += (status,)


def rules_taken(turn: Turn) -> None:
    """Every post has its full time from here on; one that is no longer asked for is no longer missing."""
    expected = turn.terms.radio.heard_every_us
    for unit in expected:
        status = turn.state.units.get(unit) or _new(turn, unit)
        status.since_us = turn.at_us  # its wait is made anew when it comes up
        turn.decision.units += (status,)
    for status in turn.state.units.values():
        if status.missing_alert and status.unit not in expected:
            _found(turn, status, "not_expected")
            turn.decision.units += (status,)


def in_touch_again(turn: Turn, source: str) -> None:
    """What could not be heard while we were deaf counts for nobody."""
    for channel in turn.state.channels.values():
        if source not in turn.terms.radio.channel(channel.name).sources:
            continue
        if channel.roll_alert:
            _publish(turn, "cleared", channel.roll_alert, "", channel.name, "online")
            channel.roll_alert = ""
            turn.decision.channels += (channel,)
        for status in turn.state.units.values():
            if status.channel == channel.name and not status.missing_alert:
                status.since_us = turn.at_us
                turn.decision.units += (status,)


def passed(turn: Turn, status: UnitStatus) -> None:
    """It was not heard in time, unless it could not be."""
    every_us = turn.terms.radio.heard_every_us[status.unit]
    due_us = max(status.last_us or 0, status.since_us) + every_us
    turn.decision.units += (status,)
    if turn.at_us - due_us > _WE_WERE_DOWN_US:
        status.since_us = turn.at_us
        turn.state.watch_unit(status)
    elif _deaf(turn, status.channel):
        status.since_us = turn.at_us
        turn.state.watch_unit(status)
        _say_deaf(turn, status.channel)
    else:
        status.missing_alert = alert_id(turn, turn.state.next_id(), "breach", 0)
        opened_us = due_us - every_us
        _publish(turn, "breach", status.missing_alert, status.unit, status.channel, "not_heard", opened_us)


def _new(turn: Turn, unit: str) -> UnitStatus:
    units = turn.state.units
    if len(units) >= UNITS_MAX:
        free = [u for u in units.values() if u.unit not in turn.terms.radio.heard_every_us]
        if free:
            oldest = min(free, key=lambda u: (u.last_us or 0, u.id))
            del units[oldest.unit]
            turn.decision.units_gone += (oldest.unit,)
    status = units[unit] = UnitStatus(id=turn.state.next_id(), unit=unit, since_us=turn.at_us)
    turn.state.watch_unit(status)
    return status


def _deaf(turn: Turn, channel: str) -> bool:
    """No source of the unit's channel is in touch; of a unit never heard, no source at all."""
    radio = turn.terms.radio
    sources = radio.channel(channel).sources if channel else tuple(radio.sources())
    return bool(sources) and all(turn.out_of_touch(source) for source in sources)


def _say_deaf(turn: Turn, name: str) -> None:
    """Once a channel, not once a post."""
    channel: Channel | None = turn.state.channels.get(name)
    if channel is None or channel.roll_alert:
        return
    channel.roll_alert = alert_id(turn, turn.state.next_id(), "breach", 0)
    turn.decision.channels += (channel,)
    _publish(turn, "breach", channel.roll_alert, "", name, "source_offline")


def _found(turn: Turn, status: UnitStatus, reason: str) -> None:
    raised, status.missing_alert = status.missing_alert, ""
    _publish(turn, "cleared", raised, status.unit, status.channel, reason)
    turn.state.watch_unit(status)


def _publish(  # noqa: PLR0917 - the positions of a record
    turn: Turn, kind: AlertKind, raised: str, unit: str, channel: str, reason: str, opened_us: int | None = None
) -> None:
    """`raised`: the id of the breach that this is, or that this clears."""
    alert = made(turn, "roll_call", number_of(raised), kind, reason)
    alert.unit, alert.unit_name, alert.channel = unit, turn.terms.radio.unit_names.get(unit, ""), channel
    if kind == "cleared":
        take_all_back(turn, raised, alert)
        return
    alert.stands = True
    if opened_us is not None:
        alert.opened_us = opened_us
    raise_(turn, alert)
