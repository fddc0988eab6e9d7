"""Who shows the sources' states is told all of them at the start, then each change once; the metrics say the same."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import generate_latest

from adapters.ports import Delivery
from adapters.radio.line_table import KIND
from adapters.radio.link import Link
from gateway.radio_metrics import RadioTraffic
from gateway.source_states import show_sources
from rules.events import LinkChanged
from tests.contract.radio.conftest import table_settings
from tests.fixtures.bench import running, until
from tests.fixtures.memory_store import MemoryStore


class Showing:
    name = "desk"

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        raise NotImplementedError

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        raise NotImplementedError

    def source_changed(self, name: str, state: str, reason: str, since_us: int | None) -> None:
        assert (since_us is None) == (state == "unknown")
        self.told.append((name, state, reason))


async def test_states_are_told_from_the_beginning_and_at_each_change() -> None:
    store = MemoryStore()
    async with running(store) as bench:
        await bench.ready()
        await bench.submit(LinkChanged(source="main", state="online"))
        desk = Showing()
        showing = asyncio.create_task(show_sources(bench.pipeline, [desk]))
        await asyncio.sleep(0)
        await bench.submit(LinkChanged(source="main", state="stale", reason="a question was not answered"))
        await until(lambda: desk.told)
        await bench.submit(LinkChanged(source="main", state="offline", reason="the device hung up"))
        await until(lambda: len(desk.told) == 2)
        assert desk.told == [
            ("main", "stale", "a question was not answered"),
            ("main", "offline", "the device hung up"),
        ]
        metrics = generate_latest(bench.pipeline.metrics.registry).decode()
        assert 'hotline_source_state{source="main",state="offline"} 1.0' in metrics
        assert 'hotline_source_state{source="main",state="online"} 0.0' in metrics
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def test_where_no_notifier_shows_sources_nothing_is_watched() -> None:
    async with running(MemoryStore()) as bench:
        await asyncio.wait_for(show_sources(bench.pipeline, []), 60)


def test_the_traffic_of_each_base_station_is_counted_for_the_metrics() -> None:
    link = Link(KIND, table_settings("/dev/ttyUSB0"))
    link.traffic.bytes_unreadable = 7
    families = {family.name: family for family in RadioTraffic([link]).collect()}
    [sample] = families["hotline_radio_unreadable_bytes"].samples
    assert (sample.labels, sample.value) == ({"source": "tower"}, 7)
