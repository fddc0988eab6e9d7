"""Processes that are stopped for a while, or lost: the gateway's, and the one that writes its store."""

import os
import signal

from tests.faults.fault import Fault
from tests.faults.site import Site
from tests.faults.watch import writer_of


class StopThirtySeconds(Fault):
    """A machine that swaps, a hypervisor that pauses it: nothing runs, and then everything at once."""

    name = "stop_thirty_seconds"
    shows = "F15 F9 · I1 I8 I10"
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        assert site.gateway.process is not None
        with site.trouble():
            site.gateway.process.send_signal(signal.SIGSTOP)
            try:
                await site.lasts(3 if site.short else 30)
            finally:
                site.gateway.process.send_signal(signal.SIGCONT)


class StopWriter(Fault):
    """A disk that hangs: every commit waits."""

    name = "stop_writer"
    shows = "F9 · I1 I17 I18"
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        writer = writer_of(site.gateway)
        assert writer is not None
        with site.trouble():
            os.kill(writer, signal.SIGSTOP)
            try:
                await site.lasts(5 if site.short else 30)
            finally:
                os.kill(writer, signal.SIGCONT)


class WriterKilled(Fault):
    name = "writer_killed"
    shows = "F1 F11 · I1 I4"

    async def strike(self, site: Site) -> None:
        rounds = 3 if site.short else 50
        for _ in range(rounds):
            writer = writer_of(site.gateway)
            assert writer is not None
            with site.trouble():
                os.kill(writer, signal.SIGKILL)
                await site.watch.until_ready()
            await site.lasts(site.chance.uniform(0.1, 0.5))
        site.figures |= {"kills": rounds}
