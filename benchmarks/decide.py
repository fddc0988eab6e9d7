"""How many entries a second one core decides: `python -m benchmarks.decide [--rounds 5]`. Target: 100,000.

A realistic mix with a thousand calls open: a call rings (one in five until a warning, one in twenty
until the breach), is answered, every third is held and retrieved, and is hung up; deadlines are
entered as the pipeline enters them. The store, JSON and sockets are not in it. Seconds are those of the
process (one core), so that a busy neighbour does not count. The garbage collector is set as the service sets it.
"""

import argparse
import gc
import heapq
import sys
import time

from benchmarks.measure import Measured, report
from rules.engine import State, decide, next_deadline
from rules.events import ConnectionCleared, DeadlinePassed, Delivered, Entry, Established, Event, Held, Retrieved
from rules.quiet import StormRules
from rules.settings import RuleSet, SourceRules

RULES = RuleSet(
    version="bench",
    site="bench",
    storm=StormRules(enabled=False),
    sources=(SourceRules(name="main"),),
    notifiers=("desk",),
)
OPEN_CALLS = 1_000
STEPS = 200_000
START_US = 1_763_700_000_000_000
SECOND_US = 1_000_000


def call_story(number: int, began_us: int) -> list[tuple[int, Event]]:
    """One call's events with their moments; calls last 30 s and follow each other at 1,000 open at once."""
    call, caller, leg = f"call-{number}", f"138{number:08d}", "leg"
    wait_s = 17.2 if number % 20 == 0 else 7.5 if number % 5 == 0 else 3.4

    def at(seconds: float) -> tuple[int, int]:
        moment_us = began_us + round(seconds * SECOND_US)
        return moment_us, moment_us - 3_000  # 3 ms on the way

    def common(occurred_us: int) -> dict[str, object]:
        return {
            "source": "main",
            "call": call,
            "leg": leg,
            "caller": caller,
            "called": "88886666",
            "occurred_us": occurred_us,
        }

    story: list[tuple[int, Event]] = []
    moments: list[tuple[float, type]] = [(0.0, Delivered), (wait_s, Established)]
    if number % 3 == 0:
        moments += [(wait_s + 4, Held), (wait_s + 9, Retrieved)]
    moments.append((30.0, ConnectionCleared))
    for seconds, kind in moments:
        moment_us, occurred_us = at(seconds)
        story.append((moment_us, kind(**common(occurred_us))))
    return story


def traffic() -> list[tuple[int, Event]]:
    spacing_us = 30 * SECOND_US // OPEN_CALLS
    stories = [call_story(n, START_US + n * spacing_us) for n in range(STEPS // 3)]
    return list(heapq.merge(*stories, key=lambda moment: moment[0]))[:STEPS]


def run(events: list[tuple[int, Event]]) -> tuple[float, int]:
    state = State(RULES)
    seq = 0
    gc.collect()
    began = time.process_time()
    for at_us, event in events:
        while (due_us := next_deadline(state, at_us)) is not None:
            seq += 1
            decide(state, Entry(seq, due_us, DeadlinePassed()))
        seq += 1
        decide(state, Entry(seq, at_us, event))
    return seq / (time.process_time() - began), seq


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=5)
    rounds = reader.parse_args().rounds
    events = traffic()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    rates = []
    for number in range(rounds):
        rate, steps = run(events)
        rates.append(rate)
        print(f"round {number + 1}: {rate:,.0f} steps/s over {steps:,} steps", file=sys.stderr, flush=True)
    report("decide", [Measured("steps on one core", "/s", "higher", rates, 100_000)])


if __name__ == "__main__":
    main()
