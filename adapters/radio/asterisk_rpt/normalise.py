"""What one node's receiver, transmitter and links do, as transmissions of units and of control."""

from typing import Literal, NamedTuple

from adapters.radio.asterisk_rpt.codec import Keyed, Links, Mdc
from adapters.radio.asterisk_rpt.settings import Settings
from rules.events import (
    CallAlert,
    ControlTransmitting,
    Emergency,
    RadioEvent,
    Status,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
)
from rules.events.radio import EndReason
from rules.moments import SECOND_US

# Who is heard on the transmitter: a person at control; the node itself; or the very unit that it repeats.
KeyedBy = Literal["control", "automatic", "repeating"]


class Moment(NamedTuple):
    """By our clock, and by Asterisk's where timestampevents is on."""

    at_us: int
    occurred_us: int | None


class Node:
    """A repeater's transmitter follows its receiver and hangs on: only one that rises by itself is control's."""

    def __init__(self, settings: Settings, channel: str) -> None:
        self._settings = settings
        self._channel = channel
        self._rx = False
        self._closed: Moment | None = None
        self._tx = False
        self._linked = False  # control's linked node is keyed
        self._keyed: KeyedBy | None = None
        self._unsure = False  # the link was away: what was keyed may have been let go unheard

    def opened(self) -> None:
        """What is keyed now is told when it changes."""
        self._unsure = self._rx
        self._tx = self._linked = False
        self._keyed = None

    def keyed(self, told: Keyed, moment: Moment) -> list[RadioEvent]:
        if told.what == "tx":
            self._tx = told.on
            return self._control(moment)
        return self._transmission(told.on, moment)

    def _transmission(self, on: bool, moment: Moment) -> list[RadioEvent]:
        unsure, self._unsure = self._unsure, False
        if on == self._rx and not unsure:
            return []
        source, channel = self._settings.name, self._channel
        events: list[RadioEvent] = []
        if self._rx:
            reason: EndReason = "lost" if unsure else "end"
            events.append(
                TransmissionEnded(source=source, channel=channel, occurred_us=moment.occurred_us, reason=reason)
            )
        if on:
            events.append(TransmissionStarted(source=source, channel=channel, occurred_us=moment.occurred_us))
        else:
            self._closed = moment
        self._rx = on
        return events

    def links(self, told: Links, moment: Moment) -> list[RadioEvent]:
        self._linked = bool(told.keyed & set(self._settings.control_nodes))
        return self._control(moment)

    def mdc(self, told: Mdc, moment: Moment) -> list[RadioEvent]:
        settings, channel = self._settings, self._channel
        if told.kind == "S":
            return [
                Status(
                    source=settings.name,
                    channel=channel,
                    unit=told.unit,
                    status=told.status,
                    occurred_us=moment.occurred_us,
                )
            ]
        kinds: dict[str, type[Emergency | CallAlert | UnitIdentified]] = {"E": Emergency, "A": CallAlert}
        kind = kinds.get(told.kind, UnitIdentified)
        return [
            kind(
                source=settings.name,
                channel=channel,
                unit=told.unit,
                called=told.called,
                occurred_us=moment.occurred_us,
            )
        ]

    def _control(self, moment: Moment) -> list[RadioEvent]:
        is_on = self._tx or self._linked
        before = self._keyed
        if self._linked:
            self._keyed = "control"  # also over the node's own tail
        elif not is_on:
            self._keyed = None
        elif before is None:
            self._keyed = self._by(moment)
        elif before == "control" and self._settings.control_nodes:
            self._keyed = "repeating"  # control's node let go, the transmitter hangs on
        return self._told(before, moment)

    def _by(self, moment: Moment) -> KeyedBy:
        if self._rx:
            return "repeating"
        return "automatic" if self._settings.control_nodes or self._closed_just_before(moment) else "control"

    def _closed_just_before(self, moment: Moment) -> bool:
        if self._closed is None:
            return False
        within_us = round(self._settings.automatic_within_s * SECOND_US)
        if moment.occurred_us is not None and self._closed.occurred_us is not None:
            return moment.occurred_us - self._closed.occurred_us <= within_us
        return moment.at_us - self._closed.at_us <= within_us

    def _told(self, before: KeyedBy | None, moment: Moment) -> list[RadioEvent]:
        """Off for what was told on, on for what is worth telling: that a repeater repeats is not."""
        if before == self._keyed:
            return []
        return [
            ControlTransmitting(
                source=self._settings.name,
                channel=self._channel,
                occurred_us=moment.occurred_us,
                on=on,
                automatic=by == "automatic",
            )
            for by, on in ((before, False), (self._keyed, True))
            if by in ("control", "automatic")
        ]
