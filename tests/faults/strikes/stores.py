"""PostgreSQL lost and back; two gateways that want one store."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.faults.fault import Fault
from tests.faults.site import Setting, Site
from tests.fixtures.ports import take_free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is no fault of ours
    from pgserver.postgres_server import PostgresServer, get_server


class PostgresKilled(Fault):
    """First a backend, as an operator or the memory killer does it, then the whole server."""

    name = "postgres_killed"
    shows = "F12 · I1 I4 I17 I18 I19"
    _server: PostgresServer

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        # Not in our own folder: as root the server runs as another user, who must reach its data.
        with tempfile.TemporaryDirectory(prefix="hotline-postgres-") as data:
            self._server = await asyncio.to_thread(get_server, Path(data) / "data", cleanup_mode="stop")
            try:
                url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
                yield Setting(folder, store=url.render_as_string(hide_password=False))
            finally:
                await asyncio.to_thread(self._server.cleanup)

    async def strike(self, site: Site) -> None:
        for _ in range(1 if site.short else 5):
            with site.trouble():
                self._kill_backends()
                await site.watch.until_ready()
            await site.lasts(1)
        for _ in range(1 if site.short else 3):
            with site.trouble():
                os.kill(self._server.get_pid() or 0, signal.SIGKILL)
                await site.lasts(2 if site.short else 5)
                await asyncio.to_thread(self._start)
                await site.watch.until_ready()
            await site.lasts(1)

    def _kill_backends(self) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _start(self) -> None:
        """Its old children hold the shared memory for a moment longer."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.SubprocessError, OSError, AssertionError):  # its files are half written yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


class TwoGateways(Fault):
    """A second one is started by mistake; when the first dies it has the store."""

    name = "two_gateways"
    shows = "F13 · I12"
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        port = take_free_port()
        ours = site.setting.folder / "gateway.toml"
        second = site.setting.folder / "second.toml"
        second.write_text(ours.read_text().replace(site.gateway.url.rpartition(":")[2], str(port), 1))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "run", "--config", str(second)), stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        try:
            began_s = time.monotonic()
            async with asyncio.timeout(60):
                while b"is owned by another gateway" not in await process.stderr.readline():
                    site.expect(process.returncode is None, "the second gateway ended")
            site.figures["second_refused_s"] = round(time.monotonic() - began_s, 2)
            async with site.gateway.http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                site.expect(answer.status == 503, f"the second says {answer.status}")
            with site.trouble() as trouble:
                await site.gateway.stop(signal.SIGKILL)
                await self._ready(site, port)
                site.figures["second_took_over_s"] = round(time.monotonic() - trouble.begin_s, 2)
                process.terminate()
                await asyncio.wait_for(process.communicate(), 60)
                await site.gateway.start()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    @staticmethod
    async def _ready(site: Site, port: int) -> None:
        async with asyncio.timeout(60):
            while True:
                async with site.gateway.http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.02)
