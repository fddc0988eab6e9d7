"""What truly came to pass in a run, counted: a sweep that never cut a link proves nothing of cut links."""

from collections import Counter
from typing import get_args

from rules.events import (
    Event,
    LinkChanged,
    RadioEvent,
    Unparsed,
    settlements,
)
from tests.simulation.doings import AnswerBy
from tests.simulation.faults import BROKER_FAULTS, DISK_FAULTS, RECEIVER_FAULTS, BrokerTrouble, Lag
from tests.simulation.house import AMI
from tests.simulation.stations import KINDS
from tests.simulation.world import BY_MQTT, World

MEDIA = dict.fromkeys(kind.medium for kind in KINDS.values())
_NEVER_NOISY = {"lines"}  # a line that flickers is not believed, and nothing tells of it


def happened(world: World) -> Counter[str]:
    """By name; beside the faults as they were drawn, what the gateway's journal shows of them."""
    counts = Counter(world.history.faults)
    for row in world.disk.rows:
        if (name := _told(row.entry.event, by_mqtt=world.plan.by_mqtt)) is not None:
            counts[name] += 1
    for message in world.published():
        counts["broker acknowledged" if message.acknowledged else "broker lost"] += 1
        counts["broker repeated"] += message.repeated
    for alert in world.disk.all_alerts.values():
        if alert.silenced:
            counts[f"kept back: {alert.silenced}"] += 1
        elif any("/" in target for target in alert.notifiers):
            counts["a person was told"] += 1
    for row in world.disk.rows:
        counts[f"{type(row.entry.event).__name__} was kept"] += 1
    counts["a recording joined a record"] += sum(len(one.recordings) for one in world.disk.all_incidents.values())
    counts["a key was pressed"] += len(world.telephones.pressed)
    counts["a beat was felt"] += sum(len(receiver.beats) for receiver in world.receivers.values())
    counts["an answer came by link"] += sum(one.counts is True for one in world.answering.opened)
    counts["an answer came by mqtt"] += sum(one.message.acknowledged for one in world.answering.sent)
    counts["a caller was sent elsewhere"] += len(world.switchboard.redirected)
    counts["commits on SQLite"] += len(world.disk.rows) if world.plan.on_sqlite else 0
    return counts


def expected() -> list[str]:
    """What every sweep of some hundred seeds must have seen, each once at least."""
    return [
        *(f"{name} was heard" for name in KINDS),
        *(f"a link by {medium} was lost" for medium in MEDIA if medium != "udp"),  # which knows no connection
        *(f"noise by {medium} was read" for medium in MEDIA if medium not in _NEVER_NOISY),
        *(f"kept back: {why}" for why in ("maintenance", "after_hours", "source_offline", "storm")),
        *(f"{kind.__name__} was kept" for kind in get_args(Event)),
        *(f"an answer came by {way}" for way in get_args(AnswerBy)),
        "a beat was felt",
        "a person was told",
        "a recording joined a record",
        *(f"Taped {way}" for way in ("upload", "folder")),
        "a key was pressed",
        "a caller was sent elsewhere",
        "AtThePhone",
        "TestAlert",
        "Works",
        "a link to the PBX was lost",
        "an alert went by MQTT",
        "broker acknowledged",
        "broker lost",
        "broker repeated",
        "commits on SQLite",
        *(f"{Lag.__name__} {what}" for what in ("delayed", "shuffled")),
        *(f"{BrokerTrouble.__name__} {what}" for what in BROKER_FAULTS),
        *(f"DiskTrouble {what}" for what in DISK_FAULTS),
        *(f"ReceiverTrouble {what}" for what in RECEIVER_FAULTS),
        "PutBack",
        "Erase",
        *(f"Crash {when}" for when in ("now", "before", "after", "stop")),
    ]


def _told(event: object, *, by_mqtt: bool) -> str | None:
    if by_mqtt and any(one.delivered and one.notifier == BY_MQTT for one in settlements(event)):
        return "an alert went by MQTT"
    source = getattr(event, "source", "")
    if source == AMI.name and isinstance(event, LinkChanged) and event.state == "offline":
        return "a link to the PBX was lost"
    if source not in KINDS:
        return None
    medium = KINDS[source].medium
    if isinstance(event, LinkChanged):
        return f"a link by {medium} was lost" if event.state == "offline" else None
    if isinstance(event, Unparsed):
        return f"noise by {medium} was read"
    return f"{source} was heard" if isinstance(event, RadioEvent) else None
