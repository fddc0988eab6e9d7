"""Where a hot path spends its time, by py-spy: `python -m benchmarks --profile webhooks|ami|radio|delivery`.

Writes a flame graph (SVG) and the stacks it is made of (text: one a line, frames from the outside in, then the number
of samples), and prints the functions that took most: of the gateway's process, not the client's or the store writer's.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from benchmarks.flames import flame_graph

SAMPLES_PER_S = 400
SHOWN = 25
_COMMANDS = {
    "webhooks": ("benchmarks.webhooks", "--rounds", "2"),
    "ami": ("benchmarks.ami_events", "--rounds", "3"),
    "radio": ("benchmarks.radio_lines", "--lines", "200", "--seconds", "15"),
    "delivery": ("benchmarks.lateness", "--rounds", "1", "--calls", "100", "--seconds", "1", "--burst", "50000"),
}
NAMES = tuple(_COMMANDS)
# Processes that a benchmark starts beside the one that holds the gateway; `run` is the gateway as users start it.
_BESIDE = ("--serve-bare", "--listen", "--speak", "--talk", "adapters.intake_writer", "nats-server")
_LOOP = "Runner.run (asyncio/runners.py)"  # all else is imports, and threads that wait
_LINE = re.compile(r":\d+\)$")

Stack = tuple[str, ...]


def profile(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / f"profile-{name}.txt"
    sampler = Path(sys.executable).with_name("py-spy")
    options = ("--subprocesses", "--format", "raw", "--rate", str(SAMPLES_PER_S), "--output", str(raw))
    command = [sys.executable, "-m", *_COMMANDS[name]]
    subprocess.run([sampler, "record", *options, "--", *command], check=True)
    stacks = gateway_stacks(raw.read_text(encoding="utf-8"))
    raw.write_text("".join(f"{';'.join(stack)} {count}\n" for stack, count in stacks.most_common()), encoding="utf-8")
    chart = raw.with_suffix(".svg")
    chart.write_text(flame_graph(f"{name}: {sum(stacks.values()):,} samples", stacks), encoding="utf-8")
    print("\n".join(hottest(stacks)))
    print(f"\n{raw}, {chart}")


def gateway_stacks(raw: str) -> Counter[Stack]:
    """The stacks of the loop that holds the gateway, without line numbers.

    `raw`: a line a stack, `process 1:"…";process 2:"…";frame;frame count`, where a child follows its parents.
    """
    kept: Counter[Stack] = Counter()
    of_a_service: Counter[Stack] = Counter()
    for line in raw.splitlines():
        frames, _, count = line.rpartition(" ")
        parts = frames.split(";")
        process = [part for part in parts if part.startswith("process ")][-1]
        stack = tuple(_LINE.sub(")", part) for part in parts if not part.startswith("process "))
        if _LOOP in stack and not any(word in process for word in _BESIDE):
            (of_a_service if "gateway run" in process else kept)[stack[stack.index(_LOOP) :]] += int(count)
    return of_a_service or kept


def hottest(stacks: Counter[Stack]) -> list[str]:
    """A line a function: its own share, its share with all that it calls."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for stack, count in stacks.items():
        own[stack[-1]] += count
        whole.update(dict.fromkeys(stack, count))
    samples = sum(stacks.values()) or 1
    shown = own.most_common(SHOWN)
    return [" own   all", *(f"{count / samples:4.0%}  {whole[name] / samples:4.0%}  {name}" for name, count in shown)]
