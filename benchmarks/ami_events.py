"""How fast one Asterisk may talk: manager messages a second, read, decided and committed.

    python -m benchmarks.ami_events [--calls 5000] [--rounds 5]

A pretend Asterisk, a process of its own, tells as fast as it can of calls that arrive, ring, are answered and end: ten
messages each. Measured from the first of them until the last call's end is committed.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import uvloop

from adapters.intake import open_store
from adapters.pbx.asterisk.link import Link
from adapters.pbx.asterisk.settings import Settings
from benchmarks.measure import Measured, fdatasync_us, report
from gateway.clock import AnchoredClock
from gateway.pipeline import Pipeline
from rules.events import ConnectionCleared, Resynced
from rules.quiet import StormRules
from rules.settings import RuleSet, SourceRules
from simulators.asterisk import PretendAsterisk

CHANNELS = 2  # of each call, and both end
SLICE = 50  # calls told in one go
DONE_WITHIN_S = 120.0


async def talk(secret: str, calls: int) -> None:
    """The child: waits to be told, talks, tells how many messages that were."""
    pbx = PretendAsterisk("hotline", secret)
    sent = 0
    say = pbx.event

    def count(name: str, fields: dict[str, str]) -> None:
        nonlocal sent
        sent += 1
        say(name, fields)

    pbx.event = count  # type: ignore[method-assign]  # its own one, and counted
    await pbx.start()
    print(pbx.port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    for number in range(calls):
        call = pbx.arrives(f"138{number:08d}", "4001")
        leg = pbx.rings(call, "801")
        pbx.answers(leg)
        pbx.hangs_up(leg)
        pbx.hangs_up(call)
        if number % SLICE == 0:
            await asyncio.sleep(0)
    print(sent, flush=True)
    await pbx.until(lambda: not pbx.listeners)
    await asyncio.sleep(0.1)  # its connection's task ends
    await pbx.stop()


async def one_round(folder: Path, calls: int) -> tuple[float, float]:
    """Messages and events a second."""
    secret = secrets.token_hex()
    (folder / "secret.txt").write_text(secret)
    told = json.dumps([secret, calls])
    asterisk = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.ami_events", "--talk", told),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert asterisk.stdin is not None
    assert asterisk.stdout is not None
    port = int(await asterisk.stdout.readline())
    login = {"host": "127.0.0.1", "port": port, "username": "hotline", "secret_file": str(folder / "secret.txt")}
    settings = msgspec.convert({"name": "pbx", "kind": "asterisk-ami", **login}, Settings)
    rules = RuleSet(version="bench", site="bench", storm=StormRules(enabled=False), sources=(SourceRules(name="pbx"),))
    pipeline = Pipeline(open_store("sqlite:///bench.db", folder), rules, AnchoredClock())
    running = [asyncio.create_task(pipeline.run())]
    try:
        async with asyncio.timeout(DONE_WITHIN_S), pipeline.subscribe() as batches:
            running.append(asyncio.create_task(Link(settings).run(pipeline)))
            events = ended = 0
            begin = 0.0
            async for batch in batches:
                kinds = [type(row.entry.event) for row in batch.journal]
                if Resynced in kinds:  # it is listening
                    begin = time.perf_counter()
                    asterisk.stdin.write(b"go\n")
                events += len(kinds)
                ended += kinds.count(ConnectionCleared)
                if ended >= CHANNELS * calls:
                    break
            took_s = time.perf_counter() - begin
            messages = int(await asterisk.stdout.readline())
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asterisk.wait()
    return messages / took_s, events / took_s


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--calls", type=int, default=5_000)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--talk", type=json.loads, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.talk:
        asyncio.run(talk(*asked.talk))
        return
    rates = []
    for number in range(asked.rounds):
        with tempfile.TemporaryDirectory(prefix="hotline-ami-") as name:
            rates.append(uvloop.run(one_round(Path(name), asked.calls)))
            print(f"round {number + 1}: {rates[-1][0]:,.0f} messages/s, {rates[-1][1]:,.0f} events/s", file=sys.stderr)
            disk = fdatasync_us(Path(name))
    messages, events = zip(*rates, strict=True)
    figures = [Measured("messages", "/s", "higher", messages), Measured("events committed", "/s", "higher", events)]
    report("ami_events", figures, fdatasync=disk)


if __name__ == "__main__":
    main()
