"""Holds the records against what truly happened: the invariants, each told by its name where it is broken."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.intake.documents import our_call
from adapters.ports import LiveState
from gateway.recovery import decided, restore
from rules.effects import Alert, Send
from rules.endings import KEPT_US
from rules.engine import State, decide, next_deadline
from rules.events import Delivered, Entry, RulesTaken, settlements
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.settings import RuleSet
from tests.property.rules.radio_oracle import REPLY_MIN
from tests.simulation.deeds import journal_of
from tests.simulation.house import PBXS, SITE
from tests.simulation.ladder import unkept
from tests.simulation.oracle import RINGS_S
from tests.simulation.spoken import Call
from tests.simulation.world import World

LATE_US = 1_300_000  # an event that came later than that is told late
FAR_S = 2.5  # from a limit: neither its way nor a trusted clock makes an event look so late
TOLD_WITHIN_US = 5_000  # of its moment, where the gateway was free to look
_UNDER_WAY_US = 1_000_000  # what is told in the world's last second may end with it


def broken(world: World) -> list[str]:
    """All that is wrong, the first lines telling most."""
    found = list(world.history.wrong)
    for check in (journal, state, deliveries, told_in_time, false_alarms, steps, verdicts_given, rules_kept):
        found += [f"{check.__name__}: {line}" for line in check(world)]
    return found


def journal(world: World) -> Iterator[str]:
    """I1, I2: what was acknowledged is there once, and nothing is there that was not sent."""
    kept: Counter[str] = Counter()
    pbxs = {settings.name for settings in PBXS}
    for row in world.disk.rows:
        if getattr(row.entry.event, "source", "") in pbxs:
            kept[json.loads(row.raw or b"{}").get("id", "")] += 1
    lost = {
        json.loads(row.raw or b"{}").get("id", "")
        for row in world.history.lost.rows
        if getattr(row.entry.event, "source", "") in pbxs
    }
    for posted in world.pbx.posted:
        times = kept.pop(posted.id, 0)
        if times > 1:
            yield f"{posted.id} stands there {times} times"
        if posted.acknowledged and not times and posted.id not in lost:
            yield f"{posted.id} was acknowledged, and is not there"
        if posted.refused:
            yield f"{posted.id} is well formed, and was answered {posted.refused}"
    yield from (f"{id_} was never sent" for id_ in kept)


def state(world: World) -> Iterator[str]:
    """The rows of what is live = what the journal alone tells."""
    yield from differences(world.disk.live(), world.disk.entries(), world.rule_sets[0])


def differences(rows: LiveState, entries: list[Entry], rules: RuleSet) -> Iterator[str]:
    live, told = restore(rows, rules), State(rules)
    for entry in decided(entries):
        decide(told, entry)
    for name in ("incidents", "alerts", "sources", "channels", "units", "quiet", "duty", "views", "last_id"):
        if getattr(live, name) != getattr(told, name):
            yield f"{name} differ: rows {getattr(live, name)} journal {getattr(told, name)}"[:2000]
    if next_deadline(live) != next_deadline(told):
        yield f"the next deadline differs: {next_deadline(live)}, {next_deadline(told)}"


def deliveries(world: World) -> Iterator[str]:
    """I13, I14: each step once to who honours keys, in order, always in the same words, never before it is durable."""
    disk = world.disk
    last = {id_ for id_, one in disk.all_alerts.items() if one.raised_us > _over_us(world) - _UNDER_WAY_US}
    yield from (f"{send} still waits" for send in disk.pending if send.alert not in last)
    told = [one for row in disk.rows for one in settlements(row.entry.event)]
    settled = Counter(Send(one.alert, one.notifier) for one in told)
    delivered = {Send(one.alert, one.notifier) for one in told if one.delivered}
    sends = [send for _, send in disk.sent]
    yield from (f"{send} was sent {n} times" for send, n in Counter(sends).items() if n > 1)
    unsettled = [send for send in sends if settled[send] != 1 and (settled[send] or send.alert not in last)]
    yield from (f"{send} was settled {settled[send]} times" for send in unsettled)
    erased = {erasing.number for erasing in world.history.erased}
    for receiver in world.receivers.values():
        by_key: dict[str, Mapping[str, Any]] = {}
        for receipt in receiver.received:
            if not receipt.known and receipt.alert not in world.history.lost.alerts:  # lost while it was on its way
                yield f"{receiver.name} heard of {receipt.alert} before it was durable"
            again = receipt.alert in world.history.lost.told_again
            first = by_key.setdefault(receipt.key, receipt.document)
            if first != receipt.document and not again and first.get("from") not in erased:
                yield f"{receiver.name} was told {receipt.alert} in two ways"
        told_to = list(dict.fromkeys(Send(r.alert, _target(receiver.name, r.key)) for r in receiver.received))
        if len(told_to) != len(by_key):
            yield f"{receiver.name} was told one alert under two keys"
        yield from (
            f"{send.alert} counts as delivered to {send.notifier}, who never had it"
            for send in delivered
            if send.notifier.partition("/")[0] == receiver.name and send not in told_to
        )
        yield from _in_order(world, told_to)


def _target(receiver: str, key: str) -> str:
    """Some are for one person behind it."""
    _, slash, who = key.partition("/")
    return f"{receiver}{slash}{who}"


def _in_order(world: World, told: list[Send]) -> Iterator[str]:
    """To each, of one incident."""
    rank = {send: nth for nth, (_, send) in enumerate(world.disk.sent)}
    latest: dict[tuple[str, str], int] = {}
    for send in told:
        if send.alert in world.history.lost.told_again:
            continue  # it was heard for the first time in a time of which nothing is known any more
        incident = world.disk.all_alerts[send.alert].incident if send.alert in world.disk.all_alerts else ""
        lane = incident, send.notifier
        if incident and rank.get(send, 0) < latest.get(lane, -1):
            yield f"{send.notifier} was told {send.alert} after what came later"
        latest[lane] = rank.get(send, 0)


def told_in_time(world: World) -> Iterator[str]:
    """I8, I9, I10: never early, and as soon as the gateway could look."""
    for alert in world.disk.all_alerts.values():
        if not alert.id.endswith("breach0") or not alert.incident_id:
            continue  # told again, or an operator's: not at an obligation's moment
        obligation = world.disk.all_obligations[alert.obligation]
        proven = obligation.clock == "source"  # that it was too late already
        known_us = max(world.disk.rows[obligation.opened_by - 1].entry.at_us, _ring_told_us(world, alert))
        if alert.raised_us < alert.due_us and not proven:
            yield f"{alert.id} was told {alert.due_us - alert.raised_us} µs early"
        if proven and obligation.revised and obligation.ended_by is not None:  # what proves it was told after its end
            known_us = max(known_us, world.disk.rows[obligation.ended_by - 1].entry.at_us)
        free_us = _free_from(world, max(alert.due_us, known_us))
        if alert.rule == "two_calls":
            free_us += REPLY_MIN * 1000  # what control has just begun to say may prove to be the answer
        if alert.raised_us > free_us + TOLD_WITHIN_US:
            late_s = (alert.raised_us - alert.due_us) / 1_000_000
            excused_s = (free_us - alert.due_us) / 1_000_000
            yield f"{alert.id} ({alert.rule}) was told {late_s:.3f} s late; {excused_s:.3f} s can be explained"


def false_alarms(world: World) -> Iterator[str]:
    """Nobody is told that a caller waited too long who did not, however far our clock or the PBX's is off."""
    told = [row for row in world.disk.rows if getattr(row.entry.event, "source", "") == "main"]
    received = {json.loads(row.raw or b"{}").get("id"): row.entry.at_us for row in told}
    for call in world.plan.happenings:
        if not isinstance(call, Call) or call.source != "main":
            continue
        posted = [one for one in world.pbx.posted if one.call == call.name][: call.devices + 1]
        if any(one.id not in received for one in posted):
            continue
        if any(one.turned_away for one in posted):
            continue  # told late: what it looked like until then was told rightly, and taken back
        delays = [received[one.id] - one.true_us for one in posted]
        if max(delays) - min(delays) > LATE_US:
            continue  # late on its way, or our clock was set between
        for alert in world.disk.all_alerts.values():
            if alert.source_call == call.name and alert.rule == "three_rings" and alert.kind == "breach":
                limit_s = RINGS_S[world.disk.all_obligations[alert.obligation].rule_set]
                if call.wait_s < limit_s - FAR_S:
                    yield f"{alert.id} tells of a caller who waited {call.wait_s} s"


