"""Tells notifiers that show it (MQTT, retained) which source is heard and which is not."""

from collections.abc import Iterable

from adapters.ports import Notifier, ShowsSources
from gateway.pipeline import Pipeline
from rules.incidents import SourceStatus


async def show_sources(pipeline: Pipeline, notifiers: Iterable[Notifier]) -> None:
    """Until cancelled. After each beginning all of them are told, then what changes."""
    shows = [notifier for notifier in notifiers if isinstance(notifier, ShowsSources)]
    told: dict[str, tuple[str, str]] = {}
    while shows:
        async with pipeline.subscribe() as batches:
            async for batch in batches:
                known = pipeline.state.sources if not told else batch.sources
                for status in list(known.values()):
                    if told.get(status.name) != (status.link, status.reason):
                        told[status.name] = status.link, status.reason
                        _tell(shows, status)
        told.clear()  # too slow, and let go: from the beginning


def _tell(shows: Iterable[ShowsSources], status: SourceStatus) -> None:
    for notifier in shows:
        notifier.source_changed(status.name, status.link, status.reason, status.changed_us or None)
