"""What the owner and the desk write: the configuration, units, the API's queries, recordings, samples to decode."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
from yarl import URL

from adapters.errors import ConfigError, GatewayError
from adapters.kinds import Problem
from adapters.notify.webhook.addresses import is_public
from adapters.notify.webhook.notifier import RETRY_AFTER_MAX_S, retry_after_s
from adapters.radio.transports.address import parse
from adapters.recordings.about import from_form, from_name, from_trunk_recorder
from gateway.config import load
from gateway.decoding import Hints, decode
from gateway.logs import escaped
from gateway.units_file import read_units
from gateway.web.asking import DATED, NAMED, NUMBERED, read_cursor, read_limit, read_one_of, read_query
from gateway.web.problems import Problem as Refusal
from rules.incidents import IncidentOutcome
from rules.moments import parse_rfc3339, rfc3339
from tests.fuzz.target import Target, journalled

_ROOT = Path(__file__).parents[2]
_TOML = b"""[gateway]
site = "x"
[[source]]
name = "a"
kind = "tait-ccdi"
port = "/dev/ttyUSB0"
[[unit]]
unit = "1"
[ladder]
first = ["desk"]
[rules.two_calls]
fallback_s = 10.0
"""
_QUERIES = (b"limit=50&since=2026-11-21T08:00:00Z&cursor=1795219750.7&caller=%2B86", b"cursor=7.a1")
_SAMPLES = (b'{"event":"delivered","call":"c1"}', b"7E 04 00 00\n68 2D 02 01", b"Event: Newchannel\n\n")
_ADDRESSES = (b"8.8.8.8", b"::ffff:10.0.0.1", b"64:ff9b::7f00:1", b"tcp://radio.lan:4001", b"mqtts://b/t/#")
_LAST_US = 253_402_300_799_000_000  # of the year 9999
# RFC 6890 and RFC 1112, written out: the code asks Python's own list.
_OURS = [
    ip_network(words)
    for words in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
]


def _config(data: bytes) -> None:
    """Two readings give the same rules under the same name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hotline.toml"
        path.write_bytes(data)
        try:
            first = load(path)
        except ConfigError:
            return
        assert load(path).rules == first.rules


def _units(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        problems: list[Problem] = []
        units = read_units(Path(file.name), problems)
    msgspec.json.encode([units, problems])
    assert len({unit.unit for unit in units}) == len(units)


def _api_query(data: bytes) -> None:
    """What a page of the API asks for: understood whole, or refused with a field and a cure."""
    url = URL.build(path="/api/v1/incidents", query_string=data.decode("utf-8", "surrogateescape"), encoded=True)
    request: Any = SimpleNamespace(query=url.query)
    with suppress(Refusal):
        query = read_query(request, "limit", "since", "cursor", "outcome", "caller", "unit")
        assert 1 <= read_limit(query) <= 500
        assert read_one_of(query, "outcome", get_args(IncidentOutcome)) in {None, *get_args(IncidentOutcome)}
        for form, keys in ((NUMBERED, 1), (DATED, 2), (NAMED, 2)):
            with suppress(Refusal):
                cursor = read_cursor(query, form)
                if cursor is not None:
                    assert all(int(part) >= 0 for part in cursor.split(".")[: 1 if form is NAMED else keys])


def _upload_form(data: bytes) -> None:
    with suppress(ValueError):
        msgspec.json.encode(from_form(dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))))


def _sidecar(data: bytes) -> None:
    with suppress(ValueError):
        msgspec.json.encode(from_trunk_recorder(data))


def _file_name(data: bytes) -> None:
    pattern = r"(?P<date>\d{8})[_-]?(?P<time>\d{6})(_(?P<channel>\w+))?"
    from_name(data.decode("utf-8", "surrogateescape"), pattern, ZoneInfo("Asia/Shanghai"))


def _sample(data: bytes) -> None:
    """`hotline-gateway decode`, left to guess what it was given; also of hexadecimal digits."""
    for hints in (Hints(zone="UTC"), Hints(kind="tait-ccdi", is_hex=True, zone="UTC")):
        with suppress(GatewayError):
            for one in decode(data, None, hints).read:
                journalled(one.event)


def _words(data: bytes) -> None:
    """Times of the API, of headers; and what may stand in a log."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(ValueError, OverflowError):
        at_us = parse_rfc3339(text)
        if 0 <= at_us < _LAST_US:
            assert abs(parse_rfc3339(rfc3339(at_us)) - at_us) < 1_000  # written in milliseconds
    waits = retry_after_s(text)
    assert waits is None or 0 <= waits <= RETRY_AFTER_MAX_S
    assert len(escaped(text).splitlines()) <= 1


def _address(data: bytes) -> None:
    """No address of ours is taken for a public one, however it is wrapped; a port's address is read or refused."""
    with suppress(ValueError):
        parse(data.decode("utf-8", "replace"))
    text = data.decode("ascii", "replace")
    if not is_public(text):
        return
    ip = ip_address(text.partition("%")[0])
    for one in (ip, *_carried(ip)):
        assert not any(one.version == network.version and one in network for network in _OURS), text


def _carried(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """By the bytes, not by Python's names for them: mapped, compatible, translated, 6to4."""
    raw = ip.packed
    if len(raw) == 4:
        return []
    ends = raw[:12] in (bytes(12), bytes(10) + b"\xff\xff", bytes.fromhex("0064ff9b0000000000000000"))
    return [ip_address(raw[12:])] if ends else [ip_address(raw[2:6])] if raw[:2] == b"\x20\x02" else []


def office_targets() -> list[Target]:
    examples = tuple(path.read_bytes() for path in sorted((_ROOT / "docker").glob("*.toml")))
    runs: list[tuple[str, Callable[[bytes], None], tuple[bytes, ...]]] = [
        ("config", _config, (_TOML, *examples)),
        ("units-file", _units, ("单位,名称,岗位,点名间隔秒\n100-4002,王,东门,600\n".encode(), b"unit;name\n1;a\n")),
        (
            "api-query",
            _api_query,
            _QUERIES,
        ),
        ("upload-form", _upload_form, (b"talkgroup=1&system=2&dateTime=1795219750&sources=[{%22src%22:4}]",)),
        ("sidecar", _sidecar, (b'{"talkgroup":1,"start_time":1795219750,"srcList":[{"src":4}],"short_name":"x"}',)),
        ("file-name", _file_name, (b"20261121_101530_CH1.wav",)),
        (
            "sample",
            _sample,
            _SAMPLES,
        ),
        ("words", _words, (b"2026-11-21T08:00:00.123Z", b"120", b"Sat, 21 Nov 2026 08:00:00 GMT")),
        (
            "address",
            _address,
            _ADDRESSES,
        ),
    ]
    return [Target(*one) for one in runs]
