"""What fuzzing left behind: few small inputs a target that reach the most lines of ours, replayed by every test run."""

import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.target import Target

CORPUS = Path(__file__).parent / "corpus"
FINDINGS = Path(__file__).parent / "findings"
_ROOT = Path(__file__).parents[2]
_OURS = tuple(str(_ROOT / package) for package in ("adapters", "gateway", "rules"))
_KEPT_BYTES_MAX = 400  # of a target: the corpus stays a few kilobytes, and its replay a second
_LOOKED_AT_MAX = 400  # the shortest

Line = tuple[str, int]


def kept(name: str) -> list[bytes]:
    """One input a line, in hexadecimal digits."""
    path = CORPUS / f"{name}.hex"
    return [bytes.fromhex(line) for line in path.read_text("ascii").splitlines()] if path.exists() else []


def findings(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(FINDINGS.glob(f"{name}--*"))]


def keep(target: Target, found: Path) -> int:
    """Choose anew, from the corpus and from what the fuzzer found, and write it; how many bytes that is."""
    paths = sorted(found.glob("*"), key=lambda path: (path.stat().st_size, path.name))[:_LOOKED_AT_MAX]
    chosen = _chosen(target, [*kept(target.name), *(path.read_bytes() for path in paths)])
    if chosen:
        (CORPUS / f"{target.name}.hex").write_text("".join(f"{data.hex()}\n" for data in chosen), "ascii")
    return sum(map(len, chosen))


def _chosen(target: Target, inputs: Iterable[bytes]) -> list[bytes]:
    """Greedily: whatever reaches the most new lines for its length."""
    reached = {data: lines_of(target, data) for data in inputs if 0 < len(data) <= _KEPT_BYTES_MAX}
    known: set[Line] = set()
    for seed in target.seeds:
        known |= lines_of(target, seed)
    chosen: list[bytes] = []
    left = _KEPT_BYTES_MAX
    while True:
        gains = {data: len(lines - known) / (8 + len(data)) for data, lines in reached.items() if len(data) <= left}
        best = max(gains, key=lambda data: (gains[data], -len(data), data), default=b"")
        if not best or not gains[best]:
            return sorted(chosen, key=lambda data: (len(data), data))
        chosen.append(best)
        known |= reached.pop(best)
        left -= len(best)


def lines_of(target: Target, data: bytes) -> set[Line]:
    """The lines of ours that this input runs."""
    lines: set[Line] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(_OURS):
            return None
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        target.run(data)
    finally:
        sys.settrace(None)
    return lines
