"""A thousand boards that connect again and again, and one that never reads."""

import asyncio

from tests.faults.check import percentile
from tests.faults.fault import Fault
from tests.faults.site import Site


class BoardStorm(Fault):
    """As many as may are served, the others are told to come again; the one that never reads is let go."""

    name = "board_storm"
    shows = "F33 · I15 I18"
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        boards, rounds = (100, 1) if site.short else (1000, 5)
        self._served = self._refused = self._cut = 0
        began = len(site.load.ack_ms)
        deaf = await self._connect(site)
        for _ in range(rounds):
            await asyncio.gather(*(self._visit(site) for _ in range(boards)))
        site.figures |= {"streams_served": self._served, "streams_refused": self._refused, "streams_cut": self._cut}
        acks = [took_ms for _, took_ms in site.load.ack_ms[began:]]
        site.figures["neighbour_ack_p99_ms"] = round(percentile(acks, 99))
        site.expect(self._served >= 60, f"{self._served} served, {self._refused} refused")
        deaf[1].transport.abort()

    async def _visit(self, site: Site) -> None:
        """Until the first words, then gone without a goodbye."""
        try:
            reader, writer = await self._connect(site)
        except OSError:
            self._cut += 1
            return
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            if head.startswith(b"HTTP/1.1 200"):
                self._served += 1
                await asyncio.wait_for(reader.readuntil(b"\n\n"), 30)
            else:
                self._refused += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self._cut += 1
        finally:
            writer.transport.abort()

    @staticmethod
    async def _connect(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = site.gateway.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 22)
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {site.gateway.token}\r\n\r\n".encode()
        )
        return reader, writer