def steps(world: World) -> Iterator[str]:
    """Each step of the ladder once, at its moment, to whom it is for, unless somebody acted: see ladder.py."""
    entries = [row.entry for row in world.disk.rows if not row.error]
    told = journal_of(entries, SITE, world.rule_sets)
    yield from unkept(told, world.disk, lambda at_us: _free_from(world, at_us), _over_us(world))


def _over_us(world: World) -> int:
    """The end of the last life: what is due after it will never be told."""
    ended_us = world.history.lives[-1].ended_us
    assert ended_us is not None
    return ended_us


def rules_kept(world: World) -> Iterator[str]:
    """F50: what waits keeps the rules that were in force when it began, whatever is configured meanwhile."""
    taken = _rules_taken(world)
    for obligation in world.disk.all_obligations.values():
        if obligation.rule_set != _in_force(taken, obligation.opened_by):
            yield f"{obligation.rule} {obligation.id} is judged by the rules {obligation.rule_set}"


def _ring_told_us(world: World, alert: Alert) -> int:
    """The last time a ring of this call was told before the alert: one told late may move the moment into the past."""
    rings = (row.entry for row in world.disk.rows if isinstance(row.entry.event, Delivered))
    told = [r.at_us for r in rings if getattr(r.event, "call", "") == alert.source_call and r.at_us <= alert.raised_us]
    return max(told, default=0)


