"""Calls that go from one to the next: what a PBX tells of them, and the oracle of who had three rings there."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from tests.simulation.checks import Judged, forgotten_between, judged
from tests.simulation.oracle import RINGS_S, Seen
from tests.simulation.routing import GIVES_UP, RINGS, RINGS_ANEW, steps
from tests.simulation.spoken import Routed
from tests.simulation.truth import seen_by_post, seen_on_the_wire, told
from tests.simulation.world import World


class Ringing(NamedTuple):
    """One telephone after the other rings for the caller, until somebody answers or the caller gives up: places."""

    begins: int
    ends: int
    answered: bool


def misrouted(world: World) -> list[str]:
    records = judged(world)
    routed = [one for one in world.plan.happenings if isinstance(one, Routed)]
    return [f"{call.name}: {line}" for call in routed for line in _call(world, call, records)]


def _call(world: World, call: Routed, records: Sequence[Judged]) -> Iterator[str]:
    name = world.switchboard.calls.get(call.name, call.name)
    if name in world.history.lost.calls:
        return
    mine = [record for record in records if name in record.incident.call.ids]
    posted = [one for one in world.pbx.posted if one.call == call.name]
    on_the_wire = call.source == "ami"
    seen = seen_on_the_wire(world, call, name) if on_the_wire else seen_by_post(world, call, posted)
    if len(mine) != 1:
        if not forgotten_between(world, name) and (mine or seen is not None or any(p.acknowledged for p in posted)):
            yield f"has {len(mine)} records"
        return
    if seen is None or not seen.in_order:
        return  # what reached us does not tell where the caller was
    rings = [o for o in mine[0].obligations if o.rule == "three_rings"]
    found, way = tuple(o.state for o in rings), _ringings(call)
    allowed = set(product(*(_verdicts(call, one, seen, o.rule_set) for one, o in zip(way, rings, strict=False))))
    if len(found) != len(way):
        yield f"three_rings on its way is {found}, where it rang for {len(way)}"
    elif found not in allowed:
        yield f"three_rings on its way is {found}, and should be {sorted(allowed)}"
    yield from told(world, rings)


def _ringings(call: Routed) -> list[Ringing]:
    """What happens between is no end of it: a caller who is sent on while it rings has waited since the first ring."""
    marks = [step.mark for step in steps(call)]
    begins = [place for place, mark in enumerate(marks) if mark in (RINGS, RINGS_ANEW)]
    ends = [next(end for end in range(place + 1, len(marks)) if marks[end]) for place in begins]
    return [Ringing(begin, end, marks[end] != GIVES_UP) for begin, end in zip(begins, ends, strict=True)]


def _verdicts(call: Routed, one: Ringing, seen: Seen, rules: str) -> set[str]:
    by_source, by_receipt = (_verdict(one, times, RINGS_S[rules]) for times in (seen.told, seen.received))
    if call.source == "main":
        return {by_source} if seen.trusted else {by_source, by_receipt}
    return {by_receipt}


def _verdict(one: Ringing, times: Sequence[int], limit_s: float) -> str:
    if times[one.ends] - times[one.begins] >= limit_s * 1_000_000:
        return "breached"
    return "met" if one.answered else "waived"
