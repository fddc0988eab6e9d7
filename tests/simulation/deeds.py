"""The journal as the ladder's oracle reads it: rules, moments, what people did, who was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rules.events import (
    AlertDone,
    AlertHandedOver,
    AlertSeen,
    AlertSnoozed,
    AlertWorkedOn,
    Delivered,
    DutyChanged,
    DutyChangeEnded,
    Entry,
    RulesTaken,
    settlements,
)
from rules.events.staff import AlertEvent
from rules.rescue import RESCUE
from rules.settings import RuleSet
from tests.property.rules.plain_ladder import Deed
from tests.simulation.care import records
from tests.simulation.roster import Swapped, reached


@dataclass
class Journal:
    """What the steps depend on."""

    site: str
    rules: list[tuple[int, RuleSet]] = field(default_factory=list)  # from this entry on
    at_us: dict[int, int] = field(default_factory=dict)  # of each entry
    rang_us: dict[str, int] = field(default_factory=dict)  # by leg: when its ringing was first told
    deeds: list[tuple[str, Deed]] = field(default_factory=list)  # of which alert, and what somebody did
    completed: list[tuple[str, int]] = field(default_factory=list)  # which record was, and when
    swaps: list[Swapped] = field(default_factory=list)  # of duty
    settled: dict[str, list[tuple[int, str, bool]]] = field(default_factory=dict)  # by alert: when, to whom, delivered

    def in_force(self, at_us: int, version: str = "") -> RuleSet:
        """At the end of that moment; or those of this version, if they were in force at any time of it."""
        before = [rules for seq, rules in self.rules if self.at_us[seq] < at_us]
        then = [rules for seq, rules in self.rules if self.at_us[seq] == at_us]
        found = [*before[-1:], *then] or [self.rules[0][1]]
        return next((rules for rules in found if rules.version == version), found[-1])

    def reached(self, words: tuple[str, ...], at_us: int, version: str = "") -> set[str]:
        """By the rules that were in force at that moment, and duty as it was then."""
        return reached(self.in_force(at_us, version), words, at_us, self.swaps)

    def told(self, words: tuple[str, ...], at_us: int) -> frozenset[str]:
        """The same; nobody means everybody."""
        return frozenset(self.reached(words, at_us) or self.in_force(at_us).notifiers)

    def is_swap(self, at_us: int) -> bool:
        """Duty was changed in this moment, before or after what else was told in it."""
        return any(at_us in (one.known_us, one.ended_us) for one in self.swaps)

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
            case DutyChanged():
                journal.swaps.append(Swapped(entry.at_us, entry.event, entry.event.until_us))
            case DutyChangeEnded(change=change):
                journal.swaps = [_cut(one, entry.at_us) if one.event.change == change else one for one in journal.swaps]
            case Delivered(leg=leg):
                journal.rang_us.setdefault(leg, entry.at_us)
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


def _cut(swap: Swapped, at_us: int) -> Swapped:
    return replace(swap, ended_us=min(swap.ended_us, at_us))


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
