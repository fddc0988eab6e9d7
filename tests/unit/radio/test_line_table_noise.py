"""A line of a station behind noise that had no end of its own: the line is read all the same."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.line_table import KIND
from adapters.radio.line_table.station import TableStation
from rules.events import Emergency, TransmissionStarted, Unparsed
from simulators.radios.ports import noise, pieces

ROWS = [
    {"match": r"RX (?P<unit>\d+)", "event": "TransmissionStarted"},
    {"match": r"SOS (?P<unit>\d+)", "event": "Emergency"},
]

SOS = Emergency(source="base", channel="base", unit="4002")


def station(port: str = "socket://h:1") -> TableStation:
    table = {"name": "base", "kind": "line-table", "port": port, "lines": ROWS}
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


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=600)), max_size=8))
def test_of_datagrams_each_that_is_a_line_is_heard_whatever_stands_around_it(sent: list[tuple[bool, bytes]]) -> None:
    """Also behind a noise that is longer than any line, and has no end."""
    table, at_us, heard = station("udp://h:1"), 0, []
    for is_line, rubbish in sent:
        heard += table.feed(b"SOS 4002\r\n" if is_line else rubbish, at_us)
        at_us += 1_000
    heard += table.passed(at_us + 4_000_000)
    assert [one.event for one in heard if isinstance(one.event, Emergency)] == [SOS] * sum(line for line, _ in sent)


def test_datagrams_without_an_end_do_not_cost_each_other_what_they_say() -> None:
    table = station("udp://h:1")
    assert not table.feed(b"RX 4001", 0)
    assert not table.feed(b"SOS 4002", 1_000)
    assert [type(heard.event) for heard in table.passed(4_000_000)] == [TransmissionStarted, Emergency]


def test_a_line_in_two_datagrams_is_one_line() -> None:
    table = station("udp://h:1")
    assert not table.feed(b"SOS 40", 0)
    assert [heard.event for heard in table.feed(b"02\r\n", 1_000)] == [SOS]


@pytest.mark.parametrize("seed", range(20))
def test_noise_without_an_end_that_is_longer_than_any_line_costs_no_line(seed: int) -> None:
    """Neither the one right behind it nor the one an hour later."""
    table = station()
    rubbish = noise(seed, 250 + seed * 40).translate(None, b"\r\n") + b"\xff"
    heard = [one for piece in pieces(rubbish, seed, 300) for one in table.feed(piece, 0)]
    assert sum(map(len, [one.raw for one in heard])) <= 256
    if seed % 2:
        heard += table.passed(4_000_000)
    heard += table.feed(b"SOS 4002\r\n", 3_600_000_000)
    assert heard[-1].event == SOS
