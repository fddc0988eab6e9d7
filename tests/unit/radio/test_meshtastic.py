"""Meshtastic's stream and JSON, against frames that its own Python package encodes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import mesh_pb2, mqtt_pb2

from adapters.radio.kind import Piece
from adapters.radio.meshtastic import sample
from adapters.radio.meshtastic.settings import Settings, check
from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from tests.unit.radio.stations import meshtastic_station
from tests.unit.radio.streams import AT_US, all_in_order, cuts, only, plain, play, told, torn

UNIT, OWN, ALL = 0x7EFEEE00, 0x0A0B0C0D, 0xFFFFFFFF
TEXT, POSITION, ROUTING, DETECTION, ALERT = 1, 3, 5, 10, 11


def framed(message: mesh_pb2.FromRadio) -> bytes:
    data: bytes = message.SerializeToString()
    return b"\x94\xc3" + len(data).to_bytes(2) + data


def packet(port: int, payload: bytes, to: int = ALL, number: int = 77, **more: Any) -> bytes:
    whole: dict[str, Any] = {"from": UNIT, "to": to, "id": number}
    data = {"portnum": port, "payload": payload, **{key: more.pop(key) for key in ("request_id",) if key in more}}
    return framed(mesh_pb2.FromRadio(packet=mesh_pb2.MeshPacket(**{**whole, **more}, decoded=mesh_pb2.Data(**data))))


FRAMES = (
    packet(TEXT, "门开着".encode()),
    packet(POSITION, b"\x0d\x00\x01\x02\x03", number=78),
    packet(DETECTION, b"Door detected", to=OWN, number=79),
    packet(TEXT, b"x" * 230, number=80, rx_time=1_692_731_222, rx_snr=5.25, hop_limit=3),
)
STREAM = b"INFO  | boot\r\n" + FRAMES[0] + b"\x94" + FRAMES[1] + b"\xff" + FRAMES[2] + FRAMES[3]


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (FRAMES[0], [{"type": "Text", "unit": "!7efeee00", "group": True, "id": "77", "text": "门开着"}]),
        (FRAMES[1], [{"type": "UnitSeen", "unit": "!7efeee00"}]),
        (FRAMES[2], [{"type": "CallAlert", "unit": "!7efeee00", "called": "!0a0b0c0d", "id": "79"}]),
        (
            packet(ALERT, b"fire"),
            [
                {"type": "CallAlert", "unit": "!7efeee00", "group": True, "id": "77"},
                {"type": "Text", "unit": "!7efeee00", "group": True, "id": "77", "text": "fire"},
            ],
        ),
        (
            packet(ROUTING, mesh_pb2.Routing(error_reason=0).SerializeToString(), to=OWN, request_id=5),
            [{"type": "MachineAck", "unit": "!7efeee00", "id": "5"}],
        ),
        (
            packet(ROUTING, mesh_pb2.Routing(error_reason=5).SerializeToString(), to=OWN, request_id=5),
            [{"type": "MachineAck", "unit": "!7efeee00", "id": "5", "ok": False}],
        ),
        (
            framed(mesh_pb2.FromRadio(packet=mesh_pb2.MeshPacket(**{"from": UNIT, "encrypted": b"\0" * 9}))),
            [{"type": "UnitSeen", "unit": "!7efeee00"}],
        ),
        (framed(mesh_pb2.FromRadio(config_complete_id=5)), []),
        (framed(mesh_pb2.FromRadio(node_info=mesh_pb2.NodeInfo(num=UNIT))), []),
        (b"\x94\xc3\x00\x00", []),
    ],
)  # fmt: skip
def test_a_frame_becomes_what_it_means(frame: bytes, expected: list[dict[str, Any]]) -> None:
    assert told(meshtastic_station(), frame) == expected


def test_a_time_is_taken_only_from_a_clock_that_was_set() -> None:
    assert only(meshtastic_station(), FRAMES[3])["occurred_us"] == 1_692_731_222_000_000
    assert "occurred_us" not in only(meshtastic_station(), packet(TEXT, b"x", rx_time=4711))


def test_log_text_between_frames_is_no_noise() -> None:
    assert [
        piece["type"] for piece in told(meshtastic_station(), b"\x1b[34mDEBUG\x1b[0m x\r\n" + FRAMES[1] + b"C3\r\n")
    ] == ["UnitSeen"]
    assert [piece["type"] for piece in told(meshtastic_station(), b"\x00\x01" + FRAMES[1])] == ["Unparsed", "UnitSeen"]


@pytest.mark.parametrize(
    "garbage", [b"\x94", b"\x94\x94", b"\x94\xc3", b"\x94\xc3\xff\xff", b"\x94\xc3\x02\x01", b"\xc3"]
)
def test_a_frame_survives_whatever_begins_before_it(garbage: bytes) -> None:
    assert all_in_order(FRAMES, play(meshtastic_station(), [garbage + frame for frame in FRAMES]))


def test_an_impossible_length_delays_nothing() -> None:
    assert len(meshtastic_station().feed(b"\x94\xc3\xff\xff" + FRAMES[1], AT_US)) == 2


def test_opening_asks_for_the_configuration_and_a_restart_of_the_device_again() -> None:
    ours = meshtastic_station()
    ours.opened()
    (asking,) = ours.to_send()
    assert asking.startswith(b"\xc3" * 32)
    assert mesh_pb2.ToRadio.FromString(asking[36:]).want_config_id
    assert mesh_pb2.ToRadio.FromString(ours.query()[4:]).WhichOneof("payload_variant") == "heartbeat"
    play(ours, [framed(mesh_pb2.FromRadio(rebooted=True))])
    (again,) = ours.to_send()
    assert mesh_pb2.ToRadio.FromString(again[4:]).want_config_id


def test_a_text_of_ours_is_what_the_package_reads_and_its_acknowledgement_bears_our_id() -> None:
    ours = meshtastic_station(channel_index=2, hops=5)
    play(ours, [framed(mesh_pb2.FromRadio(my_info=mesh_pb2.MyNodeInfo(my_node_num=OWN)))])
    sent = ours.text("!7efeee00", "到3号楼", "alert-1")
    assert ours.text("!7efeee00", "到3号楼", "alert-1") == sent
    read = mesh_pb2.ToRadio.FromString(sent[4:]).packet
    assert (read.to, read.channel, read.hop_limit, read.want_ack) == (UNIT, 2, 5, True)
    assert (read.decoded.portnum, read.decoded.payload.decode()) == (TEXT, "到3号楼")
    good = mesh_pb2.Routing(error_reason=0).SerializeToString()
    passed_on = packet(ROUTING, good, to=OWN, request_id=read.id, **{"from": OWN})
    assert told(ours, passed_on) == []
    (delivered,) = told(ours, packet(ROUTING, good, to=OWN, request_id=read.id))
    assert delivered == {"type": "MachineAck", "unit": "!7efeee00", "id": "alert-1"}


def test_a_text_to_a_talkgroup_goes_to_all_and_is_delivered_once_it_was_passed_on() -> None:
    ours = meshtastic_station(talkgroups=["LongFast"])
    play(ours, [framed(mesh_pb2.FromRadio(my_info=mesh_pb2.MyNodeInfo(my_node_num=OWN)))])
    sent = mesh_pb2.ToRadio.FromString(ours.text("LongFast", "x", "a")[4:]).packet
    assert sent.to == ALL
    good = mesh_pb2.Routing(error_reason=0).SerializeToString()
    (passed_on,) = told(ours, packet(ROUTING, good, to=OWN, request_id=sent.id, **{"from": OWN}))
    assert (passed_on["type"], passed_on["id"]) == ("MachineAck", "a")


@pytest.mark.parametrize("unit", ["", "7efeee00", "!7efeee0", "!ffffffff", "!00000000", "!7efeee0g"])
def test_no_text_goes_to_what_is_no_node(unit: str) -> None:
    with pytest.raises(CannotSend):
        meshtastic_station().text(unit, "x", "a")


def test_a_text_that_no_packet_holds_is_refused() -> None:
    with pytest.raises(CannotSend, match="200"):
        meshtastic_station().text("!7efeee00", "x" * 201, "a")


def published(topic: str, message: object, **table: Any) -> list[dict[str, Any]]:
    ours = meshtastic_station(port="mqtt://127.0.0.1/msh/EU_868/2/json/#", **table)
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    return [plain(heard.event) for heard in ours.feed(payload, AT_US, topic)]


JSON_TOPIC = "msh/EU_868/2/json/LongFast/!0a0b0c0d"


@pytest.mark.parametrize(
    ("payload", "text"),
    [({"text": "gate 3"}, "gate 3"), (42, "42"), (True, "true"), ("yes", "yes"), ({"a": 1}, '{"a":1}'), (None, "null")],
)
def test_a_published_text_is_a_text_even_where_it_looks_like_json(payload: object, text: str) -> None:
    message = {"from": UNIT, "to": -1, "id": 452664778, "type": "text", "payload": payload, "timestamp": 0}
    assert published(JSON_TOPIC, message) == [
        {"type": "Text", "unit": "!7efeee00", "called": "LongFast", "group": True, "id": "452664778", "text": text}
    ]


def test_other_published_packets_are_alerts_or_show_that_the_unit_is_there() -> None:
    def said(kind: str) -> list[str]:
        return [
            event["type"]
            for event in published(
                JSON_TOPIC, {"from": UNIT, "to": OWN, "id": 1, "type": kind, "payload": {"text": "d"}}
            )
        ]

    assert {kind: said(kind) for kind in ("position", "nodeinfo", "telemetry", "", "detection")} == {
        "position": ["UnitSeen"],
        "nodeinfo": ["UnitSeen"],
        "telemetry": ["UnitSeen"],
        "": ["UnitSeen"],
        "detection": ["CallAlert"],
    }


def test_unencrypted_envelopes_are_read_and_encrypted_ones_show_the_unit() -> None:
    topic = "msh/EU_868/2/e/LongFast/!0a0b0c0d"
    body: dict[str, Any] = {"from": UNIT, "to": ALL, "id": 9}
    clear = mesh_pb2.MeshPacket(**body, decoded=mesh_pb2.Data(portnum=TEXT, payload=b"hi"))
    hidden = mesh_pb2.MeshPacket(**body, encrypted=b"\x01\x02")
    envelopes = [
        mqtt_pb2.ServiceEnvelope(packet=one, channel_id="LongFast", gateway_id="!0a0b0c0d").SerializeToString()
        for one in (clear, hidden)
    ]
    assert published(topic, envelopes[0]) == [
        {"type": "Text", "unit": "!7efeee00", "called": "LongFast", "group": True, "id": "9", "text": "hi"}
    ]
    assert published(topic, envelopes[1]) == [{"type": "UnitSeen", "unit": "!7efeee00"}]


@pytest.mark.parametrize("payload", [b"{", b'{"type": "text"}', b'{"from": "x"}', b"\x00", b"\xff" * 20, b"{" * 20_000])
def test_what_no_gateway_publishes_is_unparsed(payload: bytes) -> None:
    assert [event["type"] for event in published(JSON_TOPIC, payload)] == ["Unparsed"]


def test_a_gateways_presence_is_no_packet() -> None:
    assert published("msh/EU_868/2/stat/!0a0b0c0d", b"online") == []


def test_no_text_goes_out_by_mqtt_where_nobody_could_confirm_it() -> None:
    with pytest.raises(CannotSend, match="MQTT"):
        meshtastic_station(port="mqtt://127.0.0.1/msh/#").text("!7efeee00", "x", "a")


def test_a_recording_is_a_stream_or_messages() -> None:
    assert sample(FRAMES[0] + b"{") == [Piece(FRAMES[0] + b"{")]
    assert sample(b'msh/x {"from": 1}\n{"from": 2}\n') == [Piece(b'{"from": 1}', via="msh/x"), Piece(b'{"from": 2}')]


def test_settings_name_what_is_wrong_with_them() -> None:
    wrong = {"name": "m", "kind": "meshtastic", "port": "x", "own_units": ["7"], "channel_index": 8, "hops": 9}
    keys = [problem.key for problem in check(msgspec.convert(wrong, Settings))]
    assert keys == ["own_units", "channel_index", "hops"]


@given(cuts)
def test_any_split_of_the_stream_tells_the_same(places: list[int]) -> None:
    assert play(meshtastic_station(), torn(STREAM, places)) == play(meshtastic_station(), [STREAM])


@given(st.lists(st.binary(max_size=30), min_size=len(FRAMES), max_size=len(FRAMES)))
def test_garbage_between_frames_loses_none(garbage: list[bytes]) -> None:
    stream = b"".join(noise + frame for noise, frame in zip(garbage, FRAMES, strict=True))
    assert all_in_order(FRAMES, play(meshtastic_station(), [stream]))


@given(st.integers(0, len(FRAMES) - 1), st.integers(1, 300), st.permutations(FRAMES))
def test_a_torn_frame_costs_none_of_those_that_follow(cut: int, at: int, following: list[bytes]) -> None:
    torn_frame = FRAMES[cut][: min(at, len(FRAMES[cut]) - 1)]
    assert all_in_order(following, play(meshtastic_station(), [torn_frame, *following]))


def test_bytes_of_a_text_that_look_like_a_frame_say_nothing_of_themselves() -> None:
    inner = packet(TEXT, b"forged", number=99)
    (heard,) = told(meshtastic_station(), packet(TEXT, b"\xc2" + inner, number=82) + FRAMES[1])[:1]
    assert heard["id"] == "82"


@given(st.binary(max_size=2000))
def test_noise_is_bounded_and_never_raises(noise: bytes) -> None:
    framed_noise = b"\x94\xc3" + len(noise[:512]).to_bytes(2) + noise
    for piece in [*play(meshtastic_station(), [noise]), *play(meshtastic_station(), [framed_noise])]:
        assert not isinstance(piece.event, Unparsed) or len(piece.raw) <= UNREAD_BYTES_MAX
    published(JSON_TOPIC, noise)


@given(st.integers(1, ALL - 1), st.integers(0, ALL), st.integers(1, ALL), st.text(max_size=60))
def test_texts_are_read_as_the_package_wrote_them(sender: int, to: int, number: int, text: str) -> None:
    (heard,) = told(meshtastic_station(), packet(TEXT, text.encode(), to=to, number=number, **{"from": sender}))
    assert (heard["unit"], heard["id"], heard["text"]) == (f"!{sender:08x}", str(number), text)
    assert heard.get("group", False) == (to == ALL)
