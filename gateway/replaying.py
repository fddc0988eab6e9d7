"""`hotline-gateway replay`: a past day's journal judged again, under its rules and under others; what differs."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from adapters.ports import Store
from gateway.judging import Judge
from gateway.logs import escaped
from gateway.recovery import decided, journal
from rules.events import DeadlinePassed, DeliveriesSettled, DeliveriesTried, DeliverySettled, EventUndecided, RulesTaken
from rules.incidents import Incident
from rules.moments import SECOND_US
from rules.settings import RuleSet
from rules.waits import NEVER_US

LEAD_US = 3600 * SECOND_US  # judged before the day begins, so that calls over midnight are whole
_OURS = (
    DeadlinePassed,
    DeliverySettled,
    DeliveriesSettled,
    DeliveriesTried,
    EventUndecided,
)  # each judge makes its own
_SHOWN_MAX = 50
_PROGRESS_EVERY = 1_000


class Difference(NamedTuple):
    """One verdict that is another under the other rules."""

    incident: str
    caller: str
    rule: str
    before: str
    after: str


class Replayed(NamedTuple):
    """Both judgements of one day, and the range of our clock it stands for."""

    before: Judge
    after: Judge
    from_us: int
    until_us: int
    entries: int


def day_range_us(day: date, timezone: str) -> tuple[int, int]:
    """Midnight to midnight at the site."""
    zone = ZoneInfo(timezone)
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    return round(begins.timestamp()) * SECOND_US, round(ends.timestamp()) * SECOND_US


async def replay(
    store: Store, rules: tuple[RuleSet, RuleSet], day_us: tuple[int, int], progress: Callable[[int], None]
) -> Replayed:
    """`rules`: those of the first judge, until the journal names others, and those of the second, to the end.

    `progress` hears the time reached, µs.
    """
    from_us, until_us = day_us
    before, after = Judge(rules[0]), Judge(rules[1])
    entries = []
    async for entry in journal(store, after_seq=await _last_before(store, from_us - LEAD_US), until_us=until_us):
        entries.append(entry)
        if not len(entries) % _PROGRESS_EVERY:
            progress(entry.at_us)
    for entry in decided(entries):
        if isinstance(entry.event, RulesTaken):
            before.enter(entry.event, entry.at_us)
        elif not isinstance(entry.event, _OURS):
            before.enter(entry.event, entry.at_us)
            after.enter(entry.event, entry.at_us)
    before.pass_time(until_us)
    after.pass_time(until_us)
    return Replayed(before, after, from_us, until_us, sum(entry.at_us >= from_us for entry in entries))


async def _last_before(store: Store, at_us: int) -> int:
    """The seq of the last entry before that moment: time never goes back in the journal, so it can be halved."""
    low, high = 0, 1
    while await _at_us(store, high) < at_us:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if await _at_us(store, middle) < at_us:
            low = middle
        else:
            high = middle
    return low


async def _at_us(store: Store, seq: int) -> int:
    found = await store.journal(after_seq=seq - 1, limit=1)
    return found[0].at_us if found else NEVER_US


def differences(replayed: Replayed) -> Iterator[Difference]:
    """Verdicts are matched by what names the call, the rule, and their order."""
    old, new = _verdicts(replayed.before, replayed), _verdicts(replayed.after, replayed)
    for key in [*old, *(key for key in new if key not in old)]:
        incident, before = old.get(key, (None, "–"))
        other_incident, after = new.get(key, (None, "–"))
        shown = incident or other_incident
        if before != after and shown is not None:
            yield Difference(shown.number, shown.caller, key[2], before, after)


def show(console: Console, replayed: Replayed) -> None:
    rules = replayed.before.state.rules.version, replayed.after.state.rules.version
    totals = Table("", *rules, title=f"{replayed.entries} events judged twice")
    counts = _totals(replayed.before, replayed), _totals(replayed.after, replayed)
    for name in sorted(counts[0] | counts[1]):
        style = "bold" if counts[0][name] != counts[1][name] else "dim"
        totals.add_row(name, str(counts[0][name]), str(counts[1][name]), style=style)
    console.print(totals)
    found = list(differences(replayed))
    if not found:
        console.print("No verdict differs.")
        return
    table = Table("incident", "from", "rule", *rules, title=f"verdicts that differ: {len(found)}")
    for difference in found[:_SHOWN_MAX]:
        table.add_row(*(escaped(cell) for cell in difference))
    console.print(table)
    if len(found) > _SHOWN_MAX:
        console.print(f"… and {len(found) - _SHOWN_MAX} more")


def _verdicts(judge: Judge, replayed: Replayed) -> dict[tuple[str, str, str, int], tuple[Incident, str]]:
    found: dict[tuple[str, str, str, int], tuple[Incident, str]] = {}
    for incident in judge.incidents.values():
        if not replayed.from_us <= incident.opened_us < replayed.until_us:
            continue
        order: Counter[str] = Counter()
        for owed in judge.verdicts(incident.id):
            order[owed.rule] += 1
            seconds = "" if owed.seconds is None else f" {owed.seconds:.3f} s"
            key = (incident.call.source, _name(incident), owed.rule, order[owed.rule])
            found[key] = (incident, owed.state + seconds)
    return found


def _name(incident: Incident) -> str:
    """A hail has no id of the source's: it is known by where, by whom and when."""
    ids = incident.call.ids
    return ids[0] if ids else f"{incident.channel} {incident.unit} {incident.opened_us}"


def _totals(judge: Judge, replayed: Replayed) -> Counter[str]:
    counts: Counter[str] = Counter()
    for _, verdict in _verdicts(judge, replayed).values():
        counts[f"verdict: {verdict.partition(' ')[0]}"] += 1
    for alert in judge.alerts.values():
        if replayed.from_us <= alert.raised_us < replayed.until_us:
            counts[f"alert: {alert.rule} {alert.kind}"] += 1
    return counts
