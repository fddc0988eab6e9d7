"""From process start to ready, with 100,000 open obligations and a journal of a million events.

python -m benchmarks.restart [--open 100000] [--journal 1000000] [--rounds 5]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from adapters.intake import open_store
from adapters.ports import Batch, JournalRow
from benchmarks.measure import Measured, fdatasync_us, report
from benchmarks.processes import ready_s
from rules.effects import Decision
from rules.engine import State, decide
from rules.events import Delivered, Entry, RulesTaken
from rules.quiet import StormRules
from rules.settings import RuleSet, SourceRules, ThreeRings
from tests.fixtures.ports import take_free_port

CONFIG = """
[gateway]
site = "bench"
http = "127.0.0.1:{port}"
store = "sqlite:///bench.db"
api_token_file = "token.txt"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true

[rules.three_rings]
seconds = 86400.0
warn_at_rings = []
"""


def batch(journal: list[JournalRow], decisions: list[Decision], last_id: int) -> Batch:
    return Batch(
        journal=journal,
        incidents={i.id: i for d in decisions for i in d.incidents},
        obligations={o.id: o for d in decisions for o in d.obligations},
        alerts={},
        sends=[],
        notes=[],
        sources={s.name: s for d in decisions for s in d.sources},
        forgotten=set(),
        settled=set(),
        last_id=last_id,
    )


async def prepare(folder: Path, open_calls: int, journal: int) -> None:
    """A store as a busy site would leave it: every open call rings, the rest of the journal is history."""
    rules = RuleSet(
        version="bench",
        site="bench",
        three_rings=ThreeRings(seconds=86400.0, warn_at_rings=()),
        storm=StormRules(enabled=False),
        sources=(SourceRules(name="main"),),
    )
    state = State(rules)
    store = open_store("sqlite:///bench.db", folder)
    await store.open()
    at_us = time.time_ns() // 1000
    taken = Entry(1, at_us, RulesTaken(rules=rules))
    await store.commit(batch([JournalRow(taken, None, None, 0, "")], [decide(state, taken)], state.last_id))
    size = 1000
    for start in range(2, journal + 2, size):
        rows, decisions = [], []
        for seq in range(start, start + size):
            entry = Entry(
                seq, at_us + seq, Delivered(source="main", call=f"c{seq}", caller="13800138000", called="4001")
            )
            rows.append(JournalRow(entry, seq.to_bytes(16, "big"), None, 0, ""))
            if seq > journal - open_calls:
                decisions.append(decide(state, entry))
        await store.commit(batch(rows, decisions, state.last_id))
        if (start - 2) % 100_000 == 0:
            print(f"prepared {start - 2:,} of {journal:,}", file=sys.stderr)
    await store.close()


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--open", type=int, default=100_000)
    reader.add_argument("--journal", type=int, default=1_000_000)
    reader.add_argument("--rounds", type=int, default=5)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-restart-") as name:
        folder = Path(name)
        port = take_free_port()
        (folder / "gateway.toml").write_text(CONFIG.format(port=port))
        asyncio.run(prepare(folder, asked.open, asked.journal))
        taken = [ready_s(["--config", str(folder / "gateway.toml")], None, port)[0] for _ in range(asked.rounds)]
        about = {"open_obligations": asked.open, "journal": asked.journal}
        report("restart", [Measured("ready", "s", "lower", taken, 3)], **about, fdatasync=fdatasync_us(folder))


if __name__ == "__main__":
    main()
