"""APRS by KISS: frames of AX.25, and what APRS says in them."""

from typing import Any

import msgspec
import pytest
from aioax25.frame import AX25Frame
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.aprs_kiss import KIND
from adapters.radio.aprs_kiss.codec import encode
from adapters.radio.aprs_kiss.settings import Settings, check
from adapters.radio.kind import radio_rules
from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from tests.unit.radio.stations import aprs_station
from tests.unit.radio.streams import all_in_order, cuts, only, play, told, torn

DIREWOLF_FRAME = bytes.fromhex(
    # UNIT07>APRS,WIDE1-1::CTRL     :Lift 3 stuck{041, as direwolf 1.6 gave it at its KISS port
    "c000 82a0a4a6404060 aa9c92a8606e60 ae92888a624063 03f0".replace(" ", "")
    + b":CTRL     :Lift 3 stuck{041".hex()
    + "c0"
)


def frame(information: bytes, source: str = "UNIT07", destination: str = "APRS", path: tuple[str, ...] = ()) -> bytes:
    return encode(source, destination, path, information)


STREAM = b"".join(
    [
        frame(b":CTRL     :one{1"),
        frame(b":CTRL     :\xc0\xdb two{2", source="UNIT08-9", path=("WIDE1-1", "WIDE2-2")),
        frame(b">on patrol"),
        frame(b":UNIT07   :ack7", source="CTRL"),
    ]
)
FRAMES = tuple(b"\xc0" + piece + b"\xc0" for piece in STREAM.split(b"\xc0") if piece)


@pytest.mark.parametrize(
    ("information", "expected"),
    [
        (b":CTRL     :Lift 3 stuck{041", [{"type": "Text", "called": "CTRL", "text": "Lift 3 stuck", "id": "041"}]),
        (b":CTRL     :no number", [{"type": "Text", "called": "CTRL", "text": "no number"}]),
        (b":CTRL-10  :a {brace} b{AB}", [{"type": "Text", "called": "CTRL-10", "text": "a {brace} b", "id": "AB"}]),
        (
            b":CTRL     :yes{12}07",
            [
                {"type": "Text", "called": "CTRL", "text": "yes", "id": "12"},
                {"type": "MachineAck", "called": "CTRL", "id": "07"},
            ],
        ),
        (b":CTRL     :ack041", [{"type": "MachineAck", "called": "CTRL", "id": "041"}]),
        (b":CTRL     :ack041}17\r", [{"type": "MachineAck", "called": "CTRL", "id": "041"}]),
        (b":CTRL     :rej041", [{"type": "MachineAck", "called": "CTRL", "id": "041", "ok": False}]),
        (b":CTRL     :acknowledged, wait", [{"type": "Text", "called": "CTRL", "text": "acknowledged, wait"}]),
        (b":BLN1     :gate 2 closed", [{"type": "Text", "called": "BLN1", "group": True, "text": "gate 2 closed"}]),
        ("：:CTRL".encode(), [{"type": "UnitSeen"}]),
        (":CTRL     :到3号楼{9".encode(), [{"type": "Text", "called": "CTRL", "text": "到3号楼", "id": "9"}]),
        (b":CTRL     :PARM.Vbat", [{"type": "UnitSeen"}]),
        (b":CTRL     :?APRSD", [{"type": "UnitSeen"}]),
        (b":CTRL     :?who is there", [{"type": "Text", "called": "CTRL", "text": "?who is there"}]),
        (b">081730zon patrol", [{"type": "Status", "status": "on patrol"}]),
        (b">on patrol", [{"type": "Status", "status": "on patrol"}]),
        (b"!2233.10N/11403.50E>", [{"type": "UnitSeen"}]),
        (b"!2233.10N/11403.50E>!emergency! man down", [{"type": "Emergency"}]),
        (b"T#005,199,000,255,073,123,01101001", [{"type": "UnitSeen"}]),
        (b"", [{"type": "UnitSeen"}]),
    ],
)  # fmt: skip
def test_a_packet_becomes_what_it_means(information: bytes, expected: list[dict[str, Any]]) -> None:
    assert told(aprs_station(), frame(information)) == [{"unit": "UNIT07", **event} for event in expected]


