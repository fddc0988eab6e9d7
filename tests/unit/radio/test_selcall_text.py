"""Lines of multimon-ng, as version 1.2.0 printed them, and calls by tones in general."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.selcall_text import Settings, check
from adapters.radio.selcall_text.station import SelcallStation
from adapters.radio.station import CannotSend
from adapters.radio.tone_calls import expanded
from rules.events import UnitIdentified, Unparsed
from simulators.radios.selcall import Decoder
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, all_in_order, cuts, only, play, told, torn
from tests.unit.radio.wire import Wire

RECORDED = Path("tests/fixtures/radio/selcall-text/multimon.bin").read_bytes()
S = 1_000_000


def settings(**table: Any) -> Settings:
    return msgspec.convert({"name": "scanner", "kind": "selcall-text", "port": "socket://h:1", **table}, Settings)


def station(**table: Any) -> SelcallStation:
    return SelcallStation(settings(**table))


@pytest.mark.parametrize(
    ("data", "unit"),
    [
        (b"ZVEI1: 12345\n", "12345"),
        (b"ZVEI1: 3E47E\n", "33477"),
        (b"CCIR: 1E1E1\n", "11111"),
        (b"ZVEI2: 81E15\r\n", "81115"),
        (b"EEA: 12345\n", "12345"),
        (b"EIA: 90817\n", "90817"),
        (b"2026-11-22 01:15:57: ZVEI1: 12345\n", "12345"),
        (b"RX1: ZVEI1: 12345\n", "12345"),
        (b"RX1: 2026-11-22 01:15:57: ZVEI1: 123E4\n", "12334"),
        (b'{"demod_name":"ZVEI1","digits":"3E47E"}\n', "33477"),
        (b"DTMF: 1\nDTMF: 0\nDTMF: 7\nDTMF: 1\nDTMF: 4\n", "10714"),
        (b"DTMF: *\nDTMF: 1\nDTMF: 0\nDTMF: 7\nDTMF: #\n", "107"),
        (
            b"A: 2026-11-22 01:15:57: DTMF: 1\nA: 2026-11-22 01:15:59: DTMF: 2\nA: 2026-11-22 01:16:00: DTMF: 3\n",
            "123",
        ),
        (
            b'{"demod_name":"DTMF","digit":"1"}\n{"demod_name":"DTMF","digit":"2"}\n{"demod_name":"DTMF","digit":3}\n',
            "123",
        ),
    ],
)
def test_the_lines_of_one_call_name_its_unit(data: bytes, unit: str) -> None:
    assert only(station(), data) == {"type": "UnitIdentified", "unit": unit}


def test_a_time_with_its_zone_is_when_it_occurred() -> None:
    data = b'{"demod_name":"ZVEI1","digits":"12345","timestamp":"2026-11-22T09:15:57+08:00"}\n'
    assert only(station(), data) == {"type": "UnitIdentified", "unit": "12345", "occurred_us": 1795310157 * S}


@pytest.mark.parametrize(("digits", "spoken"), [("3E47E", "33477"), ("1E1E1", "11111"), ("E12", "E12"), ("", "")])
def test_the_repeat_tone_is_expanded_once(digits: str, spoken: str) -> None:
    assert expanded(digits) == spoken
    assert expanded(spoken) == spoken


@pytest.mark.parametrize(
    "data",
    [b"ZVEI1: E\n", b"DTMF: 5\n", b"multimon-ng 1.2.0\n", b"Enabled demodulators: DTMF\n", b"POCSAG1200: Address: 7\n"],
)
def test_what_is_no_call_gives_no_event(data: bytes) -> None:
    assert told(station(), data) == []


@pytest.mark.parametrize(
    "data", [b"hello", b"\xff\x00\xfe", b'{"a":1}', b'{"demod_name":"ZVEI1"}', b"{" * 3000, b"ZVEI1: EFEFE"]
)
def test_what_cannot_be_read_is_kept_and_the_next_line_is_read(data: bytes) -> None:
    found = [one.event for one in play(station(), [data + b"\nZVEI1: 12345\n"])]
    assert all(isinstance(event, Unparsed) for event in found[:-1])
    assert len(found) > 1
    assert isinstance(found[-1], UnitIdentified)


def test_digits_of_two_receivers_are_not_mixed() -> None:
    data = b"".join(b"A: DTMF: %d\nB: DTMF: %d\n" % (n, 9 - n) for n in range(4))
    made = station(labels={"A": "CH1", "B": "CH2"})
    heard = play(made, [data])
    assert [(e.event.channel, e.event.unit) for e in heard if isinstance(e.event, UnitIdentified)] == [
        ("CH1", "0123"),
        ("CH2", "9876"),
    ]


def test_a_pause_between_digits_begins_another_call() -> None:
    made = station()
    made.feed(b"DTMF: 1\nDTMF: 2\nDTMF: 3\n", AT_US)
    assert made.wake_us == AT_US + 2 * S
    heard = made.feed(b"DTMF: 4\n", AT_US + 3 * S)
    assert [one.raw for one in heard] == [b"DTMF: 1\nDTMF: 2\nDTMF: 3"]


def test_a_line_that_is_printed_digit_by_digit_is_read_when_it_is_over() -> None:
    wire = Wire(station())
    decoder = Decoder(wire, label="RX1", timestamp=True)
    wire.connect()
    decoder.five_tone("ZVEI1", "33477", end=False)
    assert wire.run() == []
    wire.wait(0.4)
    decoder.end_line()
    assert [one.event for one in wire.run()] == [UnitIdentified(source="scanner", channel="scanner", unit="33477")]


def test_one_whose_end_is_lost_is_read_all_the_same() -> None:
    wire = Wire(station())
    decoder = Decoder(wire)
    wire.connect()
    decoder.five_tone("CCIR", "11111", end=False)
    wire.run()
    assert len(wire.wait(3)) == 1


def test_a_single_id_of_ours_is_a_call_to_us() -> None:
    assert only(station(own_units=["10000"]), b"ZVEI1: 10E0E\n") == {
        "type": "CallAlert",
        "called": "10000",
    }


@pytest.mark.parametrize(
    ("digits", "event"),
    [
        ("100234", {"type": "CallAlert", "called": "100", "unit": "234"}),
        ("555234", {"type": "UnitIdentified", "called": "555", "unit": "234"}),
        ("234100", {"type": "UnitIdentified", "called": "234", "unit": "100"}),
        ("91234", {"type": "Status", "status": "9", "unit": "1234"}),
        ("7234", {"type": "Emergency", "unit": "1234"}),
    ],
)
def test_the_sites_patterns_tell_who_calls_whom(digits: str, event: dict[str, Any]) -> None:
    patterns = [r"(?P<called>\d{3})(?P<unit>\d{3})", r"(?P<status>9)(?P<unit>\d{4})", r"(?P<unit>\d{4})"]
    made = station(id_patterns=patterns, own_units=["100"], emergency_prefix="7", unit_prefix="1")
    assert only(made, b"ZVEI1: " + digits.encode() + b"\n") == event


def test_what_matches_no_pattern_is_kept_with_a_reason() -> None:
    made = station(id_patterns=[r"(?P<unit>\d{5})"])
    (heard,) = play(made, [b"ZVEI1: 1234\n"])
    assert heard.event == Unparsed(source="scanner", reason="the tones 1234 match no pattern")
    assert heard.raw == b"ZVEI1: 1234"


def test_what_is_wrong_with_the_settings_is_said() -> None:
    assert [p.key for p in check(settings(digit_gap_s=60, id_patterns=["["]))] == ["id_patterns", "digit_gap_s"]
    assert check(settings()) == []


def test_it_takes_no_texts() -> None:
    with pytest.raises(CannotSend):
        station().text("10714", "hello", "1")


def test_digits_without_end_keep_memory_bounded() -> None:
    made = station()
    for at in range(3000):
        made.feed(b"R%d: DTMF: 7\n" % (at % 300), AT_US)
    assert len(made.passed(LONG_AFTER_US)) <= 64


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(station(), torn(RECORDED, places)) == play(station(), [RECORDED])


@given(st.lists(st.binary(max_size=40), min_size=6, max_size=6), cuts)
def test_rubbish_between_lines_costs_no_call(rubbish: list[bytes], places: list[int]) -> None:
    calls = [b"ZVEI1: 1%dE45" % at for at in range(1, 7)]
    data = b"".join(noise + b"\n" + call + b"\n" for noise, call in zip(rubbish, calls, strict=True))
    assert all_in_order(calls, play(station(), torn(data, places)))
