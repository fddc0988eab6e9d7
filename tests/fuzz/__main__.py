"""Coverage-guided fuzzing, for hours: python -m tests.fuzz [--minutes 60] [TARGET …]. Needs atheris (PyPI)."""

import argparse
import subprocess
import sys
from pathlib import Path

CORPUS = Path(".cache/fuzz")
SEED_BYTES_MAX = 4096


def fuzz(name: str, arguments: list[str]) -> None:
    """Takes over this process; ends it with an error at the first finding."""
    try:
        import atheris  # noqa: PLC0415 - not for every platform: only this command needs it
    except ImportError:
        sys.exit("The fuzzer is not installed: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=["adapters", "gateway", "rules"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented as it is imported
    target = TARGETS[name]
    corpus = CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed[:SEED_BYTES_MAX])
    atheris.Setup([sys.argv[0], str(corpus), f"-artifact_prefix={CORPUS}/{name}--", *arguments], target.run)
    atheris.Fuzz()


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument("targets", nargs="*", help="all of them if none is named")
    reader.add_argument("--minutes", type=float, default=60.0, help="of all targets together")
    reader.add_argument("--one", help=argparse.SUPPRESS)
    asked, rest = reader.parse_known_args()
    if asked.one:
        fuzz(asked.one, rest)
        return
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - a fuzzing child imports them instrumented

    names = asked.targets or list(TARGETS)
    seconds = max(1, round(asked.minutes * 60 / len(names)))
    failed = []
    for name in names:
        limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=0"]
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, *limits]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
        print(f"{name}: {'ok' if ended.returncode == 0 else 'FINDING'}, {seconds} s", flush=True)  # noqa: T201
        if ended.returncode:
            failed.append(name)
            print(ended.stdout[-3000:] + ended.stderr[-3000:], flush=True)  # noqa: T201
    sys.exit(f"found in {', '.join(failed)}: the inputs lie in {CORPUS}" if failed else 0)


if __name__ == "__main__":
    main()
