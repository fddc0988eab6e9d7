"""Coverage-guided fuzzing, for as long as you like: `make fuzz MINUTES=60 ONLY=hook`. Needs atheris (PyPI)."""

import argparse
import sys

from tests.fuzz.coverage import FOUND, fuzz, take_over, totals


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument("--minutes", type=float, default=60.0, help="of all targets together")
    reader.add_argument("--only", nargs="+", metavar="TARGET", help="all of them if none is named")
    reader.add_argument("--totals", action="store_true", help="only tell what all runs so far have cost")
    reader.add_argument("--keep", action="store_true", help="only choose anew what stands in tests/fuzz/corpus")
    reader.add_argument("--one", help=argparse.SUPPRESS)
    asked, options = reader.parse_known_args()
    if asked.one:
        take_over(asked.one, options)
        return
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - a fuzzing child imports them instrumented

    if options or (unknown := set(asked.only or ()) - set(TARGETS)):
        reader.error(f"there is no {' '.join(options or unknown)}; targets: {' '.join(TARGETS)}")
    names = asked.only or list(TARGETS)
    if asked.totals:
        _show_totals()
    elif asked.keep:
        from tests.fuzz.corpus import keep  # noqa: PLC0415 - as above

        for name in names:
            print(f"{name}: {keep(TARGETS[name], FOUND / name)} bytes kept", flush=True)  # noqa: T201
    else:
        sys.exit(_fuzz_all(names, max(1, round(asked.minutes * 60 / len(names)))))


def _fuzz_all(names: list[str], seconds: int) -> str | int:
    """The exit status, or the words that stand for a bad one."""
    failed = []
    for name in names:
        run = fuzz(name, seconds)
        print(f"{name}: {run.executions} executions, {run.cpu_s:.0f} s: {'FOUND' if run.said else 'ok'}", flush=True)  # noqa: T201
        if run.said:
            failed.append(name)
            print(run.said, flush=True)  # noqa: T201
    return f"found in {', '.join(failed)}: the inputs lie in {FOUND}" if failed else 0


def _show_totals() -> None:
    told = totals()
    for name, one in sorted(told.items()):
        print(f"{name}: {one['executions']:,.0f} executions, {one['cpu_s'] / 60:.1f} min")  # noqa: T201
    executions, hours = sum(t["executions"] for t in told.values()), sum(t["cpu_s"] for t in told.values()) / 3600
    print(f"all: {executions:,.0f} executions, {hours:.2f} hours of CPU")  # noqa: T201


if __name__ == "__main__":
    main()
