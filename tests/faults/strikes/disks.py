"""Disks that are full, read-only, failing or slow."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import ClassVar

from tests.faults.fault import Fault
from tests.faults.mounts import make_read_only, make_writable, small_disk
from tests.faults.site import Setting, Site
from tests.faults.strace import injected
from tests.faults.waiting import until
from tests.faults.watch import writer_of


class OnASmallDisk(Fault):
    """Its store is on a disk of its own."""

    needs: ClassVar[tuple[str, ...]] = ("mount",)

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        disk = folder / "disk"
        disk.mkdir()
        with small_disk(disk, 24):
            yield Setting(folder, store="sqlite:///disk/hotline.db")


class DiskFull(OnASmallDisk):
    name = "disk_full"
    shows = "F7 · I1 I17 I18 I19"

    async def strike(self, site: Site) -> None:
        filler = site.setting.folder / "disk" / "filler"
        with site.trouble():
            _fill(filler)
            await site.lasts(4 if site.short else 15)
            filler.unlink()
            await site.watch.until_ready()
        words = {look.words for look in site.watch.looks if not look.ready}
        site.expect(any("disk is full" in one for one in words), f"nothing said that the disk is full: {words}")


class ReadOnly(OnASmallDisk):
    """First the kernel refuses writes to the open file; then the whole file system is read-only at a start."""

    name = "read_only"
    shows = "F8 · I1 I17 I18 I19"
    needs = ("mount", "strace")

    async def strike(self, site: Site) -> None:
        with site.trouble():
            async with injected(_writer(site), "pwrite64:error=EROFS"):
                await site.lasts(3 if site.short else 8)
            await site.watch.until_ready()
        if site.short:
            return
        with site.trouble():
            await site.gateway.stop(signal.SIGKILL)
            await until(lambda: make_read_only(site.setting.folder / "disk"))  # the writer ends by itself
            starting = asyncio.create_task(site.gateway.start())
            try:
                await site.lasts(8)
            finally:
                make_writable(site.setting.folder / "disk")
                await starting
        words = {look.words for look in site.watch.looks if not look.ready}
        site.expect(any("writable" in one for one in words), f"nothing said that it must be writable: {words}")


class FsyncError(Fault):
    """The kernel tells of a failed sync once, and may have dropped what it could not write."""

    name = "fsync_error"
    shows = "F6 · I1 I17"
    needs = ("strace",)

    async def strike(self, site: Site) -> None:
        rounds = 1 if site.short else 10
        for _ in range(rounds):
            with site.trouble():
                async with injected(_writer(site), "fsync,fdatasync:error=EIO:when=1"):
                    await site.lasts(0.5)
                await site.watch.until_ready()
        if not site.short:
            with site.trouble():
                async with injected(_writer(site), "fsync,fdatasync:error=EIO"):
                    await site.lasts(5)
                await site.watch.until_ready()
        site.figures |= {"failed_syncs": rounds}

    async def after(self, site: Site) -> None:
        with closing(sqlite3.connect(site.setting.folder / "hotline.db")) as file:
            found = file.execute("PRAGMA integrity_check").fetchone()
        site.expect(found == ("ok",), f"the file is damaged: {found}")


class SlowDisk(Fault):
    """Two seconds for every sync."""

    name = "slow_disk"
    shows = "F9 · I1 I17 I18"
    needs = ("strace",)
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        with site.trouble():
            async with injected(_writer(site), "fdatasync:delay_exit=2000000"):
                await site.lasts(6 if site.short else 20)
            await site.watch.until_ready()


def _writer(site: Site) -> int:
    writer = writer_of(site.gateway)
    assert writer is not None
    return writer


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
