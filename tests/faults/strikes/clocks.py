"""Wall clocks that are stepped, wrong at the start, in another zone; and a machine that has been up for 200 days."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.faults.fault import Fault
from tests.faults.load import LIMIT_S
from tests.faults.site import Setting, Site
from tests.faults.waiting import until

_MOVED_MS_MAX = 100.0  # I11
_STEPS = ("+0.5", "-0.5", "+3600", "-3600", "+315360000")
_CALLS = 20
_UP_S = 200 * 86_400


class WithAFalseClock(Fault):
    """Its wall clock is ours plus what a file says; the monotonic one is left alone, as settimeofday leaves it."""

    needs = ("faketime",)  # comes with the library

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        self._offset = folder / "offset"
        self._set("+0")
        yield Setting(
            folder,
            environment={
                "LD_PRELOAD": str(_library()),
                "FAKETIME_TIMESTAMP_FILE": str(self._offset),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            },
        )

    def _set(self, offset: str) -> None:
        fresh = self._offset.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.replace(self._offset)


class ClockStep(WithAFalseClock):
    """Steps in the middle of ringing: no deadline moves. Signatures are held against the wall clock as it is, so
    senders are refused while it is wrong by more than their tolerance, and taken again when it is right.
    """

    name = "clock_step"
    shows = "F20 · I8 I11"
    per_s = 20.0

    async def strike(self, site: Site) -> None:
        moved: dict[str, float] = {}
        for step in _STEPS[2:3] if site.short else _STEPS:
            names, calls = site.load.some("missed", _CALLS)
            await _heard(site, names)
            with site.trouble():
                self._set(step)
                await site.lasts(LIMIT_S + 0.4)  # all that rang is due by now
                self._set("+0")
            await asyncio.gather(*calls)
            await asyncio.wait_for(site.receiver.breach_of(names), 60)
            late_s = [site.receiver.breached_s[name] - site.load.calls[name].rang_s - LIMIT_S for name in names]
            moved[step] = median(abs(late) for late in late_s) * 1000
        site.figures["moved_ms"] = {step: round(ms, 1) for step, ms in moved.items()}
        bound_ms = _MOVED_MS_MAX * (100 if site.short else 1)  # where the test suite runs, all may be slow
        site.expect(max(moved.values()) < bound_ms, f"a deadline moved: {moved}")


class ClockAtStart(WithAFalseClock):
    """It starts in 1970, for want of a battery, and is set right later; then in the future; then in another zone."""

    name = "clock_at_start"
    clocks_lie = True
    shows = "F20 F21 · I3 I11"
    per_s = 20.0

    async def strike(self, site: Site) -> None:
        epoch_s = int(datetime.now(UTC).timestamp())
        for offset, zone in ((f"-{epoch_s - 60}", "UTC"), ("+86400", "America/New_York"), ("+0", "Asia/Shanghai")):
            with site.trouble():
                await site.gateway.stop(signal.SIGKILL)
                self._set(offset)
                site.gateway.environment = {**site.gateway.environment, "TZ": zone}
                await site.gateway.start()
                await site.lasts(0.5)
                self._set("+0")  # NTP has found it
            await site.lasts(1 if site.short else 4)


class LongUptime(Fault):
    """A monotonic clock of 200 days: where a float's microseconds end, and timers of some loops with them."""

    name = "long_uptime"
    shows = "F23 · I8 I9"
    needs = ("unshare",)

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        up = str(_UP_S)
        yield Setting(folder, wrapper=("unshare", "--time", "--monotonic", up, "--boottime", up))

    async def strike(self, site: Site) -> None:
        assert site.gateway.process is not None
        offsets = _offsets(site.gateway.process.pid)
        site.expect(str(_UP_S) in offsets, f"the namespace says {offsets}")
        site.figures["uptime_days"] = round((time.monotonic() + _UP_S) / 86_400)
        await site.lasts(1 if site.short else 20)


def _library() -> Path:
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


def _offsets(process: int) -> list[str]:
    return Path(f"/proc/{process}/timens_offsets").read_text().split()


async def _heard(site: Site, names: list[str]) -> None:
    await until(lambda: all(site.load.calls[name].heard_s for name in names))
