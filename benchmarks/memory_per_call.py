"""Memory of one open call, 10,000 of them ringing: `python -m benchmarks.memory_per_call`. Target: below 4 KiB."""

import argparse
import gc
import tracemalloc

from benchmarks.measure import Measured, report
from rules.engine import State, decide
from rules.events import Delivered, Entry, Event, Originated
from rules.settings import RuleSet, SourceRules

CALLS = 10_000
START_US = 1_763_700_000_000_000


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    state = State(RuleSet(version="bench", site="bench", sources=(SourceRules(name="main"),), notifiers=("desk",)))
    gc.collect()
    tracemalloc.start()
    seq = 0
    before, _ = tracemalloc.get_traced_memory()
    for number in range(CALLS):
        at_us = START_US + number * 100
        caller, call = f"138{number:08d}", f"1763700000.{number}"
        events: list[Event] = [
            Originated(source="main", call=call, leg=call, role="caller", caller=caller, called="88886666"),
            Delivered(source="main", call=call, leg=f"{call}1", role="agent", device="801", occurred_us=at_us),
        ]
        for event in events:
            seq += 1
            decide(state, Entry(seq, at_us, event))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    report(
        "memory_per_call", [Measured("an open call", "bytes", "lower", [(after - before) / CALLS], 4096)], calls=CALLS
    )


if __name__ == "__main__":
    main()
