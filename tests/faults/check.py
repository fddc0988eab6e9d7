"""Holds what a struck gateway has kept and told against what its callers know; gives figures, and what is wrong."""

from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import pairwise
from typing import Any

from adapters.intake import open_store
from adapters.ports import Store
from gateway.recovery import journal, rebuild, restore
from rules.events import ConnectionCleared, Delivered, Entry, Established
from rules.settings import RuleSet
from tests.faults.load import LIMIT_S, VERDICTS
from tests.faults.site import Site, Trouble
from tests.faults.watch import Look

TRUTH_WITHIN_S = 2.0  # I18
_TRIED_AGAIN_S = 3.0  # the longest that a refused caller waits before its next try
_EVENTS: dict[type, str] = {Delivered: "delivered", Established: "established", ConnectionCleared: "cleared"}
_EARLY_S = 0.005  # the senders' wall clock and our monotonic one are read one after the other
_SETTLES_S = 1.0  # after a fault has ended; what is due later is calm again


async def checked(site: Site, *, tampered: bool = False) -> tuple[dict[str, Any], list[str]]:
    """When the gateway has ended."""
    store = open_store(site.setting.store, site.setting.folder)
    await store.open()
    try:
        figures, wrong = await _records(site, store)
        if not tampered and not await _state_is_the_journals(store):
            wrong.append("the live rows are not what the journal tells")
    finally:
        await store.close()
    for some, more in (_alerts(site), _lateness(site), _readiness(site), _held(site)):
        figures |= some
        wrong += more
    return figures | site.figures, wrong + site.wrong


async def _records(site: Site, store: Store) -> tuple[dict[str, Any], list[str]]:
    entries = [entry async for entry in journal(store)]
    kept = _kept(entries)
    offered = Counter((told.event, told.call) for told in site.load.acknowledged)
    figures = {
        "calls": len(site.load.calls),
        "acknowledged": len(site.load.acknowledged),
        "refused": sum(count for status, count in site.load.answers.items() if status != 200),
        "lost": (offered - kept).total(),
        "counted_twice": (kept - offered).total(),
        "wrong_verdicts": 0,
    }
    wrong = [f"lost: {one}" for one in (offered - kept)] + [f"counted twice: {one}" for one in (kept - offered)]
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        wrong.append("the journal has a gap")
    if any(before.at_us > after.at_us for before, after in pairwise(entries)):
        wrong.append("the journal's time goes back")
    verdicts = [found async for found in _wrong_verdicts(site, store)]
    figures["wrong_verdicts"] = len(verdicts)
    wrong += verdicts
    return figures, wrong


def _kept(entries: Iterable[Entry]) -> Counter[tuple[str, str]]:
    """What the journal has of calls: (event, call), how often."""
    kinds = (Delivered, Established, ConnectionCleared)
    events = [entry.event for entry in entries]
    return Counter(
        (_EVENTS[type(event)], event.call)
        for event in events
        if isinstance(event, kinds) and event.source == "main"  # and the callers' own, not a fault's
        if event.call.startswith("call-")
    )


async def _wrong_verdicts(site: Site, store: Store) -> AsyncIterator[str]:
    cursor = None
    seen = set()
    while True:
        page = await store.incidents(limit=500, cursor=cursor)
        for item in page.items:
            call = site.load.calls.get(item["source_call"])
            if call is None:
                continue
            seen.add(item["source_call"])
            found = [verdict["verdict"] for verdict in item["verdicts"] if verdict["rule"] == "three_rings"]
            if found != [VERDICTS[call.kind]] and site.sure(call):
                yield f"{item['source_call']} {call.kind}: {found}"
        cursor = page.next
        if cursor is None:
            break
    for name in site.load.calls.keys() - seen:
        yield f"{name}: no record"


async def _state_is_the_journals(store: Store) -> bool:
    nothing = RuleSet(version="none", site="none")
    kept = restore(await store.load(), nothing)
    rebuilt = await rebuild(store, nothing)
    return all(
        getattr(rebuilt, what) == getattr(kept, what)
        for what in ("rules", "incidents", "alerts", "sources", "channels", "units", "last_id", "last_number")
    )


