"""How many events a second the pipeline takes in, decides and commits to SQLite, with a thousand calls open.

    python -m benchmarks.pipeline_throughput [--calls 20000] [--rounds 5]

In-process: no HTTP, no codec. 64 sources each submit one event and wait for its commit, as a webhook does.
Tells the median of the rounds, beside the time of an fdatasync on the same disk.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from adapters.intake import open_store
from adapters.ports import Incoming
from benchmarks.measure import Measured, fdatasync_us, median, report
from gateway.clock import AnchoredClock
from gateway.pipeline import Pipeline
from rules.events import ConnectionCleared, Delivered, Established, Event
from rules.quiet import StormRules
from rules.settings import RuleSet, SourceRules

OPEN_CALLS = 1_000
SUBMITTERS = 64
RULES = RuleSet(version="bench", site="bench", storm=StormRules(enabled=False), sources=(SourceRules(name="pbx"),))


def events_of(call: str) -> list[Event]:
    leg = f"{call}-1"
    return [
        Delivered(
            source="pbx", call=call, leg=leg, role="agent", direction="inbound", caller="13800138000", called="4001"
        ),
        Established(source="pbx", call=call, leg=leg, role="agent"),
        ConnectionCleared(source="pbx", call=call, cause="normal"),
    ]


async def one_round(folder: Path, calls: int) -> tuple[float, float, float]:
    """Events a second, entries a commit, the slowest answer in ms."""
    store = open_store("sqlite:///bench.db", folder)
    await store.open()
    pipeline = Pipeline(store, RULES, AnchoredClock())
    task = asyncio.create_task(pipeline.run())
    try:
        while pipeline.ready:  # noqa: ASYNC110 - it has no event for this
            await asyncio.sleep(0.01)
        opening = [Incoming(events_of(f"open{n}")[0], pipeline.now_us(), os.urandom(16)) for n in range(OPEN_CALLS)]
        for n in range(0, OPEN_CALLS, 100):
            await pipeline.submit(opening[n : n + 100])
        waiting = iter([events_of(f"c{n}") for n in range(calls)])
        slowest = 0.0

        async def submitter() -> None:
            nonlocal slowest
            for events in waiting:
                for event in events:
                    began = time.perf_counter()
                    await pipeline.submit([Incoming(event, pipeline.now_us(), os.urandom(16), b"x" * 300)])
                    slowest = max(slowest, time.perf_counter() - began)

        before = pipeline.metrics.registry.get_sample_value("hotline_batch_entries_count") or 0
        began = time.perf_counter()
        await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
        took = time.perf_counter() - began
        commits = (pipeline.metrics.registry.get_sample_value("hotline_batch_entries_count") or 0) - before
        return 3 * calls / took, 3 * calls / commits, 1_000 * slowest
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            rounds.append(uvloop.run(one_round(Path(folder), options.calls)))
            events, entries, slowest = rounds[-1]
            told = f"{events:,.0f} events/s, {entries:.1f} entries a commit, slowest {slowest:.1f} ms"
            print(f"round {number + 1}: {told}", file=sys.stderr)
            disk = fdatasync_us(Path(folder))
    rates, commits, slowest_ms = zip(*rounds, strict=True)
    report(
        "pipeline_throughput",
        [
            Measured("events committed", "/s", "higher", rates, 10_000),
            Measured("slowest answer", "ms", "lower", slowest_ms),
        ],
        entries_a_commit=round(median(commits), 1),
        fdatasync=disk,
    )


if __name__ == "__main__":
    main()
