"""DMR modules, against the frames of their documents and the frames that a module's own host was computed to write."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.dmr_module.codec import frame, frame_checksum
from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from tests.unit.radio.stations import dmr_station
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, all_in_order, cuts, only, plain, play, told, torn

UNIT = (2345678).to_bytes(4, "little")
GROUP = (9).to_bytes(4, "little")
WHO = {"unit": "2345678", "called": "9", "group": True}


def by_module(command: int, data: bytes, mode: int = 2, result: int = 0, span: Any = "frame") -> bytes:
    body = bytes((0x68, command, mode, result, 0, 0)) + len(data).to_bytes(2, "big") + data + b"\x10"
    return body[:4] + frame_checksum(body, span).to_bytes(2, "big") + body[6:]


def status(code: int) -> bytes:
    return by_module(0x36, bytes((code,)))


RECEPTION = by_module(0x2B, b"\x01" + UNIT + GROUP)
STREAM = RECEPTION + status(2) + status(1) + status(3) + status(4) + by_module(0x2D, b"\x01" + UNIT + b"h\0i\0")


def test_both_sums_are_those_of_the_documents() -> None:
    beacon = bytes.fromhex("6836020000000001 03 10")
    assert (frame_checksum(beacon, "frame"), frame_checksum(beacon, "payload")) == (0x92B8, 0xC8FA)
    assert frame(0x2E, b"\x08", "frame") == bytes.fromhex("682E01018EBF00010810")
    assert frame(0xAA, b"\x01", "frame") == bytes.fromhex("68AA0101954300010110")
    assert frame(0x36, b"\x01", "frame") == bytes.fromhex("6836010195B700010110")
    assert frame(0x30, b"\x02", "frame") == bytes.fromhex("6830010194BD00010210")


@pytest.mark.parametrize(
    ("checksum", "taken"),
    [("either", {"92B8", "C8FA", "0000"}), ("frame", {"92B8", "0000"}), ("payload", {"C8FA", "0000"})],
)
def test_a_frame_is_taken_by_the_sum_that_is_set(checksum: str, taken: set[str]) -> None:
    for given_sum in ("92B8", "C8FA", "0000", "1234"):
        found = told(dmr_station(checksum=checksum), bytes.fromhex(f"68360200{given_sum}00010310"))
        assert (found == [{"type": "ControlTransmitting", "on": True}]) == (given_sum in taken)


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (RECEPTION, {"type": "TransmissionStarted", **WHO}),
        (
            by_module(0x2B, b"\x00" + UNIT + (1001).to_bytes(4, "little"), mode=0),
            {"type": "TransmissionStarted", "unit": "2345678", "called": "1001"},
        ),
        (status(3), {"type": "ControlTransmitting", "on": True}),
        (by_module(0x28, b"\x02" + UNIT), {"type": "CallAlert", "unit": "2345678"}),
        (by_module(0x28, b"\x01" + UNIT), {"type": "UnitSeen", "unit": "2345678"}),
        (by_module(0x28, b"\x03" + UNIT), {"type": "UnitSeen", "unit": "2345678"}),
        (
            by_module(0x2D, b"\x01" + UNIT + "你好".encode("utf-16-le")),
            {"type": "Text", "unit": "2345678", "text": "你好"},
        ),
        (
            by_module(0x2D, b"\x01" + UNIT + (1001).to_bytes(4, "little") + "收到".encode("utf-16-le")),
            {"type": "Text", "unit": "2345678", "called": "1001", "text": "收到"},
        ),
        (
            by_module(0x2D, b"\x03" + UNIT + "Lift".encode("utf-16-le")),
            {"type": "Text", "unit": "2345678", "group": True, "text": "Lift"},
        ),
        (by_module(0x2D, b"\x01" + UNIT + b"abc"), {"type": "Text", "unit": "2345678", "text": "abc"}),
        (status(8), {"type": "MachineAck"}),
        (status(9), {"type": "MachineAck", "ok": False}),
    ],
)
def test_a_message_becomes_the_event_it_means(data: bytes, event: dict[str, Any]) -> None:
    assert only(dmr_station(), data) == event


def test_an_own_unit_before_the_text_is_whom_it_is_for() -> None:
    own = (0x0063_4E2D).to_bytes(4, "little")  # reads as 中c, too
    data = by_module(0x2D, b"\x01" + UNIT + own + "ok".encode("utf-16-le"))
    assert only(dmr_station(), data)["text"] == "中cok"
    assert only(dmr_station(own_units=[str(0x0063_4E2D)]), data)["text"] == "ok"


def test_a_reception_ends_by_the_status_and_only_once() -> None:
    found = told(dmr_station(), RECEPTION * 3 + status(2) * 3 + status(1) * 3)
    assert found == [{"type": "TransmissionStarted", **WHO}, {"type": "TransmissionEnded", **WHO}]
    assert told(dmr_station(), RECEPTION + status(1))[-1] == {"type": "TransmissionEnded", **WHO}


def test_the_transmitter_is_off_when_the_status_is_anything_else() -> None:
    for code in (1, 2, 4):
        assert [event["on"] for event in told(dmr_station(), status(3) * 5 + status(code) * 5)] == [True, False]


def test_another_unit_in_the_same_reception_is_another_transmission() -> None:
    other = by_module(0x2B, b"\x01" + (77).to_bytes(4, "little") + GROUP)
    assert [(event["type"], event["unit"]) for event in told(dmr_station(), RECEPTION + other)] == [
        ("TransmissionStarted", "2345678"),
        ("TransmissionEnded", "2345678"),
        ("TransmissionStarted", "77"),
    ]


def test_a_module_that_repeats_its_status_and_falls_silent_has_nobody_on_the_air() -> None:
    module = dmr_station()
    module.feed(status(3) * 2, AT_US)
    assert module.wake_us == AT_US + 2_000_000
    assert [plain(heard.event) for heard in module.passed(AT_US + 2_000_000)] == [
        {"type": "ControlTransmitting", "on": False}
    ]


def test_one_status_alone_proves_no_silence() -> None:
    module = dmr_station()
    module.feed(status(3), AT_US)
    assert module.wake_us is None


def test_the_prize_dialect_tells_each_change_once() -> None:
    module = dmr_station(dialect="prize")
    found = told(module, status(1) + RECEPTION + status(2) + status(3) + status(4))
    assert found == [
        {"type": "TransmissionStarted"},
        {"type": "UnitIdentified", **WHO},
        {"type": "TransmissionEnded", **WHO},
        {"type": "ControlTransmitting", "on": True},
        {"type": "ControlTransmitting", "on": False},
    ]
    assert module.to_send() == [bytes.fromhex("6836010195B700010110")] * 4


@pytest.mark.parametrize("command", [0x22, 0x26, 0x2E, 0x32, 0x34, 0x3C, 0xAA])
def test_answers_that_mean_nothing_to_us_are_understood(command: int) -> None:
    assert told(dmr_station(), by_module(command, b"\x01", mode=0)) == []
    assert told(dmr_station(), by_module(command, b"", mode=0, result=7)) == []


def test_what_a_tap_hears_of_another_host_is_no_event() -> None:
    assert told(dmr_station(), frame(0x36, b"\x01", "frame") + frame(0x2D, b"\x01", "frame")) == []


def test_zeros_between_frames_are_no_rubbish() -> None:
    assert told(dmr_station(), b"\0\0" + status(3) + b"\0") == [{"type": "ControlTransmitting", "on": True}]


def test_older_numbers_are_known_in_their_dialect_only() -> None:
    data = by_module(0x05, b"\x30", mode=0, span="payload")
    assert told(dmr_station(dialect="nicerf"), data) == []
    assert only(dmr_station(), data)["reason"] == "unknown command 05"
    assert only(dmr_station(), status(0x7F))["reason"] == "unknown status 7F"


def test_heads_and_tails_inside_the_data_do_not_cut_a_frame() -> None:
    unit = int.from_bytes(b"\x68\x10\x36\x00", "little")
    assert only(dmr_station(), by_module(0x2B, b"\x00" + unit.to_bytes(4, "little")))["unit"] == str(unit)


def test_a_bad_tail_costs_only_its_own_frame() -> None:
    bad = bytearray(status(3))
    bad[-1] = 0x11
    heard = play(dmr_station(), [bytes(bad) + status(3)])
    assert [type(piece.event).__name__ for piece in heard] == ["Unparsed", "ControlTransmitting"]
    assert heard[0].raw == bytes(bad)


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(dmr_station(), torn(STREAM, places)) == play(dmr_station(), [STREAM])


@given(st.lists(st.binary(max_size=60), min_size=5, max_size=5))
def test_garbage_between_frames_costs_none_of_them(garbage: list[bytes]) -> None:
    frames = [RECEPTION, status(2), status(3), status(4), by_module(0x28, b"\x02" + UNIT)]
    noisy = b"".join(rubbish + whole for rubbish, whole in zip(garbage, frames, strict=True))
    assert all_in_order(frames, play(dmr_station(), [noisy]))


@given(st.binary(max_size=3000))
def test_rubbish_is_told_in_pieces_of_bounded_size(rubbish: bytes) -> None:
    for piece in play(dmr_station(), [rubbish]):
        assert not isinstance(piece.event, Unparsed) or len(piece.raw) <= UNREAD_BYTES_MAX + 9


@given(st.integers(0, 255), st.integers(0, 2), st.integers(0, 9), st.binary(max_size=40))
def test_no_frame_raises(command: int, mode: int, result: int, data: bytes) -> None:
    assert len(told(dmr_station(), by_module(command, data, mode, result))) <= 2


# What the gateway sends.


def test_a_waiting_text_is_fetched() -> None:
    module = dmr_station()
    module.feed(status(5), AT_US)
    assert module.to_send() == [frame(0x2D, b"\x01", "frame")]


def test_texts_that_waited_unheard_are_fetched_with_the_next_one() -> None:
    module, fetch = dmr_station(dialect="prize"), frame(0x2D, b"\x01", "frame")
    module.feed(status(5), AT_US)
    module.to_send()
    for said in (b"a\0", b"b\0"):
        (heard,) = module.feed(by_module(0x2D, b"\x01" + UNIT + said, mode=0), AT_US)
        assert plain(heard.event)["text"] == said.decode("utf-16-le")
        assert module.to_send() == [fetch]


def test_a_module_that_gives_its_last_text_at_every_fetch_is_believed_once_a_notice() -> None:
    module, text = dmr_station(), by_module(0x2D, b"\x01" + UNIT + b"a\0", mode=0)
    for _ in range(2):
        module.feed(status(5), AT_US)
        module.to_send()
        assert len(module.feed(text, AT_US)) == 1
        for _ in range(4):  # it may be the same words once more, and others behind them
            assert len(module.to_send()) == 1
            assert module.feed(text, AT_US) == []
        assert module.to_send() == []


def test_a_text_behind_one_that_was_written_twice_is_fetched_too() -> None:
    module, fetch = dmr_station(dialect="prize"), frame(0x2D, b"\x01", "frame")
    module.feed(status(5), AT_US)
    for said, heard in ((b"a\0", 1), (b"a\0", 0), (b"b\0", 1)):
        assert len(module.feed(by_module(0x2D, b"\x01" + UNIT + said, mode=0), AT_US)) == heard
        assert module.to_send()[-1] == fetch


def test_a_text_goes_out_and_is_acknowledged() -> None:
    module = dmr_station()
    assert module.text("2345678", "好", "a-1") == frame(0x2C, b"\x01" + UNIT + b"\x7d\x59", "frame")
    (heard,) = module.feed(by_module(0x2C, b"", mode=0), AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "unit": "2345678", "id": "a-1"}


def test_in_the_prize_dialect_the_status_tells_that_it_was_sent() -> None:
    module = dmr_station(dialect="prize")
    module.text("2345678", "Hi", "a-1")
    assert module.feed(by_module(0x2C, b"", mode=0), AT_US) == []
    (heard,) = module.feed(status(9), AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "unit": "2345678", "id": "a-1", "ok": False}


def test_a_text_without_any_answer_does_not_stop_the_next_one() -> None:
    module = dmr_station()
    module.text("2345678", "Hi", "a-1")
    assert module.text("2345678", "Ho", "a-2") == b""
    module.passed(AT_US)
    module.passed(LONG_AFTER_US)
    assert len(module.to_send()) == 1


@pytest.mark.parametrize(("unit", "text"), [("abc", "Hi"), ("0", "Hi"), ("16777216", "Hi"), ("1", "x" * 300)])
def test_what_cannot_be_sent_is_refused_in_words(unit: str, text: str) -> None:
    with pytest.raises(CannotSend):
        dmr_station().text(unit, text, "a")
    with pytest.raises(CannotSend):
        dmr_station(dialect="nicerf").text("1", "Hi", "a")
