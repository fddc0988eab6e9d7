"""What the gauges say when nothing is amiss."""

from rules.events import LinkChanged
from tests.fixtures.bench import Bench, ringing, running
from tests.fixtures.memory_store import MemoryStore


def gauge(bench: Bench, name: str, **labels: str) -> float | None:
    return bench.pipeline.metrics.registry.get_sample_value(name, labels)


async def test_nothing_waits_once_everything_is_committed() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing("c1"), ringing("c2"))
        assert gauge(bench, "hotline_queue_events") == 0


async def test_a_source_that_pushes_is_not_said_to_be_offline() -> None:
    async with running(MemoryStore()) as bench:
        await bench.ready()
        await bench.submit(ringing())
        assert gauge(bench, "hotline_source_online", source="main") is None
        await bench.submit(LinkChanged(source="main", state="offline"))
        assert gauge(bench, "hotline_source_online", source="main") == 0
