"""The journal as the ladder's oracle reads it: rules, moments, what people did, who was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
from rules.rescue import RESCUE
from rules.settings import RuleSet
from tests.property.rules.plain_ladder import Deed
from tests.simulation.care import records


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
