"""Alerts as texts to radios, through a real link to a station on a pty that confirms, refuses or keeps silent."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import ConfigError
from adapters.notify.radio_text import KIND, Settings, check
from adapters.notify.radio_text.notifier import RadioTextNotifier
from adapters.ports import Delivered, Retry
from adapters.radio.link import Link
from rules.events import MachineAck
from simulators.radios.ports import Pty
from tests.contract.radio.conftest import linked, table_settings
from tests.contract.radio.table_kinds import ASKING
from tests.fixtures.front_door import FrontDoor

ALERT = {
    "rule": "two_calls",
    "incident": "20261122-0001",
    "text": {"zh": "【20261122-0001】东门岗呼叫3次，控制室未应答", "en": "[20261122-0001] 东门岗 (101) called 3 times"},
}


@pytest.fixture
async def pty(tmp_path: Path) -> AsyncIterator[Pty]:
    async with Pty(tmp_path / "tower") as port:
        yield port


def notifier(*units: str, ack_within_s: float = 60.0, **more: Any) -> RadioTextNotifier:
    settings = Settings(
        name="handsets", kind="radio-text", source="tower", units=units, ack_within_s=ack_within_s, **more
    )
    made = KIND.make(settings, "riverside", Path())
    assert isinstance(made, RadioTextNotifier)
    return made


def answering(pty: Pty, deaf: Callable[[str], bool] = lambda _unit: False) -> list[str]:
    """The station: answers questions, confirms texts but those of units that are deaf now; notes whom it sent to."""
    sent: list[str] = []

    def heard(data: bytes) -> None:
        if b"PING" in data:
            pty.write(b"PONG\n")
        for unit, number in re.findall(rb"TEXT (\d+) (\w+) ", data):
            sent.append(unit.decode())
            if not deaf(unit.decode()):
                pty.write(b"ACK " + number + b"\n")

    pty.heard = heard
    return sent


async def test_every_unit_gets_it_once_and_a_machine_s_word_is_the_delivery(pty: Pty) -> None:
    door, sent = FrontDoor(), answering(pty)
    made = notifier("101", "102", language="en")
    async with linked(table_settings(pty.url), door, ASKING) as link:
        made.attach([link])
        assert await made.send(ALERT, "k1") == Retry("unreachable")
        await door.until(lambda: door.state == "online")
        assert await made.send(ALERT, "k1") == Delivered()
        await door.until_has(MachineAck, 2)
    assert sent == ["101", "102"]
    assert b" (101) called 3 times\n" in pty.received


async def test_tried_again_only_who_did_not_confirm_is_sent_to_under_the_same_number(pty: Pty) -> None:
    away = {"102"}
    door, sent = FrontDoor(), answering(pty, deaf=lambda unit: unit in away)
    made = notifier("101", "102", ack_within_s=2.0)
    async with linked(table_settings(pty.url), door, ASKING) as link:
        made.attach([link])
        await door.until(lambda: door.state == "online")
        assert await made.send(ALERT, "k1") == Retry("timeout")
        away.clear()
        assert await made.send(ALERT, "k1") == Delivered()
    assert sent == ["101", "102", "102"]
    assert len(set(re.findall(rb"TEXT 102 (\w+)", pty.received))) == 1


async def test_a_text_is_cut_to_what_radios_take(pty: Pty) -> None:
    door = FrontDoor()
    answering(pty)
    made = notifier("101", chars_max=10)
    async with linked(table_settings(pty.url), door, ASKING) as link:
        made.attach([link])
        await door.until(lambda: door.state == "online")
        assert await made.send(ALERT, "k1") == Delivered()
    assert " 东门岗呼叫3次，控制\n".encode() in bytes(pty.received)


@pytest.mark.parametrize(
    ("units", "source", "words"),
    [(("101",), "mast", "no \\[\\[source\\]\\]"), (("roof",), "tower", "no such unit")],
)
def test_what_cannot_be_sent_is_said_before_anything_starts(units: tuple[str, ...], source: str, words: str) -> None:
    settings = Settings(name="handsets", kind="radio-text", source=source, units=units)
    made = KIND.make(settings, "riverside", Path())
    assert isinstance(made, RadioTextNotifier)
    with pytest.raises(ConfigError, match=words):
        made.attach([Link(ASKING, table_settings("/dev/ttyUSB0"))])


def test_what_is_wrong_with_the_settings_is_named() -> None:
    wrong = Settings(name="h", kind="radio-text", source="tower", units=(), chars_max=1, ack_within_s=0.0)
    assert [problem.key for problem in check(wrong)] == ["units", "chars_max", "ack_within_s"]
