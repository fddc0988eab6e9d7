"""Holds the records against what has no voice: messages, pages, emergencies, statuses; and what nobody can observe."""

from collections.abc import Iterator, Sequence

from rules.events import (
    CallAlert,
    CallAnswered,
    Emergency,
    Entry,
    LinkChanged,
    MachineAck,
    RadioEvent,
    Status,
    Text,
    UnitIdentified,
    UnitSeen,
)
from tests.property.rules.radio_oracle import CALLS, WINDOW, Waiting
from tests.simulation.care import answered_by_hand
from tests.simulation.checks import Judged, judged
from tests.simulation.radio import RESYNC_US, Message, Radio, Signalled
from tests.simulation.spoken import Signals, Talk
from tests.simulation.world import World

TAIL_US = 60_000_000  # after the last word: what a gateway that dies then has not committed
EVENTS: dict[str, type[RadioEvent]] = {
    "page": CallAlert,
    "emergency": Emergency,
    "status": Status,
    "text": Text,
    "seen": UnitSeen,
    "ack": MachineAck,
    "answered": CallAnswered,
}
Verdict = tuple[str, int, str, float | None]  # unit, calls, verdict, seconds


def unsaid(world: World) -> list[str]:
    records = judged(world)
    found = []
    for happening in world.plan.happenings:
        if isinstance(happening, Talk | Signals):
            radio = world.radios[happening.channel]
            found += [f"{radio.name}: {line}" for line in _on(world, happening, radio, records)]
    found += [f"machine: {line}" for line in _by_machines(world, records)]
    found += [f"answered: {line}" for line in _by_the_station(world, records)]
    return found + [f"broker: {line}" for line in acknowledged(world)]


def _on(world: World, happening: Talk | Signals, radio: Radio, records: Sequence[Judged]) -> Iterator[str]:
    if isinstance(happening, Signals):
        yield from _signals(world, radio)
    elif answered_by_hand(world, radio.channel):
        return
    elif not radio.kind.carrier:
        yield from _messages(world, radio, records)
    elif radio.kind.by_level:
        yield from _levels(radio, records)


def _by_machines(world: World, records: Sequence[Judged]) -> Iterator[str]:
    """That a unit is there, or that its set has a message, is no call and no reply."""
    silent = {row.entry.seq for row in world.disk.rows if isinstance(row.entry.event, UnitSeen | MachineAck)}
    for record in records:
        for obligation in record.obligations:
            if obligation.rule == "two_calls" and {obligation.opened_by, obligation.ended_by} & silent:
                yield f"two_calls {obligation.id} was begun or ended by what nobody said: {obligation}"


def _by_the_station(world: World, records: Sequence[Judged]) -> Iterator[str]:
    """Whoever waits when the station says that control answered is answered, in time or not."""
    for row in world.disk.rows:
        event, at_us = row.entry.event, row.entry.at_us
        if not isinstance(event, CallAnswered):
            continue
        for record in records:
            incident = record.incident
            theirs = incident.channel == event.channel and incident.unit == event.unit
            waits = incident.opened_us < at_us and (incident.closed_us is None or incident.closed_us > at_us)
            owed = [o for o in record.obligations if o.rule == "two_calls" and o.opened_by < row.entry.seq]
            if not theirs or not waits or not owed:
                continue
            if incident.answered_us is None or incident.answered_us > at_us:
                yield f"{incident.number} waited at {at_us}, and was not answered then"
            yield from (f"{o.id} is open still" for o in owed if o.state == "open")


def acknowledged(world: World) -> Iterator[str]:
    """What a broker was acknowledged is in the journal; what it did not lose was acknowledged in the end."""
    kept: dict[bytes, int] = {}
    for row in (*world.disk.rows, *world.history.lost.rows):
        if row.raw is not None:
            kept[row.raw] = kept.get(row.raw, 0) + 1
    for message in world.published():
        if message.acknowledged and message.payload not in kept:
            yield f"{message.payload!r} was acknowledged, and is not in the journal"
        if not message.acknowledged and not message.lost:
            yield f"{message.payload!r} still waits"


def link_lost(world: World, source: str, begun_us: int, over_us: int) -> bool:
    """Between these moments, by the gateway's clock; or the gateway went away, and may be back by another clock: so
    what was heard last need not have the last moment.
    """
    if any(life.ended_us is not None and begun_us <= life.ended_us <= over_us for life in world.history.lives):
        return True
    if world.history.lost.spans(begun_us, over_us):
        return True
    rows = (row.entry for row in world.disk.rows if getattr(row.entry.event, "source", "") == source)
    return any(isinstance(e.event, LinkChanged) and begun_us <= e.at_us <= over_us for e in rows)


