"""The ladder's own oracle: which step is told to whom and when, by arithmetic on the journal and the rule set.

It takes as given when obligations began and ended, which tests.simulation.truth holds against what truly happened, and
knows nothing of how the steps are kept.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from rules.effects import Alert
from rules.events import (
    AlertDone,
    AlertHandedOver,
    AlertSeen,
    AlertSnoozed,
    AlertWorkedOn,
    Entry,
    RulesTaken,
    settlements,
)
from rules.events.staff import AlertEvent
from rules.moments import span_us
from rules.obligations import Obligation
from rules.rescue import RESCUE
from rules.settings import Ladder, RuleSet
from tests.property.rules.plain_ladder import Deed, Plain, Told
from tests.property.rules.test_radio_oracle import REPLY_MIN
from tests.simulation.care import records
from tests.simulation.chores import STEPS
from tests.simulation.disk import Disk
from tests.simulation.house import SITE
from tests.simulation.roster import attended, reached
from tests.simulation.roster import told as told_by

CLIMBS = frozenset({"three_rings", "hold_checkin", "call_back", "two_calls", "promise", "inbound_only", "plan_step"})
OPERATORS = frozenset(  # no caller's matters
    {
        "source_online",
        "notifier_online",
        "source_readable",
        "on_duty",
        "roll_call",
        "undecided",
        "maintenance",
        "after_hours",
    }
)
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
    deeds: list[tuple[str, Deed]] = field(default_factory=list)  # of which alert, and what somebody did
    completed: list[tuple[str, int]] = field(default_factory=list)  # which record was, and when
    settled: dict[str, list[tuple[int, str, bool]]] = field(default_factory=dict)  # by alert: when, to whom, delivered

    def in_force(self, at_us: int, version: str = "") -> RuleSet:
        """At the end of that moment; or those of this version, if they were in force at any time of it."""
        before = [rules for seq, rules in self.rules if self.at_us[seq] < at_us]
        then = [rules for seq, rules in self.rules if self.at_us[seq] == at_us]
        found = [*before[-1:], *then]
        return next((rules for rules in found if rules.version == version), found[-1])

    def rules_of(self, version: str) -> RuleSet:
        return next(rules for _, rules in self.rules if rules.version == version)


def journal_of(entries: list[Entry], site: str, rule_sets: Sequence[RuleSet]) -> Journal:
    journal = Journal(site)
    journal.completed = [(number, at_us) for number, one in records(entries).items() for at_us in one.completed_us]
    for entry in entries:
        journal.at_us[entry.seq] = entry.at_us
        match entry.event:
            case RulesTaken(rules=rules):  # what is configured, however it was read
                journal.rules.append((entry.seq, next(one for one in rule_sets if one.version == rules.version)))
            case AlertSeen():
                pass  # whoever has seen it has done nothing about it
            case AlertEvent(alert=alert):
                journal.deeds.append((alert, _deed(entry.at_us, entry.event)))
            case event:
                for one in settlements(event):
                    if one.notifier.startswith(RESCUE):
                        continue  # that a caller was sent elsewhere tells nobody
                    told = (entry.at_us, one.notifier, one.delivered)
                    journal.settled.setdefault(one.alert, []).append(told)
    return journal


def _deed(at_us: int, event: AlertEvent) -> Deed:
    match event:
        case AlertHandedOver(to=to):
            return Deed(at_us, "hand_over", event.by, to)
        case AlertSnoozed(for_us=for_us):
            return Deed(at_us, "snooze", event.by, for_us=for_us)
        case AlertWorkedOn(for_us=for_us):
            return Deed(at_us, "on_it", event.by, for_us=for_us)
        case AlertDone():
            return Deed(at_us, "done", event.by)
        case _:
            return Deed(at_us, "acknowledge", event.by)


def unwatched(journal: Journal, disk: Disk) -> Iterator[Rung]:
    """What every breach, as it is told first, and each step asks for, if nobody receives it."""
    told_first: dict[int, str] = {}
    for alert in disk.all_alerts.values():
        if alert.kind == "breach" and alert.notifiers:
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
            for rung in _notify(journal, alert, _rules_of(journal, disk, alert), alert.rung):
                if first or not frozenset(alert.notifiers) >= rung.to:
                    yield rung


def unclimbed(journal: Journal, disk: Disk, free_from: Callable[[int], int], over_us: int) -> Iterator[str]:
    """Each matter is told what tests.property.rules.plain_ladder says of what people did about it, in that order."""
    for breach in disk.all_alerts.values():
        mine = breach.obligation and breach.kind == "breach" and breach.rule in CLIMBS | OPERATORS
        if mine and breach.id.endswith("breach0") and breach.notifiers:
            told = sorted(
                (a for a in disk.all_alerts.values() if a.obligation == breach.obligation and _followed(a)),
                key=lambda alert: alert.raised_us,
            )
            first, expected = _expected(journal, disk, breach, told)
            ended = {a.raised_us for a in disk.all_alerts.values() if a.kind == "cleared" and breach.id in a.clears}
            if frozenset(breach.notifiers) != first:
                yield f"{breach.id} was told to {sorted(breach.notifiers)}, and should be to {sorted(first)}"
            for nth, (due_us, one) in enumerate(expected):
                if nth >= len(told):
                    if free_from(due_us) + TOLD_WITHIN_US < over_us and due_us not in ended:
                        yield f"{breach.id}: {one.reason} was skipped"
                    break
                alert = told[nth]
                to = frozenset[str]() if alert.silenced else one.to  # tests.simulation.hush says whether it may be
                if (alert.reason, frozenset(alert.notifiers)) != (one.reason, to):
                    said = f"{alert.reason} to {sorted(alert.notifiers)}"
                    yield f"{alert.id} tells {said}, and should {one.reason} to {sorted(one.to)}"
                elif alert.raised_us < due_us:
                    yield f"{alert.id} was told {due_us - alert.raised_us} µs early"
                elif alert.raised_us > free_from(due_us) + TOLD_WITHIN_US:
                    yield f"{alert.id} was told {alert.raised_us - due_us} µs late"
            yield from (f"{alert.id} was told, and nothing asks for it" for alert in told[len(expected) :])


def _followed(alert: Alert) -> bool:
    return (alert.kind == "escalation" and alert.rule != "notify") or alert.reason == "not_acted_yet"


def _expected(
    journal: Journal, disk: Disk, breach: Alert, told: list[Alert]
) -> tuple[frozenset[str], list[tuple[int, Told]]]:
    """Who is told first; and what must follow, each with the moment from which on. What was told late counts from then.

    Of an emergency everybody is told first.
    """
    rules = _rules_of(journal, disk, breach)
    due: list[int] = []

    def everybody(at_us: int) -> set[str]:
        return set(_others(breach, journal.in_force(at_us).notifiers))

    def when(due_us: int, _: str) -> int:
        due.append(due_us)
        return max(due_us, told[len(due) - 1].raised_us) if len(due) <= len(told) else due_us

    ladder = _ladder_of(rules, breach)
    if _is_operators(breach):  # whoever takes notice of it sees to it
        ladder = structs.replace(ladder, act_within_s=0)
    if breach.rule == "plan_step":  # whose it is
        ladder = structs.replace(ladder, breach=(*ladder.breach, *_owner(disk, breach)))
    plain = Plain(
        ladder,
        lambda words, at_us: set(_others(breach, reached(journal.in_force(at_us, rules.version), words, at_us))),
        everybody,
        names={one.id: one.id for one in rules.people},
        when=when,
    )
    plain.begin(breach.raised_us)
    kin = {a.id for a in disk.all_alerts.values() if a.obligation == breach.obligation}
    mine = [a for a in disk.all_alerts.values() if a.id in kin and a.raised_us >= breach.raised_us]
    held = [(a.tied_to, a.raised_us) for a in mine if a.tied_to]  # a warning that was kept back before asks for nothing
    deeds = [deed for named, deed in journal.deeds if named in kin and deed.at >= breach.raised_us]
    for line, since_us in held:
        deeds += [deed._replace(what="done") for deed in _acknowledging(journal, disk, line) if deed.at >= since_us]
    if _is_operators(breach):
        deeds = [deed._replace(what="acknowledge") if deed.what == "on_it" else deed for deed in deeds]
    over = [_over_us(disk, a) for a in disk.all_alerts.values() if a.kind == "cleared" and breach.id in a.clears]
    deeds += [Deed(at_us, "answered") for at_us in over]
    deeds += [Deed(at_us, "completed") for number, at_us in journal.completed if number == breach.incident]
    for deed in sorted(deeds, key=lambda one: one.at):
        plain.pass_until(deed.at)
        before = len(plain.told)
        plain.do(deed)
        if len(plain.told) > before and deed.what == "hand_over":
            due.append(deed.at)
    plain.pass_until(max(journal.at_us.values()))
    first, *followed = plain.told
    to = first.to | everybody(breach.raised_us) if breach.severity == "emergency" else first.to
    return frozenset(to), list(zip(due, [one for one in followed if one.reason != "answered"], strict=True))


def _is_operators(alert: Alert) -> bool:
    """A step of a plan may be of no record."""
    return alert.rule in OPERATORS or (alert.rule == "plan_step" and not alert.incident_id)


def _owner(disk: Disk, breach: Alert) -> tuple[str, ...]:
    obligation = disk.all_obligations.get(breach.obligation)
    if obligation is None:
        step = next(one for one in STEPS if breach.about.endswith(one.do))
    else:
        step = STEPS[int(obligation.leg.partition("/")[2])]
    return (f"role:{step.role}",) if step.role else ()


def _acknowledging(journal: Journal, disk: Disk, line: str) -> Iterator[Deed]:
    """Of this line, and so of whom it stands for: nothing more is asked of them."""
    for named, deed in journal.deeds:
        if deed.what in ("acknowledge", "done") and _line_of(disk, named) == line:
            yield deed


def _line_of(disk: Disk, alert: str) -> str:
    """By whose name those stand that it stands for."""
    named = disk.all_alerts.get(alert)
    if named is None or named.count is None:
        return alert
    return f"{SITE}-{named.obligation}-breach0" if named.kind == "escalation" else named.tied_to or alert


def _ladder_of(rules: RuleSet, alert: Alert) -> Ladder:
    if alert.incident_id and alert.channel and not attended(rules, "radio", alert.raised_us):
        return next(one for one in rules.special_ladders if one.name)
    return next((one for one in rules.special_ladders if alert.rule in one.rules), rules.ladder)


def _rules_of(journal: Journal, disk: Disk, alert: Alert) -> RuleSet:
    """As they were at that moment, and where they changed in it, those that it was told by."""
    if _is_operators(alert) and alert.climbs:
        step = alert.climbs[0].tell
        then = [journal.in_force(alert.raised_us, one.version) for _, one in journal.rules]
        return next((one for one in then if _ladder_of(one, alert).escalation == step), then[-1])
    asked = [o for o in disk.all_obligations.values() if o.alert == alert.id]
    return journal.in_force(alert.raised_us, asked[0].rule_set if asked else "")


def _over_us(disk: Disk, cleared: Alert) -> int:
    """When it was over: a reply proves to be one only when it has lasted, also while nobody looks."""
    if cleared.rule != "two_calls":
        return cleared.raised_us
    ended_us = disk.all_obligations[cleared.obligation].ended_us
    if ended_us is None:
        return cleared.raised_us
    return min(cleared.raised_us, ended_us + REPLY_MIN * 1000)


def _notify(journal: Journal, alert: Alert, rules: RuleSet, place: int) -> Iterator[Rung]:
    due_us = alert.raised_us + span_us(rules.ladder.notified_within_s)
    settled = journal.settled.get(alert.id, [])
    reached_us = min((at_us for at_us, _, delivered in settled if delivered), default=None)
    if reached_us is not None and reached_us < due_us:
        return
    if len(settled) >= len(alert.notifiers) and not any(delivered for _, _, delivered in settled):
        due_us = min(due_us, max(at_us for at_us, _, _ in settled))
    name = f"nobody{place}" if place else "escalation1"
    everybody = frozenset(_others(alert, journal.in_force(due_us).notifiers))
    yield Rung(f"{journal.site}-{alert.obligation}-{name}", due_us, everybody)


def _others(alert: Alert, targets: Iterable[str]) -> Iterator[str]:
    """Who may tell it: of a notifier that does not deliver all others."""
    return (one for one in targets if alert.rule != "notifier_online" or one.partition("/")[0] != alert.about)


def _to(journal: Journal, at_us: int, step: str) -> frozenset[str]:
    rules = journal.in_force(at_us)
    return told_by(rules, getattr(rules.ladder, step), at_us)


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
            and not _followed(a)
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
        elif frozenset(alert.notifiers) != rung.to and not alert.silenced:
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
