"""Links through programs that sites really use between a radio and us: ser2net, socat's cable, mosquitto."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from adapters.errors import StoreError
from rules.events import ControlTransmitting, LinkChanged, TransmissionEnded, TransmissionStarted, Unparsed
from simulators.radios.ports import Pty
from tests.contract.radio.conftest import linked, table_settings
from tests.contract.radio.table_kinds import OVER_MQTT
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.ports import take_free_port

pytestmark = pytest.mark.peers
SER2NET = """\
connection: &radio
  accepter: {accepter},127.0.0.1,{port}
  connector: serialdev,{device},9600n81,local
  options:
    kickolduser: true
"""


def ids(door: FrontDoor) -> list[str]:
    return [event.id for event in door.of(TransmissionStarted)]


@pytest.fixture
def door() -> FrontDoor:
    return FrontDoor()


@pytest.fixture
async def pty(tmp_path: Path) -> AsyncIterator[Pty]:
    async with Pty(tmp_path / "radio") as port:
        yield port


@asynccontextmanager
async def running(program: str, *arguments: str, ready: Callable[[], bool]) -> AsyncIterator[None]:
    """`program` as a child, once `ready` holds; killed at the end."""
    found = shutil.which(program) or f"/usr/sbin/{program}"
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(found, *arguments, stdout=null, stderr=null)
    try:
        async with asyncio.timeout(60):
            while not ready():
                assert process.returncode is None, f"{program} ended"
                await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def listening(port: int) -> Callable[[], bool]:
    """Asked of the kernel: a connection would take the only one ser2net gives away."""
    return lambda: any(
        line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
    )


@asynccontextmanager
async def ser2net(folder: Path, device: str, accepter: str) -> AsyncIterator[int]:
    port = take_free_port()
    configuration = folder / "ser2net.yaml"
    configuration.write_text(SER2NET.format(accepter=accepter, port=port, device=device))
    async with running("ser2net", "-n", "-c", str(configuration), ready=listening(port)):
        yield port


@asynccontextmanager
async def mosquitto(folder: Path, port: int) -> AsyncIterator[None]:
    configuration = folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    async with running("mosquitto", "-c", str(configuration), ready=listening(port)):
        yield


@pytest.mark.parametrize(
    ("accepter", "url"),
    [("tcp", "socket://127.0.0.1:{}"), ("telnet(rfc2217),tcp", "rfc2217://127.0.0.1:{}?ign_set_control")],
)
async def test_a_radio_behind_ser2net_is_heard_and_comes_back(
    tmp_path: Path, pty: Pty, door: FrontDoor, accepter: str, url: str
) -> None:
    async with ser2net(tmp_path, pty.url, accepter) as port, linked(table_settings(url.format(port)), door):
        await door.until(lambda: door.state == "online")
        for turn in range(20):
            pty.write(f"ON 7 {turn}\nOFF 7\n".encode())
            await door.until_has(TransmissionEnded, turn + 1)
        online = door.states.count("online")
        pty.unplug()
        await door.until(lambda: door.state == "offline")
        pty.plug()
        await door.until(lambda: door.states.count("online") > online)
        while len(ids(door)) == 20:  # ser2net opens the device a moment after it took us
            pty.write(b"ON 7 20\n")
            with contextlib.suppress(TimeoutError):
                await door.until(lambda: len(ids(door)) > 20, within_s=2)
    assert ids(door)[:20] == [str(turn) for turn in range(20)]


async def test_a_device_server_that_cannot_set_rts_is_refused_with_the_cure(
    tmp_path: Path, pty: Pty, door: FrontDoor
) -> None:
    async with (
        ser2net(tmp_path, pty.url, "telnet(rfc2217),tcp") as port,
        linked(table_settings(f"rfc2217://127.0.0.1:{port}"), door),
    ):
        await door.until(lambda: door.state == "refused")
    assert "ign_set_control" in door.of(LinkChanged)[-1].reason


async def test_a_cable_that_is_pulled_and_put_back(tmp_path: Path, door: FrontDoor) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    cable = [f"pty,raw,echo=0,link={ours}", f"pty,raw,echo=0,link={theirs}"]
    async with linked(table_settings(str(ours)), door):
        for turn in range(3):
            async with running("socat", *cable, ready=lambda: ours.exists() and theirs.exists()):
                await door.until(lambda turn=turn: door.states.count("online") == turn + 1)  # type: ignore[misc]
                theirs.write_bytes(f"ON 7 {turn}\n".encode())
                await door.until_has(TransmissionStarted, turn + 1)
            await door.until(lambda: door.state == "offline")
    assert ids(door) == ["0", "1", "2"]


async def test_what_was_not_committed_when_the_gateway_died_comes_again(tmp_path: Path, door: FrontDoor) -> None:
    port = take_free_port()
    settings = table_settings(f"mqtt://127.0.0.1:{port}/radio/+/json")
    async with mosquitto(tmp_path, port), aiomqtt.Client("127.0.0.1", port) as publisher:
        async with linked(settings, door, OVER_MQTT):
            await door.until(lambda: door.state == "online")
            door.refusal = StoreError("away")
            await publisher.publish("radio/a/json", "ON 7 1", qos=1)
            await door.until(lambda: door.refused > 0)
        assert not ids(door)
        later = FrontDoor()  # a new process: it remembers nothing
        async with linked(settings, later, OVER_MQTT):
            await later.until_has(TransmissionStarted)
            await publisher.publish("radio/a/json", "ON 7 2", qos=1)
            await later.until(lambda: "2" in ids(later))
        assert ids(later) == ["1", "2"]


async def test_a_broker_that_is_killed_and_comes_back_doubles_nothing(tmp_path: Path, door: FrontDoor) -> None:
    port = take_free_port()
    async with linked(table_settings(f"mqtt://127.0.0.1:{port}/radio/+/json"), door, OVER_MQTT):
        for turn in range(3):
            async with mosquitto(tmp_path, port):
                await door.until(lambda turn=turn: door.states.count("online") == turn + 1)  # type: ignore[misc]
                async with aiomqtt.Client("127.0.0.1", port) as publisher:
                    await publisher.publish("radio/a/json", "ON 7 1", qos=1)  # the same words are three calls
                await door.until_has(TransmissionStarted, turn + 1)
            await door.until(lambda: door.state == "offline")
    assert len(ids(door)) == 3


async def test_rigctld_shows_controls_key_and_a_squelch_once_each_time_they_change(door: FrontDoor) -> None:
    port = take_free_port()
    rows = [
        {"match": "PTT: [1-3]", "event": "ControlTransmitting", "on": True},
        {"match": "PTT: 0", "event": "ControlTransmitting", "on": False},
        {"match": "DCD: 1", "event": "TransmissionStarted"},
        {"match": "DCD: 0", "event": "TransmissionEnded"},
        {"match": ".*", "event": "Nothing"},
    ]
    arguments = ("-m", "1", "-P", "RIG", "-T", "127.0.0.1", "-t", str(port))
    async with running("rigctld", *arguments, ready=listening(port)):
        settings = table_settings(f"socket://127.0.0.1:{port}", lines=rows, ask="+t\n+\\get_dcd\n", ask_every_s=0.05)
        async with linked(settings, door):
            await door.until_has(ControlTransmitting, 1)  # how it stands
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for place, key in enumerate((b"T 1\n", b"T 0\n"), start=2):
                writer.write(key)
                assert await reader.readline() == b"RPRT 0\n"
                await door.until_has(ControlTransmitting, place)
            writer.close()
    assert [event.on for event in door.of(ControlTransmitting)] == [False, True, False]
    assert not door.of(Unparsed)
