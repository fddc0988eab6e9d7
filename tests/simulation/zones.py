"""Zones of the simulated site: clocks that are put forward and back while it rings, in files as the system has them.

The oracle's own reckoning stands beside them: a time of day that comes twice is the first, one that never comes is as
far behind the change as it would have been.
"""

import struct
import zoneinfo
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.simulation.folders import OWN

START_US = 1_800_000_000_000_000  # a Friday, 16:00 in Shanghai
MINUTE_US = 60_000_000
DAY_US = 1440 * MINUTE_US


class Zone(NamedTuple):
    offset_us: int
    change_us: int | None = None
    later_us: int = 0  # how much further the clock is from UTC from then on


ZONES = {
    "Asia/Shanghai": Zone(480 * MINUTE_US),
    "Asia/Tokyo": Zone(540 * MINUTE_US),
    "Simulated/Spring": Zone(480 * MINUTE_US, START_US + 330_000_000, 60 * MINUTE_US),
    "Simulated/Autumn": Zone(480 * MINUTE_US, START_US + 330_000_000, -60 * MINUTE_US),
}


def moment_of(day: int, time_of_day_us: int, name: str) -> int:
    """`day`: so many after 1 January 1970, by the site's calendar."""
    zone = ZONES[name]
    before_us = day * DAY_US + time_of_day_us - zone.offset_us
    after_us = before_us - zone.later_us
    if zone.change_us is None or before_us < zone.change_us or after_us < zone.change_us:
        return before_us
    return after_us


def day_of(at_us: int, name: str) -> int:
    zone = ZONES[name]
    changed = zone.change_us is not None and at_us >= zone.change_us
    return (at_us + zone.offset_us + (zone.later_us if changed else 0)) // DAY_US


@cache
def found_by_the_system() -> None:
    """From now on in this process."""
    folder = Path(OWN) / "zones"
    for name, zone in ZONES.items():
        if zone.change_us is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(_tzif(zone, zone.change_us))
    zoneinfo.reset_tzpath([str(folder), *zoneinfo.TZPATH])


def _tzif(zone: Zone, change_us: int) -> bytes:
    """RFC 8536, version 2: an empty block of version 1, one change between two kinds of local time, no rule after."""
    head = struct.Struct(">4sc15x6l")
    names = b"ONE\0TWO\0"
    kinds = struct.pack(">lbb", zone.offset_us // 1_000_000, 0, 0)
    kinds += struct.pack(">lbb", (zone.offset_us + zone.later_us) // 1_000_000, 1, 4)
    block = struct.pack(">qB", change_us // 1_000_000, 1) + kinds + names
    return (
        head.pack(b"TZif", b"2", 0, 0, 0, 0, 1, 4)
        + struct.pack(">lbb4s", 0, 0, 0, b"UTC\0")
        + (head.pack(b"TZif", b"2", 0, 0, 0, 1, 2, len(names)) + block + b"\n\n")
    )
