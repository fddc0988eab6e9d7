"""MMDVMHost's JSON, by its schema and as its builds write it."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.kind import Piece, radio_rules
from adapters.radio.mmdvm_mqtt import KIND
from adapters.radio.mmdvm_mqtt.settings import Settings
from adapters.radio.mmdvm_mqtt.station import MmdvmStation
from adapters.radio.recorded_messages import messages_of
from adapters.radio.station import CannotSend
from rules.events import Unparsed
from simulators.radios.mmdvm import Mmdvm
from tests.unit.radio.streams import AT_US, plain

TOPIC = "repeater/json"


def settings(**table: Any) -> Settings:
    made: Settings = msgspec.convert(
        {"name": "rep", "kind": "mmdvm-mqtt", "port": "mqtt://127.0.0.1/repeater/json", **table}, Settings
    )
    return made


class Played:
    """A station, and a pretend host that publishes to it."""

    def __init__(self, **table: Any) -> None:
        self.station = MmdvmStation(settings(**table))
        self.told: list[dict[str, Any]] = []
        self.host = Mmdvm(self.take, lambda: datetime(2026, 11, 22, 8, 0, 0, 250_000, UTC))

    def take(self, payload: bytes, topic: str = TOPIC) -> None:
        self.told += [plain(heard.event) for heard in self.station.feed(payload, AT_US, topic)]

    def say(self, key: str, /, **told: Any) -> None:
        self.take(json.dumps({key: told}).encode())

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.told]


CALL = {"unit": "2345678", "called": "505", "group": True, "occurred_us": 1_795_334_400_250_000}


def test_a_voice_call_begins_and_ends_as_its_slot_tells() -> None:
    played = Played()
    played.host.press(2345678, 505)
    played.host.release()
    assert played.told == [
        {"type": "TransmissionStarted", **CALL},
        {"type": "TransmissionEnded", **CALL},
    ]


def test_what_is_lost_or_times_out_ends_by_that_reason() -> None:
    played = Played()
    played.host.press(2345678, 505)
    played.host.lose()
    played.host.press(2345678, 505)
    played.host.time_out()
    assert [event["reason"] for event in played.told[1::2]] == ["lost", "timeout"]


def test_a_late_entry_begins_a_call_only_where_none_is_open() -> None:
    played = Played()
    played.host.press(7, 505, late=True)
    played.host.press(7, 505, late=True)
    assert played.types == ["TransmissionStarted"]
    played.host.press(8, 505, late=True)
    assert [(event["type"], event["unit"]) for event in played.told[1:]] == [
        ("TransmissionEnded", "7"),
        ("TransmissionStarted", "8"),
    ]


def test_two_slots_are_two_channels() -> None:
    station = MmdvmStation(settings(channel="rep"))
    channels = []
    for slot in (1, 2):
        message = {"DMR": {"action": "start", "slot": slot, "source_id": 7, "destination_id": 9}}
        channels += [getattr(heard.event, "channel", "") for heard in station.feed(json.dumps(message).encode(), AT_US)]
    assert channels == ["rep-1", "rep-2"]


def test_an_end_names_who_began_on_the_same_slot() -> None:
    played = Played()
    played.host.press(7, 505, slot=1)
    played.host.press(8, 606, slot=2)
    played.host.release(slot=1)
    played.host.release(slot=2)
    assert [event["unit"] for event in played.told] == ["7", "8", "7", "8"]
    played.host.release(slot=2)
    assert "unit" not in played.told[-1]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Call Alert", {"type": "CallAlert"}),
        ("Call Alert Ack", {"type": "MachineAck"}),
        ("Negative Acknowledgment Response", {"type": "MachineAck", "ok": False}),
        ("Call Emergency", {"type": "Emergency"}),
    ],
)
def test_control_blocks_are_told_by_their_description(description: str, expected: dict[str, Any]) -> None:
    played = Played()
    played.host.signal(2345678, 9, description)
    call = {"unit": "2345678", "called": "9", "occurred_us": CALL["occurred_us"]}
    assert played.told == [{**expected, **call}]


@pytest.mark.parametrize("description", ["Radio Check", "Preamble", "Unit to Unit Voice Service Request", "new"])
def test_other_control_blocks_show_only_that_the_unit_is_there(description: str) -> None:
    played = Played()
    played.host.signal(2345678, 9, description)
    assert played.told == [{"type": "UnitSeen", "unit": "2345678", "occurred_us": CALL["occurred_us"]}]


def test_data_is_no_call() -> None:
    played = Played()
    played.host.send_data(7, 505)
    assert played.types == ["UnitSeen"]
    played.host.refuse(7, 505)
    assert played.types == ["UnitSeen", "UnitSeen"]


def test_the_network_is_control_where_the_site_says_so() -> None:
    played = Played(network_is_control=True)
    played.host.press(99, 505, source="network")
    played.host.release()
    played.host.signal(99, 7, "Call Alert", source="network")
    assert [(event["type"], event.get("on")) for event in played.told] == [
        ("ControlTransmitting", True),
        ("ControlTransmitting", False),
    ]
    other = Played()
    other.host.press(99, 505, source="network")
    assert other.types == ["TransmissionStarted"]


def test_a_repeater_shows_a_reply_only_by_the_network_or_our_own_units() -> None:
    def replies(**table: Any) -> tuple[str, ...]:
        rules = radio_rules(KIND, settings(**table)).radio
        assert rules is not None
        return rules.replies

    assert replies() == ()
    assert replies(own_units=["9"]) == ("unit", "board")
    assert replies(network_is_control=True) == ("ptt", "board")


@pytest.mark.parametrize(
    ("mode", "start", "unit", "called"),
    [
        ("YSF", {"source_cs": "BG7ABC    ", "source": "rf", "mode": "voice_dn", "dg-id": 10}, "BG7ABC", "10"),
        ("P25", {"source_id": 2345678, "destination_id": 10200, "destination_type": "group"}, "2345678", "10200"),
        ("NXDN", {"source_id": 1234, "destination_id": 100, "destination_type": "individual"}, "1234", "100"),
        ("D-Star", {"source_cs": "BG7ABC  ", "source_ext": "ID51", "destination_cs": "CQCQCQ  "}, "BG7ABC", "CQCQCQ"),
        ("DMR", {"src_id": 5051234, "dst_id": 505, "group": "yes", "slot": 1}, "5051234", "505"),
    ],
)
def test_each_mode_names_units_its_way(mode: str, start: dict[str, Any], unit: str, called: str) -> None:
    played = Played()
    played.say(mode, action="start", **start)
    played.say(mode, action="end", **({"slot": 1} if mode == "DMR" else {}))
    assert [(event["type"], event["unit"], event["called"]) for event in played.told] == [
        ("TransmissionStarted", unit, called),
        ("TransmissionEnded", unit, called),
    ]


def test_fm_tells_its_carrier_by_the_states_it_passes() -> None:
    played = Played()
    for state in ("listening", "kerchunk_rf", "listening"):  # a bumped key
        played.say("FM", state=state)
    assert played.types == ["TransmissionStarted", "TransmissionEnded"]
    played.told.clear()
    for state in ("kerchunk_rf", "relaying_rf", "relaying_wait_rf", "hang", "listening"):
        played.say("FM", state=state)
    assert played.types == ["TransmissionStarted", "TransmissionEnded"]
    played.told.clear()
    for state in ("relaying_rf", "timeout_rf", "timeout_wait_rf", "listening"):
        played.say("FM", state=state)
    assert [event.get("reason", "end") for event in played.told] == ["end", "timeout"]


def test_what_the_modem_measures_pages_and_aliases_are_no_events() -> None:
    played = Played()
    for mode in ("MMDVM", "RSSI", "BER", "Text", "POCSAG"):
        played.say(mode, mode="DMR", value=1)
    played.say("DMR", type="voice", slot=1, data="B5dV")
    assert played.told == []


def test_several_repeaters_on_one_subscription_are_kept_apart() -> None:
    played = Played()
    message = b'{"DMR": {"action": "start", "slot": 1, "source_id": %d}}'
    played.take(message % 7, "east/json")
    played.take(message % 8, "west/json")
    played.take(b'{"DMR": {"action": "end", "slot": 1}}', "east/json")
    assert [event["unit"] for event in played.told] == ["7", "8", "7"]


def test_made_up_topics_do_not_fill_the_memory() -> None:
    played = Played()
    for number in range(1000):
        played.take(b'{"DMR": {"action": "start", "slot": 1, "source_id": 7}}', f"{number}/json")
    played.told.clear()
    played.take(b'{"DMR": {"action": "end", "slot": 1}}', "0/json")
    played.take(b'{"DMR": {"action": "end", "slot": 1}}', "999/json")
    assert [event.get("unit") for event in played.told] == [None, "7"]


def test_a_call_open_over_a_lost_link_is_ended_by_what_the_broker_kept() -> None:
    played = Played()
    played.host.press(7, 505)
    played.station.opened()
    played.host.release()
    assert played.told[-1]["unit"] == "7"


@pytest.mark.parametrize(
    "payload",
    [b"", b"not json", b"[]", b"7", b"{}", b'{"XYZ": {}}', b'{"DMR": 7}', b"\xff\xfe", b"[" * 10_000, b" " * 20_000],
)
def test_what_is_no_message_of_a_host_is_unparsed(payload: bytes) -> None:
    heard = MmdvmStation(settings()).feed(payload, AT_US, TOPIC)
    assert len(heard) == 1
    assert isinstance(heard[0].event, Unparsed)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["action", "slot", "source", "source_id", "src_id", "destination_type", "csbk_desc", "frames", "timestamp", "state"]
)
words = st.sampled_from(
    ["start", "late_entry", "end", "lost", "csbk", "rejected", "network", "Call Alert", "2026-13-01"]
)


@given(
    st.sampled_from(["DMR", "YSF", "FM", "P25", "Text", "x"]),
    st.dictionaries(fields, json_values | words, max_size=6),
)
def test_no_json_makes_it_raise(mode: str, told: dict[str, Any]) -> None:
    MmdvmStation(settings()).feed(json.dumps({mode: told}).encode(), AT_US, TOPIC)


def test_it_sends_no_texts() -> None:
    with pytest.raises(CannotSend):
        MmdvmStation(settings()).text("7", "x", "a")


def test_a_recording_is_read_a_line_a_message_or_whole_and_a_broken_line_costs_only_itself() -> None:
    assert messages_of(b'{"DMR": {}}\nrep/json {"FM": {}}\r\n\nrep/json\t{"P25": {}}\nnot json\n') == [
        Piece(b'{"DMR": {}}'),
        Piece(b'{"FM": {}}', via="rep/json"),
        Piece(b'{"P25": {}}', via="rep/json"),
        Piece(b"not json"),
    ]
    whole = b'{\n  "DMR": {}\n}\n'
    assert messages_of(whole) == [Piece(whole)]
