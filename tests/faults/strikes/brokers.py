"""A broker that is killed and started again; a receiver that refuses for a while."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiomqtt

from gateway.broker import EmbeddedBroker
from tests.faults.fault import Fault
from tests.faults.site import Setting, Site
from tests.faults.waiting import until
from tests.fixtures.ports import take_free_port
from tests.peers.mosquitto import Mosquitto

_MORE = """
[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{port}"
"""


class BrokerKilled(Fault):
    """The desk hears every breach once, whoever it is that loses the broker: the gateway keeps what was not taken."""

    name = "broker_killed"
    shows = "F30 F31 · I13 I18 I19"
    per_s = 20.0

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        self.breached: set[str] = set()
        self._kill: Callable[[], None]
        self._start: Callable[[], None]
        self._port = 0

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        broker = EmbeddedBroker(folder / "broker", take_free_port())
        self._kill, self._start, self._port = broker.kill, broker.start, broker.port
        await asyncio.to_thread(broker.start)
        try:
            async with self._listening():
                yield Setting(folder, more=_MORE.format(port=broker.port))
        finally:
            broker.stop()

    async def strike(self, site: Site) -> None:
        slowest_s = 0.0
        for _ in range(1 if site.short else 10):
            await asyncio.to_thread(self._kill)
            killed_s = time.monotonic()
            await _until(site, lambda link: link != "online")
            slowest_s = max(slowest_s, time.monotonic() - killed_s)
            await site.lasts(1 if site.short else 4)
            await asyncio.to_thread(self._start)
            await _until(site, lambda link: link == "online")
            await site.lasts(1)
        site.figures["loss_told_s"] = round(slowest_s, 2)

    async def settled(self, site: Site) -> None:
        owed = site.owed
        with suppress(TimeoutError):
            await until(lambda: self.breached >= owed)
        site.figures["mqtt_not_told"] = len(owed - self.breached)
        site.figures["mqtt_told_again"] = self.heard.total() - len(self.heard)
        site.expect(self.breached >= owed, f"the desk never heard of {len(owed - self.breached)} breaches")

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        subscribed = asyncio.Event()
        listening = asyncio.create_task(self._listen(subscribed))
        await asyncio.wait_for(subscribed.wait(), 60)
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, subscribed: asyncio.Event) -> None:
        """A desk that comes back to its session: what was published meanwhile waits for it."""
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", self._port, identifier="desk", clean_session=False) as client:
                    await client.subscribe("hotline/riverside/alerts/#", qos=1)
                    subscribed.set()
                    async for message in client.messages:
                        assert isinstance(message.payload, bytes)
                        alert = json.loads(message.payload)
                        self.heard[alert["key"]] += 1
                        if (alert["rule"], alert["kind"]) == ("three_rings", "breach"):
                            self.breached.add(alert["source_call"])
            await asyncio.sleep(0.1)


class MosquittoKilled(BrokerKilled):
    """It keeps in memory what it has acknowledged, and saves it now and then: after kill -9 that is gone (F31)."""

    name = "mosquitto_killed"
    needs = ("mosquitto",)

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        with Mosquitto(folder / "broker") as broker:
            self._kill, self._start, self._port = broker.kill, broker.start, broker.port
            async with self._listening():
                yield Setting(folder, more=_MORE.format(port=broker.port))


class ReceiverRefuses(Fault):
    """The receiver of webhooks answers 500, 503 and 429 for a while: every alert waits, and comes."""

    name = "receiver_refuses"
    shows = "F32 · I13 I15"
    per_s = 30.0

    async def strike(self, site: Site) -> None:
        with site.trouble():
            for status in (500, 503, 429):
                site.receiver.status = status
                await site.lasts(0.5 if site.short else 5)
            site.receiver.status = 204


async def _until(site: Site, holds: Callable[[str], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            page = await site.gateway.api("notifiers")
            if all(holds(one["link"]) for one in page["items"] if one["name"] == "desk"):
                return
            await asyncio.sleep(0.05)
