"""Two real direwolfs, sound by UDP between them: a unit's, and the base's, whose KISS port the gateway listens to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.broker import EmbeddedBroker
from simulators.radios.aprs import Tnc
from simulators.radios.ports import Port
from tests.fixtures.gateway import running_gateway
from tests.fixtures.ports import take_free_port
from tests.peers.desk import Desk, listening
from tests.peers.direwolf import Direwolf

pytestmark = pytest.mark.peers

CONFIG = """
[[source]]
name = "base"
kind = "aprs-kiss"
channel = "CH1"
port = "{port}"
own_units = ["CTRL"]

[rules.two_calls]
calls = 2
warn_at_calls = [2]
fallback_s = {fallback_s}
repeat_every_s = 0
call_gap_s = 0.1

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"

[[notifier]]
name = "guards"
kind = "radio-text"
source = "base"
units = ["UNIT07"]
language = "en"
chars_max = 60
"""


class KissClient(Port):
    """Where the pretend unit's program is connected to the unit's own direwolf."""

    def __init__(self, kiss: int) -> None:
        super().__init__()
        self._kiss = kiss
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._kiss)
        self._reading = asyncio.create_task(self._read(reader))

    async def close(self) -> None:
        if self._writer is not None and self._reading is not None:
            self._writer.close()
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def write(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(4096):
            self._take(data)


class Site(NamedTuple):
    desk: Desk
    unit: Tnc
    air: KissClient  # wait on it for what the unit hears

    async def until_confirmed(self) -> None:
        """As units do: what is not confirmed in time is said again."""
        async with asyncio.timeout(60):
            while self.unit.unconfirmed:
                with contextlib.suppress(TimeoutError):
                    await self.air.until(lambda: not self.unit.unconfirmed, within_s=4)
                self.unit.repeat()


@asynccontextmanager
async def site(folder: Path, *, fallback_s: float = 4, by_pty: bool = False) -> AsyncIterator[Site]:
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    to_base, to_unit = take_free_port(), take_free_port()
    broker.start()
    more = CONFIG.replace("{mqtt_port}", str(broker.port)).replace("{fallback_s}", str(fallback_s))
    try:
        async with (
            Direwolf(folder / "base", "CTRL", to_base, to_unit, with_pty=by_pty) as base,
            Direwolf(folder / "unit", "UNIT07", to_unit, to_base) as set_,
            KissClient(set_.kiss) as air,
            running_gateway(folder, more=more.format(port=base.pty if by_pty else base.url)) as gateway,
        ):
            desk = Desk(gateway)
            async with listening(desk, broker.port):
                await desk.until_source("base", "online")
                yield Site(desk, Tnc(air), air)
    finally:
        broker.stop()


async def test_a_units_message_is_confirmed_on_the_air_and_missed_by_nobody(tmp_path: Path) -> None:
    async with site(tmp_path) as made:
        made.unit.send_text("UNIT07", "CTRL", "Lift 3 stuck", "041")
        await made.until_confirmed()
        breach = await made.desk.until_alert(rule="two_calls", unit="UNIT07", kind="breach")
        assert (breach["unit"], breach["channel"], breach["calls"]) == ("UNIT07", "CH1", 1)
        (incident,) = await made.desk.until_units("UNIT07")
        assert (incident["unit"], incident["channel"], incident["calls"]) == ("UNIT07", "CH1", 1)


async def test_a_message_that_is_repeated_is_one_call_and_others_count(tmp_path: Path) -> None:
    async with site(tmp_path, fallback_s=0) as made:
        for _ in range(2):
            made.unit.send_text("UNIT07", "CTRL", "Lift 3 stuck", "041")
            await made.until_confirmed()
        for number in ("042", "043"):
            made.unit.send_text("UNIT07", "CTRL", "please answer", number)
            await made.until_confirmed()
        assert (await made.desk.until_alert(rule="two_calls", unit="UNIT07", kind="warning"))["calls"] == 2
        assert (await made.desk.until_alert(rule="two_calls", unit="UNIT07", kind="breach"))["calls"] == 3


async def test_the_pty_of_a_direwolf_serves_as_its_port_does(tmp_path: Path) -> None:
    async with site(tmp_path, by_pty=True) as made:
        made.unit.send_text("UNIT07", "CTRL", "Lift 3 stuck", "041")
        await made.until_confirmed()
        (incident,) = await made.desk.until_units("UNIT07")
        assert (incident["unit"], incident["calls"]) == ("UNIT07", 1)


async def test_an_alert_goes_out_to_a_unit_and_is_delivered_once_the_unit_confirmed(tmp_path: Path) -> None:
    async with site(tmp_path) as made:
        made.unit.send_text("UNIT08", "CTRL", "gate 2", "7")
        breach = await made.desk.until_alert(rule="two_calls", unit="UNIT08", kind="breach")
        await made.air.until(lambda: any(to == "UNIT07" for to, _ in made.unit.texts))
        async with asyncio.timeout(60):
            while True:
                page = await made.desk.gateway.api("alerts", limit="100")
                (shown,) = [one for one in page["items"] if one["id"] == breach["id"]]
                if shown["notified"].get("guards"):
                    return
                await asyncio.sleep(0.1)
