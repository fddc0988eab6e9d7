"""app_rpt's manager events: what its source prints, and a login against the pretend manager interface."""

from hashlib import md5
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import PeerRefused
from adapters.radio.asterisk_rpt import Settings, check
from adapters.radio.asterisk_rpt.station import RptStation
from adapters.radio.station import CannotSend, Heard
from tests.unit.radio.streams import AT_US, all_in_order, cuts, only, play, sign, told, torn

RECORDED = Path("tests/fixtures/radio/asterisk-rpt/repeater.bin").read_bytes()


def settings(**table: Any) -> Settings:
    return msgspec.convert({"name": "hill", "kind": "asterisk-rpt", "port": "socket://h:5038", **table}, Settings)


def station(**table: Any) -> RptStation:
    made = RptStation(settings(**table))
    made.opened()
    return made


def is_in(made: RptStation) -> bool:
    return made.admitted


def event(name: str, value: str, at: float = 0, node: str = "1999") -> bytes:
    lines = (f"Event: {name}", "Privilege: call,all", f"Timestamp: {1795310000 + at:.6f}", f"Node: {node}")
    return "\r\n".join((*lines, "Channel: SimpleUSB/usb1999", f"EventValue: {value}", "", "")).encode()


def rx(value: int, at: float = 0, node: str = "1999") -> bytes:
    return event("RPT_RXKEYED", str(value), at, node)


def tx(value: int, at: float = 0) -> bytes:
    return event("RPT_TXKEYED", str(value), at)


def link(keyed: str, at: float = 0) -> bytes:
    return event("RPT_ALINKS", f"2,1998T{keyed},2000TU", at)


def short(heard: list[Heard]) -> list[str]:
    return [sign(one.event) for one in heard]


def test_a_repeaters_recording_is_read_as_it_happened() -> None:
    heard = short(play(station(), [RECORDED]))
    assert heard[:5] == ["+", "UnitIdentified", "-", "C", "c"]
    assert heard[5:] == ["CallAlert", "Status", "UnitIdentified", "Emergency", "+", "-", "A", "a"]


@pytest.mark.parametrize(
    ("value", "told_as"),
    [
        ("I1701", {"type": "UnitIdentified", "unit": "1701"}),
        ("E1701", {"type": "Emergency", "unit": "1701"}),
        ("A1701-1400", {"type": "CallAlert", "unit": "1701", "called": "1400"}),
        ("C1701-1400", {"type": "UnitIdentified", "unit": "1701", "called": "1400"}),
        ("S1701-3", {"type": "Status", "unit": "1701", "status": "3"}),
        ("S3-1701", {"type": "Status", "unit": "1701", "status": "3"}),
        ("S31701", {"type": "Status", "unit": "1701", "status": "3"}),
    ],
)
def test_mdc_data_becomes_the_event_it_means(value: str, told_as: dict[str, Any]) -> None:
    assert only(station(), event("MDC-1200", value)) == {**told_as, "occurred_us": 1795310000 * 1_000_000}


@pytest.mark.parametrize("name", ["RPT_NUMLINKS", "RPT_ETXKEYED", "RPT_LINKS", "VarSet", "FullyBooted"])
def test_what_means_nothing_to_us_gives_no_event(name: str) -> None:
    assert told(station(), event(name, "1")) == []


@pytest.mark.parametrize(
    "data", [event("MDC-1200", "X9"), event("RPT_RXKEYED", "2"), b"\xff\xfe\r\n\r\n", b"ab: c\r\n\r\n"]
)
def test_what_cannot_be_read_is_kept_and_the_next_event_is_read(data: bytes) -> None:
    assert short(play(station(), [b"Asterisk Call Manager/5.0.4\r\n" + data + rx(1)])) == ["Unparsed", "+"]


def test_times_that_hold_a_line_end_tear_no_event() -> None:
    data = (
        rx(1)[:-2] + b"LastKeyedTime: Sun Nov 22 01:20:00 2026\n\r\nLastTxKeyedTime: Sun Nov 22 01:20:00 2026\n\r\n\r\n"
    )
    assert short(play(station(), [data])) == ["+"]
    assert short(play(station(), [data.replace(b"\r", b"").replace(b"\n", b"\r\n")])) == ["+"]


def test_a_transmitter_that_follows_the_receiver_and_hangs_on_is_no_reply() -> None:
    data = rx(1) + tx(1, 0.02) + rx(0, 3) + tx(0, 5)
    assert short(play(station(), [data])) == ["+", "-"]


def test_one_that_rises_while_nobody_is_received_is_control() -> None:
    data = rx(1) + tx(1, 0.02) + rx(0, 3) + tx(0, 5) + tx(1, 6) + tx(0, 8)
    assert short(play(station(), [data])) == ["+", "-", "C", "c"]


