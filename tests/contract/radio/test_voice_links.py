"""The voice kinds over the wires they are meant for: a manager login, datagrams of audio, three ptys of one SvxLink."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.radio import asterisk_rpt, svxlink, vox
from adapters.radio.kind import RadioKind
from adapters.radio.settings import RadioSettings
from rules.events import ControlTransmitting, LinkChanged, TransmissionEnded, TransmissionStarted, UnitIdentified
from simulators.ami_server import AmiServer
from simulators.radios import voice
from simulators.radios.ports import Port, Pty, Tcp, Udp
from simulators.radios.rpt import Repeater
from simulators.radios.svxlink import Svxlink
from tests.contract.radio.conftest import linked
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.ports import take_free_port


def made(kind: RadioKind, port: str, **table: Any) -> RadioSettings:
    settings: RadioSettings = msgspec.convert(
        {"name": "base", "kind": kind.name, "channel": "CH1", "port": port, **table}, kind.settings
    )
    assert kind.check is None or not kind.check(settings)
    return settings


def rpt(server: AmiServer, secret: Path) -> RadioSettings:
    secret.write_text("right\n")
    port = f"socket://127.0.0.1:{server.port}"
    return made(asterisk_rpt.KIND, port, username="hotline", password_file=str(secret), automatic_within_s=0)


async def test_a_node_is_online_once_asterisk_let_us_in_and_its_events_are_heard(
    tmp_path: Path, door: FrontDoor
) -> None:
    server = AmiServer("hotline", "right")
    await server.start()
    server.piece_bytes = 3
    try:
        async with linked(rpt(server, tmp_path / "secret"), door, asterisk_rpt.KIND):
            await door.until(lambda: door.states == ["connecting", "online"])
            node = Repeater(server)
            node.press("1701")
            node.release()
            node.transmit(on=False)
            node.transmit(on=True)
            await door.until_has(ControlTransmitting, 1)
    finally:
        await server.stop()
    told = [type(one.event) for one in door.taken if not isinstance(one.event, LinkChanged)]
    assert told == [TransmissionStarted, UnitIdentified, TransmissionEnded, ControlTransmitting]
    assert door.of(TransmissionStarted)[0].channel == "CH1"


async def test_a_node_that_refuses_our_login_was_never_online(tmp_path: Path, door: FrontDoor) -> None:
    server = AmiServer("hotline", "another")
    await server.start()
    try:
        async with linked(rpt(server, tmp_path / "secret"), door, asterisk_rpt.KIND):
            await door.until(lambda: door.state == "refused")
    finally:
        await server.stop()
    assert door.states == ["connecting", "refused"]
    assert "Authentication failed" in door.of(LinkChanged)[-1].reason


@pytest.mark.parametrize("way", ["udp", "tcp"])
async def test_audio_is_heard_as_it_is_spoken(way: str, door: FrontDoor) -> None:
    address = ("127.0.0.1", take_free_port())
    port: Port = Udp(to=address) if way == "udp" else Tcp()
    async with port:
        settings = made(vox.KIND, port.url, five_tone="EEA", hang_ms=1000)
        async with linked(settings, door, vox.KIND):
            await door.until(lambda: door.state in ("online", "unknown"))
            await voice.VoiceBase(port).play([*voice.five_tone("EEA", "33477"), *voice.speech(300)])
            await door.until_has(TransmissionEnded, 1)  # the stream stops with the voice: nothing says so
    assert [event.unit for event in door.of(UnitIdentified)] == ["33477"]
    began, ended = door.of(TransmissionStarted)[0], door.of(TransmissionEnded)[0]
    assert began.occurred_us is not None
    assert ended.occurred_us is not None
    assert 0.4 < (ended.occurred_us - began.occurred_us) / 1e6 < 0.8


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
async def test_three_ptys_of_one_svxlink_tell_one_story(as_json: bool, tmp_path: Path, door: FrontDoor) -> None:
    async with Pty(tmp_path / "state") as state, Pty(tmp_path / "ptt") as ptt, Pty(tmp_path / "dtmf") as dtmf:
        base = Svxlink(state, ptt, dtmf, receivers=("Rx1", "Rx2"), as_json=as_json)
        settings = made(svxlink.KIND, state.url, ptt_port=ptt.url, dtmf_port=dtmf.url, automatic_within_s=0)
        async with linked(settings, door, svxlink.KIND):
            await door.until(lambda: door.state == "online")
            base.press("Rx1")
            base.press("Rx2")
            base.release("Rx1")
            base.dial("*10714#")
            await door.until_has(UnitIdentified, 1)
            base.release("Rx2")
            await door.until_has(TransmissionEnded, 1)
            base.transmit(on=True)
            await door.until_has(ControlTransmitting, 1)
            base.transmit(on=False)
            await door.until_has(ControlTransmitting, 2)
    assert [type(event) for event in door.of(TransmissionStarted)] == [TransmissionStarted]
    assert [event.unit for event in door.of(UnitIdentified)] == ["10714"]
    assert [event.on for event in door.of(ControlTransmitting)] == [True, False]
