"""What went through a link, counted; and how much noise may stand in the journal."""

from dataclasses import dataclass

import structlog

from adapters.radio.station import Heard
from rules.events import Unparsed

NOISE_PER_S_MAX = 3.0
NOISE_BURST_MAX = 10  # so many at once, after quiet
QUIET_US = 10_000_000  # no noise for so long: what was left out is told

log = structlog.get_logger()


@dataclass
class Traffic:
    """Counts since the start, for the metrics."""

    bytes_heard: int = 0
    bytes_unreadable: int = 0
    events: int = 0
    noise_left_out: int = 0  # unreadable pieces that were counted, but not journalled
    events_lost: int = 0  # the pipeline was too slow for too long
    opened: int = 0


class NoiseLimit:
    """A wrong baud rate or an open squelch makes hundreds of unreadable pieces a second: a few are proof enough."""

    def __init__(self, source: str, traffic: Traffic) -> None:
        self._traffic = traffic
        self._allowed = float(NOISE_BURST_MAX)
        self._last_us = 0
        self._left_out = 0  # of this run of noise
        self._log = log.bind(source=source)

    def keep(self, heard: list[Heard], at_us: int) -> list[Heard]:
        """Without the unreadable pieces that are too many. Every event that was read stays."""
        kept = []
        for one in heard:
            if isinstance(one.event, Unparsed):
                self._traffic.bytes_unreadable += len(one.raw)
                if not self._passes(at_us):
                    continue
            else:
                self._traffic.events += 1
            kept.append(one)
        return kept

    def _passes(self, at_us: int) -> bool:
        quiet_us = at_us - self._last_us
        self._last_us = at_us
        if quiet_us > QUIET_US and self._left_out:
            self._log.warning("noise was left out of the journal", pieces=self._left_out)
            self._left_out = 0
        self._allowed = min(NOISE_BURST_MAX, self._allowed + quiet_us / 1_000_000 * NOISE_PER_S_MAX)
        if self._allowed >= 1:
            self._allowed -= 1
            return True
        if not self._left_out:
            self._log.warning("much of it cannot be read: is the baud rate right?", kept_per_s=NOISE_PER_S_MAX)
        self._left_out += 1
        self._traffic.noise_left_out += 1
        return False