@pytest.mark.parametrize(("after_s", "wanted"), [(0.02, "A"), (0.2, "A"), (0.201, "C")])
def test_only_the_node_itself_answers_within_a_moment_of_the_call(after_s: float, wanted: str) -> None:
    assert short(play(station(), [rx(1) + rx(0, 3) + tx(1, 3 + after_s)])) == ["+", "-", wanted]


def test_control_that_speaks_over_a_link_into_the_tail_is_a_reply() -> None:
    data = rx(1) + tx(1) + rx(0, 3) + link("K", 4) + link("U", 6) + tx(0, 8)
    assert short(play(station(control_nodes=["1998"]), [data])) == ["+", "-", "C", "c"]


def test_with_control_on_a_link_the_transmitter_alone_is_the_node_itself() -> None:
    data = tx(1) + tx(0, 2) + link("K", 4) + tx(1, 4.1) + link("U", 6) + tx(0, 8)
    assert short(play(station(control_nodes=["1998"]), [data])) == ["A", "a", "C", "c"]


def test_each_node_is_a_channel_and_strange_ones_are_passed_over() -> None:
    made = station(nodes={"1999": "CH1", "2000": "CH2"})
    heard = play(made, [rx(1) + rx(1, 1, "2000") + rx(1, 2, "2001") + rx(0, 3)])
    assert [(type(h.event).__name__, getattr(h.event, "channel", "")) for h in heard] == [
        ("TransmissionStarted", "CH1"),
        ("TransmissionStarted", "CH2"),
        ("TransmissionEnded", "CH1"),
    ]


def test_a_transmission_whose_end_fell_into_a_lost_link_is_lost() -> None:
    made = station()
    made.feed(rx(1), AT_US)
    made.opened()
    assert short(made.feed(b"Asterisk Call Manager\r\n" + rx(1, 9), AT_US)) == ["lost", "+"]
    made.opened()
    assert short(made.feed(b"Asterisk Call Manager\r\n" + rx(0, 9), AT_US)) == ["lost"]


def test_it_logs_in_by_challenge_and_pings(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    made = station(username="hotline", password_file=str(tmp_path / "secret"))
    assert not is_in(made)
    assert made.to_send() == [b"Action: Challenge\r\nActionID: hotline-challenge\r\nAuthType: MD5\r\n\r\n"]
    greeting = b"Asterisk Call Manager/5.0.4\r\n"
    made.feed(greeting + b"Response: Success\r\nActionID: hotline-challenge\r\nChallenge: 42\r\n\r\n", AT_US)
    (login,) = made.to_send()
    assert b"Key: " + md5(b"42s3cret", usedforsecurity=False).hexdigest().encode() in login
    assert b"s3cret" not in login
    made.feed(b"Response: Error\r\nMessage: Permission denied\r\n\r\n", AT_US)  # the first ping came too early
    assert not is_in(made)
    made.feed(b"Response: Success\r\nActionID: hotline-login\r\n\r\n", AT_US)
    assert is_in(made)
    assert made.query() == b"Action: Ping\r\n\r\n"


def test_a_refused_login_is_said(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    made = station(username="hotline", password_file=str(tmp_path / "secret"))
    refusal = b"AMI\r\nResponse: Error\r\nActionID: hotline-login\r\nMessage: Authentication failed\r\n\r\n"
    with pytest.raises(PeerRefused, match="Authentication failed"):
        made.feed(refusal, AT_US)
    (tmp_path / "secret").unlink()
    made.opened()
    with pytest.raises(PeerRefused, match="our secret"):
        made.feed(b"AMI\r\nResponse: Success\r\nActionID: hotline-challenge\r\nChallenge: 42\r\n\r\n", AT_US)


def test_what_is_wrong_with_the_settings_is_said() -> None:
    bad = settings(nodes={"n 1": "CH1"}, control_nodes=["*"], automatic_within_s=-1)
    keys = [problem.key for problem in check(bad)]
    assert keys == ["username", "password_file", "nodes", "control_nodes", "automatic_within_s"]
    assert check(settings(username="hotline", password_env="RPT_SECRET")) == []


def test_it_takes_no_texts() -> None:
    with pytest.raises(CannotSend):
        station().text("1701", "hello", "1")


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(station(), torn(RECORDED, places)) == play(station(), [RECORDED])


@given(st.lists(st.binary(max_size=40), min_size=6, max_size=6), cuts)
def test_rubbish_between_events_costs_no_event(rubbish: list[bytes], places: list[int]) -> None:
    frames = [rx(1 - at % 2, at) for at in range(6)]
    data = b"".join(noise + frame for noise, frame in zip(rubbish, frames, strict=True))
    heard = play(station(), torn(b"Asterisk Call Manager\r\n" + data, places))
    assert all_in_order([frame[:-4] for frame in frames], heard)
