"""A whole site: a real Asterisk, the real gateway process, a real broker, and a desk that listens on MQTT."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt

from gateway.broker import EmbeddedBroker
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.ports import take_free_port
from tests.peers.cable import Cable
from tests.peers.calls import Sipp
from tests.peers.pbx import AMI_SECRET, AMI_USER, Asterisk
from tests.peers.scenes import TELEPHONES, play

CONFIG = """
[[source]]
name = "asterisk"
kind = "asterisk-ami"
host = "127.0.0.1"
port = {ami_port}
username = "{user}"
secret_file = "ami-secret.txt"
inbound_contexts = ["inbound"]
internal_contexts = ["internal"]

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"
"""


class Site:
    """Play scenes; look at `alerts` as the desk heard them, and at the record."""

    def __init__(self, pbx: Asterisk, gateway: RunningGateway, cable: Cable, sipp: Sipp) -> None:
        self.pbx, self.gateway, self.cable, self.sipp = pbx, gateway, cable, sipp
        self.alerts: list[dict[str, Any]] = []
        self.heard = asyncio.Condition()

    async def play(self, scene: str) -> None:
        await asyncio.to_thread(play, self.sipp, scene)

    async def calls_are_over(self, within_s: float) -> None:
        """Every process of sipp ended well."""
        await asyncio.to_thread(self.sipp.wait, within_s)

    async def until_alert(
        self, caller: str, kind: str, rule: str = "three_rings", within_s: float = 30.0
    ) -> dict[str, Any]:
        """The first such alert, heard already or to come."""

        def found() -> dict[str, Any] | None:
            wanted = (caller, kind, rule)
            return next((a for a in self.alerts if (a.get("from"), a["kind"], a["rule"]) == wanted), None)

        async with asyncio.timeout(within_s), self.heard:
            await self.heard.wait_for(lambda: found() is not None)
        return found() or {}

    async def incident(self, caller: str) -> dict[str, Any]:
        """The one record of this caller."""
        page = await self.gateway.api("incidents", limit="100")
        found = [item for item in page["items"] if item["from"] == caller]
        assert len(found) == 1, f"{len(found)} records of {caller}: {page}"
        return dict(found[0])

    async def closed_incident(self, caller: str, within_s: float = 10.0) -> dict[str, Any]:
        async with asyncio.timeout(within_s):
            while True:
                incident = await self.incident(caller)
                if incident["closed_at"]:
                    return incident
                await asyncio.sleep(0.1)

    async def until_source(self, state: str, within_s: float = 15.0) -> None:
        async with asyncio.timeout(within_s):
            while True:
                page = await self.gateway.api("sources")
                if any(one["name"] == "asterisk" and one["state"] == state for one in page["items"]):
                    return
                await asyncio.sleep(0.1)

    async def listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.alerts.append(json.loads(message.payload))
            async with self.heard:
                self.heard.notify_all()


@asynccontextmanager
async def whole_site(name: str, folder: Path) -> AsyncIterator[Site]:
    pbx = Asterisk(name, take_free_port(), take_free_port(), TELEPHONES)
    sipp = Sipp(folder, pbx.sip_port)
    cable = Cable(pbx.ami_port)
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    (folder / "ami-secret.txt").write_text(AMI_SECRET + "\n")
    (folder / "ami-secret.txt").chmod(0o600)
    try:
        await asyncio.to_thread(pbx.start)
        broker.start()
        await cable.lay()
        more = CONFIG.format(ami_port=cable.port, user=AMI_USER, mqtt_port=broker.port)
        async with running_gateway(folder, more=more) as gateway, aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.subscribe("hotline/riverside/alerts/#", qos=1)
            site = Site(pbx, gateway, cable, sipp)
            desk = asyncio.create_task(site.listen(client))
            try:
                await site.until_source("online")
                yield site
            finally:
                desk.cancel()
                await asyncio.gather(desk, return_exceptions=True)
    finally:
        await cable.take_up()
        sipp.close()
        broker.stop()
        pbx.remove()
