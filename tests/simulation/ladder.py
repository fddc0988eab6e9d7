"""The ladder's own oracle: which step is told to whom and when, by arithmetic on the journal and the rule set.

It takes as given when obligations began and ended, which tests.simulation.truth holds against what truly happened, and
knows nothing of how the steps are kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rules.effects import Alert
from rules.events import AlertAcknowledged, Entry, RulesTaken, settlements
from rules.moments import span_us
from rules.obligations import Obligation
from rules.settings import RuleSet
from tests.property.rules.test_radio_oracle import REPLY_MIN
from tests.simulation.disk import Disk
from tests.simulation.service import RULE_SETS

CLIMBS = frozenset({"three_rings", "hold_checkin", "call_back", "two_calls", "promise", "inbound_only"})
WARNED_BEFORE = frozenset({"hold_checkin", "call_back", "promise"})
TOLD_WITHIN_US = 5_000  # of its moment, where the gateway was free to look
TELLS_ITS_END = frozenset({"three_rings", "hold_checkin", "call_back", "promise"})


@dataclass(frozen=True)
class Rung:
    """One step that must be told: its id, from when on, and to whom."""

    id: str
    due_us: int
    to: frozenset[str]


@dataclass
class Journal:
    """What the steps depend on."""

    site: str
    rules: list[tuple[int, RuleSet]] = field(default_factory=list)  # from this entry on
    at_us: dict[int, int] = field(default_factory=dict)  # of each entry
    acknowledged: list[tuple[int, str]] = field(default_factory=list)  # when, by which alert
    settled: dict[str, list[tuple[int, str, bool]]] = field(default_factory=dict)  # by alert: when, to whom, delivered

    def in_force(self, at_us: int, version: str = "") -> RuleSet:
        """At the end of that moment; or those of this version, if they were in force at any time of it."""
        before = [rules for seq, rules in self.rules if self.at_us[seq] < at_us]
        then = [rules for seq, rules in self.rules if self.at_us[seq] == at_us]
        found = [*before[-1:], *then]
        return next((rules for rules in found if rules.version == version), found[-1])

    def rules_of(self, version: str) -> RuleSet:
        return next(rules for _, rules in self.rules if rules.version == version)


def journal_of(entries: list[Entry], site: str) -> Journal:
    journal = Journal(site)
    for entry in entries:
        journal.at_us[entry.seq] = entry.at_us
        match entry.event:
            case RulesTaken(rules=rules):  # what is configured, however it was read
                journal.rules.append((entry.seq, next(one for one in RULE_SETS if one.version == rules.version)))
            case AlertAcknowledged(alert=alert):
                journal.acknowledged.append((entry.at_us, alert))
            case event:
                for one in settlements(event):
                    told = (entry.at_us, one.notifier, one.delivered)
                    journal.settled.setdefault(one.alert, []).append(told)
    return journal


def climbed(journal: Journal, disk: Disk) -> Iterator[Rung]:
    """What every breach that was told asks for, if nobody acts."""
    for alert in disk.all_alerts.values():
        if alert.id.endswith("breach0") and alert.rule in CLIMBS and alert.notifiers:
            asked = [o for o in disk.all_obligations.values() if o.alert == alert.id]
            version = asked[0].rule_set if asked else ""  # where the rules change in the same microsecond
            yield from _acknowledge(journal, disk, alert, journal.in_force(alert.raised_us, version))
            yield from _notify(journal, alert, journal.in_force(alert.raised_us, version), "escalation1")
        if alert.kind == "escalation" and alert.rule != "notify" and alert.notifiers:
            rules = journal.rules_of(next(o.rule_set for o in disk.all_obligations.values() if o.alert == alert.id))
            for rung in _notify(journal, alert, rules, f"nobody{alert.rung}"):
                if not frozenset(alert.notifiers) >= rung.to:
                    yield rung


def _acknowledge(journal: Journal, disk: Disk, alert: Alert, rules: RuleSet) -> Iterator[Rung]:
    due_us = alert.raised_us + span_us(rules.ladder.acknowledge_within_s)
    kin = {a.id for a in disk.all_alerts.values() if a.obligation == alert.obligation}
    acted = [at_us for at_us, named in journal.acknowledged if named in kin and at_us >= alert.raised_us]
    acted += [_over_us(disk, a) for a in disk.all_alerts.values() if a.kind == "cleared" and alert.id in a.clears]
    if min(acted, default=due_us) >= due_us:
        named = rules.ladder.escalation  # as the ladder was at the breach; it reaches who is there now
        to = frozenset(named or journal.in_force(due_us).notifiers)
        yield Rung(f"{journal.site}-{alert.obligation}-escalation0", due_us, to)


def _over_us(disk: Disk, cleared: Alert) -> int:
    """When it was over: a reply proves to be one only when it has lasted, also while nobody looks."""
    ended_us = disk.all_obligations[cleared.obligation].ended_us
    if cleared.rule != "two_calls" or ended_us is None:
        return cleared.raised_us
    return min(cleared.raised_us, ended_us + REPLY_MIN * 1000)


def _notify(journal: Journal, alert: Alert, rules: RuleSet, name: str) -> Iterator[Rung]:
    due_us = alert.raised_us + span_us(rules.ladder.notified_within_s)
    settled = journal.settled.get(alert.id, [])
    reached_us = min((at_us for at_us, _, delivered in settled if delivered), default=None)
    if reached_us is not None and reached_us < due_us:
        return
    if len(settled) >= len(alert.notifiers) and not any(delivered for _, _, delivered in settled):
        due_us = min(due_us, max(at_us for at_us, _, _ in settled))
    yield Rung(f"{journal.site}-{alert.obligation}-{name}", due_us, frozenset(journal.in_force(due_us).notifiers))


def _to(journal: Journal, at_us: int, step: str) -> frozenset[str]:
    rules = journal.in_force(at_us)
    named: tuple[str, ...] = getattr(rules.ladder, step)
    return frozenset(named or rules.notifiers)


def warned(journal: Journal, obligation: Obligation) -> Iterator[Rung]:
    """What must be said before the moment of one obligation that nobody revised."""
    rules = journal.rules_of(obligation.rule_set)
    ended_us = journal.at_us[obligation.ended_by] if obligation.ended_by is not None else None
    opened_us = journal.at_us[obligation.opened_by]
    if obligation.ended_by == obligation.opened_by or obligation.reason.endswith("_told_late"):
        return  # over as it was told, or judged once more since
    for place, after_us in enumerate(_warnings(rules, obligation)):
        due_us = obligation.opened_us + after_us
        if ended_us is None or due_us <= ended_us:
            told_us = max(due_us, opened_us)
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


def unkept(journal: Journal, disk: Disk, free_from: Callable[[int], int]) -> Iterator[str]:
    """Steps skipped, told too much, too early, too late, or to others. `free_from`: when it could be told."""
    rungs = list(climbed(journal, disk))
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
        if a.kind == "escalation" or (a.kind == "warning" and a.rule != "two_calls" and a.obligation not in revised)
    }
    yield from (f"{id_} was told, and nothing asks for it" for id_ in told.keys() - expected.keys())
    for rung in rungs:
        alert = told.get(rung.id)
        if alert is None:
            yield f"{rung.id} was skipped"
        elif alert.raised_us < rung.due_us:
            yield f"{rung.id} was told {rung.due_us - alert.raised_us} µs early"
        elif alert.raised_us > free_from(rung.due_us) + TOLD_WITHIN_US:
            yield f"{rung.id} was told {alert.raised_us - rung.due_us} µs late"
        elif frozenset(alert.notifiers) != rung.to:
            yield f"{rung.id} was told to {sorted(alert.notifiers)}, and should be to {sorted(rung.to)}"
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
