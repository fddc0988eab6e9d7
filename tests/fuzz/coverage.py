"""One target under atheris, in a process of its own; and what all runs so far have cost, added up."""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

FOUND = Path(".cache/fuzz")  # what the fuzzer finds interesting, a folder a target; its crashes beside them
_TOTALS = FOUND / "totals.json"
_INPUT_BYTES_MAX = 4096
_RUN_S_MAX = 10  # of one input: no honest one takes a tenth of a second
_EXECUTED = re.compile(r"number_of_executed_units: (\d+)")


class Run(NamedTuple):
    """`said`: the fuzzer's words where it found something, else empty."""

    executions: int
    cpu_s: float
    said: str


def take_over(name: str, options: list[str]) -> None:
    """Becomes the fuzzer: ends the process, with an error at the first finding."""
    try:
        import atheris  # noqa: PLC0415 - not for every platform: only this command needs it
    except ImportError:
        sys.exit("The fuzzer is not installed: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=["adapters", "gateway", "rules"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented as it is imported
    from tests.fuzz.corpus import findings, kept  # noqa: PLC0415 - imports our packages too

    target = TARGETS[name]
    found = FOUND / name
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([*target.seeds, *kept(name), *findings(name)]):
        (found / f"seed-{number}").write_bytes(seed[:_INPUT_BYTES_MAX])
    atheris.Setup([sys.argv[0], str(found), f"-artifact_prefix={FOUND}/{name}--", *options], target.run)
    atheris.Fuzz()


def fuzz(name: str, seconds: int) -> Run:
    options = [
        *(f"-max_total_time={seconds}", f"-timeout={_RUN_S_MAX}", f"-max_len={_INPUT_BYTES_MAX}"),
        *("-rss_limit_mb=2048", "-print_final_stats=1"),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, *options]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - ourselves
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    executed = _EXECUTED.search(ended.stderr)
    run = Run(
        int(executed[1]) if executed else 0,
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        (ended.stdout[-3000:] + ended.stderr[-3000:]) if ended.returncode else "",
    )
    _add(name, run)
    return run


def totals() -> dict[str, dict[str, float]]:
    """Executions and seconds of CPU of each target, over all runs on this machine."""
    told: dict[str, dict[str, float]] = json.loads(_TOTALS.read_text("utf-8")) if _TOTALS.exists() else {}
    return told


def _add(name: str, run: Run) -> None:
    told = totals()
    before = told.get(name, {"executions": 0, "cpu_s": 0.0})
    told[name] = {"executions": before["executions"] + run.executions, "cpu_s": round(before["cpu_s"] + run.cpu_s, 1)}
    _TOTALS.write_text(json.dumps(told, indent=1), "utf-8")