def _signals(world: World, radio: Radio) -> Iterator[str]:
    """Each is in the journal as what it is, and an emergency is told at once."""
    for signal in radio.signals:
        heard_us = signal.heard_us
        if heard_us is None or link_lost(world, radio.name, heard_us, heard_us + TAIL_US):
            continue
        until_us = heard_us + (RESYNC_US if radio.is_noisy(heard_us) else signal.way_us)
        entries = [entry for entry in _entries(world, radio) if heard_us <= entry.at_us <= until_us]
        if not any(isinstance(e.event, EVENTS[signal.what]) and e.event.unit == signal.who for e in entries):
            yield f"the {signal.what} of {signal.who} at {heard_us} is not in the journal"
        elif signal.what == "emergency":
            yield from _told(world, signal)


def _told(world: World, signal: Signalled) -> Iterator[str]:
    of_unit = [a for a in world.disk.all_alerts.values() if a.unit == signal.who and a.severity == "emergency"]
    if not of_unit:
        yield f"the emergency of {signal.who} was told nobody"


def _messages(world: World, radio: Radio, records: Sequence[Judged]) -> Iterator[str]:
    heard = [message.heard_us for message in radio.messages if message.heard_us is not None]
    if not heard or len(heard) < len(radio.messages):
        return  # nobody listened to a part of it
    if link_lost(world, radio.name, min(heard), max(heard) + TAIL_US) or any(map(radio.is_noisy, heard)):
        return
    kinds = Text if radio.kind.shows_replies else UnitIdentified
    kept = [(e.at_us, e.event.unit) for e in _entries(world, radio) if isinstance(e.event, kinds)]
    for message in radio.messages:
        if (message.heard_us, message.who or radio.own) not in kept and (message.who or radio.kind.shows_replies):
            yield f"{message} is not in the journal"
    expected = _answered(radio.messages, heard[0]) if radio.kind.shows_replies else _unseen(radio.messages, heard[0])
    found = _found(radio, records)
    if sorted(found, key=str) != sorted(expected, key=str):
        yield f"two_calls is {found}, and should be {expected}"


def _found(radio: Radio, records: Sequence[Judged]) -> list[Verdict]:
    return [
        (record.incident.unit, record.incident.calls, obligation.state, obligation.seconds)
        for record in records
        if record.incident.channel == radio.channel
        for obligation in record.obligations
        if obligation.rule == "two_calls"
    ]


def _answered(messages: Sequence[Message], begun_us: int) -> list[Verdict]:
    """Control answers one unit by a text to it. Milliseconds, in the manner of the radio's oracle."""
    hails: list[Waiting] = []
    for message in messages:
        assert message.heard_us is not None
        now = (message.heard_us - begun_us) / 1000
        for hail in hails:
            hail.pass_time(now)  # type: ignore[arg-type]  # parts of ms serve as well
        if not message.who:
            for hail in hails:
                if hail.unit == message.to and hail.hears(now):  # type: ignore[arg-type]
                    hail.over = True
                    hail.seconds = (now - hail.groups()[0][1]) // 1 / 1000
            continue
        _calls(hails, message.who, now)
    for hail in hails:
        hail.pass_time(10**9)
    return [(h.unit, len(h.groups()), "met" if h.breached_at is None else "breached", h.seconds) for h in hails]


def _unseen(messages: Sequence[Message], begun_us: int) -> list[Verdict]:
    """Where no reply can be seen each hail is recorded, and its verdict says so."""
    hails: list[Waiting] = []
    for message in messages:
        if message.who and message.heard_us is not None:
            _calls(hails, message.who, (message.heard_us - begun_us) / 1000)
    return [(h.unit, len(h.groups()), "not_observable", None) for h in hails]


def _calls(hails: list[Waiting], unit: str, now: float) -> None:
    waiting = [h for h in hails if h.unit == unit and h.hears(now)]  # type: ignore[arg-type]
    for hail in waiting:
        if now - hail.spans[-1][1] >= WINDOW:
            hail.over = True
    hail = next((h for h in waiting if not h.over), None) or Waiting(unit)
    if not any(hail is known for known in hails):
        hails.append(hail)
    hail.spans.append((now, now))  # type: ignore[arg-type]
    if len(hail.groups()) > CALLS and hail.breached_at is None:
        hail.breached_at = now  # type: ignore[assignment]


def _levels(radio: Radio, records: Sequence[Judged]) -> Iterator[str]:
    """Whoever is heard there calls, and nobody can tell whether control answers."""
    for unit, calls, verdict, seconds in _found(radio, records):
        if verdict != "not_observable" or seconds is not None:
            yield f"two_calls of {unit or 'somebody'} ({calls} calls) is {verdict} after {seconds} s"


def _entries(world: World, radio: Radio) -> Iterator[Entry]:
    rows = (row.entry for row in world.disk.rows)
    return (entry for entry in rows if getattr(entry.event, "source", "") == radio.name)
