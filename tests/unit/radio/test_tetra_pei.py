"""TETRA terminals, against the published examples of lines and short data."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from adapters.radio.tetra_pei.station import ENABLING
from adapters.radio.tetra_pei.texts import decoded
from rules.events import Unparsed
from tests.unit.radio.stations import tetra_station
from tests.unit.radio.streams import AT_US, LONG_AFTER_US, all_in_order, cuts, events, only, plain, play, told, torn

CALL = b"+CTICN: 1,0,0,5,09011638300023404,1,1,0,1,1,5,09011638300000001,0\r\n"
TALKS = b"+CTXG: 1,3,0,0,3,09011638300023404\r\n"
WE_TALK = b"+CTXG: 1,0,0,0\r\n"
CEASED = b"+CDTXC: 1,0\r\n"
RELEASED = b"+CTCR: 1,1\r\n"
STATUS = b"+CTSDSR: 13,1234567,0,2345678,0,16\r\n8004\r\n"
TEXT = b"+CTSDSR: 12,1234567,0,2345678,0,120\r\n82029C01746573746D657373616765\r\n"
FROM = {"unit": "1234567", "called": "2345678"}
STREAM = b"\r\nOK\r\n" + CALL + TALKS + CEASED + b"OK\r\n" + TEXT + STATUS + WE_TALK + CEASED + RELEASED


def message(pdu: str, service: int = 12) -> bytes:
    return f"+CTSDSR: {service},1234567,0,2345678,0,{len(pdu) * 4}\r\n{pdu}\r\n".encode()


@pytest.mark.parametrize(
    ("pdu", "event"),
    [
        ("0201746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage"}),
        ("0201", {"type": "Text", **FROM, "text": ""}),
        ("0901746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage"}),
        ("82029C01746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage", "id": "156"}),
        ("89029C01746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage", "id": "156"}),
        ("82039C5101020301746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage", "id": "156"}),
        ("82029C81045A8F746573746D657373616765", {"type": "Text", **FROM, "text": "testmessage", "id": "156"}),
        ("82029C1A4F60597D", {"type": "Text", **FROM, "text": "你好", "id": "156"}),
        ("82029C00C8329BFD06", {"type": "Text", **FROM, "text": "Hello", "id": "156"}),
        ("821000C9", {"type": "MachineAck", "unit": "1234567", "id": "201"}),
        ("821800CA", {"type": "MachineAck", "unit": "1234567", "id": "202"}),
        ("822001C9", {"type": "MachineAck", "unit": "1234567", "id": "201"}),
        ("82104AC9", {"type": "MachineAck", "unit": "1234567", "id": "201", "ok": False}),
        ("0A1234", {"type": "UnitSeen", **FROM}),
    ],
)
def test_short_data_becomes_the_event_it_means(pdu: str, event: dict[str, Any]) -> None:
    assert only(tetra_station(), message(pdu)) == event


@pytest.mark.parametrize(
    ("pdu", "event"),
    [
        ("8002", {"type": "Status", **FROM, "status": "8002"}),
        ("800B", {"type": "Status", **FROM, "status": "800B"}),
        ("7ACA", {"type": "MachineAck", "unit": "1234567", "id": "202"}),
        ("7BCA", {"type": "MachineAck", "unit": "1234567", "id": "202"}),
        ("7CCA", {"type": "MachineAck", "unit": "1234567", "id": "202", "ok": False}),
    ],
)
def test_a_status_is_written_in_hex_and_a_short_report_is_none(pdu: str, event: dict[str, Any]) -> None:
    assert only(tetra_station(), message(pdu, 13)) == event


def test_the_emergency_status_is_an_emergency() -> None:
    assert [event["type"] for event in told(tetra_station(), message("0000", 13))] == ["Emergency", "Status"]


def test_a_message_on_its_way_is_not_yet_confirmed() -> None:
    assert told(tetra_station(), message("821021C9")) == []


@pytest.mark.parametrize(
    "header", ["12,1234567,104", "12,1234567,0,104", "12,,0,1234567,0,104", "12, 1234567 , 0 , 1234567, 0, 104,0"]
)
def test_short_forms_of_a_header_are_read(header: str) -> None:
    found = only(tetra_station(), f"+CTSDSR: {header}\r\n0201746573746D657373616765\r\n".encode())
    assert (found["text"], found["called"]) == ("testmessage", "1234567")


def test_a_length_that_cannot_be_true_costs_no_text() -> None:
    line = b"+CTSDSR: 12,1234567,0,2345678,0,84\r\n0201746573746D657373616765\r\n"
    assert only(tetra_station(), line)["text"] == "testmessage"


def test_an_identity_of_17_digits_and_its_short_form_are_the_same_unit() -> None:
    pdu = b"8002\r\n"
    long = only(tetra_station(), b"+CTSDSR: 13,09011638300023404,1,09011638300000001,1,16\r\n" + pdu)
    short = only(tetra_station(), b"+CTSDSR: 13,00023404,0,1,0,16\r\n" + pdu)
    assert long == short == {"type": "Status", "unit": "23404", "called": "1", "status": "8002"}


def test_a_text_in_two_parts_is_one_text_in_any_order() -> None:
    first = message("8A02C981045A8F050003C90201746573746D657373616765")
    second = message("8A02CA81045A8F050003C90202746573746D657373616765")
    whole = [{"type": "Text", **FROM, "text": "testmessagetestmessage", "id": "201"}]
    assert told(tetra_station(), first + second) == whole
    assert told(tetra_station(), second + first) == whole


def test_a_part_whose_other_part_never_comes_is_told_all_the_same() -> None:
    second = message("8A02CA81045A8F050003C90202746573746D657373616765")
    assert only(tetra_station(), second)["text"] == "…testmessage"


def test_a_group_call_is_told_with_who_speaks_and_when_they_cease() -> None:
    who = {"unit": "23404", "called": "1", "group": True}
    assert told(tetra_station(), CALL + TALKS + CEASED + RELEASED) == [
        {"type": "TransmissionStarted", **who},
        {"type": "TransmissionEnded", **who},
    ]


def test_whoever_is_granted_the_word_takes_it_from_who_had_it() -> None:
    other = TALKS.replace(b"23404", b"23405")
    assert [
        (event["type"], event.get("unit", "")) for event in told(tetra_station(), CALL + other + WE_TALK * 2 + TALKS)
    ] == [
        ("TransmissionStarted", "23404"),
        ("TransmissionEnded", "23404"),
        ("TransmissionStarted", "23405"),
        ("TransmissionEnded", "23405"),
        ("ControlTransmitting", ""),
        ("ControlTransmitting", ""),
        ("TransmissionStarted", "23404"),
    ]


def test_control_speaks_when_the_word_is_granted_without_a_name() -> None:
    found = told(tetra_station(), CALL + WE_TALK + CEASED)
    assert [(event["type"], event.get("on")) for event in found[2:]] == [
        ("ControlTransmitting", True),
        ("ControlTransmitting", False),
    ]


def test_a_released_call_ends_who_still_speaks() -> None:
    assert [event["type"] for event in told(tetra_station(), TALKS + RELEASED)] == [
        "TransmissionStarted",
        "TransmissionEnded",
    ]
    assert [event.get("on") for event in told(tetra_station(), WE_TALK + RELEASED)] == [True, False]


def test_the_word_that_is_not_granted_is_nobodys() -> None:
    assert told(tetra_station(), b"+CTXG: 1,1,0,0\r\n+CTXG: 1,2,0,0\r\n") == []


@pytest.mark.parametrize("line", [b"+CTXG: \r\n", b"+CTXG: 1\r\n", b"+CTXG: 1,0\r\n"])
def test_a_torn_grant_is_no_word_of_controls(line: bytes) -> None:
    assert [event["type"] for event in told(tetra_station(), line)] == ["Unparsed"]


def test_a_call_of_the_highest_priority_is_an_emergency() -> None:
    found = only(tetra_station(), CALL.replace(b",0\r\n", b",15\r\n"))
    assert (found["type"], found["unit"]) == ("Emergency", "23404")


def test_a_call_notice_with_fields_left_out_is_read() -> None:
    assert only(tetra_station(), b"+CTICN: 46,0,7,0,2,1,1,0,4,0\r\n") == {
        "type": "TransmissionStarted",
        "unit": "2",
        "group": True,
    }


def test_replies_echoes_and_the_remains_of_the_start_are_understood() -> None:
    lines = b"CME ERROR: 35\r\n\r\n\r\nAT+CTSP=2,0,0\r\nOK\r\n+CREG: 1,0001,901\r\n+CME ERROR: 35\r\nERROR\r\n"
    assert told(tetra_station(), lines + b"+CTCC: 1,1\r\n") == []


def test_a_reply_between_indications_disturbs_neither() -> None:
    found = told(tetra_station(), b"OK\r\n" + TEXT + b"OK\r\n+CMGS: 0\r\n" + STATUS)
    assert [event["type"] for event in found] == ["Text", "Status"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"+CTSDSR: 12,1234567,0,2345678,0,120\r\nOK\r\n", "a message without its data"),
        (b"+CTSDSR: 12,1234567,0,2345678,0,120\r\n", "a message without its data"),
        (message("C312"), "a message of protocol C3"),
        (message("8202"), "a message that is cut off"),
        (message("12", 10), "a message of service 10"),
        (b"hello\r\n", "unknown line"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, reason: str) -> None:
    assert only(tetra_station(), data)["reason"] == reason


def test_both_lines_of_a_message_are_its_proof() -> None:
    assert play(tetra_station(), [TEXT])[0].raw == TEXT.rstrip()


def test_a_message_without_data_costs_not_the_next_one() -> None:
    found = told(tetra_station(), b"+CTSDSR: 12,1234567,0,2345678,0,120\r\n" + STATUS)
    assert [event["type"] for event in found] == ["Unparsed", "Status"]


def test_the_seven_bit_alphabet_is_unpacked() -> None:
    assert decoded(0, bytes.fromhex("C8329BFD06")) == "Hello"
    assert decoded(0, bytes.fromhex("31D98C56B3DD00")) == "1234567"
    assert decoded(0, bytes.fromhex("31D98C56B3DD00"), 56) == "1234567"


@pytest.mark.parametrize("behind", [b"   \r\n", b"\t\r\n", b" " * 2000 + b"\r\n", b"\r\n" * 700])
def test_what_stands_behind_the_data_of_a_message_changes_nothing_by_how_it_is_split(behind: bytes) -> None:
    for stream in (TEXT.rstrip() + behind + STATUS, TEXT.replace(b"\r\n", behind, 1) + STATUS):
        assert play(tetra_station(), [stream[at : at + 1] for at in range(len(stream))]) == play(
            tetra_station(), [stream]
        )


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(tetra_station(), torn(STREAM, places)) == play(tetra_station(), [STREAM])


@given(st.lists(st.binary(max_size=60), min_size=5, max_size=5))
def test_garbage_before_an_indication_does_not_cost_it(garbage: list[bytes]) -> None:
    frames = [TALKS, CEASED, TEXT, STATUS, CALL]
    noisy = b"".join(rubbish + frame for rubbish, frame in zip(garbage, frames, strict=True))
    assert all_in_order([frame.rstrip() for frame in frames], play(tetra_station(), [noisy]))


@given(st.binary(max_size=3000))
def test_rubbish_never_raises_and_is_told_in_bounded_pieces(rubbish: bytes) -> None:
    for piece in play(tetra_station(), [rubbish]):
        assert not isinstance(piece.event, Unparsed) or len(piece.raw) <= 1200 + UNREAD_BYTES_MAX


@given(st.integers(0, 255), st.binary(max_size=30))
def test_no_content_of_a_message_raises(protocol: int, rest: bytes) -> None:
    assert len(events(tetra_station(), message((bytes((protocol,)) + rest).hex()))) <= 2


# What the gateway sends.


def test_it_is_told_what_to_report_one_command_at_a_time() -> None:
    desk = tetra_station()
    desk.opened()
    written = []
    while data := desk.to_send():
        written += data
        desk.feed(b"OK\r\n", AT_US)
    assert written == [f"{line}\r\n".encode() for line in ENABLING]


def test_a_command_that_is_refused_or_never_answered_does_not_stop_the_rest() -> None:
    desk = tetra_station()
    desk.opened()
    desk.to_send()
    desk.feed(b"+CME ERROR: 3\r\n", AT_US)
    assert desk.to_send() == [b"AT+CTSP=2,0,0\r\n"]
    desk.passed(AT_US)
    desk.passed(LONG_AFTER_US)
    assert desk.to_send() == [b"AT+CTSP=2,2,20\r\n"]


def test_a_text_is_sent_and_its_report_names_it() -> None:
    desk = tetra_station()
    written = desk.text("1234567", "Hi", "a-1")
    head, _, pdu = written.partition(b"\r\n")
    assert (head, pdu[:4], pdu[6:]) == (b"AT+CMGS=1234567,48", b"8206", b"014869\x1a")
    assert desk.feed(b"OK\r\n+CMGS: 0\r\n", AT_US) == []
    (sent,) = desk.feed(b"+CMGS: 0,4," + str(int(pdu[4:6], 16)).encode() + b"\r\n", AT_US)
    assert plain(sent.event) == {"type": "MachineAck", "id": "a-1"}
    (report,) = desk.feed(message("821000" + pdu[4:6].decode()), AT_US)
    assert plain(report.event) == {"type": "MachineAck", "unit": "1234567", "id": "a-1"}


def test_a_text_in_chinese_goes_as_utf_16() -> None:
    assert tetra_station().text("1234567", "你好", "a").endswith(b"1A4F60597D\x1a")


def test_a_text_that_is_refused_is_not_delivered() -> None:
    desk = tetra_station()
    desk.text("1234567", "Hi", "a-1")
    (heard,) = desk.feed(b"+CMS ERROR: 35\r\n", AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "unit": "1234567", "id": "a-1", "ok": False}
    (heard,) = desk.feed(b"+CMGS: 0,5,7\r\n", AT_US)
    assert plain(heard.event) == {"type": "MachineAck", "id": "7", "ok": False}


def test_who_asks_for_a_report_gets_one() -> None:
    desk = tetra_station()
    desk.feed(message("82069C014869"), AT_US)
    assert desk.to_send() == [b"AT+CMGS=1234567,32\r\n8210009C\x1a"]


@pytest.mark.parametrize(("unit", "text"), [("abc", "Hi"), ("1" * 18, "Hi"), ("1", "x" * 253)])
def test_what_cannot_be_sent_is_refused_in_words(unit: str, text: str) -> None:
    with pytest.raises(CannotSend):
        tetra_station().text(unit, text, "a")