def test_what_direwolf_gave_is_read() -> None:
    event = {"type": "Text", "unit": "UNIT07", "called": "CTRL", "id": "041", "text": "Lift 3 stuck"}
    assert only(aprs_station(), DIREWOLF_FRAME) == event


def test_what_kiss_escapes_is_read_as_it_was() -> None:
    escaped = frame(b">\xc0 \xdb \xc0\xdb")
    assert escaped.count(b"\xc0") == 2
    assert only(aprs_station(), escaped)["status"] == "À Û ÀÛ"


def test_a_packet_that_a_gateway_passes_on_is_its_units() -> None:
    passed_on = b"}UNIT07-0>APRS,TCPIP,GATE*::CTRL     :hello{3"
    event = {"type": "Text", "unit": "UNIT07", "called": "CTRL", "id": "3", "text": "hello"}
    assert only(aprs_station(), frame(passed_on, source="GATE")) == event


def test_mic_e_tells_an_emergency_by_the_letters_of_its_destination() -> None:
    assert only(aprs_station(), frame(b'`(_fn"Oj/', destination="222P3T"))["type"] == "Emergency"
    assert only(aprs_station(), frame(b'`(_fn"Oj/', destination="S32U6T"))["type"] == "UnitSeen"


@pytest.mark.parametrize(
    "piece",
    [
        b"\x00\x82\xa0",  # no whole address
        b"\x00" + b"\x83" * 20,  # no end of the addresses
        b"\x00" + bytes(2 * ord(letter) for letter in "A B   ") + b"\x61" + b"\x03\xf0",
        b"\x00\xdb\x01",  # wrong escape
        b"\x09",
    ],
)
def test_what_is_no_ax25_frame_is_unparsed(piece: bytes) -> None:
    assert only(aprs_station(), b"\xc0" + piece + b"\xc0")["type"] == "Unparsed"


def test_answers_of_the_tnc_itself_say_nothing() -> None:
    assert told(aprs_station(), b"\xc0\x01\x32\xc0\xc0\x06TNC\xc0\xc0\xc0") == []


def test_frames_of_any_port_and_those_to_confirm_are_read() -> None:
    body = frame(b">x")[2:-1]
    assert [event["type"] for event in told(aprs_station(), b"\xc0\x20" + body + b"\xc0\x0c\1\2" + body + b"\xc0")] == [
        "Status",
        "Status",
    ]


def test_a_message_to_us_is_confirmed_each_time_it_comes_and_no_other() -> None:
    ours = aprs_station(own_units=["CTRL"])
    play(ours, [frame(b":CTRL     :one{041"), frame(b":CTRL     :one{041"), frame(b":CTRL     :two")])
    play(ours, [frame(b":UNIT08   :no{042"), frame(b":CTRL     :ack3"), frame(b":CTRL     :x{9", source="CTRL")])
    confirmations = [AX25Frame.decode(sent[2:-1]) for sent in ours.to_send()]
    assert [(str(sent.header.source), sent.payload) for sent in confirmations] == [("CTRL", b":UNIT07   :ack041")] * 2
    silent = aprs_station(own_units=["CTRL"], auto_ack=False)
    play(silent, [frame(b":CTRL     :one{041")])
    assert silent.to_send() == []


def test_a_sender_of_reply_acks_is_confirmed_its_way() -> None:
    ours = aprs_station(own_units=["CTRL"])
    play(ours, [frame(b":CTRL     :one{041}")])
    assert ours.to_send()[0].endswith(b":ack041}\xc0")


