"""Who is attacked: the real gateway process with every entrance open, and its ordinary neighbours, who are measured."""

import asyncio
import os
import pty
import re
import time
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gateway.broker import EmbeddedBroker
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.ports import take_free_port

LIMIT_S = 2.0  # what the rule of the neighbours' calls says: each of them breaches it, and that is a timer
PATIENCE_S = 60.0  # a neighbour's, before it is called lost
_EVERY_S = 0.05
CONFIG = """
[rules.three_rings]
seconds = {limit_s}
warn_at_rings = []

[storm]
enabled = false

[[source]]
name = "recorder"
kind = "recordings"
key_file = "upload-key.txt"

[[source]]
name = "line"
kind = "tait-ccdi"
port = "{device}"
query_s = 0

[[source]]
name = "net"
kind = "hytera"
port = "udp://127.0.0.1:{udp_port}"
query_s = 0

[[source]]
name = "repeater"
kind = "mmdvm-mqtt"
port = "mqtt://127.0.0.1:{mqtt_port}/mmdvm/json"
"""


class Places(NamedTuple):
    """Where an attacker finds the entrances; `line` is our end of the serial line."""

    http: int
    udp: int
    mqtt: int
    line: int
    secret_file: str


@dataclass
class Victim:
    gateway: RunningGateway
    places: Places
    answers_ms: list[float] = field(default_factory=list)  # of the neighbours' events
    refused: int = 0  # of the neighbours' events
    rss_mib: list[float] = field(default_factory=list)

    async def live(self) -> None:
        """One neighbour after the other, until cancelled: an event twenty times a second, and a look at the memory."""
        number = 0
        while True:
            began_s = time.monotonic()
            number += 1
            async with asyncio.timeout(PATIENCE_S):
                status, _ = await self.gateway.post({"event": "delivered", "call": f"{id(self)}-{number}"})
            self.refused += status != 200
            self.answers_ms.append((time.monotonic() - began_s) * 1_000)
            self.rss_mib.append(memory_mib(self.gateway))
            await asyncio.sleep(max(0.0, began_s + _EVERY_S - time.monotonic()))

    def forget(self) -> None:
        """What is measured begins now."""
        self.answers_ms.clear()
        self.rss_mib.clear()
        self.refused = 0

    async def metrics(self) -> dict[str, float]:
        headers = {"authorization": f"Bearer {self.gateway.token}"}
        async with (
            asyncio.timeout(PATIENCE_S),
            self.gateway.http.get(f"{self.gateway.url}/metrics", headers=headers) as answer,
        ):
            told = re.findall(r"^(hotline_\S+) (\S+)$", await answer.text(), re.MULTILINE)
        return {name: float(value) for name, value in told}


@asynccontextmanager
async def victim_in(folder: Path) -> AsyncIterator[Victim]:
    """Up, with every source online."""
    (folder / "upload-key.txt").write_text("0123456789abcdef0123\n")
    (folder / "upload-key.txt").chmod(0o600)
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    await asyncio.to_thread(broker.start)
    udp_port = take_free_port()
    more = CONFIG.format(limit_s=LIMIT_S, device=os.ttyname(theirs), udp_port=udp_port, mqtt_port=broker.port)
    try:
        async with running_gateway(folder, more=more) as gateway:
            http_port = int(gateway.url.rpartition(":")[2])
            places = Places(http_port, udp_port, broker.port, ours, str(folder / "hook-secret.txt"))
            yield Victim(gateway, places)
    finally:
        await asyncio.to_thread(broker.stop)
        os.close(ours)
        os.close(theirs)


def memory_mib(gateway: RunningGateway) -> float:
    assert gateway.process is not None
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
