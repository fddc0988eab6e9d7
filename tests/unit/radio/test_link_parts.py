"""The link's parts by themselves: ports as people write them, settings with their cures, noise, repeats of a broker."""

from typing import Any

import msgspec
import pytest

from adapters.radio.checks import check, remarks
from adapters.radio.cor_lines import KIND as COR_LINES
from adapters.radio.kind import RadioKind, radio_rules
from adapters.radio.line_table import KIND as LINE_TABLE
from adapters.radio.line_table.settings import may_take_for_ever
from adapters.radio.registry import KINDS
from adapters.radio.station import Heard
from adapters.radio.traffic import NOISE_BURST_MAX, NoiseLimit, Traffic
from adapters.radio.transports.address import parse
from adapters.radio.transports.mqtt import Unanswered
from rules.events import TransmissionStarted, Unparsed

TAIT = next(kind for kind in KINDS if kind.name == "tait-ccdi")


def settings(kind: RadioKind, **table: Any) -> Any:
    return msgspec.convert({"name": "tower", "kind": kind.name, "port": "/dev/ttyUSB0", **table}, kind.settings)


def keys(kind: RadioKind, **table: Any) -> list[str]:
    return [problem.key for problem in check(kind, settings(kind, **table))]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0", ("serial", "", 0)),
        ("socket://10.0.0.7:4001", ("socket", "10.0.0.7", 4001)),
        ("socket://[::1]:4001/", ("socket", "::1", 4001)),
        ("rfc2217://moxa:4001?ign_set_control", ("rfc2217", "moxa", 4001)),
        ("udp://0.0.0.0:50000", ("udp", "0.0.0.0", 50000)),  # noqa: S104 - an address to be read
        ("mqtt://broker/msh/EU/2/json/#", ("mqtt", "broker", 1883)),
        ("mqtts://broker/a/b", ("mqtt", "broker", 8883)),
    ],
)
def test_a_port_is_a_device_or_a_url(port: str, expected: tuple[str, str, int]) -> None:
    address = parse(port)
    assert (address.transport, address.host, address.port) == expected


def test_a_topic_keeps_its_wildcards() -> None:
    assert parse("mqtt://broker:1884/+/json/#").path == "+/json/#"


@pytest.mark.parametrize(
    "port",
    ["", "ttyUSB0", "COM3", "http://a:1", "socket://a", "socket://:1", "udp://a:99999", "mqtt://a", "mqtt://u:p@a/t",
     "socket://a:1?x", "rfc2217://a:1?baud=9600"],
)  # fmt: skip
def test_a_port_that_cannot_be_meant_is_refused_with_what_to_write(port: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(port)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"port": "udp://127.0.0.1:50000"}, "port"),
        ({"port": "ttyUSB0"}, "port"),
        ({"port": "socket://a:1", "baud": 9600}, "baud"),
        ({"baud": 7}, "baud"),
        ({"channel": " CH1"}, "channel"),
        ({"own_units": ["1 2"]}, "own_units"),
        ({"hails": ["own_unit"]}, "hails"),
        ({"hails": ["talkgroup"]}, "hails"),
        ({"replies": ["unit"]}, "replies"),
        ({"query_s": -1}, "query_s"),
        ({"silent_alarm_s": 1e9}, "silent_alarm_s"),
        ({"username": "u", "password_env": "NO_SUCH_VARIABLE"}, "password_env"),
        ({"password_file": "/no/such/file"}, "username"),
    ],
)
def test_what_is_wrong_with_a_base_station_s_table_is_named(table: dict[str, Any], key: str) -> None:
    assert key in keys(TAIT, **table)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name != "line-table"], ids=lambda kind: kind.name)
def test_every_kind_takes_a_table_of_its_own_transport_and_refuses_others(kind: RadioKind) -> None:
    ports = {"serial": "/dev/ttyUSB0", "socket": "socket://a:1", "rfc2217": "rfc2217://a:1", "udp": "udp://a:1"}
    for name, port in (ports | {"mqtt": "mqtt://a/t"}).items():
        assert ("port" in keys(kind, port=port)) == (name not in kind.transports), port


def test_a_device_that_is_not_there_is_a_remark_and_no_error() -> None:
    made = settings(TAIT, port="/dev/no-such-device", rts=True)
    assert not check(TAIT, made)
    assert ["is not there now" in remarks(made)[0], "keyed" in remarks(made)[1]] == [True, True]


def test_without_a_ptt_line_no_reply_can_be_seen() -> None:
    assert radio_rules(COR_LINES, settings(COR_LINES)).radio.replies == ()  # type: ignore[union-attr]
    assert "ptt" in radio_rules(COR_LINES, settings(COR_LINES, ptt_line="CTS")).radio.replies  # type: ignore[union-attr]
    assert keys(COR_LINES, replies=["ptt"]) == ["replies"]
    assert keys(COR_LINES, ptt_line="DCD") == ["ptt_line"]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"match": "(", "event": "Status"}, "lines.1.match"),
        ({"match": r"(?P<who>\d+)", "event": "TransmissionStarted"}, "lines.1.match"),
        ({"match": "x", "event": "Text"}, "lines.1.match"),
        ({"match": "TX", "event": "ControlTransmitting"}, "lines.1.on"),
        ({"match": "(a+)+b", "event": "CallAlert"}, "lines.1.match"),
    ],
)
def test_a_row_of_a_table_that_cannot_work_is_named_by_its_place(row: dict[str, Any], key: str) -> None:
    assert keys(LINE_TABLE, lines=[row]) == [key]


@pytest.mark.parametrize(
    ("pattern", "hostile"),
    [
        (r"(a+)+b", True),
        (r"(?:\w+\s*)*x", True),
        (r"(a|a)*b", True),
        (r"((a)+)*", True),
        (r".*,.*,.*,.*", True),
        (r"\[(?P<at>[^\]]+)\] RX (?P<unit>\d+)>(?P<called>\d+)", False),
        (r"(?:LOST|END)? (\d{3})+", False),
        (r"(?P<text>.*)", False),
        (r"[(+]+", False),
    ],
)
def test_a_pattern_that_one_line_could_keep_busy_for_ever_is_known(pattern: str, hostile: bool) -> None:
    assert may_take_for_ever(pattern) is hostile


def test_of_a_flood_of_noise_a_few_pieces_are_kept_and_all_is_counted() -> None:
    traffic = Traffic()
    limit = NoiseLimit("tower", traffic)
    noise = Heard(Unparsed(source="tower", reason="noise"), b"xx")
    call = Heard(TransmissionStarted(source="tower", channel="CH1"), b"call")
    kept = [one for turn in range(1000) for one in limit.keep([noise, call], turn * 1000)]
    assert kept.count(call) == 1000
    assert kept.count(noise) <= NOISE_BURST_MAX + 4
    assert traffic.bytes_unreadable == 2000
    assert kept.count(noise) + traffic.noise_left_out == 1000


def test_what_the_broker_sends_again_counts_once_and_is_acknowledged_when_it_is_committed() -> None:
    told = Unanswered()
    letter = (7, "radio/a", b"ON")
    assert told.take(letter, again=False)
    assert not told.take(letter, again=True)  # by the next connection, before the commit
    acknowledged: list[int] = []
    told.acknowledge = acknowledged.append
    told.committed(letter)
    assert acknowledged == [7]
    assert not told.take(letter, again=True)  # the acknowledgement was lost: it is given again
    assert acknowledged == [7, 7]
    assert told.take(letter, again=False)  # not marked as a repeat: the same words are news
