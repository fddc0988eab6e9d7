"""A real SvxLink as a site's base station: guards speak by audio, the gateway judges, a desk listens on MQTT.

Every test has a site of its own; what people say is DTMF or five-tone ids, and pretend speech.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.radio import svxlink
from gateway.broker import EmbeddedBroker
from rules.events import UnitIdentified
from simulators.radios import voice
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.ports import take_free_port
from tests.peers.desk import Desk, Document, listening
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


class Site(Desk):
    def __init__(self, base: Svxlink, gateway: RunningGateway) -> None:
        super().__init__(gateway)
        self.base = base

    async def until_incident(self, holds: Callable[[Document], bool]) -> Document:
        """The one radio record, once it is as `holds` says; those that an id joined to it are merged."""

        def one_is(found: list[Document]) -> bool:
            live = [item for item in found if item["outcome"] != "merged"]
            assert len(live) <= 1, live
            return bool(live) and holds(live[0])

        found = await self.until_incidents(one_is, medium="radio")
        return next(item for item in found if item["outcome"] != "merged")


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    broker.start()
    (folder / "svxlink").mkdir()
    more = CONFIG.format(folder=folder / "svxlink", mqtt_port=broker.port)
    try:
        with Svxlink(folder / "svxlink") as base:
            async with running_gateway(folder, more=more) as gateway:
                made = Site(base, gateway)
                async with listening(made, broker.port):
                    await made.until_source("base", "online")
                    yield made
    finally:
        broker.stop()


def call(unit: str, seed: int) -> voice.Sound:
    """A guard presses, his set dials his id, he speaks."""
    return [*voice.dtmf(f"*{unit}#", rate=RATE), *voice.speech(1200, seed=seed, rate=RATE)]


def verdict(incident: Document) -> Document:
    return next(dict(one) for one in incident["verdicts"] if one["rule"] == "two_calls")


async def test_a_guard_who_is_answered_after_one_call_was_answered_in_time(tmp_path: Path) -> None:
    async with site(tmp_path) as made:
        await made.base.unit_speaks(voice.speech(1500, rate=RATE))
        await asyncio.sleep(1)  # what a person at the desk takes
        made.base.control_keys()
        incident = await made.until_incident(lambda one: one["outcome"] == "answered")
        assert (incident["channel"], incident["calls"]) == ("CH1", 1)
        assert verdict(incident)["verdict"] == "met"
        assert 0.5 < verdict(incident)["seconds"] < 30
        assert made.alerts == []


async def test_a_guard_who_calls_three_times_in_vain_is_heard_of_at_the_desk(tmp_path: Path) -> None:
    """SvxLink itself answers each id with a tone: that is nobody's reply."""
    async with site(tmp_path) as made:
        for seed in range(3):
            await made.base.unit_speaks(call("10714", seed))
            await made.until_incident(lambda one, calls=seed + 1: one["calls"] == calls)  # type: ignore[misc]
            await asyncio.sleep(3)  # the station has answered, and the channel is quiet again
        breach = await made.until_alert(rule="two_calls", kind="breach")
        assert (breach["unit"], breach["channel"], breach["calls"]) == ("10714", "CH1", 3)
        incident = await made.until_incident(lambda one: one["calls"] == 3)
        assert (incident["unit"], incident["channel"]) == ("10714", "CH1")
        assert verdict(incident)["verdict"] == "breached"
        assert [a["kind"] for a in made.alerts if a["rule"] == "two_calls"][:2] == ["warning", "breach"]


async def test_a_five_tone_id_is_read_from_the_log(tmp_path: Path) -> None:
    station = svxlink.KIND.make_station(svxlink.Settings(name="base", kind="svxlink", port="/run/state"))
    with Svxlink(tmp_path) as base:
        await base.unit_speaks([*voice.five_tone("ZVEI1", "33477", rate=RATE), *voice.silence(500, RATE)])
        await base.until_logged("33477")
    heard = station.feed(base.log().encode(), 0) + station.passed(10_000_000)
    assert [one.event.unit for one in heard if isinstance(one.event, UnitIdentified)] == ["33477"]
