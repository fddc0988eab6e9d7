"""Rows a second and µs an event of the store's commit, beside an event loop that never rests.

    python -m benchmarks.store_commit [--store sqlite:///bench.db] [--rounds 5] [--seconds 1.5] [--idle]

An event = 1 journal row with key and raw bytes + 1 live document + 1 incident + 1 obligation, new or changed.
The loop is busy as in the gateway: handlers of some 50 µs, one after the other, beside the process that writes.
`--idle` leaves the loop alone. `known` is asked for each batch, as the pipeline does.
"""

import argparse
import asyncio
import hashlib
import tempfile
import time
from pathlib import Path

import uvloop

from adapters.intake import open_store
from adapters.ports import Batch, JournalRow, Store
from benchmarks.measure import Measured, fdatasync_us, percentile, report
from rules.events import Delivered, Entry
from rules.incidents import Call, Incident, Leg
from rules.obligations import Obligation, Step

START_US = 1_763_700_000_000_000
OPEN_CALLS = 1_000  # events go round these; a call's first event makes it, three more change it
EVENTS_A_CALL = 4
RAW = b'{"id":"evt-1","event":"delivered","call":"1763700000.42","leg":"1763700000.42-1","from":"13800138000"}' * 4


class Traffic:
    """Batches as a day would bring them."""

    def __init__(self) -> None:
        self.seq = 0

    def batch(self, size: int) -> Batch:
        made = Batch([], {}, {}, {}, [], [], {}, set(), set(), self.seq + size)
        for _ in range(size):
            self.seq += 1
            at_us = START_US + self.seq * 100
            turn = self.seq // (OPEN_CALLS * EVENTS_A_CALL)
            call = turn * OPEN_CALLS + self.seq % OPEN_CALLS + 1
            event = Delivered(
                source="main", call=f"1763700000.{call}", leg=f"leg-{call}", caller="13800138000", device="8001"
            )
            key = hashlib.blake2b(b"%d" % self.seq, digest_size=16).digest()
            made.journal.append(JournalRow(Entry(seq=self.seq, at_us=at_us, event=event), key, RAW, call, ""))
            obligation = Obligation(
                id=call * 2 + 1,
                rule="three_rings",
                incident=call * 2,
                opened_us=at_us,
                due_us=at_us + 15_000_000,
                plan=(Step(5_000_000, "warning", 2), Step(10_000_000, "warning", 3), Step(15_000_000, "breach", 4)),
                rule_set="sha256:0123456789abcdef",
                opened_by=self.seq,
            )
            incident = Incident(
                id=call * 2,
                number=f"20261121-{call:06d}",
                site="riverside",
                call=Call(source="main", ids=[event.call], legs={event.leg: Leg(id=event.leg, delivered_us=at_us)}),
                direction="inbound",
                caller=event.caller,
                called="4000000",
                opened_us=at_us,
                obligations=[obligation],
            )
            made.incidents[incident.id] = incident
            made.obligations[obligation.id] = obligation
            if turn:
                made.forgotten.add(incident.id - OPEN_CALLS * 2)
        return made


async def handlers(done: list[int]) -> None:
    """Some 50 µs of Python a turn, for ever."""
    while True:
        sum(n * n for n in range(600))
        done[0] += 1
        await asyncio.sleep(0)


async def measure(store: Store, traffic: Traffic, size: int, seconds: float) -> tuple[float, list[float], list[float]]:
    """Events a second, and how long each commit and each `known` took in ms; making the batches is not counted."""
    commits, lookups, events = [], [], 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        batch = traffic.batch(size)
        keys = [row.key for row in batch.journal if row.key is not None]
        begin = time.perf_counter()
        await store.known(keys)
        asked = time.perf_counter()
        await store.commit(batch)
        commits.append((time.perf_counter() - asked) * 1e3)
        lookups.append((asked - begin) * 1e3)
        events += size
    return events / (sum(commits) + sum(lookups)) * 1e3, commits, lookups


async def run(url: str, rounds: int, seconds: float, *, idle: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        store = open_store(url, Path(folder))
        await store.open()
        live = await store.load()
        traffic = Traffic()
        traffic.seq = live.seq
        turns = [0]
        busy = None if idle else asyncio.create_task(handlers(turns))
        await measure(store, traffic, 64, 0.5)  # warm-up
        figures: list[Measured] = []
        beside: dict[str, dict[str, float]] = {}
        for size in (1, 16, 64, 256):
            rates, commits, lookups = [], [], []
            turns[0] = 0
            for _ in range(rounds):
                rate, commit_ms, known_ms = await measure(store, traffic, size, seconds)
                rates.append(rate)
                commits += commit_ms
                lookups += known_ms
            figures += [
                Measured(f"{size} events a commit", "/s", "higher", rates),
                Measured(f"{size} events a commit, p99", "ms", "lower", [percentile(commits, 99)]),
            ]
            beside[f"{size} events"] = {
                "commit_ms_p50": round(percentile(commits, 50), 2),
                "known_ms_p50": round(percentile(lookups, 50), 2),
                "loop_turns_per_s": round(turns[0] / rounds / seconds),
            }
        if busy is not None:
            busy.cancel()
        await store.close()
        report("store_commit", figures, loop="idle" if idle else "busy", **beside, fdatasync=fdatasync_us(Path(folder)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="sqlite:///bench.db")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--idle", action="store_true")
    given = parser.parse_args()
    uvloop.run(run(given.store, given.rounds, given.seconds, idle=given.idle))


if __name__ == "__main__":
    main()
