"""Holds what was done by telephone against what happened: keys that acknowledge, callers who are sent elsewhere."""

from collections import Counter
from collections.abc import Iterator

from rules.events import AlertAcknowledged, settlements
from rules.rescue import RESCUE
from tests.simulation.faults import Crash, Cut, DiskTrouble, RulesEdited
from tests.simulation.house import PEOPLE
from tests.simulation.oracle import RINGS_S
from tests.simulation.spoken import Call
from tests.simulation.telephones import NAME, NOBODYS, SETTINGS, Letter, Press
from tests.simulation.world import World

BY = {NOBODYS: NAME} | {one.reach[NAME]: one.id for one in PEOPLE if NAME in one.reach}
SOON_US = 10_000_000  # what was pressed is committed by then, where nothing fails
RESCUED_WITHIN_S = 5.0


def misdialled(world: World) -> list[str]:
    return [f"telephone: {line}" for line in (*_keys(world), *_rescues(world))]


def _keys(world: World) -> Iterator[str]:
    """Whoever presses the key acknowledges what was told at that telephone, and nothing else."""
    presses = [one for one in world.telephones.pressed if one.key == SETTINGS.acknowledge_key]
    kept = set()
    for row in world.disk.rows:
        event = row.entry.event
        if isinstance(event, AlertAcknowledged) and event.channel == "phone":
            kept.add((event.alert, event.by))
            if not any(event.alert in _told(world, one) and BY[one.dialled] == event.by for one in presses):
                yield f"{event.alert} was acknowledged by {event.by}, who pressed no key for it"
    for press in presses:
        for alert in _told(world, press):
            told = world.disk.all_alerts.get(alert)
            if told is None or world.history.lost.spans(press.at_us, press.at_us):
                continue  # which was lost
            waits = told.state == "raised" and told.kind != "cleared"  # what is over wakes nobody
            if waits and (alert, BY[press.dialled]) not in kept and _undisturbed(world, press):
                yield f"{press} for {alert} counts for nothing"


def _told(world: World, press: Press) -> set[str]:
    """The alerts that this telephone was called for just then."""
    return {one.alert for one in world.telephones.letters if one.dialled == press.dialled and _covers(one, press)}


def _covers(letter: Letter, press: Press) -> bool:
    return letter.from_us <= press.at_us and (letter.until_us is None or press.at_us <= letter.until_us)


def _undisturbed(world: World, press: Press) -> bool:
    if press.heard_us is None:
        return False
    cuts = [one for one in world.plan.happenings if isinstance(one, Cut) and one.channel == "telephones"]
    if any(one.at_s - 1 <= press.at_us / 1_000_000 <= one.at_s + one.for_s + SOON_US / 1_000_000 for one in cuts):
        return False
    busy = [(begins, ends) for begins, ends in world.history.busy if ends - begins > 100_000]
    return not any(begins <= press.heard_us + SOON_US and ends >= press.heard_us for begins, ends in busy)


def _rescues(world: World) -> Iterator[str]:
    """Each caller is sent to the other extension once; and so is each whom nobody answers, where nothing fails."""
    sent = Counter(world.switchboard.redirected)
    yield from (f"the caller of {call} was sent away {times} times" for call, times in sent.items() if times > 1)
    told = world.disk.all_alerts | world.history.lost.alerts
    orders = {alert.id: alert.source_call for alert in told.values() if alert.orders}
    for asked in sent.keys() - set(orders.values()):
        yield f"the caller of {asked} was sent away, and nobody had asked for it"
    for row in world.disk.rows:
        for one in settlements(row.entry.event):
            if one.notifier.startswith(RESCUE) and one.delivered and not sent[orders[one.alert]]:
                yield f"the caller of {orders[one.alert]} counts as sent away, and was not"
    if "rescue" not in world.plan.features:
        return
    if any(isinstance(one, Crash | Cut | DiskTrouble | RulesEdited) for one in world.plan.happenings):
        return
    for call in world.plan.happenings:
        if not isinstance(call, Call) or call.source != "ami" or call.wait_s < RINGS_S["first"] + RESCUED_WITHIN_S:
            continue
        if not sent[world.switchboard.calls[call.name]]:
            yield f"the caller of {call.name} was left where nobody answered"