def _free_from(world: World, at_us: int) -> int:
    """The first moment from then on when nothing kept the gateway from its deadlines."""
    for begins, ends in sorted(world.history.busy):
        if begins <= at_us + TOLD_WITHIN_US and at_us <= ends:
            at_us = ends
    return at_us


def verdicts_given(world: World) -> Iterator[str]:
    """I7: every obligation has ended with one verdict; but of a call whose PBX gave up telling us its end."""
    lost = {posted.call for posted in world.pbx.posted if not posted.acknowledged} | world.history.lost.calls
    for obligation in world.disk.all_obligations.values():
        incident = world.disk.all_incidents.get(obligation.incident)
        if obligation.state == "open" and not (incident and lost & set(incident.call.ids)):
            yield f"{obligation.rule} {obligation.id} of {our_call(obligation.incident)} is still open"


@dataclass(frozen=True)
class Judged:
    """One record and its verdicts, as they are kept."""

    incident: Incident
    obligations: list[Obligation]


def judged(world: World) -> list[Judged]:
    found: dict[int, list[Obligation]] = {}
    for obligation in sorted(world.disk.all_obligations.values(), key=lambda o: o.id):
        found.setdefault(obligation.incident, []).append(obligation)
    incidents = sorted(world.disk.all_incidents.values(), key=lambda i: i.id)
    return [Judged(incident, found.get(incident.id, [])) for incident in incidents if incident.outcome != "merged"]


def rules_at(world: World, seq: int) -> str:
    """Which rules were in force for this entry."""
    return _in_force(_rules_taken(world), seq)


def _rules_taken(world: World) -> list[tuple[int, str]]:
    """From which entry on, and their version."""
    events = [(row.entry.seq, row.entry.event) for row in world.disk.rows]
    return [(seq, event.rules.version) for seq, event in events if isinstance(event, RulesTaken)]


def _in_force(taken: list[tuple[int, str]], seq: int) -> str:
    return [version for since, version in taken if since <= seq][-1]


def forgotten_between(world: World, call: str) -> bool:
    """Its events came further apart than an ended call is remembered: the machine's clock was set between them."""
    times = [row.entry.at_us for row in world.disk.rows if getattr(row.entry.event, "call", None) == call]
    return bool(times) and times[-1] - times[0] >= KEPT_US
