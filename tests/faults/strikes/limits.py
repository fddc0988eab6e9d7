"""What a process may hold is used up: descriptors, memory."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.site import Setting, Site
from tests.faults.watch import descriptors

_CGROUP = Path("/sys/fs/cgroup/memory")
_SPARE = 4  # descriptors


class DescriptorsExhausted(Fault):
    """No more are to be had, and strangers ask for some: who is connected is served, nothing is lost."""

    name = "fds_exhausted"
    shows = "F8 · I15 I17"

    async def strike(self, site: Site) -> None:
        assert site.gateway.process is not None
        process = site.gateway.process.pid
        before = resource.prlimit(process, resource.RLIMIT_NOFILE)
        host, port = "127.0.0.1", int(site.gateway.url.rpartition(":")[2])
        strangers: list[asyncio.StreamWriter] = []
        with site.trouble():
            held = descriptors(process)
            resource.prlimit(process, resource.RLIMIT_NOFILE, (held + _SPARE, before[1]))
            try:
                strangers += [(await asyncio.open_connection(host, port))[1] for _ in range(100)]
                await site.lasts(3 if site.short else 15)
            finally:
                resource.prlimit(process, resource.RLIMIT_NOFILE, before)
                for stranger in strangers:
                    stranger.transport.abort()
            await site.watch.until_ready()
        log = (site.setting.folder / "gateway.log").read_text(errors="replace")
        site.figures |= {"limit": held + _SPARE, "log_mib": round(len(log) / 2**20, 2)}
        site.expect(len(log) < 5 << 20, f"it wrote {len(log)} bytes of log")


class OutOfMemory(Fault):
    """The kernel ends the gateway for the memory it holds; it is started again, as systemd does it."""

    name = "oom_kill"
    shows = "F15 · I1 I4 I10"

    def missing(self) -> list[str]:
        usable = os.access(_CGROUP, os.W_OK) and (_CGROUP / "memory.limit_in_bytes").exists()
        return super().missing() + ([] if usable else ["a memory cgroup of version 1 that we may write"])

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        with _group() as self._group:
            join = f'echo $$ > {self._group}/cgroup.procs && exec "$@"'
            yield Setting(folder, wrapper=("sh", "-c", join, "sh"))

    async def strike(self, site: Site) -> None:
        for _ in range(1 if site.short else 3):
            with site.trouble():
                await asyncio.wait_for(self._starve(site), 60)
                self._limit(1 << 40)
                await site.gateway.start()
            await site.lasts(1)

    async def _starve(self, site: Site) -> None:
        """Until it is dead: what it may hold is kept just below what it does."""
        assert site.gateway.process is not None
        while site.gateway.process.returncode is None:
            with suppress(OSError):  # it cannot give back so much
                self._limit(int((self._group / "memory.usage_in_bytes").read_text()) - 4096)
            await asyncio.sleep(0.02)
        site.expect(site.gateway.process.returncode == -9, f"it ended with {site.gateway.process.returncode}")

    def _limit(self, size: int) -> None:
        (self._group / "memory.limit_in_bytes").write_text(str(size))


@contextmanager
def _group() -> Iterator[Path]:
    group = _CGROUP / f"hotline-fault-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        for process in (group / "cgroup.procs").read_text().split():
            (_CGROUP / "cgroup.procs").write_text(process)
        group.rmdir()
