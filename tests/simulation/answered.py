"""Holds answers by link and by broker, what the desk submitted, and the dead man's switch against the journal."""

from collections import Counter
from collections.abc import Iterator

from rules.events import AlertAcknowledged, Entry
from rules.events.staff import StaffEvent
from tests.simulation.answering import BY_BROKER, Opened, Sent
from tests.simulation.service import HEART, LINK_LIFE_S
from tests.simulation.world import BY_MQTT, END_US, IN_THE_END_US, World

SOON_US = 12_000_000  # what was published is committed by then, where nothing fails
LONG_US = 100_000  # of a time in which the gateway was not free
CALM_AFTER_US = 100_000_000


def unanswered(world: World) -> list[str]:
    entries = [row.entry for row in world.disk.rows if not row.error]
    found = [f"link: {line}" for line in _links(world, entries)]
    found += [f"mqtt: {line}" for line in _messages(world, entries)]
    found += [f"desk: {line}" for line in _desk(world)]
    return found + [f"heartbeat: {line}" for line in _beats(world)]


def _links(world: World, entries: list[Entry]) -> Iterator[str]:
    """The button of a right link that is not too old acknowledges its alert, once, for whom it was sent to."""
    opened = world.answering.opened
    kept = _kept(entries, "link")
    for (alert, by), times in kept.items():
        if times > 1:
            yield f"{alert} was acknowledged by {by} {times} times"
        if not any((one.receipt.alert, one.by) == (alert, by) and one.counts is not False for one in opened):
            yield f"{alert} was acknowledged by {by}, who opened no link to it"
    for one in opened:
        if world.history.lost.spans(one.at_us, one.at_us) or one.receipt.alert in world.history.lost.alerts:
            continue
        if one.counts and not kept[one.receipt.alert, one.by]:
            yield f"{one.receipt.alert}: {one.by} was thanked, and it is not in the journal"
        if one.forged != (one.page == "wrong"):
            yield f"{one.receipt.alert}: a {'forged' if one.forged else 'right'} link was {one.page}"
        if one.page == "raised":
            yield from _rightly(world, one)


def _rightly(world: World, one: Opened) -> Iterator[str]:
    alert = world.disk.all_alerts[one.receipt.alert]
    if one.at_us >= alert.raised_us + round(LINK_LIFE_S * 1_000_000):
        yield f"{alert.id}: a link was good {one.at_us - alert.raised_us} µs after the alert"
    meant = (one.receipt.document["to"] or {}).get("id") or one.receiver
    if one.by != meant:
        yield f"{alert.id}: the link of {meant} acknowledged for {one.by}"


def _messages(world: World, entries: list[Entry]) -> Iterator[str]:
    """What a broker brings counts once, however often it brings it; and if it was lost, then where something failed."""
    kept, sent = _kept(entries, "mqtt"), world.answering.sent
    for (alert, by), times in kept.items():
        if times > 1:
            yield f"{alert} was acknowledged by {by} {times} times"
        if by != BY_BROKER or not any(one.alert == alert for one in sent):
            yield f"{alert} was acknowledged by {by}, and nobody had published it"
    for one in sent:
        if one.alert and one.message.acknowledged and not kept[one.alert, BY_BROKER] and _undisturbed(world, one):
            yield f"{one.alert} was acknowledged by the broker, and it is not in the journal"


def _undisturbed(world: World, sent: Sent) -> bool:
    """And the alert is live: what is over needs no acknowledgement."""
    at_us = sent.at_us
    if at_us is None or sent.alert not in world.disk.alerts or world.history.lost.spans(at_us, at_us + SOON_US):
        return False
    if any(life.ended_us is not None and at_us <= life.ended_us <= at_us + SOON_US for life in world.history.lives):
        return False
    busy = [(begins, ends) for begins, ends in world.history.busy if ends - begins > LONG_US]
    return not any(begins <= at_us + SOON_US and ends >= at_us for begins, ends in busy)


def _kept(entries: list[Entry], channel: str) -> Counter[tuple[str, str]]:
    said = [e.event for e in entries if isinstance(e.event, AlertAcknowledged) and e.event.channel == channel]
    return Counter((event.alert, event.by) for event in said)


def _desk(world: World) -> Iterator[str]:
    """Whoever was told that it counts finds it in the journal; nothing else of the desk stands there."""
    kept = Counter(
        repr(row.entry.event)
        for row in world.disk.rows
        if isinstance(row.entry.event, StaffEvent) and not getattr(row.entry.event, "channel", "")
    )
    sure = Counter(repr(event) for event, counts in world.history.submitted if counts)
    doubtful = Counter(repr(event) for event, counts in world.history.submitted if counts is None)
    lost = Counter(repr(row.entry.event) for row in world.history.lost.rows)
    for event in {*kept, *sure}:
        if not sure[event] - lost[event] <= kept[event] <= sure[event] + doubtful[event]:
            yield f"{event} was kept {kept[event]} times, and should be {sure[event]}, or {doubtful[event]} more"


def _beats(world: World) -> Iterator[str]:
    """Each beat stands for a commit of its own; and while nothing fails there is one as often as was promised."""
    for receiver in world.receivers.values():
        for nth, beat in enumerate(receiver.beats, 1):
            if beat.pulses < nth and not (world.plan.by_mqtt and receiver.name == BY_MQTT):  # which tells it again
                yield f"{receiver.name} felt {nth} beats, of {beat.pulses} that were committed"
                break
    last = world.history.lives[-1]
    if world.plan.beats and last.true_us < END_US - IN_THE_END_US - CALM_AFTER_US:
        felt = sum(beat.at_us >= END_US - IN_THE_END_US for beat in world.receivers["chief"].beats)
        if felt < IN_THE_END_US // round(HEART.every_s * 1_000_000) - 1:
            yield f"only {felt} beats were felt in the end, while nothing failed"
