"""Bugs of what people, clocks and ladders need, planted beside the product: the simulation must find each of them."""

from collections.abc import Callable
from typing import Any

import msgspec

from adapters.ports import Batch, LiveState
from gateway.clock import AnchoredClock
from rules.settings import Ladder, Promise, RuleSet
from tests.simulation.disk import SimStore
from tests.simulation.service import Parts


class FollowsTheWall(AnchoredClock):
    """Deadlines run by the wall clock, whoever sets it."""

    def __init__(self, wall_ns: Callable[[], int], monotonic_ns: Callable[[], int]) -> None:
        super().__init__(wall_ns, monotonic_ns)
        self._wall_ns = wall_ns

    def __call__(self) -> int:
        return self._wall_ns() // 1000


class HidesThatItMoved(AnchoredClock):
    """A start does not tell that the clock was set since the last."""

    def __init__(self, wall_ns: Callable[[], int], monotonic_ns: Callable[[], int]) -> None:
        super().__init__(wall_ns, monotonic_ns)
        self._true_anchor_us, self.anchor_us = self.anchor_us, 0

    def __call__(self) -> int:
        return self._true_anchor_us + self._monotonic_ns() // 1000


class SkipsTheNextStep(SimStore):
    """After a restart nobody waits any more for an acknowledgement."""

    async def load(self) -> LiveState:
        live = await super().load()
        for incident in live.incidents:
            incident.obligations = [o for o in incident.obligations if o.rule != "acknowledge"]
        return live


class LosesUnits(SimStore):
    """When a post was heard is not written."""

    async def _commit(self, batch: Batch) -> None:
        await super()._commit(msgspec.structs.replace(batch, units={}))


class ForgetsTheMissed(SimStore):
    """Callers who wait to be called back do not outlive a restart."""

    async def load(self) -> LiveState:
        live = await super().load()
        for incident in live.incidents:
            incident.obligations = [o for o in incident.obligations if o.rule != "call_back"]
        return live


def _ladders(rules: RuleSet, changed: Callable[[Ladder], dict[str, Any]]) -> RuleSet:
    special = tuple(msgspec.structs.replace(one, **changed(one)) for one in rules.special_ladders)
    ladder = msgspec.structs.replace(rules.ladder, **changed(rules.ladder))
    return msgspec.structs.replace(rules, ladder=ladder, special_ladders=special)


def _tells_others(rules: RuleSet) -> RuleSet:
    """The last step of the ladder tells those of the step before."""
    return _ladders(rules, lambda ladder: {"escalation": ladder.breach})


def _never_climbs_in_time(rules: RuleSet) -> RuleSet:
    return _ladders(rules, lambda ladder: {"acknowledge_within_s": ladder.acknowledge_within_s + 1})


def _trusts_who_acknowledged(rules: RuleSet) -> RuleSet:
    """Acknowledged is as good as done."""
    return _ladders(rules, lambda _: {"act_within_s": 0})


def _waits_longer(rules: RuleSet) -> RuleSet:
    """A promise of ten minutes is taken for one of eleven."""
    return msgspec.structs.replace(rules, promise=Promise(within_s=rules.promise.within_s * 1.1))


# The part that has it, and within how many seeds it must be found.
DESK_BUGS: dict[str, tuple[Parts, int]] = {
    "runs by the wall clock": (Parts(clock=FollowsTheWall), 10),
    "skips a step of the ladder after a restart": (Parts(store=SkipsTheNextStep), 10),
    "tells a step to others": (Parts(rules=_tells_others), 10),
    "climbs a second late": (Parts(rules=_never_climbs_in_time), 10),
    "does not write who was heard": (Parts(store=LosesUnits), 10),
    "forgets missed callers at a restart": (Parts(store=ForgetsTheMissed), 20),
    "takes acknowledged for done": (Parts(rules=_trusts_who_acknowledged), 10),
    "keeps promises for longer": (Parts(rules=_waits_longer), 30),
}
