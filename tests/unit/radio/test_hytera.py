"""Hytera's HDAP, HRNP and HSTRP, against recorded frames and against dmr-kaitai's reading of them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from okdmr.kaitai.hytera.hytera_dmr_application_protocol import HyteraDmrApplicationProtocol
from okdmr.kaitai.hytera.hytera_radio_network_protocol import HyteraRadioNetworkProtocol
from okdmr.kaitai.hytera.hytera_simple_transport_reliability_protocol import HyteraSimpleTransportReliabilityProtocol

from adapters.radio.hytera import codec
from adapters.radio.hytera.settings import Settings, check
from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from tests.unit.radio.stations import hytera_station
from tests.unit.radio.streams import AT_US, all_in_order, cuts, events, plain, play, told, torn

REGISTRATION = bytes.fromhex("11000300040a2338636303")
REGISTRATION_ACK = bytes.fromhex("11008000090a2338630000000708d203")
HRNP_CONNECT = bytes.fromhex("7e0400fe20100000000c60e1")
HRNP_ACCEPT = bytes.fromhex("7e0400fd10200000000c70d2")
HRNP_STATUS_REPLY = bytes.fromhex("7e040000102000010019d6240204800600000f690600012903")
BROADCASTS_ON = bytes.fromhex("02c910050002000101014f03")
GROUP_TEXT = bytes.fromhex(
    "32420020000383040001869f0401020900b10018000000010000271000000064480065006c006c006f002100b803"
)
TEXT_ACK = bytes.fromhex("32420020000183040001869f0401010900a2000d30000002000000640001869f00c703")
REPEATER_STATUS = bytes.fromhex("32420020003c83040001869f0401020245b81000000004000200010010270000640000008303")
PRIVATE_TEXT = bytes.fromhex("0980a10022000000010a01b2070a03640e4f004c004900560045005200200054004500530054007a03")
STREAM = REGISTRATION + HRNP_STATUS_REPLY + GROUP_TEXT + TEXT_ACK + PRIVATE_TEXT + HRNP_ACCEPT
TELLING = (REGISTRATION, GROUP_TEXT, TEXT_ACK, PRIVATE_TEXT)


def rcp(opcode: int, *fields: tuple[int, int]) -> bytes:
    """Fields as (value, bytes)."""
    payload = b"".join(value.to_bytes(size, "little") for value, size in fields)
    return codec.encode_hdap(codec.RCP, opcode, payload)


def heard(process: int, call_type: int, target: int, sender: int) -> bytes:
    return rcp(0xB844, (process, 2), (call_type, 2), (target, 4), (sender, 4))


def repeater(status: int, service: int, call_type: int = 1, sender: int = 2345678) -> bytes:
    return rcp(0xB845, (0, 2), (status, 2), (service, 2), (call_type, 2), (100, 4), (sender, 4))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (REGISTRATION, [{"type": "UnitSeen", "unit": "2308195"}]),
        (REGISTRATION_ACK, []),
        (codec.encode_hdap(codec.RRS, 1, b"\x0a\0\0\x07"), [{"type": "UnitSeen", "unit": "7", "present": False}]),
        (codec.encode_hdap(codec.RRS, 0x82, b"\x0a\0\0\x07\0"), [{"type": "UnitSeen", "unit": "7"}]),
        (codec.encode_hdap(codec.RRS, 0x82, b"\x0a\0\0\x07\1"), [{"type": "UnitSeen", "unit": "7", "present": False}]),
        (GROUP_TEXT, [{"type": "Text", "unit": "100", "called": "10000", "group": True, "id": "1", "text": "Hello!"}]),
        (PRIVATE_TEXT, [{"type": "Text", "unit": "222222", "called": "111111", "id": "1", "text": "OLIVER TEST"}]),
        (TEXT_ACK, [{"type": "MachineAck", "unit": "100", "called": "99999", "id": "805306370"}]),
        (
            codec.encode_hdap(codec.TMP, 0xA2, bytes.fromhex("00000005 0a000064 0a000001 08")),
            [{"type": "MachineAck", "unit": "100", "called": "1", "id": "5", "ok": False}],
        ),
        (
            codec.encode_hdap(codec.TMP, 0xB2, bytes.fromhex("00000005 00000064 00")),
            [{"type": "MachineAck", "called": "100", "group": True, "id": "5"}],
        ),
        (codec.encode_hdap(codec.LP, 0xA002, b"\0\0\0\5\x0a\0\0\x64\0\0"), [{"type": "UnitSeen", "unit": "100"}]),
        (codec.encode_hdap(codec.LP, 0xB003, bytes.fromhex("0a000064 01")), [{"type": "Emergency", "unit": "100"}]),
        (rcp(0x0835, (2345678, 4)), [{"type": "CallAlert", "unit": "2345678"}]),
        (rcp(0x0850, (7, 4), (9, 4)), [{"type": "CallAlert", "unit": "7", "called": "9"}]),
        (rcp(0x0851, (5, 1), (7, 4), (9, 4)), [{"type": "Emergency", "unit": "7", "called": "9"}]),
        (rcp(0x0853, (7, 4), (9, 4)), [{"type": "Emergency", "unit": "7", "called": "9", "active": False}]),
        (rcp(0x8841, (0, 1)), []),
        (HRNP_STATUS_REPLY, []),
        (REPEATER_STATUS, []),  # the channel hangs after a text: nobody spoke
        (rcp(0x0841, (3, 1), (100, 4)), [{"type": "Emergency", "called": "100", "group": True}]),
        (rcp(0x0841, (1, 1), (100, 4)), []),
    ],
)  # fmt: skip
def test_a_frame_becomes_the_event_it_means(data: bytes, expected: list[dict[str, Any]]) -> None:
    assert told(hytera_station(), data) == expected


def test_a_call_is_told_once_however_often_the_radio_repeats_its_status() -> None:
    call = {"unit": "2345678", "called": "100", "group": True}
    stream = heard(1, 1, 100, 2345678) * 3 + heard(2, 1, 100, 2345678) + heard(3, 1, 100, 2345678)
    assert told(hytera_station(), stream) == [
        {"type": "TransmissionStarted", **call},
        {"type": "TransmissionEnded", **call},
    ]


def test_a_call_whose_caller_is_named_late_is_identified_and_another_caller_ends_it() -> None:
    stream = heard(1, 1, 100, 0) + heard(1, 1, 100, 7) + heard(1, 0, 1, 8)
    assert [(event["type"], event.get("unit", "")) for event in told(hytera_station(), stream)] == [
        ("TransmissionStarted", ""),
        ("UnitIdentified", "7"),
        ("TransmissionEnded", "7"),
        ("TransmissionStarted", "8"),
    ]


def test_an_end_alone_is_told_since_we_may_have_come_in_the_middle() -> None:
    assert [event["type"] for event in told(hytera_station(), heard(3, 1, 100, 7))] == ["TransmissionEnded"]


def test_an_emergency_call_is_an_emergency_and_a_transmission() -> None:
    assert told(hytera_station(), heard(1, 3, 100, 7)) == [
        {"type": "Emergency", "unit": "7", "called": "100", "group": True},
        {"type": "TransmissionStarted", "unit": "7", "called": "100", "group": True, "emergency": True},
    ]
    assert told(hytera_station(), heard(7, 3, 100, 7) + heard(10, 3, 100, 7)) == [
        {"type": "Emergency", "unit": "7", "called": "100", "group": True},
        {"type": "Emergency", "unit": "7", "called": "100", "group": True, "active": False},
    ]


def test_the_receive_status_is_read_in_each_of_its_lengths() -> None:
    for fields in (
        [(1, 2), (0, 2), (1, 2), (7, 4)],
        [(1, 2), (1, 2), (100, 4), (7, 4)],
        [(1, 2), (0, 2), (1, 2), (100, 4), (7, 4)],
        [(1, 2), (0, 2), (1, 2), (1, 2), (100, 4), (7, 4)],
    ):
        (started,) = told(hytera_station(), rcp(0xB844, *fields))
        assert (started["type"], started["unit"]) == ("TransmissionStarted", "7")


def test_the_radios_own_transmitter_is_control_transmitting() -> None:
    def own(process: int) -> bytes:
        return rcp(0xB843, (process, 2), (0, 2), (1, 2), (100, 4))

    call = {"type": "ControlTransmitting", "called": "100", "group": True}
    assert told(hytera_station(), own(1) + own(1) + own(2) + own(3)) == [{**call, "on": True}, {**call, "on": False}]


def test_a_repeater_tells_units_and_dispatchers_apart() -> None:
    stream = repeater(0, 1) + repeater(1, 1) + repeater(4, 1) + repeater(6, 1, sender=99) + repeater(8, 1, sender=99)
    assert [(event["type"], event["unit"]) for event in told(hytera_station(), stream + repeater(5, 0))] == [
        ("TransmissionStarted", "2345678"),
        ("TransmissionEnded", "2345678"),
        ("ControlTransmitting", "99"),
        ("ControlTransmitting", "99"),
    ]
    assert [event["type"] for event in told(hytera_station(), repeater(0, 6, 11) + repeater(0, 6, 12))] == [
        "CallAlert",
        "Emergency",
    ]


def test_each_slot_of_a_repeater_is_a_channel_of_its_own() -> None:
    found = events(hytera_station(channel="CH1"), GROUP_TEXT + TEXT_ACK + PRIVATE_TEXT)
    assert [getattr(event, "channel", None) for event in found] == ["CH1-2", "CH1-1", "CH1"]


@pytest.mark.parametrize("frame", [HRNP_STATUS_REPLY, GROUP_TEXT, REGISTRATION])
def test_one_wrong_byte_makes_a_frame_unreadable_and_says_why(frame: bytes) -> None:
    broken = frame[:-4] + bytes([frame[-4] ^ 0x10]) + frame[-3:]
    found = events(hytera_station(), broken)
    assert any(isinstance(event, Unparsed) and event.reason for event in found)


def test_a_message_that_ends_too_soon_is_unparsed_not_an_error() -> None:
    """Of the services that read an opcode it is told; others leave what is none of theirs."""
    told: dict[int, int] = {}
    for service in sorted(codec.SERVICES):
        for opcode in (0x0003, 0x00A1, 0x00A2, 0x00B2, 0xA002, 0xB003, 0xB843, 0xB844, 0xB845, 0x0835, 0x0841, 0x0850):
            found = events(hytera_station(), codec.encode_hdap(service, opcode, b""))
            assert all(isinstance(event, Unparsed) and "ends too soon" in event.reason for event in found)
            told[service] = told.get(service, 0) + len(found)
    assert all(told[service] for service in (codec.RCP, codec.LP, codec.TMP, codec.RRS))


def test_a_registration_is_granted_with_the_bytes_a_real_server_sent() -> None:
    ours = hytera_station(port="udp://0.0.0.0:3002")
    play(ours, [REGISTRATION])
    assert ours.to_send() == [REGISTRATION_ACK]


def test_a_radio_on_a_wire_is_connected_to_acknowledged_and_asked_for_its_broadcasts() -> None:
    ours = hytera_station()
    ours.opened()
    assert ours.to_send() == [HRNP_CONNECT]
    assert ours.query() == HRNP_CONNECT
    play(ours, [HRNP_ACCEPT])
    (enabling,) = ours.to_send()
    assert HyteraRadioNetworkProtocol.from_bytes(enabling).opcode == HyteraRadioNetworkProtocol.Opcodes.data
    assert enabling.endswith(BROADCASTS_ON)
    play(ours, [HRNP_STATUS_REPLY])
    (confirmed,) = ours.to_send()
    read = HyteraRadioNetworkProtocol.from_bytes(confirmed)
    assert (read.opcode.name, read.packet_number, read.source_id, read.destination_id) == ("data_ack", 1, 0x20, 0x10)


def test_a_repeater_is_answered_in_hstrp_and_its_heartbeat_is_not_echoed_without_end() -> None:
    ours = hytera_station(port="udp://0.0.0.0:50000")
    play(ours, [bytes.fromhex("32420024000083040001869f040102")])
    accepted, enabling = ours.to_send()
    assert accepted == bytes.fromhex("324200050000")
    assert HyteraSimpleTransportReliabilityProtocol.from_bytes(enabling).data[0].message_footer == b"\x03"
    beat = bytes.fromhex("324200020000")
    for _ in range(5):
        ours.feed(beat, AT_US)
    assert ours.to_send() == [beat]
    ours.feed(GROUP_TEXT, AT_US)
    assert ours.to_send() == [bytes.fromhex("324200010003")]


def test_a_text_of_ours_reads_as_one_to_dmr_kaitai_and_is_the_same_when_sent_again() -> None:
    ours = hytera_station(port="udp://0.0.0.0:3004", own_units=["1"], talkgroups=["500"])
    sent = ours.text("2345678", "到3号楼", "alert-1")
    read = HyteraDmrApplicationProtocol.from_bytes(sent).data
    assert (read.service_type.name, read.tmdata) == ("send_private_message", "到3号楼")
    assert (read.destination_ip.radio_id, read.source_ip.radio_id) == (2345678, 1)
    assert ours.text("2345678", "到3号楼", "alert-1") == sent
    group = HyteraDmrApplicationProtocol.from_bytes(ours.text("500", "all", "alert-2")).data
    assert (group.service_type.name, group.destination_ip.radio_id) == ("send_group_message", 500)
    confirmed = codec.encode_hdap(codec.TMP, 0xA2, read.request_id.to_bytes(4) + sent[9:17] + b"\0")
    assert told(ours, confirmed) == [{"type": "MachineAck", "unit": "2345678", "called": "1", "id": "alert-1"}]


@pytest.mark.parametrize("unit", ["", "0", "16777216", "!abc", "٣"])
def test_no_text_goes_to_what_is_no_dmr_id(unit: str) -> None:
    with pytest.raises(CannotSend):
        hytera_station(own_units=["1"]).text(unit, "x", "a")


def test_a_text_needs_an_id_to_come_from() -> None:
    with pytest.raises(CannotSend, match="own_units"):
        hytera_station().text("7", "x", "a")


def test_settings_name_what_is_wrong_with_them() -> None:
    wrong = msgspec.convert(
        {"name": "b", "kind": "hytera", "port": "/dev/x", "own_units": ["x"], "subnet": 300}, Settings
    )
    assert [problem.key for problem in check(wrong)] == ["own_units", "subnet"]


@given(cuts)
def test_any_split_of_the_stream_tells_the_same(places: list[int]) -> None:
    assert play(hytera_station(), torn(STREAM, places)) == play(hytera_station(), [STREAM])


@given(st.lists(st.binary(max_size=30), min_size=len(TELLING), max_size=len(TELLING)))
def test_garbage_between_frames_loses_none(garbage: list[bytes]) -> None:
    stream = b"".join(noise + frame for noise, frame in zip(garbage, TELLING, strict=True))
    assert all_in_order(TELLING, play(hytera_station(), [stream]))


@given(st.sampled_from(TELLING), st.integers(1, 40))
def test_a_datagram_that_is_cut_off_costs_only_itself(frame: bytes, size: int) -> None:
    ours = hytera_station(port="udp://0.0.0.0:3002")
    assert all_in_order(TELLING, play(ours, [frame[: min(size, len(frame) - 1)], *TELLING]))


@given(st.binary(max_size=3000))
def test_noise_is_bounded_and_never_raises(noise: bytes) -> None:
    for piece in play(hytera_station(), [noise]):
        assert not isinstance(piece.event, Unparsed) or len(piece.raw) <= UNREAD_BYTES_MAX


@given(st.integers(1, 0xFFFFFF), st.integers(0, 0xFFFFFFFF), st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_texts_are_read_as_dmr_kaitai_reads_them(unit: int, request_id: int, text: str) -> None:
    addresses = bytes.fromhex("0a000001") + b"\x0a" + unit.to_bytes(3)
    try:
        words = text.encode("utf-16-le")
    except UnicodeEncodeError:  # a lone surrogate
        return
    frame = codec.encode_hdap(codec.TMP, 0xA1, request_id.to_bytes(4) + addresses + words)
    theirs = HyteraDmrApplicationProtocol.from_bytes(frame).data
    (ours,) = [plain(piece.event) for piece in play(hytera_station(), [frame])]
    assert (ours["unit"], ours.get("id"), ours["text"]) == (
        str(theirs.source_ip.radio_id),
        str(theirs.request_id),
        theirs.tmdata,
    )
