"""All live things of one site, and the look-ups that find them; all of it can be rebuilt from the store's live rows."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rules.channels import Channel, UnitStatus
from rules.duty import roster_of
from rules.effects import WAITING_KINDS, Alert
from rules.events.staff import ViewName
from rules.incident_numbers import IncidentNumbers
from rules.incidents import Incident, SourceStatus
from rules.moments import SECOND_US
from rules.obligations import Obligation, Rule
from rules.people import DutyChange
from rules.phone_numbers import number_key
from rules.quiet import Quiet, Storm, Trouble, Window
from rules.settings import RuleSet
from rules.terms import Terms
from rules.waits import (
    CHANNEL,
    EXPIRE,
    FORGET,
    FORGET_RADIO,
    LINGER,
    OBLIGATION,
    OFFLINE,
    OPERATORS,
    ROLL_CALL,
    Thing,
    Wait,
    WaitKind,
    Waits,
)

ALERT_EXPIRES_US = 24 * 3600 * SECOND_US  # nobody acknowledged it for a day: it leaves the live table
IDS_LOST_PER_S = 1_000  # no hotline gives out more, for long
CLOSED_KEPT_MAX = 50_000  # closed incidents that wait for late events; the oldest go first
_MAY_WAIT_FOR_EVENTS_ONLY: frozenset[Rule] = frozenset({"two_calls"})  # open ones of all other rules have a deadline


class State:
    """Changed in place by `decide`; everyone else only reads."""

    def __init__(
        self,
        rules: RuleSet,
        *,
        incidents: Iterable[Incident] = (),
        alerts: Iterable[Alert] = (),
        sources: Iterable[SourceStatus] = (),
        channels: Iterable[Channel] = (),
        units: Iterable[UnitStatus] = (),
        quiet: Iterable[Quiet] = (),
        duty: Iterable[DutyChange] = (),
        last_id: int = 0,
        last_number: str = "",
        views: Mapping[str, dict[ViewName, str]] | None = None,
    ) -> None:
        self.rules = rules
        self.incidents: dict[int, Incident] = {i.id: i for i in sorted(incidents, key=lambda i: i.id)}
        self.alerts: dict[str, Alert] = {a.id: a for a in alerts}
        self.sources: dict[str, SourceStatus] = {s.name: s for s in sources}
        self.channels: dict[str, Channel] = {c.name: c for c in channels}
        self.units: dict[str, UnitStatus] = {u.unit: u for u in units}
        self.views: dict[str, dict[ViewName, str]] = dict(views or {})  # how each person likes the board
        self.quiet: dict[str, Quiet] = {q.key: q for q in quiet}
        self.windows: dict[str, Window] = {key: q for key, q in self.quiet.items() if isinstance(q, Window)}  # of these
        self.last_id = last_id
        self.duty: tuple[DutyChange, ...] = tuple(duty)  # as the desk changed it, in the order in which it did
        self.terms = Terms(rules, self.duty)
        self.steady_clocks: dict[str, tuple[int, int, int]] = {}  # what rules.source_clock knows of those it trusts
        self.by_call: defaultdict[str, dict[str, Incident]] = defaultdict(dict)  # by source, then by its own id
        self.by_leg: dict[tuple[str, str], Incident] = {}
        self.by_number: dict[str, Incident] = {}
        self.call_backs: dict[str, list[Obligation]] = {}  # open ones, by the caller's number_key
        self.promises: dict[int, Obligation] = {}  # those that are not kept yet, by id
        self.closed: OrderedDict[int, Incident] = OrderedDict()  # by closing; a dict finds its first by walking gaps
        self.numbers = IncidentNumbers(rules.timezone, last_number)
        self.waits = Waits(self._due_of, self._live)
        for incident in self.incidents.values():
            self._index(incident)
        over = [i for i in self.incidents.values() if i.closed_us is not None]
        self.closed.update((i.id, i) for i in sorted(over, key=lambda i: (i.closed_us, i.id)))
        self._collect_waits()

    def take_rules(self, rules: RuleSet) -> None:
        self.rules = rules
        self.terms = Terms(rules, self.duty)
        self.steady_clocks.clear()  # how much a clock may be off may have changed
        self.numbers = IncidentNumbers(rules.timezone, self.numbers.last)
        self._collect_waits()  # how long a source may be away may have changed

    def change_duty(self, duty: tuple[DutyChange, ...]) -> None:
        self.duty = duty
        self.terms.roster = roster_of(self.rules, duty)

    @property
    def roster(self) -> RuleSet:
        """The rules, with duty as the desk changed it: what `rules.duty` is to be asked with."""
        return self.terms.roster

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def skip_lost(self, at_us: int, lost_us: int) -> None:
        """Ids and numbers go on beyond any that can have been given out in a time that is lost."""
        self.last_id += lost_us * IDS_LOST_PER_S // SECOND_US
        self.numbers.skip(at_us, lost_us)

    @property
    def last_number(self) -> str:
        return self.numbers.last

    # -- look-ups -----------------------------------------------------------------------------------------------

    def add(self, incident: Incident, call: str | None = None) -> None:
        """A new one, with no legs nor obligations yet; a hail by radio has no call."""
        self.incidents[incident.id] = incident
        self.by_number[incident.number] = incident
        if call is not None:
            self.by_call[incident.call.source][call] = incident

    def numbered(self, number: str) -> Incident | None:
        """Where it turned out to be a part of another incident, that one."""
        incident = self.by_number.get(number)
        if incident is not None and incident.merged_into:
            return self.by_number.get(incident.merged_into, incident)
        return incident

    def know_call(self, incident: Incident, call: str) -> None:
        self.by_call[incident.call.source][call] = incident

    def know_leg(self, incident: Incident, leg: str) -> None:
        if leg and self.terms.sources[incident.call.source].leg_ids_unique:
            self.by_leg[incident.call.source, leg] = incident

    def know_call_back(self, incident: Incident, obligation: Obligation) -> None:
        self.call_backs.setdefault(number_key(incident.caller), []).append(obligation)

    def drop_call_back(self, incident: Incident, obligation: Obligation) -> None:
        key = number_key(incident.caller)
        left = [o for o in self.call_backs.get(key, ()) if o is not obligation]
        if left:
            self.call_backs[key] = left
        else:
            self.call_backs.pop(key, None)

    def oldest_closed(self) -> Incident:
        """Of those that wait for late events; what is parked is not for us to put away, while there are others."""
        closed = self.closed.values()
        return next((i for i in closed if i.care is None or i.care.put != "parked"), next(iter(closed)))

    def let_go_of_ids(self, incident: Incident) -> None:
        """Its source may give them to another call."""
        call = incident.call
        call.past = True
        by_call = self.by_call[call.source]
        for name in call.ids:
            if by_call.get(name) is incident:
                del by_call[name]
        for leg in call.legs:
            if self.by_leg.get((call.source, leg)) is incident:
                del self.by_leg[call.source, leg]

    def forget(self, incident: Incident) -> None:
        self.let_go_of_ids(incident)
        for obligation in incident.obligations:
            if obligation.rule == "call_back" and obligation.ended_by is None:
                self.drop_call_back(incident, obligation)
            self.promises.pop(obligation.id, None)
        self.by_number.pop(incident.number, None)
        self.incidents.pop(incident.id, None)
        self.closed.pop(incident.id, None)

    def _index(self, incident: Incident) -> None:
        self.by_number[incident.number] = incident
        call = incident.call
        if incident.outcome != "merged" and not call.past:  # its ids and legs mean another one now
            for name in call.ids:
                self.by_call[call.source][name] = incident
            for leg in call.legs:
                self.know_leg(incident, leg)
        for obligation in incident.obligations:
            if obligation.rule == "call_back" and obligation.ended_by is None:
                self.know_call_back(incident, obligation)
            if obligation.rule == "promise" and obligation.ended_by is None:
                self.promises[obligation.id] = obligation

    # -- waiting ------------------------------------------------------------------------------------------------

    def _live(self) -> int:
        return len(self.incidents) + len(self.alerts)

    def _due_of(self, wait: Wait) -> int | None:
        """When the thing of this wait wants to be looked at now; None: not at all, or it has a wait of its own."""
        at_us, kind, _, _, thing = wait
        if isinstance(thing, Obligation):  # nearly always
            return at_us if _due(thing) == at_us else None
        if isinstance(thing, UnitStatus):  # one wait a unit, however often it is heard
            return self._unit_due(thing)
        return at_us if self._holds(at_us, kind, thing) else None

    def _holds(self, at_us: int, kind: WaitKind, thing: Thing) -> bool:
        if isinstance(thing, Incident):
            due_us = thing.call.linger_until_us if kind == LINGER else thing.forget_us
            return due_us == at_us and thing.id in self.incidents
        if isinstance(thing, Alert):
            if kind == OPERATORS and at_us not in (thing.climb_us, thing.reach_us):
                return False
            return thing.id in self.alerts
        if isinstance(thing, Window | Storm | Trouble):
            return thing.next_us == at_us and self.quiet.get(thing.key) is thing
        if isinstance(thing, Channel):
            return thing.next_us == at_us and self.channels.get(thing.name) is thing
        return isinstance(thing, SourceStatus) and self._offline_due(thing) == at_us

    def _offline_due(self, status: SourceStatus) -> int | None:
        if status.link in ("unknown", "online") or status.offline_alert:
            return None
        return status.changed_us + self.terms.sources[status.name].offline_us

    def watch_source(self, status: SourceStatus) -> None:
        due_us = self._offline_due(status)
        if due_us is not None:
            self.waits.add(due_us, OFFLINE, 0, status)

    def watch_channel(self, channel: Channel) -> None:
        next_us = channel.next_us
        if next_us is not None:
            self.waits.add(next_us, CHANNEL, channel.id, channel)

    def watch_quiet(self, thing: Quiet) -> None:
        if thing.next_us is not None:
            self.waits.add(thing.next_us, thing.wait_kind, thing.id, thing)

    def _unit_due(self, unit: UnitStatus) -> int | None:
        every_us = self.terms.radio.heard_every_us.get(unit.unit)
        if every_us is None or unit.missing_alert or self.units.get(unit.unit) is not unit:
            return None
        return max(unit.last_us or 0, unit.since_us) + every_us

    def watch_unit(self, unit: UnitStatus) -> None:
        due_us = self._unit_due(unit)
        if due_us is not None:
            self.waits.add(due_us, ROLL_CALL, unit.id, unit)

    def _collect_waits(self) -> None:
        found: list[tuple[int, WaitKind, int, Thing]] = []
        for incident in self.incidents.values():
            for obligation in incident.obligations:
                next_us = _due(obligation)
                if next_us is not None:
                    found.append((next_us, OBLIGATION, obligation.id, obligation))
            if incident.call.linger_until_us is not None:
                found.append((incident.call.linger_until_us, LINGER, incident.id, incident))
            if incident.forget_us is not None:
                kind = FORGET if incident.medium == "phone" else FORGET_RADIO
                found.append((incident.forget_us, kind, incident.id, incident))
        found += [
            (alert.raised_us + ALERT_EXPIRES_US, EXPIRE, alert.obligation, alert)
            for alert in self.alerts.values()
            if alert.kind in WAITING_KINDS
        ]
        found += [
            (at_us, OPERATORS, alert.obligation, alert)
            for alert in self.alerts.values()
            if not alert.incident_id
            for at_us in {alert.climb_us, alert.reach_us}
            if at_us is not None
        ]
        for name in sorted(self.sources):
            due_us = self._offline_due(self.sources[name])
            if due_us is not None:
                found.append((due_us, OFFLINE, 0, self.sources[name]))
        found += self._radio_waits()
        found += [(q.next_us, q.wait_kind, q.id, q) for q in self.quiet.values() if q.next_us is not None]
        self.waits.begin_anew(found)

    def _radio_waits(self) -> Iterator[tuple[int, WaitKind, int, Thing]]:
        for channel in self.channels.values():
            if channel.next_us is not None:
                yield channel.next_us, CHANNEL, channel.id, channel
        for unit in self.units.values():
            due_us = self._unit_due(unit)
            if due_us is not None:
                yield due_us, ROLL_CALL, unit.id, unit


def _due(obligation: Obligation) -> int | None:
    if obligation.state != "open":
        return None
    plan, step = obligation.plan, obligation.step
    if step < len(plan):
        return obligation.opened_us + plan[step].after_us
    if obligation.rule in _MAY_WAIT_FOR_EVENTS_ONLY:
        return None
    return obligation.due_us  # a damaged row: its deadline makes a rule raise, so it is put aside and told
