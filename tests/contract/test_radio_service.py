"""A guard calls on the radio, on the running service: a pretend Tait on a pty in, alerts on MQTT and the record out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiomqtt

from gateway.broker import EmbeddedBroker
from simulators.radios.ports import Pty
from simulators.radios.tait import Tait
from tests.fixtures.desk import Desk, desk
from tests.fixtures.gateway import RunningGateway, running_gateway

# A call is as short as a test can wait for; the rules are the same.
CONFIG = """
[[source]]
name = "tower"
kind = "tait-ccdi"
port = "{port}"
channel = "CH1"
own_units = ["2001"]

[[notifier]]
name = "desk"
kind = "mqtt"
url = "{broker}"

[[notifier]]
name = "handset"
kind = "radio-text"
source = "tower"
units = ["12345678"]
language = "en"
chars_max = 32

[[unit]]
unit = "101"
name = "东门岗"

[ladder]
warn = ["desk"]
breach = ["desk", "handset"]

[rules.two_calls]
fallback_s = 0
bump_s = 0.05
call_gap_s = 0.1
reply_min_s = 0.05
tail_s = 0.05
conversation_s = 0
"""


class Site(NamedTuple):
    gateway: RunningGateway
    tait: Tait
    pty: Pty
    heard: Desk

    async def call(self, unit: str = "101") -> None:
        """As short as one that is counted may be, and what is between two calls."""
        self.tait.press(unit)
        await self.channel_is(lambda channel: channel["open"] and channel["open"][0]["incident"])
        self.tait.release()
        await self.channel_is(lambda channel: not channel["open"])
        await asyncio.sleep(0.2)  # the next one is another call: call_gap_s has passed

    async def channel_is(self, holds: Callable[[dict[str, Any]], object]) -> None:
        async with asyncio.timeout(60):
            while not holds((await self.gateway.api("channels"))["items"][0]):
                pass

    async def record(self) -> dict[str, Any]:
        page = await self.gateway.api("incidents")
        [found] = [item for item in page["items"] if item["medium"] == "radio"]
        return dict(found)


@asynccontextmanager
async def site(folder: Path, broker: EmbeddedBroker) -> AsyncIterator[Site]:
    async with Pty(folder / "radio") as pty, desk(broker.port) as heard:
        tait = Tait(pty)
        config = CONFIG.format(port=pty.url, broker=broker.url)
        async with running_gateway(folder, more=config) as gateway:
            await pty.until(lambda: len(tait.reporting) >= 3)  # it is switched on, and tells
            yield Site(gateway, tait, pty, heard)


async def test_a_third_call_without_an_answer_is_told_to_the_desk_and_to_a_handset(
    tmp_path: Path, own_broker: EmbeddedBroker
) -> None:
    async with site(tmp_path, own_broker) as on:
        for _ in range(3):
            await on.call()
        warning = await on.heard.next(rule="two_calls", kind="warning")
        assert (warning["unit"], warning["unit_name"], warning["channel"], warning["calls"]) == (
            "101", "东门岗", "CH1", 2
        )  # fmt: skip
        breach = await on.heard.next(rule="two_calls", kind="breach")
        assert (breach["unit"], breach["calls"], breach["certain"]) == ("101", 3, True)
        await on.pty.until(lambda: bool(on.tait.texts))
        assert on.tait.texts == [("12345678", "(101) called on CH1 (3 calls); c")]
        record = await on.record()
        assert (record["unit"], record["channel"], record["calls"]) == ("101", "CH1", 3)
        [verdict] = [one for one in record["verdicts"] if one["rule"] == "two_calls"]
        assert (verdict["verdict"], verdict["calls"]) == ("breached", 3)


async def test_control_s_key_after_the_first_call_meets_it(tmp_path: Path, own_broker: EmbeddedBroker) -> None:
    async with site(tmp_path, own_broker) as on:
        await on.call()
        on.tait.speak()
        async with asyncio.timeout(60):
            found: list[dict[str, Any]] = []
            while not found:
                found = [one for one in (await on.record())["verdicts"] if one["rule"] == "two_calls"]
        on.tait.fall_silent()
        assert found[0]["verdict"] == "met"


async def test_an_emergency_is_told_at_once(tmp_path: Path, own_broker: EmbeddedBroker) -> None:
    async with site(tmp_path, own_broker) as on:
        on.tait.emergency("101")
        alert = await on.heard.next(severity="emergency")
        assert (alert["unit"], alert["channel"]) == ("101", "CH1")


async def test_a_pulled_plug_is_told_by_mqtt_and_a_call_after_it_is_heard(
    tmp_path: Path, own_broker: EmbeddedBroker
) -> None:
    async with site(tmp_path, own_broker) as on, aiomqtt.Client("127.0.0.1", own_broker.port) as watcher:
        await watcher.subscribe("hotline/riverside/sources/tower", qos=1)
        states = (json.loads(message.payload)["state"] async for message in watcher.messages)
        async with asyncio.timeout(60):
            while await anext(states) != "online":
                pass
            on.pty.unplug()
            while await anext(states) != "offline":
                pass
            on.tait.reporting.clear()
            on.pty.plug()
            while await anext(states) != "online":
                pass
        await on.pty.until(lambda: len(on.tait.reporting) >= 3)
        on.tait.emergency("101")
        assert (await on.heard.next(severity="emergency"))["unit"] == "101"
