"""A line of a station behind noise that had no end of its own: the line is read all the same."""

import msgspec
import pytest

from adapters.radio.line_table import KIND
from adapters.radio.line_table.station import TableStation
from rules.events import Emergency, TransmissionStarted, Unparsed
from simulators.radios.ports import noise

ROWS = [
    {"match": r"RX (?P<unit>\d+)", "event": "TransmissionStarted"},
    {"match": r"SOS (?P<unit>\d+)", "event": "Emergency"},
]


def station() -> TableStation:
    table = {"name": "base", "kind": "line-table", "port": "socket://h:1", "lines": ROWS}
    return TableStation(msgspec.convert(table, KIND.settings))


@pytest.mark.parametrize("seed", range(20))
def test_noise_costs_no_line(seed: int) -> None:
    rubbish = noise(seed, 1 + seed * 10).translate(None, b"\r\n")
    events = [heard.event for heard in station().feed(rubbish + b"\xffx7RX 4001\r\nSOS 4002\r\n", 0)]
    assert [type(event) for event in events] == [TransmissionStarted, Emergency]
    assert events[0] == TransmissionStarted(source="base", channel="base", unit="4001")


def test_the_journal_keeps_the_noise_with_the_line() -> None:
    [heard] = station().feed(b"\x00\xfeRX 4001\n\n", 0)[-1:]
    assert heard.raw == b"\x00\xfeRX 4001"


@pytest.mark.parametrize("line", [b"SAYS RX 4001", b"RX 4001 RX 4001", b"\xff\xfe"])
def test_words_of_another_line_are_none_of_ours(line: bytes) -> None:
    """Text before it is no noise: it may deny what follows."""
    assert [type(heard.event) for heard in station().feed(line + b"\n", 0)] == [Unparsed]
