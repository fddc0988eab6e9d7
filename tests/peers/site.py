"""A whole site: a real Asterisk, the real gateway process, a real broker, and a desk that listens on MQTT."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.broker import EmbeddedBroker
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.ports import take_free_port
from tests.peers.cable import Cable
from tests.peers.calls import Sipp
from tests.peers.desk import LOOK_S, Desk, Document, listening
from tests.peers.pbx import AMI_SECRET, AMI_USER, Asterisk
from tests.peers.scenes import play, telephone_ports

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
{source}

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"
"""


class Site(Desk):
    """Play scenes; look at `alerts` as the desk heard them, and at the record."""

    def __init__(self, pbx: Asterisk, gateway: RunningGateway, cable: Cable, sipp: Sipp) -> None:
        super().__init__(gateway)
        self.pbx, self.cable, self.sipp = pbx, cable, sipp

    async def play(self, scene: str) -> None:
        await asyncio.to_thread(play, self.sipp, scene)

    async def calls_are_over(self, within_s: float) -> None:
        """Every process of sipp ended well."""
        await asyncio.to_thread(self.sipp.wait, within_s)

    async def until_told(self, caller: str, kind: str) -> Document:
        """The first such alert about rings."""
        return await self.until_alert(**{"from": caller, "kind": kind, "rule": "three_rings"})

    async def until_bridged(self, extension: str, caller: str = "") -> None:
        """Its telephone speaks with another: `caller`'s, where one is named."""
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(self.pbx.is_bridged, extension, caller):  # noqa: ASYNC110 - a console tells when asked
                await asyncio.sleep(LOOK_S)

    async def until_incident(self, caller: str, fact: str) -> Document:
        """The one record of this caller, once it has `fact`."""
        [found] = await self.until_incidents(lambda found: len(found) == 1 and found[0][fact], **{"from": caller})
        return found

    async def closed_incident(self, caller: str) -> Document:
        return await self.until_incident(caller, "closed_at")


@asynccontextmanager
async def whole_site(
    name: str, folder: Path, *, more: str = "", source: str = "", telephones: Mapping[str, int] | None = None
) -> AsyncIterator[Site]:
    """`source`: more of the [[source]] table; `more`: the test's own TOML, with AMI_PORT for the PBX's port."""
    pbx = Asterisk(name, take_free_port(), take_free_port(), telephone_ports() | dict(telephones or {}))
    sipp = Sipp(folder, pbx.sip_port, pbx.telephones)
    cable = Cable(pbx.ami_port)
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    (folder / "ami-secret.txt").write_text(AMI_SECRET + "\n")
    (folder / "ami-secret.txt").chmod(0o600)
    try:
        await asyncio.to_thread(pbx.start)
        broker.start()
        await cable.lay()
        config = CONFIG.format(source=source, ami_port=cable.port, user=AMI_USER, mqtt_port=broker.port)
        config += more.replace("AMI_PORT", str(cable.port))
        async with running_gateway(folder, more=config) as gateway:
            site = Site(pbx, gateway, cable, sipp)
            async with listening(site, broker.port):
                await site.until_source("asterisk", "online")
                yield site
    finally:
        await cable.take_up()
        sipp.close()
        broker.stop()
        pbx.remove()
