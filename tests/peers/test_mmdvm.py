"""MMDVMHost's messages through a real mosquitto, which is killed, and which keeps what the gateway was away for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest

from simulators.radios.mmdvm import Mmdvm
from tests.fixtures.gateway import running_gateway
from tests.peers.desk import Desk, listening
from tests.peers.mosquitto import Mosquitto

pytestmark = pytest.mark.peers

CONFIG = """
[[source]]
name = "rep"
kind = "mmdvm-mqtt"
channel = "CH1"
port = "mqtt://127.0.0.1:{mqtt_port}/rep/json"
own_units = ["9000"]

[rules.two_calls]
calls = 2
fallback_s = 0
call_gap_s = 0.1
bump_s = 0.05

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"
"""
GROUP = 505


async def publish(broker: Mosquitto, act: Callable[[Mmdvm], None]) -> None:
    """What the pretend host says in `act`, QoS 1, over a connection of its own."""
    said: list[bytes] = []
    act(Mmdvm(said.append, lambda: datetime.now(UTC)))
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for payload in said:
            await client.publish("rep/json", payload, qos=1)


async def call(broker: Mosquitto, desk: Desk, unit: int) -> None:
    """Somebody presses his key for a moment; a little later he may press it again."""
    await publish(broker, lambda host: host.press(unit, GROUP))
    await until_on_air(desk, True)
    await asyncio.sleep(0.6)  # no bump
    await publish(broker, lambda host: host.release())
    await until_on_air(desk, False)
    await asyncio.sleep(0.6)  # the next one is another call


async def until_on_air(desk: Desk, on: bool) -> None:
    """The gateway has heard of it: press and release heard at one moment are a bump."""
    async with asyncio.timeout(60):
        while True:
            channels = (await desk.gateway.api("channels"))["items"]
            if on == any(one["open"] or one["control_transmitting"] for one in channels):
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[tuple[Mosquitto, Desk]]:
    with Mosquitto(folder / "mosquitto") as broker:
        async with running_gateway(folder, more=CONFIG.format(mqtt_port=broker.port)) as gateway:
            desk = Desk(gateway)
            async with listening(desk, broker.port):
                await desk.until_source("rep", "online")
                yield broker, desk


async def test_a_unit_that_calls_three_times_in_vain_is_heard_of_at_the_desk(tmp_path: Path) -> None:
    async with site(tmp_path) as (broker, desk):
        for _ in range(3):
            await call(broker, desk, 2345678)
        breach = await desk.until_alert(rule="two_calls", unit="2345678", kind="breach")
        assert (breach["unit"], breach["channel"], breach["calls"]) == ("2345678", "CH1-1", 3)
        (incident,) = await desk.until_units("2345678")
        assert incident["calls"] == 3


async def test_a_unit_that_control_answers_by_its_own_id_was_answered(tmp_path: Path) -> None:
    async with site(tmp_path) as (broker, desk):
        await call(broker, desk, 2345678)
        await call(broker, desk, 9000)
        await desk.until_incidents(len, unit="2345678", outcome="answered")
        assert len(await desk.incidents(medium="radio")) == 1


async def test_what_is_said_while_the_gateway_is_away_is_there_when_it_returns(tmp_path: Path) -> None:
    async with site(tmp_path) as (broker, desk):
        await call(broker, desk, 1001)
        await desk.gateway.stop()
        for unit in (1002, 1003):
            await publish(broker, lambda host, unit=unit: host.signal(unit, 9000, "Call Alert"))  # type: ignore[misc]
        await broker.until_kept(b"1003")
        broker.kill()
        broker.start()
        await desk.gateway.start()
        incidents = await desk.until_units("1001", "1002", "1003")
        assert sorted(item["unit"] for item in incidents) == ["1001", "1002", "1003"]


async def test_a_broker_killed_under_the_gateway_costs_nothing_that_was_published(tmp_path: Path) -> None:
    async with site(tmp_path) as (broker, desk):
        await publish(broker, lambda host: host.signal(1001, 9000, "Call Alert"))
        await desk.until_units("1001")
        await broker.until_kept(b"hotline-rep-")  # our session
        broker.kill()
        await desk.until_source("rep", "offline")
        broker.start()
        await publish(broker, lambda host: host.signal(1002, 9000, "Call Alert"))
        await desk.until_source("rep", "online")
        await publish(broker, lambda host: host.signal(1003, 9000, "Call Alert"))
        incidents = await desk.until_units("1001", "1002", "1003")
        assert sorted(item["unit"] for item in incidents) == ["1001", "1002", "1003"]
