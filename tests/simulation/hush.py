"""Holds what was kept back against an oracle: windows of silence, hours, lost sources, storms.

Nobody is kept back but for a reason that holds then, whoever is kept back is counted by the line that stands for him,
and that line is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rules.effects import Alert
from rules.events import AlertTested, Entry, LinkChanged, MaintenanceBegun, MaintenanceEnded
from rules.settings import RuleSet
from tests.simulation.climb import TOLD_WITHIN_US
from tests.simulation.deeds import Journal, journal_of
from tests.simulation.house import SITE
from tests.simulation.roster import attended, boundaries, passes, within
from tests.simulation.world import World

LINES = {"maintenance", "after_hours"}
HEARD_BY_SOURCE = {"three_rings", "hold_checkin", "two_calls"}
TOLD_ANYHOW = LINES | {"test"}
QUIET_END_US = 60_000_000  # before the world's end: what ended later may not have been told yet


@dataclass(frozen=True)
class ByHand:
    """Maintenance that somebody announced."""

    from_us: int
    until_us: int
    event: MaintenanceBegun


def unhushed(world: World) -> list[str]:
    return [f"hush: {line}" for line in Hush(world).wrong()]


class Hush:
    def __init__(self, world: World) -> None:
        self.world = world
        self.entries = [row.entry for row in world.disk.rows if not row.error]
        self.journal: Journal = journal_of(self.entries, SITE, world.rule_sets)
        self.alerts = list(world.disk.all_alerts.values())
        self.by_hand = list(_by_hand(self.entries, self.journal))
        self._since: dict[str, int] = {}
        self._back: dict[str, list[int]] = {}  # by source: when it was heard again
        for entry in self.entries:
            if isinstance(entry.event, LinkChanged) and entry.event.state in ("online", "unknown"):
                self._back.setdefault(entry.event.source, []).append(entry.at_us)

    def wrong(self) -> Iterator[str]:
        yield from self._reasons()
        yield from self._storms()
        yield from self._counts()
        yield from self._trials()

    # -- why ----------------------------------------------------------------------------------------------------

    def _reasons(self) -> Iterator[str]:
        for alert in self.alerts:
            if alert.silenced and alert.notifiers:
                yield f"{alert.id} was kept back ({alert.silenced}), and told to {alert.notifiers}"
            if not _is_weighed(alert):
                if alert.silenced and alert.kind != "cleared":
                    yield f"{alert.id} was kept back ({alert.silenced}), and must always be told"
                continue
            windows = self._windows(alert)
            if windows is None:
                continue  # too near to a change
            if windows:
                if alert.silenced not in windows:
                    yield f"{alert.id} ({alert.rule}) is kept back by {alert.silenced!r}, and should be by {windows}"
                continue
            offline = self._offline(alert)
            if alert.silenced in ("maintenance", "after_hours"):
                yield f"{alert.id} ({alert.rule}) was kept back by {alert.silenced}, and nothing of the kind holds then"
            elif offline is not None and (alert.silenced == "source_offline") != bool(offline):
                yield f"{alert.id} ({alert.rule}) is kept back by {alert.silenced!r}; its source was offline: {offline}"
            elif offline and alert.tied_to != offline:
                yield f"{alert.id} is tied to {alert.tied_to}, and should be to {offline}"

    def _windows(self, alert: Alert) -> set[str] | None:
        """Why it is kept back by what is announced; None where its moment is too near to a change to tell."""
        from_us = self._since_us(alert)
        rules = {id(one): one for one in (self.journal.in_force(from_us), self.journal.in_force(alert.raised_us))}
        taken = any(from_us <= self.journal.at_us[seq] <= alert.raised_us for seq, _ in self.journal.rules)
        hands = [us for one in self.by_hand for us in (one.from_us, one.until_us)]
        edges = any(
            passes(from_us, alert.raised_us, us, one.timezone) for one in rules.values() for us in boundaries(one)
        )
        if taken or edges or any(from_us <= us <= alert.raised_us for us in hands):
            return None
        return self._holding(alert, self.journal.in_force(alert.raised_us), alert.raised_us)

    def _since_us(self, alert: Alert) -> int:
        """It was due at some moment from then on."""
        if alert.id in self._since:
            return self._since[alert.id]
        since_us = alert.raised_us - TOLD_WITHIN_US
        for begins, ends in self.world.history.busy:
            if begins <= alert.raised_us and ends >= since_us:
                since_us = min(since_us, begins)
        self._since[alert.id] = since_us
        return since_us

    def _holding(self, alert: Alert, rules: RuleSet, at_us: int) -> set[str]:
        found = set()
        for one in rules.maintenance:
            if within(at_us, one.from_, one.to, rules.timezone) and _is_of(alert, one.sources, one.rules):
                found.add("maintenance")
        for announced in self.by_hand:
            scope = announced.event.scope
            if announced.from_us <= at_us < announced.until_us and _is_of(alert, scope.sources, scope.rules):
                found.add("maintenance")
        for hours in rules.hours:
            mine = bool(alert.incident_id) and hours.medium == ("radio" if alert.channel else "phone")
            if mine and hours.after_hours == "record_only" and not attended(rules, hours.medium, at_us):
                found.add("after_hours")
        return found

    def _offline(self, alert: Alert) -> str | None:
        """The alert that tells of its source, "" if there is none; None where it is too near to a change."""
        if alert.rule not in HEARD_BY_SOURCE or alert.kind == "escalation":
            return ""
        from_us = self._since_us(alert)
        told = ""
        for one in self.alerts:
            if one.rule == "source_online" and one.kind == "breach" and one.source == alert.source:
                if from_us <= one.raised_us <= alert.raised_us:
                    return None
                told = one.id if one.raised_us < from_us else told
        back = self._back.get(alert.source, [])
        if any(from_us <= us <= alert.raised_us for us in back):
            return None
        if told and any(self.world.disk.all_alerts[told].raised_us <= us < from_us for us in back):
            return ""
        return told

    # -- storms -------------------------------------------------------------------------------------------------

    def _storms(self) -> Iterator[str]:
        counted = [a for a in self.alerts if _is_weighed(a) and a.kind in ("warning", "breach")]
        counted = [a for a in counted if a.silenced in ("", "storm")]
        counted.sort(key=_place)
        for _, alerts in groupby(counted, key=_place):
            yield from self._storm(list(alerts))

    def _storm(self, alerts: list[Alert]) -> Iterator[str]:
        """At one place: so many are told one by one, and then none until it has been calm for long enough."""
        recent: list[int] = []
        running, last_us = False, 0
        for alert in alerts:
            storm, at_us = self.journal.in_force(alert.raised_us).storm, alert.raised_us
            over_us = last_us + round(storm.over_after_s * 1_000_000)
            near = running and self._since_us(alert) - TOLD_WITHIN_US <= over_us <= at_us + TOLD_WITHIN_US
            if running and at_us > over_us:
                running, recent = False, []
            if not running:
                recent = [us for us in recent if us > at_us - round(storm.window_s * 1_000_000)] + [at_us]
                running = len(recent) > storm.alone
            held = alert.silenced == "storm"
            if held != running:
                if not near:
                    how = "held" if held else "told singly"
                    yield f"{alert.id} ({alert.rule}) is {how}, the {len(recent)}th of late"
                running = held
                recent = recent if held else [at_us]
            if running:
                last_us = at_us

    # -- lines --------------------------------------------------------------------------------------------------

    def _counts(self) -> Iterator[str]:
        """Each line counts whom it stands for, and the last one stands for all."""
        over_us = self.world.history.lives[-1].ended_us or 0
        places = {alert.id: place for place, alert in enumerate(self.alerts)}
        held: dict[str, list[Alert]] = {}
        for alert in self.alerts:
            if alert.silenced and alert.kind != "cleared" and alert.silenced != "source_offline":
                held.setdefault(alert.tied_to, []).append(alert)
        lines: dict[str, list[Alert]] = {}
        for alert in self.alerts:
            if alert.count is not None and alert.kind != "escalation":  # which tells a line of maintenance once more
                lines.setdefault(alert.tied_to or alert.id, []).append(alert)
        for name in lines.keys() | held.keys():
            mine, told = held.get(name, []), lines.get(name, [])
            for line in told:
                before = _counted(one for one in mine if places[one.id] < places[line.id])
                if line.count != before:
                    yield f"{line.id} counts {line.count}, and stands for {before}"
                if not line.notifiers:
                    yield f"{line.id} stands for {before}, and was told nobody"
            if not told or told[-1].count != _counted(mine):
                window = mine[-1].silenced != "storm"
                due_us = mine[-1].raised_us + QUIET_END_US
                if due_us < over_us and not (window and self._still(over_us)):
                    yield f"of {len(mine)} kept back for {name} {told[-1].count if told else None} were told"

    def _still(self, over_us: int) -> bool:
        """Something may keep alerts back at the world's end."""
        by_hand = any(one.until_us > over_us - QUIET_END_US for one in self.by_hand)
        rules = self.journal.in_force(over_us)
        moments = (over_us - QUIET_END_US, over_us)
        shut = any(not attended(rules, medium, us) for medium in ("phone", "radio") for us in moments)
        works = any(within(us, one.from_, one.to, rules.timezone) for one in rules.maintenance for us in moments)
        return by_hand or shut or works

    def _trials(self) -> Iterator[str]:
        """A test alert is told whatever else holds, to whom it names."""
        for entry in self.entries:
            if isinstance(entry.event, AlertTested):
                alert = self.world.disk.all_alerts.get(f"{SITE}-test-{entry.event.test}")
                to = self.journal.reached(entry.event.to, entry.at_us)
                if alert is None or (set(alert.notifiers) != to and not self.journal.is_swap(entry.at_us)):
                    yield f"the test of entry {entry.seq} went to {alert and alert.notifiers}, and should to {to}"


