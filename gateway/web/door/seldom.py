"""What strangers can make us log: a few lines a minute, then how many more there were. They fill no disk of ours."""

import asyncio
from collections import Counter
from typing import Any, Final

import structlog

LINES_MAX: Final = 5  # of one event and source, within
WINDOW_S: Final = 60.0

log = structlog.get_logger()


class Seldom:
    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._heard: Counter[tuple[str, str]] = Counter()

    def warning(self, event: str, source: str, **facts: Any) -> None:
        """`source` is one of ours: what a stranger chose must not make a window of its own."""
        self._heard[event, source] += 1
        count = self._heard[event, source]
        if count == 1:
            asyncio.get_running_loop().call_later(self._window_s, self._sum_up, event, source)
        if count <= LINES_MAX:
            log.warning(event, source=source, **facts)

    def _sum_up(self, event: str, source: str) -> None:
        more = self._heard.pop((event, source)) - LINES_MAX
        if more > 0:
            log.warning(event, source=source, more=more, within_s=self._window_s)