def test_a_message_of_ours_reads_as_one_to_aioax25_and_its_confirmation_bears_our_id() -> None:
    ours = aprs_station(own_units=["CTRL-1"], path=["WIDE1-1"])
    sent = ours.text("UNIT07-9", "到3号楼 {now}~", "alert-1")
    assert ours.text("UNIT07-9", "到3号楼 {now}~", "alert-1") == sent
    read = AX25Frame.decode(sent[2:-1])
    assert (str(read.header.source), str(read.header.repeaters)) == ("CTRL-1", "WIDE1-1")
    text, _, number = read.payload.decode().removeprefix(":UNIT07-9 :").partition("{")
    assert text == "到3号楼 now}"
    confirmed = frame(f":CTRL-1   :ack{number}".encode(), source="UNIT07-9")
    assert only(ours, confirmed) == {"type": "MachineAck", "unit": "UNIT07-9", "called": "CTRL-1", "id": "alert-1"}


@pytest.mark.parametrize("unit", ["", "unit07", "UNIT0789", "UNIT-16", "UNIT-", "A B"])
def test_no_message_goes_to_what_is_no_call(unit: str) -> None:
    with pytest.raises(CannotSend):
        aprs_station(own_units=["CTRL"]).text(unit, "x", "a")


def test_a_message_needs_a_call_of_ours_and_room() -> None:
    with pytest.raises(CannotSend, match="own_units"):
        aprs_station().text("UNIT07", "x", "a")
    with pytest.raises(CannotSend, match="67"):
        aprs_station(own_units=["CTRL"]).text("UNIT07", "x" * 68, "a")


def test_settings_name_what_is_wrong_with_them() -> None:
    wrong = {"name": "t", "kind": "aprs-kiss", "port": "/dev/x", "own_units": ["ctrl"], "path": ["WIDE1-1"] * 9}
    assert [problem.key for problem in check(msgspec.convert(wrong, Settings))] == ["own_units", "path"]


def test_all_messages_are_for_control_where_no_call_of_ours_is_named() -> None:
    def hails(**table: Any) -> tuple[str, ...]:
        settings = {"name": "tnc", "kind": "aprs-kiss", "port": "/dev/x", **table}
        rules = radio_rules(KIND, msgspec.convert(settings, Settings)).radio
        assert rules is not None
        return rules.hails

    assert "channel" in hails()
    assert "channel" not in hails(own_units=["CTRL"])
    assert hails(hails=["text"]) == ("text",)


@given(cuts)
def test_any_split_of_the_stream_tells_the_same(places: list[int]) -> None:
    assert play(aprs_station(), torn(STREAM, places)) == play(aprs_station(), [STREAM])


@given(st.lists(st.binary(max_size=30), min_size=len(FRAMES), max_size=len(FRAMES)))
def test_garbage_between_frames_loses_none(garbage: list[bytes]) -> None:
    stream = b"".join(noise + piece for noise, piece in zip(garbage, FRAMES, strict=True))
    assert all_in_order(FRAMES, play(aprs_station(), [stream]))


@given(st.sampled_from(FRAMES), st.integers(1, 60))
def test_a_frame_that_is_cut_off_costs_only_itself(piece: bytes, size: int) -> None:
    assert all_in_order(FRAMES, play(aprs_station(), [piece[:size], *FRAMES]))


@given(st.binary(max_size=3000), cuts)
def test_noise_is_bounded_and_never_raises(noise: bytes, places: list[int]) -> None:
    heard = play(aprs_station(own_units=["CTRL"]), torn(noise, places))
    assert heard == play(aprs_station(own_units=["CTRL"]), [noise])
    assert all(not isinstance(piece.event, Unparsed) or len(piece.raw) <= UNREAD_BYTES_MAX for piece in heard)


@given(st.binary(max_size=64))
def test_no_information_makes_it_raise(information: bytes) -> None:
    ours = aprs_station(own_units=["CTRL"])
    play(ours, [frame(information), frame(b":CTRL     :" + information), frame(b"}" + information)])
    ours.to_send()
