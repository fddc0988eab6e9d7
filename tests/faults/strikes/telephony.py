"""A real Asterisk that dies in the middle of calls, and comes back; other sources are not disturbed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.site import Setting, Site
from tests.fixtures.ports import take_free_port
from tests.peers.calls import Sipp
from tests.peers.pbx import AMI_SECRET, AMI_USER, ROOT, Asterisk
from tests.peers.scenes import SCENES, play, telephone_ports

_MORE = """
[[source]]
name = "asterisk"
kind = "asterisk-ami"
host = "127.0.0.1"
port = {port}
username = "{user}"
secret_file = "ami-secret.txt"
inbound_contexts = ["inbound"]
internal_contexts = ["internal"]
"""
_CALLER = SCENES["gives_up_in_ring_3"].caller


class AsteriskKilled(Fault):
    name = "asterisk_killed"
    shows = "F15 F36 · I7 I18 I19"
    per_s = 30.0
    _pbx: Asterisk
    _sipp: Sipp

    def missing(self) -> list[str]:
        return super().missing() + ([] if (ROOT / "usr/sbin/asterisk").exists() else ["Asterisk"])

    @asynccontextmanager
    async def setting(self, folder: Path) -> AsyncIterator[Setting]:
        self._pbx = Asterisk("fault", take_free_port(), take_free_port(), telephone_ports())
        self._sipp = Sipp(folder, self._pbx.sip_port, self._pbx.telephones)
        _keep(folder / "ami-secret.txt", AMI_SECRET)
        try:
            await asyncio.to_thread(self._pbx.start)
            yield Setting(folder, more=_MORE.format(port=self._pbx.ami_port, user=AMI_USER))
        finally:
            self._sipp.close()
            self._pbx.remove()

    async def strike(self, site: Site) -> None:
        lost_s, back_s = [], []
        await _source_is(site, "online")
        for _ in range(1 if site.short else 3):
            await asyncio.to_thread(play, self._sipp, "gives_up_in_ring_3")
            await _called(site)
            await asyncio.to_thread(self._pbx.stop)
            lost_s.append(await _source_is(site, "offline"))
            self._sipp.close()
            await site.lasts(2)
            await asyncio.to_thread(self._pbx.start)
            back_s.append(await _source_is(site, "online"))
        site.figures |= {"loss_told_s": round(max(lost_s), 2), "back_online_s": round(max(back_s), 2)}
        site.expect(max(lost_s) < 2, f"the loss was told after {max(lost_s):.1f} s")

    async def settled(self, site: Site) -> None:
        page = await site.gateway.api("incidents", limit="100", caller=_CALLER)
        found = [v["verdict"] for item in page["items"] for v in item["verdicts"] if v["rule"] == "three_rings"]
        site.figures["calls_cut"] = len(found)
        site.expect(set(found) == {"not_measurable"}, f"the calls that died with it are {found}")


def _keep(file: Path, secret: str) -> None:
    file.write_text(secret + "\n")
    file.chmod(0o600)


async def _source_is(site: Site, state: str) -> float:
    """How long it took."""
    began_s = time.monotonic()
    async with asyncio.timeout(60):
        while True:
            page = await site.gateway.api("sources")
            if any(one["name"] == "asterisk" and one["state"] == state for one in page["items"]):
                return time.monotonic() - began_s
            await asyncio.sleep(0.05)


async def _called(site: Site) -> None:
    """The caller's telephone rings at the desk."""
    async with asyncio.timeout(60):
        while True:
            page = await site.gateway.api("incidents", limit="20", caller=_CALLER)
            if any(item["closed_at"] is None for item in page["items"]):
                return
            await asyncio.sleep(0.1)