def _alerts(site: Site) -> tuple[dict[str, Any], list[str]]:
    receiver = site.receiver
    owed = site.owed
    wrong = [f"another content under one key: {key}" for key, bodies in receiver.bodies.items() if len(bodies) > 1]
    wrong += [f"two alerts of one breach: {call}" for call, keys in receiver.breaches.items() if len(keys) > 1]
    wrong += [f"nobody was told: {call}" for call in owed - receiver.breached_s.keys()]
    figures = {
        "alerts": len(receiver.times),
        "not_told": len(owed - receiver.breached_s.keys()),
        "told_again": sum(receiver.times.values()) - len(receiver.times),  # under the same key, as is promised
    }
    return figures, wrong


def _lateness(site: Site) -> tuple[dict[str, Any], list[str]]:
    """From the moment that the callers know to the receiver; all by one monotonic clock of ours."""
    calm, struck, early = [], [], []
    for name, call in site.load.calls.items():
        told_s = site.receiver.breached_s.get(name)
        if told_s is None or not call.breaches:
            continue
        due_s = call.rang_s + LIMIT_S
        trouble = _during(site.troubles, due_s, call.rang_s)
        if trouble is None:
            calm.append((told_s - due_s) * 1000)
        else:
            back_s = max((t.end_s for t in site.troubles if t.begin_s < told_s), default=0.0)  # it may be struck again
            struck.append(told_s - max(due_s, back_s, call.heard_s))  # and may have heard of the ring only later
        if told_s < due_s - _EARLY_S and site.sure(call):  # a sender's clock and ours are read one after the other
            early.append(name)
    figures = {
        "late_p50_ms": round(percentile(calm, 50), 1),
        "late_p99_ms": round(percentile(calm, 99), 1),
        "caught_up_s": round(max([0.0, *struck]), 2),  # the last of what fell due meanwhile, after its end
        "early": len(early),
    }
    return figures, [f"told early: {name}" for name in early]


def _during(troubles: Sequence[Trouble], due_s: float, rang_s: float) -> Trouble | None:
    """The last trouble that may have delayed what began or fell due then."""
    hit = [t for t in troubles if rang_s <= t.end_s + _SETTLES_S and due_s >= t.begin_s - 0.5]
    return hit[-1] if hit else None


def _readiness(site: Site) -> tuple[dict[str, Any], list[str]]:
    """Ready was said while for two seconds nothing was acknowledged of what was told: that is a lie."""
    told, back, lies = [], [], []
    acks_s = sorted(at_s for at_s, _ in site.load.ack_ms)
    for trouble in site.troubles:
        looks = [look for look in site.watch.looks if trouble.begin_s <= look.at_s]
        felt_s = trouble.refused_s or trouble.begin_s
        no = next((look for look in looks if not look.ready and look.at_s <= trouble.end_s + _SETTLES_S), None)
        yes = next((look for look in looks if look.ready and look.at_s >= trouble.end_s), None)
        if no is not None:
            told.append(max(0.0, no.at_s - felt_s))
        if yes is not None:
            back.append(yes.at_s - trouble.end_s)
        lies += [look for look in looks if look.at_s < trouble.end_s and _lie(look, trouble, acks_s)]
    figures = {
        "not_ready_after_s": round(max(told), 2) if told else None,
        "ready_again_after_s": round(max(back), 2) if back else None,
        "false_ready": len(lies),
    }
    wrong = [f"said ready, and acknowledged nothing: {look}" for look in lies[:3]]
    return figures, [] if site.short else wrong  # where the test suite runs, senders may be slow


def _lie(look: Look, trouble: Trouble, acks_s: Sequence[float]) -> bool:
    """It was asked two seconds into the trouble or later, and no event was acknowledged around then."""
    first = bisect_left(acks_s, look.at_s - TRUTH_WITHIN_S)
    heard = first < len(acks_s) and acks_s[first] <= look.at_s + _TRIED_AGAIN_S
    return look.ready and look.at_s - trouble.begin_s > TRUTH_WITHIN_S and not heard


def _held(site: Site) -> tuple[dict[str, Any], list[str]]:
    held = site.watch.held
    figures = {
        "rss_mib_max": round(max(one.rss_mib for one in held)),
        "descriptors_max": max(one.descriptors for one in held),
        "descriptors_last": held[-1].descriptors,
        "threads_max": max(one.threads for one in held),
    }
    return figures, [f"holds {one.rss_mib:.0f} MiB" for one in held if one.rss_mib > RSS_MIB_MAX][:1]


RSS_MIB_MAX = 450.0  # I15: of both processes, under any of these faults; a flood holds 50,000 closed records


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))] if ordered else float("nan")
