"""Kenwood FleetSync and NEXEDGE, against what radios were recorded to send."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.kenwood_fleetsync.codec import packet
from adapters.radio.kenwood_fleetsync.settings import Settings, check
from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from tests.unit.radio.stations import kenwood_station
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, all_in_order, cuts, only, plain, play, told, torn

BOT, EOT = b"\x02I110040021004002\x03", b"\x02I010040021004002\x03"
NX_BOT, NX_EOT = b"\x02gI1U03001U03001\x03", b"\x02gI0U03001U03001\x03"
PKLSH = b"$PKLSH,6100.5898,N,02527.6523,E,111500,A,100,1103,*27"
PKNSH = b"$PKNSH,6100.5899,N,02527.6527,E,103900,A,U00103,*56"
STREAM = b"\x80\x00" + BOT + EOT + PKLSH + b"\r\n" + NX_BOT + PKNSH + b"\r\n" + NX_EOT + b"\x020\x03"


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (BOT, {"type": "TransmissionStarted", "unit": "100-4002"}),
        (EOT, {"type": "TransmissionEnded", "unit": "100-4002"}),
        (NX_BOT, {"type": "TransmissionStarted", "unit": "03001"}),
        (NX_EOT, {"type": "TransmissionEnded", "unit": "03001"}),
        (b"\x02D1004002\x03", {"type": "UnitIdentified", "unit": "100-4002"}),
        (b"\x020\x03", {"type": "MachineAck"}),
        (b"\x021\x03", {"type": "MachineAck", "ok": False}),
        (PKLSH + b"\r\n", {"type": "UnitSeen", "unit": "100-1103"}),
        (PKNSH + b"\r\n", {"type": "UnitSeen", "unit": "00103"}),
        (b"$PKNSH,4954.1450,N,11923.6043,W,114400,A,U00002,*44\r\n", {"type": "UnitSeen", "unit": "00002"}),
        (b"$PKNSH,3926.7952,N,12000.5947,W,022732,A,U00001*63\r\n", {"type": "UnitSeen", "unit": "00001"}),
        (
            b"$PKLDS,122434,A,4954.1474,N,11923.6044,W,001.1,194.9,130223,19.20,W00,100,1001,80,00,*60\r\n",
            {"type": "UnitSeen", "unit": "100-1001"},
        ),
        (b"$PKNID,,U00001205,,,*27\r\n", {"type": "UnitSeen", "unit": "01205"}),
        (
            b"$PKNDS,160902,A,2301.2967,N,07228.2519,E,000.0,000.0,,,,U00001205,,,*41\r\n",
            {"type": "UnitSeen", "unit": "01205"},
        ),
        (b"\x02" + PKNSH + b"\x03", {"type": "UnitSeen", "unit": "00103"}),
        (
            b"\x02xE0000001010000009990002\x03",
            {"type": "Status", "unit": "00101", "called": "00999", "status": "02"},
        ),
    ],
)
def test_a_packet_becomes_the_event_it_means(data: bytes, event: dict[str, Any]) -> None:
    assert only(kenwood_station(), data) == event


def test_other_satellite_sentences_say_nothing_of_a_unit() -> None:
    assert told(kenwood_station(), b"$GPGLL,2301.2967,N,07228.2519,E,160902,A*2C\r\n") == []


def test_an_old_position_still_shows_that_the_unit_is_there() -> None:
    body = b"PKLSH,6100.5898,N,02527.6523,E,111500,V,100,1103,"
    total = 0
    for byte in body:
        total ^= byte
    assert only(kenwood_station(), b"$%s*%02X\r\n" % (body, total))["type"] == "UnitSeen"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x02I110040021004003\x03", "the two ids of the packet disagree: 100-4002, 100-4003"),
        (b"\x02I1100400\x03", "unknown packet"),
        (b"\x02E7Z\x03", "unknown packet"),
        (b"\x02\x03", "unknown packet"),
        (PKLSH[:-2] + b"28\r\n", "wrong checksum"),
        (b"stray", "not a frame"),
        (b"\x02I1100", "cut off"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_bytes(data: bytes, reason: str) -> None:
    (heard,) = play(kenwood_station(), [data])
    assert isinstance(heard.event, Unparsed)
    assert (heard.event.reason, heard.raw) == (reason, data.rstrip(b"\r\n"))


def test_two_packets_in_one_read_after_stray_bytes_are_two() -> None:
    names = [event["type"] for event in told(kenwood_station(), b"\x80\xff" + BOT + EOT)]
    assert names == ["Unparsed", "TransmissionStarted", "TransmissionEnded"]


def test_the_line_in_the_middle_of_a_torn_packet_is_read() -> None:
    names = [event["type"] for event in told(kenwood_station(), BOT[:9] + PKLSH + b"\r\n" + BOT)]
    assert names == ["Unparsed", "UnitSeen", "TransmissionStarted"]


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(kenwood_station(), torn(STREAM, places)) == play(kenwood_station(), [STREAM])


@given(st.lists(st.binary(max_size=60), min_size=6, max_size=6))
def test_garbage_between_packets_costs_none_of_them(garbage: list[bytes]) -> None:
    frames = [BOT, PKLSH, EOT, NX_BOT, NX_EOT]
    noisy = b"".join(rubbish + frame for rubbish, frame in zip(garbage, [*frames, b""], strict=True))
    assert all_in_order(frames, play(kenwood_station(), [noisy]))


@given(st.sampled_from([BOT, PKLSH, NX_BOT, PKNSH]), st.integers(1, 60))
def test_a_torn_packet_costs_none_of_those_that_follow(packet_cut: bytes, at: int) -> None:
    following = [PKLSH, PKLSH, BOT]
    assert all_in_order(following, play(kenwood_station(), [packet_cut[:at], *following]))


def test_two_sentences_of_which_the_first_was_cut_are_never_read_as_one() -> None:
    whole = b"$PKLSH,2233.1000,N,11403.5000,E,081500,A,100,4002,*22"
    (heard,) = [one for one in play(kenwood_station(), [whole[:42] + whole]) if one.raw == whole]
    assert not isinstance(heard.event, Unparsed)


@given(st.binary(max_size=3000))
def test_rubbish_is_told_in_pieces_of_bounded_size(rubbish: bytes) -> None:
    for piece in play(kenwood_station(), [rubbish]):
        assert isinstance(piece.event, Unparsed) is False or len(piece.raw) <= UNREAD_BYTES_MAX


@pytest.mark.parametrize(
    ("unit", "text", "written"),
    [
        ("100-4002", "Call the desk", b"\x02F1004002Call the desk\x03"),
        ("100-4002", "x" * 49, b"\x02G1004002" + b"x" * 49 + b"\x03"),
        ("000-0000", "All", b"\x02F0000000All\x03"),
        ("03001", "Hi", b"\x02gFU03001Hi\x03"),
        ("G00000", "Hi", b"\x02gFG00000Hi\x03"),
    ],
)
def test_a_text_goes_out_as_radios_take_it(unit: str, text: str, written: bytes) -> None:
    assert kenwood_station().text(unit, text, "a") == written


@pytest.mark.parametrize(
    ("unit", "text"), [("4002", "Hi"), ("100-4002", "你好"), ("100-4002", "a\x03b"), ("100-4002", "x" * 4097)]
)
def test_what_cannot_be_sent_is_refused_in_words(unit: str, text: str) -> None:
    with pytest.raises(CannotSend):
        kenwood_station().text(unit, text, "a")


def test_other_letters_go_out_in_the_encoding_of_the_radio() -> None:
    assert kenwood_station(encoding="gb18030").text("03001", "你好", "a") == packet("gFU03001你好".encode("gb18030"))
    assert check(msgspec.convert({"name": "b", "kind": "k", "port": "p", "encoding": "klingon"}, Settings))


def test_a_confirmation_is_of_the_message_that_waits_and_lets_the_next_one_out() -> None:
    base = kenwood_station()
    assert base.text("100-4002", "one", "a-1")
    assert base.text("100-4003", "two", "a-2") == b""
    (heard,) = base.feed(b"\x021\x03", AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "unit": "100-4002", "id": "a-1", "ok": False}
    assert base.to_send() == [b"\x02F1004003two\x03"]


def test_a_message_that_is_never_confirmed_does_not_stop_the_next_one() -> None:
    base = kenwood_station()
    base.text("100-4002", "one", "a-1")
    base.text("100-4003", "two", "a-2")
    base.passed(AT_US)
    base.passed(LONG_AFTER_US)
    assert base.to_send() == [b"\x02F1004003two\x03"]
