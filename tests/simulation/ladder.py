"""The ladder's own oracle: which step is told to whom and when, by arithmetic on the journal and the rule set.

It takes as given when obligations began and ended, which tests.simulation.truth holds against what truly happened, and
knows nothing of how the steps are kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rules.effects import Alert
from rules.moments import span_us
from rules.obligations import Obligation
from rules.settings import RuleSet
from tests.simulation.climb import CLIMBS, OPERATORS, TOLD_WITHIN_US, followed, others, rules_of, unclimbed
from tests.simulation.deeds import Journal
from tests.simulation.disk import Disk

WARNED_BEFORE = frozenset({"hold_checkin", "call_back", "promise"})
TELLS_ITS_END = frozenset({"three_rings", "hold_checkin", "call_back", "promise"})


@dataclass(frozen=True)
class Rung:
    """One step that must be told: its id, from when on, and to whom."""

    id: str
    due_us: int
    to: frozenset[str]


def unwatched(journal: Journal, disk: Disk) -> Iterator[Rung]:
    """What every breach, as it is told first, and each step asks for, if nobody receives it. Who acknowledged one that
    was kept back knows of it.
    """
    told_first: dict[int, str] = {}
    seen_us: dict[int, int] = {}
    for alert in disk.all_alerts.values():
        if alert.acknowledged_us is not None:
            seen_us.setdefault(alert.obligation, alert.acknowledged_us)
        if (
            alert.kind == "breach"
            and alert.notifiers
            and seen_us.get(alert.obligation, alert.raised_us) >= alert.raised_us
        ):
            told_first.setdefault(alert.obligation, alert.id)
    for alert in disk.all_alerts.values():
        if (
            not alert.obligation
            or not alert.notifiers
            or alert.rule not in CLIMBS | OPERATORS
            or alert.kind not in {"breach", "escalation"}
        ):
            continue
        first = alert.id == told_first.get(alert.obligation)
        if first or alert.kind == "escalation":
            for rung in _notify(journal, alert, rules_of(journal, disk, alert), alert.rung):
                if first or not frozenset(alert.notifiers) >= rung.to:
                    yield rung


def _notify(journal: Journal, alert: Alert, rules: RuleSet, place: int) -> Iterator[Rung]:
    due_us = alert.raised_us + span_us(rules.ladder.notified_within_s)
    settled = journal.settled.get(alert.id, [])
    reached_us = min((at_us for at_us, _, delivered in settled if delivered), default=None)
    if reached_us is not None and reached_us < due_us:
        return
    if len(settled) >= len(alert.notifiers) and not any(delivered for _, _, delivered in settled):
        due_us = min(due_us, max(at_us for at_us, _, _ in settled))
    name = f"nobody{place}" if place else "escalation1"
    everybody = frozenset(others(alert, journal.in_force(due_us).notifiers))
    yield Rung(f"{journal.site}-{alert.obligation}-{name}", due_us, everybody)


def _to(journal: Journal, at_us: int, step: str) -> frozenset[str]:
    return journal.told(getattr(journal.in_force(at_us).ladder, step), at_us)


def warned(journal: Journal, obligation: Obligation) -> Iterator[Rung]:
    """What must be said before the moment of one obligation that nobody revised."""
    rules = journal.rules_of(obligation.rule_set)
    ended_us = journal.at_us[obligation.ended_by] if obligation.ended_by is not None else None
    known_us = journal.at_us[obligation.opened_by]
    if obligation.rule == "three_rings":  # the first of its rings may be told last
        known_us = max(known_us, journal.rang_us.get(obligation.leg, 0))
    if obligation.ended_by == obligation.opened_by or obligation.reason.endswith("_told_late"):
        return  # over as it was told, or judged once more since
    for place, after_us in enumerate(_warnings(rules, obligation)):
        told_us = max(obligation.opened_us + after_us, known_us)
        if ended_us is None or told_us <= ended_us:
            yield Rung(f"{journal.site}-{obligation.id}-warning{place}", told_us, _to(journal, told_us, "warn"))


def _warnings(rules: RuleSet, obligation: Obligation) -> list[int]:
    cycle_s = 5.0  # of China's ringing
    if obligation.rule == "three_rings":
        limit_s = rules.three_rings.rings * cycle_s
        seconds = [(ring - 1) * cycle_s for ring in rules.three_rings.warn_at_rings]
        return [span_us(s) for s in seconds if s < limit_s]
    every_s, before_s = {
        "hold_checkin": (rules.hold_checkin.every_s, rules.hold_checkin.warn_before_s),
        "call_back": (rules.call_back.within_s, rules.call_back.warn_before_s),
        "promise": (rules.promise.within_s, rules.promise.warn_before_s),
    }[obligation.rule]
    return [span_us(every_s - before_s)] if 0 < before_s < every_s else []


def unkept(journal: Journal, disk: Disk, free_from: Callable[[int], int], over_us: int) -> Iterator[str]:
    """Steps skipped, told too much, too early, too late, or to others.

    `free_from`: when what is due could be told. `over_us`: the world's last moment; what had still time then is not
    expected.
    """
    rungs = list(unwatched(journal, disk))
    for obligation in disk.all_obligations.values():
        if obligation.rule in {"three_rings", *WARNED_BEFORE} and obligation.plan and not obligation.revised:
            rungs += warned(journal, obligation)
    expected = {rung.id: rung for rung in rungs}
    revised = {
        o.id for o in disk.all_obligations.values() if o.revised or not o.plan or o.reason.endswith("_told_late")
    }
    told = {
        a.id: a
        for a in disk.all_alerts.values()
        if a.rule == "notify"
        or (
            a.obligation
            and a.kind == "warning"
            and not followed(a)
            and a.rule != "two_calls"
            and a.obligation not in revised
        )
    }
    yield from (f"{id_} was told, and nothing asks for it" for id_ in told.keys() - expected.keys())
    for rung in rungs:
        alert = told.get(rung.id)
        if alert is None:
            if free_from(rung.due_us) + TOLD_WITHIN_US < over_us:
                yield f"{rung.id} was skipped"
        elif alert.raised_us < rung.due_us:
            yield f"{rung.id} was told {rung.due_us - alert.raised_us} µs early"
        elif alert.raised_us > free_from(rung.due_us) + TOLD_WITHIN_US:
            yield f"{rung.id} was told {alert.raised_us - rung.due_us} µs late"
        elif frozenset(alert.notifiers) != rung.to and not alert.silenced and not journal.is_swap(alert.raised_us):
            yield f"{rung.id} was told to {sorted(alert.notifiers)}, and should be to {sorted(rung.to)}"
    yield from unclimbed(journal, disk, free_from, over_us)
    yield from _ends(disk)


def _ends(disk: Disk) -> Iterator[str]:
    """Whoever was told that something is wrong is told when it is over."""
    over: dict[str, set[str]] = {}
    over_us: dict[int, int] = {}
    for alert in disk.all_alerts.values():
        for id_ in alert.clears:
            over.setdefault(id_, set()).update(alert.notifiers)
        if alert.kind == "cleared":
            over_us[alert.obligation] = max(over_us.get(alert.obligation, 0), alert.raised_us)
    for alert in disk.all_alerts.values():
        obligation = disk.all_obligations.get(alert.obligation)
        if obligation is None or obligation.rule not in TELLS_ITS_END or obligation.ended_by is None:
            continue
        if alert.kind == "cleared" or (alert.rule == "notify" and alert.raised_us >= over_us.get(obligation.id, 0)):
            continue  # that nobody heard of it is told also when it is over
        if left := set(alert.notifiers) - over.get(alert.id, set()):
            yield f"{sorted(left)} heard {alert.id}, and not that it is over"
