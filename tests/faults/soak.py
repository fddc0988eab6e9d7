"""A day's traffic in minutes, on the real process and the real clock: does anything grow, leak or get later?

    python -m tests.faults.soak --minutes 24 --calls 30000 --csv soak.csv --svg docs/images/soak.svg

Calls come by the hour as at a residential desk (an hour is a minute), two radio channels are busy, a board is open
and somebody acknowledges alerts. Each second one line is written; at the end the ledger is checked as for a fault.
"""

import argparse
import asyncio
import contextlib
import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.plots import Line, Panel, time_chart
from simulators.radios.day import run_guards
from simulators.traffic import BY_HOUR
from tests.faults.check import checked, percentile
from tests.faults.load import LIMIT_S
from tests.faults.site import Setting, Site, site_of
from tests.faults.watch import descriptors, rss_mib, writer_of

_RADIO_FACTOR = 3.0  # how many times busier than life
_MORE = """
[rules.call_back]
within_s = 60.0
warn_before_s = 30.0

[[source]]
name = "ch1"
kind = "tait-ccdi"
port = "{folder}/ch1"
channel = "CH1"

[[source]]
name = "ch2"
kind = "kenwood-fleetsync"
port = "{folder}/ch2"
channel = "CH2"
own_units = ["100-4000"]
"""


class Sample(NamedTuple):
    """One second. `late_ms`: the latest of the breaches that were told in it; `ack_ms`: the slowest answer."""

    second: float
    gateway_mib: float
    writer_mib: float
    descriptors: int
    threads: int
    tasks: float
    live_incidents: float
    waiting: float
    events: int
    late_ms: float
    ack_ms: float


async def soak(minutes: float, calls: int, folder: Path) -> tuple[list[Sample], list[str]]:
    setting = Setting(folder, more=_MORE.format(folder=folder))
    samples: list[Sample] = []
    radio = asyncio.create_task(run_guards(folder, factor=_RADIO_FACTOR))
    try:
        while not (folder / "ch2").exists():  # noqa: ASYNC110 - the pretend stations' ports
            await asyncio.sleep(0.01)
        async with site_of(setting, 1, short=True, per_s=1.0, clocks_lie=False) as site:
            beside = [asyncio.create_task(work) for work in (_board(site), _clicks(site), _sampled(site, samples))]
            await _day(site, minutes, calls)
            await site.at_rest()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        figures, wrong = await checked(site)
    finally:
        radio.cancel()
        await asyncio.gather(radio, return_exceptions=True)
    _say(", ".join(f"{name} {value}" for name, value in figures.items()))
    return samples, wrong


async def _day(site: Site, minutes: float, calls: int) -> None:
    hour_s = minutes * 60 / 24
    for weight in BY_HOUR:
        site.load.per_s = max(0.2, calls * weight / sum(BY_HOUR) / hour_s)
        await site.lasts(hour_s)


async def _board(site: Site) -> None:
    """Somebody looks: the live stream is read to its end, and opened again."""
    headers = {"authorization": f"Bearer {site.gateway.token}"}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), headers=headers) as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{site.gateway.url}/api/v1/stream") as stream:
                    async for _ in stream.content.iter_any():
                        pass
            await asyncio.sleep(0.5)


async def _clicks(site: Site) -> None:
    while True:
        await asyncio.sleep(1.0)
        page = await site.gateway.api("alerts", state="raised", limit="3")
        for alert in page["items"]:
            await site.gateway.api(f"alerts/{alert['id']}/acknowledge", "POST")


async def _sampled(site: Site, samples: list[Sample]) -> None:
    began_s = time.monotonic()
    told = acknowledged = 0
    while True:
        await asyncio.sleep(1.0)
        breaches = list(site.receiver.breached_s.items())[told:]
        told += len(breaches)
        acks = site.load.ack_ms[acknowledged:]
        acknowledged += len(acks)
        late = [told_s - site.load.calls[call].rang_s - LIMIT_S for call, told_s in breaches if call in site.load.calls]
        metrics = await _metrics(site)
        assert site.gateway.process is not None
        gateway, writer = site.gateway.process.pid, writer_of(site.gateway)
        samples.append(
            Sample(
                second=round(time.monotonic() - began_s, 1),
                gateway_mib=round(rss_mib(gateway), 1),
                writer_mib=round(rss_mib(writer), 1) if writer else 0.0,
                descriptors=descriptors(gateway) + (descriptors(writer) if writer else 0),
                threads=site.watch.held[-1].threads,
                tasks=metrics["hotline_tasks"],
                live_incidents=metrics["hotline_live_incidents"],
                waiting=metrics["hotline_queue_events"],
                events=len(acks),
                late_ms=round(max(late, default=0.0) * 1000, 1),
                ack_ms=round(max((took for _, took in acks), default=0.0), 1),
            )
        )


async def _metrics(site: Site) -> dict[str, float]:
    headers = {"authorization": f"Bearer {site.gateway.token}"}
    async with site.gateway.http.get(f"{site.gateway.url}/metrics", headers=headers) as answer:
        families = text_string_to_metric_families(await answer.text())
        return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


def chart(samples: list[Sample], title: str) -> str:
    def line(name: str, field: str) -> Line:
        return Line(name, [(one.second, float(getattr(one, field))) for one in samples])

    return time_chart(
        title,
        [
            Panel("Events acknowledged", "1/s", [line("events", "events")]),
            Panel("Memory", "MiB", [line("gateway", "gateway_mib"), line("writer", "writer_mib")]),
            Panel("Records held in memory", "", [line("live", "live_incidents")]),
            Panel("Descriptors", "", [line("descriptors", "descriptors")]),
            Panel("Tasks and threads", "", [line("tasks", "tasks"), line("threads", "threads")]),
            Panel("Latest alert of each second, after its due moment", "ms", [line("late", "late_ms")]),
            Panel("Slowest answer of each second", "ms", [line("answer", "ack_ms")]),
        ],
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=24.0, help="for the 24 hours")
    parser.add_argument("--calls", type=int, default=30_000)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--svg", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-soak-") as made:
        samples, wrong = asyncio.run(soak(asked.minutes, asked.calls, Path(made)))
    if asked.csv:
        with asked.csv.open("w", newline="") as file:
            csv.writer(file).writerows([Sample._fields, *samples])
    if asked.svg:
        title = f"A day of {asked.calls:,} calls in {asked.minutes:g} minutes"
        asked.svg.write_text(chart(samples, title))
    _summary(samples)
    for words in wrong[:20]:
        _say(f"WRONG: {words}")
    return 1 if wrong else 0


def _summary(samples: list[Sample]) -> None:
    """Quarter by quarter: what grows is seen there."""
    size = max(1, len(samples) // 4)
    for number in range(4):
        some = samples[number * size : (number + 1) * size]
        _say(
            f"quarter {number + 1}: {sum(one.events for one in some)} events, "
            f"gateway {percentile([one.gateway_mib for one in some], 50)} MiB, "
            f"writer {percentile([one.writer_mib for one in some], 50)} MiB, "
            f"records {percentile([one.live_incidents for one in some], 50):.0f}, "
            f"descriptors {percentile([one.descriptors for one in some], 50)}, "
            f"tasks {percentile([one.tasks for one in some], 50):.0f}, "
            f"late p50 {percentile([one.late_ms for one in some if one.late_ms], 50)} ms, "
            f"p99 {percentile([one.late_ms for one in some if one.late_ms], 99)} ms"
        )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
