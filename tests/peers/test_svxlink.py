"""A real SvxLink as a site's base station: guards speak by audio, the gateway judges, a desk listens on MQTT.

Every test has a site of its own; what people say is DTMF or five-tone ids, and pretend speech.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.radio import svxlink
from gateway.broker import EmbeddedBroker
from rules.events import UnitIdentified
from simulators.radios import voice
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.ports import take_free_port
from tests.peers.svxlink import RATE, Svxlink

pytestmark = pytest.mark.peers

CONFIG = """
[[source]]
name = "base"
kind = "svxlink"
channel = "CH1"
port = "{folder}/state"
ptt_port = "{folder}/ptt"

[rules.two_calls]
calls = 2
warn_at_calls = [2]
fallback_s = 0

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"
"""
Alert = dict[str, Any]


class Site:
    def __init__(self, base: Svxlink, gateway: RunningGateway) -> None:
        self.base, self.gateway = base, gateway
        self.alerts: list[Alert] = []
        self._heard = asyncio.Condition()

    async def listen(self, desk: aiomqtt.Client) -> None:
        async for message in desk.messages:
            assert isinstance(message.payload, bytes)
            self.alerts.append(json.loads(message.payload))
            async with self._heard:
                self._heard.notify_all()

    async def until_alert(self, kind: str, within_s: float = 10.0) -> Alert:
        def found() -> Alert | None:
            return next((a for a in self.alerts if (a["rule"], a["kind"]) == ("two_calls", kind)), None)

        async with asyncio.timeout(within_s), self._heard:
            await self._heard.wait_for(lambda: found() is not None)
        return found() or {}

    async def until_incident(self, condition: Callable[[Alert], bool], within_s: float = 10.0) -> Alert:
        """The one radio incident, once it is as `condition` says; those that an id joined to it are merged."""
        async with asyncio.timeout(within_s):
            while True:
                page = await self.gateway.api("incidents", limit="100")
                found = [
                    item for item in page["items"] if (item["medium"], item["outcome"] == "merged") == ("radio", False)
                ]
                assert len(found) <= 1, found
                if found and condition(found[0]):
                    return dict(found[0])
                await asyncio.sleep(0.1)

    async def until_online(self) -> None:
        async with asyncio.timeout(15):
            while True:
                page = await self.gateway.api("sources")
                if any((one["name"], one["state"]) == ("base", "online") for one in page["items"]):
                    return
                await asyncio.sleep(0.1)


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    broker.start()
    (folder / "svxlink").mkdir()
    more = CONFIG.format(folder=folder / "svxlink", mqtt_port=broker.port)
    try:
        with Svxlink(folder / "svxlink") as base:
            async with running_gateway(folder, more=more) as gateway, aiomqtt.Client("127.0.0.1", broker.port) as desk:
                await desk.subscribe("hotline/riverside/alerts/#", qos=1)
                made = Site(base, gateway)
                listening = asyncio.create_task(made.listen(desk))
                try:
                    await made.until_online()
                    yield made
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
    finally:
        broker.stop()


def call(unit: str, seed: int) -> voice.Sound:
    """A guard presses, his set dials his id, he speaks."""
    return [*voice.dtmf(f"*{unit}#", rate=RATE), *voice.speech(1200, seed=seed, rate=RATE)]


def verdict(incident: Alert) -> Alert:
    return next(dict(one) for one in incident["verdicts"] if one["rule"] == "two_calls")


async def test_a_guard_who_is_answered_after_one_call_was_answered_in_time(tmp_path: Path) -> None:
    async with site(tmp_path) as made:
        await made.base.unit_speaks(voice.speech(1500, rate=RATE))
        await asyncio.sleep(1)  # what a person at the desk takes
        made.base.control_keys()
        incident = await made.until_incident(lambda one: one["outcome"] == "answered")
        assert (incident["channel"], incident["calls"]) == ("CH1", 1)
        assert verdict(incident)["verdict"] == "met"
        assert 0.5 < verdict(incident)["seconds"] < 3
        assert made.alerts == []


async def test_a_guard_who_calls_three_times_in_vain_is_heard_of_at_the_desk(tmp_path: Path) -> None:
    """SvxLink itself answers each id with a tone: that is nobody's reply."""
    async with site(tmp_path) as made:
        for seed in range(3):
            await made.base.unit_speaks(call("10714", seed))
            await asyncio.sleep(3)
        breach = await made.until_alert("breach")
        assert (breach["unit"], breach["channel"], breach["calls"]) == ("10714", "CH1", 3)
        incident = await made.until_incident(lambda one: one["calls"] == 3)
        assert (incident["unit"], incident["channel"]) == ("10714", "CH1")
        assert verdict(incident)["verdict"] == "breached"
        assert [a["kind"] for a in made.alerts if a["rule"] == "two_calls"][:2] == ["warning", "breach"]


async def test_a_five_tone_id_is_read_from_the_log(tmp_path: Path) -> None:
    station = svxlink.KIND.make_station(svxlink.Settings(name="base", kind="svxlink", port="/run/state"))
    with Svxlink(tmp_path) as base:
        await base.unit_speaks([*voice.five_tone("ZVEI1", "33477", rate=RATE), *voice.silence(500, RATE)])
    heard = station.feed(base.log().encode(), 0) + station.passed(10_000_000)
    assert [one.event.unit for one in heard if isinstance(one.event, UnitIdentified)] == ["33477"]
