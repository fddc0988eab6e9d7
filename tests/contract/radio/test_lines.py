"""Squelch and PTT on modem lines, over RFC 2217 to a device server whose lines the test moves."""

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from adapters.radio.cor_lines import KIND, Settings
from adapters.radio.link import Link
from rules.events import ControlTransmitting, LinkChanged, TransmissionEnded, TransmissionStarted
from simulators.radios.lines import LinesServer
from simulators.radios.ports import Pty
from tests.contract.radio.conftest import linked
from tests.fixtures.front_door import FrontDoor


def settings(port: str, **more: object) -> Settings:
    table = {"name": "gate", "kind": "cor-lines", "port": port, "ptt_line": "CTS", "debounce_ms": 20, "poll_ms": 10}
    made: Settings = msgspec.convert(table | more, Settings)
    return made


@pytest.fixture
def server() -> Iterator[LinesServer]:
    with LinesServer() as server:
        yield server


@pytest.fixture
async def link(server: LinesServer, door: FrontDoor) -> AsyncIterator[Link]:
    async with linked(settings(server.url), door, KIND) as link:
        yield link


async def test_squelch_is_a_unit_and_ptt_is_control(server: LinesServer, link: Link, door: FrontDoor) -> None:
    await door.until(lambda: door.states == ["connecting", "online"])
    server.cd = True
    await door.until_has(TransmissionStarted)
    server.cd = False
    await door.until_has(TransmissionEnded)
    server.cts = True
    await door.until_has(ControlTransmitting)
    server.cts = False
    await door.until_has(ControlTransmitting, 2)
    assert [event.on for event in door.of(ControlTransmitting)] == [True, False]
    assert (len(door.of(TransmissionStarted)), len(door.of(TransmissionEnded))) == (1, 1)


async def test_opening_the_port_raises_neither_rts_nor_dtr(server: LinesServer, link: Link, door: FrontDoor) -> None:
    await door.until(lambda: door.state == "online")
    assert server.rts is False
    assert server.dtr is False


async def test_who_stopped_transmitting_while_we_were_away_is_lost(
    server: LinesServer, link: Link, door: FrontDoor
) -> None:
    await door.until(lambda: door.state == "online")
    server.cd = True
    await door.until_has(TransmissionStarted)
    server.cut()
    await door.until(lambda: door.state == "offline")
    server.cd = False
    await door.until_has(TransmissionEnded)
    assert [event.reason for event in door.of(TransmissionEnded)] == ["lost"]


async def test_low_is_active_where_it_is_said(server: LinesServer, door: FrontDoor) -> None:
    server.cd = True
    async with linked(settings(server.url, squelch_active="low"), door, KIND):
        await door.until(lambda: door.state == "online")
        server.cd = False
        await door.until_has(TransmissionStarted)


async def test_a_port_without_modem_lines_is_refused_with_the_cure(pty: Pty, door: FrontDoor) -> None:
    async with linked(settings(pty.url), door, KIND):
        await door.until(lambda: door.states == ["connecting", "refused"])
    assert "has no modem lines" in door.of(LinkChanged)[-1].reason
