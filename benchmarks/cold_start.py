"""From exec to ready, and what the shorter commands take: `python -m benchmarks.cold_start [--rounds 10]`.

An ordinary site: a webhook source, an Asterisk and a serial station that are away, MQTT and webhook notifiers.
“First ever”: Python has compiled nothing yet, neither ours nor the libraries (an empty PYTHONPYCACHEPREFIX); pip and
the container's build leave them compiled. Each round starts each of them, so that a busy moment hits all.
"""

import argparse
import base64
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Measured, fdatasync_us, report
from benchmarks.processes import ready_s
from tests.fixtures.ports import take_free_port

CONFIG = """
[gateway]
site = "bench"
http = "127.0.0.1:{port}"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"

[[source]]
name = "pbx"
kind = "asterisk-ami"
host = "127.0.0.1"
port = {away}
username = "hotline"
secret_file = "ami-secret.txt"

[[source]]
name = "tower"
kind = "kenwood-fleetsync"
port = "{folder}/no-such-device"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{away}"

[[notifier]]
name = "robot"
kind = "webhook"
url = "http://127.0.0.1:{away}/alerts"
allow_private = true
secret_file = "hook-secret.txt"
"""


def prepare(folder: Path, port: int) -> list[str]:
    """The configuration; returns what follows the command's name."""
    config = folder / "hotline.toml"
    config.write_text(CONFIG.format(port=port, away=take_free_port(), folder=folder))
    for name, secret in (
        ("hook-secret.txt", "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()),
        ("ami-secret.txt", secrets.token_hex()),
    ):
        (folder / name).write_text(secret)
        (folder / name).chmod(0o600)
    return ["--config", str(config)]


def ended_s(arguments: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    command = [sys.executable, "-m", "gateway", *arguments]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=10)
    rounds = reader.parse_args().rounds
    taken_s: dict[str, list[float]] = {
        "ready": [],
        "ready, CPU": [],
        "--help": [],
        "check-config": [],
        "first ever": [],
    }
    with tempfile.TemporaryDirectory(prefix="hotline-start-") as name:
        folder, port = Path(name), take_free_port()
        config = prepare(folder, port)
        plain = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        kept = plain | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        ready_s(config, kept, port)  # compiles, and makes the store
        ended_s(["--help"], kept)
        for number in range(rounds):
            wall_s, used_s = ready_s(config, kept, port)
            taken_s["ready"].append(wall_s)
            taken_s["ready, CPU"].append(used_s)
            taken_s["--help"].append(ended_s(["--help"], kept))
            taken_s["check-config"].append(ended_s(["check-config", *config], kept))
            told = ", ".join(f"{what} {all_s[-1]:.2f} s" for what, all_s in taken_s.items() if all_s)
            print(f"round {number + 1}: {told}", file=sys.stderr)
        for number in range(min(rounds, 3)):
            nothing = plain | {"PYTHONPYCACHEPREFIX": str(folder / f"nothing-{number}")}
            taken_s["first ever"].append(ready_s(config, nothing, port)[0])
        disk = fdatasync_us(folder)
    figures = [Measured(what, "s", "lower", all_s, 1.0 if what == "ready" else None) for what, all_s in taken_s.items()]
    report("cold_start", figures, fdatasync=disk)


if __name__ == "__main__":
    main()
