"""What Prometheus may ask: counted once a batch, so that the way of an event stays short."""

import asyncio
from collections import Counter as Tally
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway.drafting import Draft
from rules.engine import State
from rules.events import Unparsed
from rules.events.system import LinkState
from rules.incidents import SourceStatus

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LINK_STATES = get_args(LinkState)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """One registry a process; names begin with `hotline_`."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.events = Counter("hotline_events", "Events journalled", ["source", "kind"], registry=registry)
        self.duplicates = Counter("hotline_duplicates", "Events told again", registry=registry)
        self.unparsed = Counter("hotline_unparsed", "What no codec could read", ["source"], registry=registry)
        self.undecided = Counter("hotline_undecided", "Entries that made a rule raise", registry=registry)
        self.overloads = Counter("hotline_overloads", "Submissions refused: queue full", registry=registry)
        self.store_failures = Counter("hotline_store_failures", "Commits or loads that failed", registry=registry)
        self.batch_size = Histogram("hotline_batch_entries", "Entries a commit", registry=registry, buckets=SIZES)
        self.commit_s = Histogram("hotline_commit_seconds", "Time of a commit", registry=registry, buckets=SECONDS)
        self.late_s = Histogram(
            "hotline_deadline_late_seconds", "From due to noticed", registry=registry, buckets=SECONDS
        )
        self.alerts = Counter("hotline_alerts", "Alerts raised", ["rule", "kind"], registry=registry)
        self.deliveries = Counter(
            "hotline_deliveries", "Tries to deliver", ["notifier", "outcome", "reason"], registry=registry
        )
        self.waiting = Gauge("hotline_queue_events", "Events that wait for a commit", registry=registry)
        self.ready = Gauge("hotline_ready", "1 when events are accepted", registry=registry)
        self.tasks = Gauge("hotline_tasks", "Tasks of the event loop", registry=registry)
        self.tasks.set_function(_tasks)
        self.open_incidents = Gauge("hotline_live_incidents", "Incidents in the live state", registry=registry)
        self.open_alerts = Gauge("hotline_live_alerts", "Alerts in the live state", registry=registry)
        self.sources = Gauge("hotline_source_online", "1 while the source is heard", ["source"], registry=registry)
        self.source_state = Gauge(
            "hotline_source_state", "1 for the state the source's link is in", ["source", "state"], registry=registry
        )
        self._links: dict[str, LinkState] = {}  # by source, as last told

    def _source(self, status: SourceStatus) -> None:
        if self._links.get(status.name) == status.link:
            return
        self._links[status.name] = status.link
        for link in LINK_STATES:
            self.source_state.labels(status.name, link).set(status.link == link)
        if status.link != "unknown":  # one that pushes has no link to be up or down
            self.sources.labels(status.name).set(status.link == "online")

    def committed(self, draft: Draft, state: State, *, waiting: int, took_us: int) -> None:
        batch = draft.batch
        events = [row.entry.event for row in batch.journal]
        tally = Tally((getattr(event, "source", ""), type(event)) for event in events)
        for (source, kind), count in tally.items():
            self.events.labels(source, kind.__name__).inc(count)
            if kind is Unparsed:
                self.unparsed.labels(source).inc(count)
        self.undecided.inc(sum(bool(row.error) for row in batch.journal))
        since_us = batch.journal[0].entry.at_us
        # raised by this batch, not changed by it
        raised = Tally((alert.rule, alert.kind) for alert in batch.alerts.values() if alert.raised_us >= since_us)
        for (rule, alert_kind), count in raised.items():
            self.alerts.labels(rule, alert_kind).inc(count)
        for late_us in draft.late_us:
            self.late_s.observe(late_us / 1_000_000)
        for status in batch.sources.values():
            self._source(status)
        self.batch_size.observe(len(batch.journal))
        self.commit_s.observe(took_us / 1_000_000)
        self.waiting.set(waiting)
        self.open_incidents.set(len(state.incidents))
        self.open_alerts.set(len(state.alerts))


def _tasks() -> int:
    """None where no loop runs, as when a test asks."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0
