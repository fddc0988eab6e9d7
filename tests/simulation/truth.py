"""Holds every verdict against the oracle: that of each caller's rings and holds, and of each unit's calls."""

import json
from collections.abc import Iterator, Sequence

from rules.events import Delivered, LinkChanged, Resynced
from rules.obligations import Obligation
from tests.simulation import oracle
from tests.simulation.care import answered_by_hand
from tests.simulation.checks import Judged, forgotten_between, judged, rules_at
from tests.simulation.oracle import Seen
from tests.simulation.pbx import Posted, events
from tests.simulation.signals import link_lost
from tests.simulation.spoken import Call, Routed, Talk
from tests.simulation.traffic import alike, possible, unheard
from tests.simulation.world import World
from tests.simulation.zones import START_US

PROMPT_US = 1_300_000  # an event that came so soon can be judged by its own time
CLOCK_OFF_S = 0.7  # beside its way, still within what is trusted
CALL_TAIL_US = 120_000_000  # after the last event of a call: what a gateway that dies then has not committed
RADIO_TAIL_US = 60_000_000  # after the last word of a talk


def untrue(world: World) -> list[str]:
    records = judged(world)
    found = []
    for happening in world.plan.happenings:
        if isinstance(happening, Call):
            found += [f"{happening.name}: {line}" for line in _call(world, happening, records)]
        elif isinstance(happening, Talk):
            found += [f"{happening.channel}: {line}" for line in _talk(world, happening, records)]
    return found


def _call(world: World, call: Call, records: Sequence[Judged]) -> Iterator[str]:
    name = world.switchboard.calls.get(call.name, call.name)
    if name in world.history.lost.calls:
        return
    mine = [record for record in records if name in record.incident.call.ids]
    posted = [one for one in world.pbx.posted if one.call == call.name]
    seen = seen_on_the_wire(world, call, name) if call.source == "ami" else seen_by_post(world, call, posted)
    if len(mine) != 1:
        if len(mine) > 1 and forgotten_between(world, name):
            return
        if mine or seen is not None or any(one.acknowledged for one in posted):
            yield f"has {len(mine)} records"
        return
    obligations = mine[0].obligations
    rings = [o for o in obligations if o.rule == "three_rings"]
    if len(rings) != 1 and (seen is not None or call.source != "ami"):
        yield f"has {len(rings)} verdicts of three_rings"
        return
    if seen is None:
        return  # some of its events never reached us: no verdict can be held against it
    allowed = oracle.ringing(call, seen, rings[0].rule_set)
    if rings[0].state not in allowed:
        yield f"three_rings is {rings[0].state} after {rings[0].seconds} s, and should be {sorted(allowed)}"
    if rings[0].rule_set != rules_at(world, rings[0].opened_by):
        yield f"was judged by the rules {rings[0].rule_set}"
    if allowed <= {"met", "waived"} and _waited_far_less(call, rings[0]) and seen.trusted:
        yield from (
            f"{alert.id} tells a breach that was none"
            for alert in world.disk.all_alerts.values()
            if alert.obligation == rings[0].id and alert.kind == "breach"
        )
    yield from told(world, rings)
    yield from _holds(world, call, seen, obligations)


def _waited_far_less(call: Call, obligation: Obligation) -> bool:
    """Near the limit a prompt answer may still come after the alert: that is then taken back."""
    return call.wait_s < oracle.RINGS_S[obligation.rule_set] - PROMPT_US / 1_000_000 - CLOCK_OFF_S


def told(world: World, obligations: Sequence[Obligation]) -> Iterator[str]:
    """Whoever was left waiting was told of."""
    about = {(alert.obligation, alert.kind) for alert in world.disk.all_alerts.values()}
    for obligation in obligations:
        if obligation.state == "breached" and not obligation.revised and (obligation.id, "breach") not in about:
            yield f"{obligation.rule} was breached, and nobody was told"