def _by_hand(entries: list[Entry], journal: Journal) -> Iterator[ByHand]:
    ended: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry.event, MaintenanceEnded):
            ended.setdefault(entry.event.window, entry.at_us)
    for entry in entries:
        if isinstance(entry.event, MaintenanceBegun):
            longest_us = round(journal.in_force(entry.at_us).maintenance_by_hand.longest_s * 1_000_000)
            until_us = min(entry.event.until_us, entry.at_us + longest_us)
            until_us = min(until_us, ended.get(f"by_hand:{entry.event.window}", until_us))
            yield ByHand(entry.at_us, until_us, entry.event)


def _counted(alerts: Iterable[Alert]) -> int:
    """By the line that stands for them: a window counts alerts, a storm whom they are about."""
    return len({one.obligation if one.silenced == "storm" else one.id for one in alerts})


def _is_weighed(alert: Alert) -> bool:
    told_anyhow = alert.severity == "emergency" or alert.kind == "cleared" or alert.rule in TOLD_ANYHOW
    return not told_anyhow and alert.count is None


def _is_of(alert: Alert, sources: tuple[str, ...], rules: tuple[str, ...]) -> bool:
    return (not sources or alert.source in sources) and (not rules or alert.rule in rules)


def _place(alert: Alert) -> tuple[str, str, str]:
    place = "" if alert.rule == "source_online" else alert.channel or alert.source
    return alert.rule, alert.kind, place
