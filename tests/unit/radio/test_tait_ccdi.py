"""Tait CCDI and CCR, against the examples of the manual (MMA-00038-02) and what radios were seen to send."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from adapters.radio.tait_ccdi.codec import checksum, command
from adapters.radio.tait_ccdi.normalise import expanded
from adapters.radio.tait_ccdi.station import TaitStation
from rules.events import Unparsed
from tests.unit.radio.stations import tait_station
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, all_in_order, cuts, events, only, plain, play, told, torn

EXAMPLES = [
    "s0D050800TESTHi!DA",
    "p0202CC",
    "p0200CE",
    "p0205C9",
    "p0206C8",
    "p0207C7",
    "p0208C6",
    "p031F086",
    "r0714000FFA6",
    "q010FE",
    "q002F",
    "q011FD",
    "Q01PFE",
    "V0612345-18",
    "V065E5E5-EE",
    "M01P02",
    "M01R00",
    "s002D",
    "s02Hi7A",
    "s0A051234567813",
    "s0CFF12345678Hi39",
    "a130520312345678M01D0E36",
    "m0813102.03A3",
    "j06047481F8",
    "f03051A1",
    "c0110B",
]
STREAM = b".p0205C9\r.r0C000001F10714" + checksum(b"r0C000001F10714") + b"\r.p0206C8\r.p0207C7\r.p0208C6\r."


def line(ident: str, parameters: str) -> bytes:
    return command(ident, parameters)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_manual_has_the_checksum_we_compute(example: str) -> None:
    assert checksum(example[:-2].encode()) == example[-2:].encode()
    assert command(example[0], example[3:-2]) == example.encode() + b"\r"


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_example_is_unreadable(example: str) -> None:
    assert not [event for event in events(tait_station(), example.encode() + b"\r") if isinstance(event, Unparsed)]


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (b"p0205C9\r", {"type": "TransmissionStarted"}),
        (b"p0206C8\r", {"type": "TransmissionEnded"}),
        (b"p0207C7\r", {"type": "ControlTransmitting", "on": True}),
        (b"p0208C6\r", {"type": "ControlTransmitting", "on": False}),
        (b"p0200CE\r", {"type": "CallAnswered"}),
        (b"p0203CB\r", {"type": "Emergency"}),
        (b"p0204CA\r", {"type": "Emergency", "active": False}),
        (line("p", "1C1"), {"type": "MachineAck"}),
        (line("p", "1D0"), {"type": "MachineAck", "ok": False}),
        (b"s02Hi7A\r", {"type": "Text", "text": "Hi"}),
        (b"V0612345-18\r", {"type": "UnitIdentified", "unit": "12345"}),
        (b"V065E5E5-EE\r", {"type": "UnitIdentified", "unit": "55555"}),
        (line("V", "12345-67890-"), {"type": "UnitIdentified", "unit": "67890", "called": "12345"}),
        (line("r", "00000FF10714"), {"type": "UnitIdentified", "unit": "10714"}),
        (
            line("r", "00010FF2001-1071E"),
            {"type": "UnitIdentified", "unit": "10711", "called": "2001", "group": True},
        ),
        (line("r", "00001FF10714"), {"type": "CallAlert", "unit": "10714"}),
        (line("r", "00100FF10714"), {"type": "Emergency", "unit": "10714"}),
        (line("r", "00009FF10714"), {"type": "Emergency", "unit": "10714"}),
        (line("r", "020000710714"), {"type": "Status", "unit": "10714", "status": "07"}),
        (line("r", "03002FF10714"), {"type": "UnitSeen", "unit": "10714"}),
    ],
)
def test_a_message_becomes_the_event_it_means(frame: bytes, event: dict[str, Any]) -> None:
    assert only(tait_station(), frame) == event


@pytest.mark.parametrize(
    "parameters", ["01", "02", "16", "17", "18", "19", "1E1", "20", "219012345", "2201", "220100", "2300" + "0"]
)
def test_progress_that_means_nothing_to_us_is_understood(parameters: str) -> None:
    assert told(tait_station(), line("p", parameters)) == []


def test_an_emergency_call_with_a_status_tells_both() -> None:
    found = told(tait_station(), line("r", "021001210714"))
    assert [event["type"] for event in found] == ["Emergency", "Status"]


def test_a_text_carries_whoever_the_ring_before_it_named() -> None:
    found = told(tait_station(), line("p", "19") + b"." + line("r", "04000FF10714") + b"." + b"s02Hi7A\r.s02Hi7A\r")
    assert found == [{"type": "Text", "unit": "10714", "text": "Hi"}, {"type": "Text", "text": "Hi"}]


def test_a_ring_without_a_caller_says_nothing_of_a_unit() -> None:
    assert told(tait_station(), b"r0714000FFA6\r") == []


def test_a_call_that_names_nobody_else_is_for_this_radio() -> None:
    assert only(tait_station(own_units=["2001"]), line("r", "00000FF10714"))["called"] == "2001"
    assert only(tait_station(own_units=["2001"]), line("r", "00000FF2002-10714"))["called"] == "2002"
    assert "called" not in only(tait_station(own_units=["2001"]), line("r", "00010FF10714"))


def test_each_repeat_tone_stands_for_the_digit_before_it() -> None:
    assert (expanded("5E5E5"), expanded("3E47E"), expanded("12345"), expanded("E12")) == (
        "55555",
        "33477",
        "12345",
        "E12",
    )


def test_what_was_on_the_air_as_the_radio_starts_anew_has_ended() -> None:
    found = told(tait_station(), b"p0205C9\r.p0207C7\r.p031F086\r")
    assert found[2:] == [
        {"type": "TransmissionEnded", "reason": "lost"},
        {"type": "ControlTransmitting", "on": False},
    ]


def test_a_wrong_checksum_is_told_with_its_bytes_and_costs_no_other_frame() -> None:
    heard = play(tait_station(), [b"p0205FF\rp0206C8\r"])
    assert [type(piece.event).__name__ for piece in heard] == ["Unparsed", "TransmissionEnded"]
    assert (heard[0].raw, heard[1].raw) == (b"p0205FF", b"p0206C8\r")
    assert isinstance(heard[0].event, Unparsed)
    assert "checksum" in heard[0].event.reason


def test_a_message_of_no_known_kind_is_kept() -> None:
    assert only(tait_station(), line("x", "1"))["reason"] == "unknown message x"


def test_the_last_line_of_a_recording_needs_no_end() -> None:
    assert only(tait_station(), b"p0205C9") == {"type": "TransmissionStarted"}
    assert [event["type"] for event in told(tait_station(), b"p0205C9\r\np0206C8\r\n")] == [
        "TransmissionStarted",
        "TransmissionEnded",
    ]


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(tait_station(), torn(STREAM, places)) == play(tait_station(), [STREAM])


@given(st.lists(st.binary(max_size=60), min_size=6, max_size=6))
def test_garbage_between_frames_costs_none_of_them(garbage: list[bytes]) -> None:
    frames = [b"p0205C9\r", line("r", "00001F10714"), b"p0206C8\r", b"p0207C7\r", b"p0208C6\r"]
    noisy = b"".join(rubbish + frame for rubbish, frame in zip(garbage, [*frames, b""], strict=True))
    assert all_in_order(frames, play(tait_station(), [noisy]))


@given(st.binary(max_size=3000))
def test_rubbish_is_told_in_pieces_of_bounded_size(rubbish: bytes) -> None:
    for piece in play(tait_station(), [rubbish]):
        assert len(piece.raw) <= UNREAD_BYTES_MAX


# What the gateway sends.


def sent(radio: TaitStation, answer: bytes = b".") -> list[bytes]:
    """Everything written, if the radio answers each command with `answer`."""
    written: list[bytes] = []
    while data := radio.to_send():
        written += data
        radio.feed(answer, AT_US)
    return written


def test_it_asks_which_mode_the_radio_is_in_and_then_has_it_report() -> None:
    radio = tait_station()
    radio.opened()
    assert radio.to_send() == [b"q010FE\r"]
    radio.feed(b".m0813102.03A3\r.", AT_US)
    assert sent(radio) == [b"f03031A3\r", b"f03041A2\r", b"f03101A5\r", b"f03121A3\r"]
    assert radio.query() == b"q002F\r"


def test_a_silent_radio_is_asked_in_the_other_mode_too() -> None:
    radio = tait_station()
    radio.opened()
    assert radio.to_send() == [b"q010FE\r"]
    assert radio.wake_us == 0  # it has not yet heard what time it is
    radio.passed(AT_US)
    assert radio.wake_us == AT_US + 1_000_000
    radio.passed(AT_US + 1_000_000)
    assert radio.to_send() == [b"Q01PFE\r"]
    radio.feed(line("Q", "P"), AT_US)
    assert (radio.to_send(), radio.query()) == ([], b"Q01PFE\r")


def test_nothing_is_sent_before_the_prompt() -> None:
    radio = tait_station(fleet="1234")
    radio.opened()
    assert len(radio.to_send()) == 1
    assert radio.text("5678", "Hi", "a-1") == b""
    assert radio.to_send() == []
    radio.feed(b".", AT_US)
    assert radio.to_send() == [b"s0C0512345678Hi" + checksum(b"s0C0512345678Hi") + b"\r"]


def test_a_radio_that_starts_anew_is_told_again_what_to_report() -> None:
    radio = tait_station()
    radio.opened()
    sent(radio)
    radio.feed(b"p031F086\r.", AT_US)
    assert len(sent(radio)) == 4
    radio.feed(b"\x9c\xfe\r.", AT_US)
    assert len(sent(radio)) == 4


def test_a_text_is_acknowledged_by_its_id() -> None:
    radio = tait_station()
    assert radio.text("12345678", "Hi", "a-1") == b"s0C0512345678Hi60\r"
    (heard,) = radio.feed(line("p", "1D1"), AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "id": "a-1"}


def test_a_text_that_the_radio_refuses_is_not_delivered() -> None:
    radio = tait_station()
    radio.text("12345678", "Hi", "a-1")
    (heard,) = radio.feed(line("e", "006"), AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "unit": "12345678", "id": "a-1", "ok": False}


def test_a_received_text_is_deleted_in_the_radio_so_that_the_next_one_comes() -> None:
    radio = tait_station()
    radio.feed(b"s02Hi7A\r.", AT_US)
    assert sent(radio)[-1] == b"c0110B\r"


def test_a_long_text_goes_as_an_extended_message() -> None:
    assert tait_station().text("12345678", "x" * 128, "a")[:8] == b"a8D05204"


@pytest.mark.parametrize(
    ("unit", "text"), [("123", "Hi"), ("12345678", "x" * 129), ("12345678", "你好"), ("1234-678", "Hi")]
)
def test_what_the_radio_cannot_carry_is_refused_in_words(unit: str, text: str) -> None:
    with pytest.raises(CannotSend):
        tait_station().text(unit, text, "a")


def test_a_prompt_that_is_lost_does_not_silence_us_for_ever() -> None:
    radio = tait_station()
    radio.text("12345678", "Hi", "a")
    radio.text("12345678", "Ho", "b")
    radio.passed(AT_US)
    radio.passed(LONG_AFTER_US)
    assert len(radio.to_send()) == 1