def seen_on_the_wire(world: World, call: Call | Routed, name: str) -> Seen | None:
    """Of a call over the manager interface: all in the same moment, unless the link was lost or the gateway away."""
    entries = [row.entry for row in world.disk.rows if getattr(row.entry.event, "source", "") == call.source]
    rings = [e.at_us for e in entries if isinstance(e.event, Delivered) and name == e.event.call]
    if not rings:
        return None
    begins_s = call.queue_s if isinstance(call, Routed) else 0.0
    steps = [round((after_s - begins_s) * 1_000_000) for after_s, *_ in events(call)]
    over_us = rings[0] + steps[-1] + CALL_TAIL_US
    if any(isinstance(e.event, LinkChanged) and rings[0] <= e.at_us <= over_us for e in entries):
        return None
    if any(life.ended_us is not None and rings[0] <= life.ended_us <= over_us for life in world.history.lives):
        return None
    if any(isinstance(e.event, Resynced) and name in (leg.call for leg in e.event.legs) for e in entries):
        return None  # it had begun before we listened
    times = [rings[0] + step_us for step_us in steps]
    late_us = rings[0] - START_US - round((call.at_s + begins_s) * 1_000_000)
    near = abs(late_us) <= PROMPT_US  # else our own clock was set wrong
    return Seen(times, times, trusted=near, in_order=True)


def seen_by_post(world: World, call: Call | Routed, posted: Sequence[Posted]) -> Seen | None:
    """When each of its events was received, from the journal; None where one is missing."""
    at = {}
    for row in world.disk.rows:
        if getattr(row.entry.event, "call", None) == call.name:
            at[json.loads(row.raw or b"{}").get("id")] = row.entry
    if any(one.id not in at for one in posted) or len(posted) < len(events(call)):
        return None
    received = [at[one.id].at_us for one in posted]
    delays = [us - START_US - one.true_us for us, one in zip(received, posted, strict=True)]
    near = abs(world.plan.clock_off_s) <= CLOCK_OFF_S
    prompt = all(-PROMPT_US <= delay <= PROMPT_US for delay in delays)
    places = [at[one.id].seq for one in posted]
    by_source = [one.told_us for one in posted]
    return Seen(received, by_source, trusted=near and prompt, in_order=places == sorted(places))


def _holds(world: World, call: Call, seen: Seen, obligations: Sequence[Obligation]) -> Iterator[str]:
    holds = [o for o in obligations if o.rule == "hold_checkin"]
    if not call.holds:
        if holds:
            yield f"was never held, and has {len(holds)} verdicts of hold_checkin"
        return
    greeted = [us for name, us in world.history.greeted if name == call.name]
    sets = {o.rule_set for o in holds}
    clear_view = not any(begins <= seen.received[-1] and ends >= seen.received[0] for begins, ends in _outages(world))
    sure = seen.trusted and seen.in_order and call.name not in world.history.doubtful and len(sets) == 1
    if not sure or not clear_view:
        return
    expected = oracle.holding(call, seen, greeted, sets.pop())
    verdicts = [o.state for o, before in zip(holds, [None, *holds], strict=False) if not _just_begun(o, before)]
    if expected is not None and verdicts != expected:
        yield f"hold_checkin is {verdicts}, and should be {expected}"
    yield from told(world, holds)


def _just_begun(obligation: Obligation, before: Obligation | None) -> bool:
    """A period that follows a breach, and was over as it began, or had been over before: of an end told late."""
    if (obligation.state, obligation.reason) == ("waived", "corrected"):
        return True
    short = obligation.state == "met" and (obligation.seconds or 0.0) * 1_000_000 < oracle.NEAR_US
    return short and before is not None and before.state == "breached" and obligation.opened_us >= before.due_us


def _outages(world: World) -> list[tuple[int, int]]:
    return [(begins, ends) for begins, ends in world.history.busy if ends - begins > 100_000]


def _talk(world: World, talk: Talk, records: Sequence[Judged]) -> Iterator[str]:
    radio = world.radios[talk.channel]
    if not radio.kind.carrier or radio.kind.by_level:
        return  # see tests.simulation.signals
    heard = [edge.heard_us for edge in radio.edges if edge.heard_us is not None]
    if len(heard) < len(radio.edges):
        return  # nobody listened to a part of it
    begun_us, over_us = min(heard), max(heard) + RADIO_TAIL_US
    entries = [row.entry for row in world.disk.rows if getattr(row.entry.event, "source", "") == talk.channel]
    if link_lost(world, talk.channel, begun_us, over_us):
        return
    yield from (f"the {edge} is not in the journal" for edge in unheard(radio, entries))
    if any(map(radio.is_noisy, heard)) or answered_by_hand(world, radio.channel):
        return
    expected = possible(radio)
    found = []
    for record in records:
        if record.incident.channel != radio.channel:
            continue
        for obligation in (o for o in record.obligations if o.rule == "two_calls"):
            found.append((record.incident.unit, record.incident.calls, obligation.state, obligation.seconds))
            yield from told(world, [obligation])
    if not any(alike(found, one) for one in expected):
        yield f"two_calls is {found}, and should be {' or '.join(map(str, expected))}"
