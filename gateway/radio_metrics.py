"""What went through the links to base stations, for Prometheus: read when it is asked for."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.ports import Source
from adapters.radio.link import Link

_COUNTS = (
    ("bytes_heard", "hotline_radio_bytes", "Bytes heard from a base station"),
    ("bytes_unreadable", "hotline_radio_unreadable_bytes", "Bytes that no codec could read"),
    ("events", "hotline_radio_events", "Events read from a base station"),
    ("noise_left_out", "hotline_radio_noise_left_out", "Unreadable pieces counted but not journalled"),
    ("events_lost", "hotline_radio_events_lost", "Events the pipeline was too slow for"),
    ("opened", "hotline_radio_opens", "Openings of a base station's ports"),
)


class RadioTraffic(Collector):
    def __init__(self, sources: Iterable[Source]) -> None:
        self._links: Sequence[Link] = [source for source in sources if isinstance(source, Link)]

    def collect(self) -> Iterator[Metric]:
        for field, name, words in _COUNTS:
            counted = CounterMetricFamily(name, words, labels=["source"])
            for link in self._links:
                counted.add_metric([link.name], getattr(link.traffic, field))
            yield counted
