"""Hytera, APRS, Meshtastic and MMDVM through the real link: what is said at opening, answers, texts and their acks."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec

from adapters.ports import Delivered, Retry
from adapters.radio import aprs_kiss, hytera, meshtastic, mmdvm_mqtt
from adapters.radio.kind import RadioKind
from adapters.radio.settings import RadioSettings
from gateway.broker import EmbeddedBroker
from rules.events import (
    CallAlert,
    ControlTransmitting,
    MachineAck,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitSeen,
)
from simulators.radios.aprs import Tnc
from simulators.radios.hytera import Hytera
from simulators.radios.meshtastic import Node
from simulators.radios.mmdvm import Mmdvm
from simulators.radios.ports import Pty, Tcp, Udp
from tests.contract.radio.conftest import linked
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.ports import take_free_port

UNIT = 2345678


def configured(kind: RadioKind, port: str, **more: Any) -> RadioSettings:
    table = {"name": "base", "kind": kind.name, "port": port, **more}
    settings: RadioSettings = msgspec.convert(table, kind.settings)
    return settings


async def test_a_hytera_radio_is_connected_again_after_each_loss(door: FrontDoor) -> None:
    async with Tcp() as port:
        base = Hytera(port)
        settings = configured(hytera.KIND, port.url, own_units=["1"])
        async with linked(settings, door, hytera.KIND) as link:
            for turn in range(1, 4):
                await port.until(lambda: base.broadcasts)
                await door.until(lambda: door.state == "online")
                base.press(UNIT)
                base.release(UNIT)
                base.control_press()
                base.control_release()
                await door.until_has(ControlTransmitting, 2 * turn)
                assert len(door.of(TransmissionStarted)) == len(door.of(TransmissionEnded)) == turn
                base.connected = base.broadcasts = False
                port.cut()
            await port.until(lambda: base.broadcasts)
            await door.until(lambda: door.state == "online")
            assert await link.send_text(str(UNIT), "come", "a-1", ack_within_s=60) == Delivered()
            base.reachable = False
            assert await link.send_text(str(UNIT), "come", "a-2", ack_within_s=60) == Retry("refused")
            assert base.texts == [(UNIT, "come"), (UNIT, "come")]


async def test_hytera_radios_register_by_udp_and_are_granted(door: FrontDoor) -> None:
    there = ("127.0.0.1", take_free_port())
    async with Udp(there) as port:
        radio = Hytera(port, framing="hdap")
        async with linked(configured(hytera.KIND, port.url, own_units=["1"]), door, hytera.KIND):
            await door.until(lambda: bool(door.states))
            radio.register(UNIT)
            await port.until(lambda: radio.registered == [UNIT])
            radio.send_text(UNIT, 1, "电梯", 5)
            await port.until(lambda: radio.confirmed == [5])
            await door.until_has(Text)
            assert door.of(UnitSeen)[0].unit == str(UNIT)
            assert door.of(Text)[0].text == "电梯"
            assert door.state == "online"


async def test_a_hytera_repeater_announces_itself_by_udp_and_is_asked_for_its_status(door: FrontDoor) -> None:
    there = ("127.0.0.1", take_free_port())
    async with Udp(there) as port:
        repeater = Hytera(port, framing="hstrp")
        async with linked(configured(hytera.KIND, port.url), door, hytera.KIND):
            await door.until(lambda: bool(door.states))
            repeater.power_on()
            await port.until(lambda: repeater.broadcasts)
            repeater.beat()
            await port.until(lambda: repeater.beats == 1)
            repeater.repeat(UNIT, 100, status=0)
            repeater.repeat(UNIT, 100, status=1)
            await door.until_has(TransmissionEnded)
            assert door.of(TransmissionStarted)[0].channel == "base-1"


async def test_aprs_messages_are_confirmed_over_a_serial_port_also_after_it_was_pulled(
    door: FrontDoor, tmp_path: Path
) -> None:
    async with Pty(tmp_path / "tnc") as port:
        tnc = Tnc(port)
        async with linked(configured(aprs_kiss.KIND, port.url, own_units=["CTRL"]), door, aprs_kiss.KIND) as link:
            for turn in range(3):
                await door.until(lambda: door.state == "online")
                tnc.send_text("UNIT07", "CTRL", "lift 3", str(turn))
                await port.until(lambda: not tnc.unconfirmed)
                tnc.tear("UNIT07")
                port.unplug()
                await door.until(lambda: door.state == "offline")
                port.plug()
            await door.until(lambda: door.state == "online")
            assert [text.id for text in door.of(Text)] == ["0", "1", "2"]
            assert await link.send_text("UNIT07", "come", "a-1", ack_within_s=60) == Delivered()
            tnc.confirms = False
            assert await link.send_text("UNIT07", "now", "a-2", ack_within_s=0.2) == Retry("timeout")


async def test_a_mesh_node_by_tcp_is_asked_kept_alive_and_confirms(door: FrontDoor) -> None:
    async with Tcp() as port:
        node = Node(port)
        async with linked(configured(meshtastic.KIND, port.url, query_s=0.2), door, meshtastic.KIND) as link:
            await port.until(lambda: node.told and node.beats > 1)
            node.log("INFO | started")
            node.send_text(UNIT, "门开着")
            node.detect(UNIT, "Door")
            await door.until_has(CallAlert)
            assert door.of(Text)[0].unit == "!0023cace"
            assert await link.send_text("!0023cace", "come", "a-1", ack_within_s=60) == Delivered()
            await door.until_has(MachineAck)
            assert door.of(MachineAck)[0].id == "a-1"
            node.silent = True
            await door.until(lambda: door.state in ("stale", "offline"))


async def test_several_gateways_of_a_mesh_publish_one_packet_under_one_id(
    broker: EmbeddedBroker, door: FrontDoor
) -> None:
    settings = configured(meshtastic.KIND, f"{broker.url}/mesh-test/2/json/#")
    message = json.dumps({"from": UNIT, "to": -1, "id": 77, "type": "text", "payload": {"text": "hi"}})
    async with linked(settings, door, meshtastic.KIND), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await door.until(lambda: door.state == "online")
        for gateway in ("!0a0b0c0d", "!0a0b0c0e"):
            await client.publish(f"mesh-test/2/json/LongFast/{gateway}", message, qos=1)
        await door.until_has(Text, 2)
        assert {(text.unit, text.called, text.id) for text in door.of(Text)} == {("!0023cace", "LongFast", "77")}


async def test_a_repeaters_host_is_heard_through_the_broker(broker: EmbeddedBroker, door: FrontDoor) -> None:
    said: list[bytes] = []
    host = Mmdvm(said.append, lambda: datetime.now(UTC))
    host.press(UNIT, 505)
    host.release()
    settings = configured(mmdvm_mqtt.KIND, f"{broker.url}/mmdvm-test/json")
    async with linked(settings, door, mmdvm_mqtt.KIND), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await door.until(lambda: door.state == "online")
        for payload in said:
            await client.publish("mmdvm-test/json", payload, qos=1)
        await door.until_has(TransmissionEnded)
        (started,) = door.of(TransmissionStarted)
        assert started.occurred_us is not None
        assert abs(started.occurred_us - door.now_us()) < 60_000_000
