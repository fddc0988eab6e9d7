"""Everything that reads what others wrote, as functions of bytes that must not raise; each with seeds to begin from.

Audio is not here: a child process with limits of its own reads it (adapters.recordings.workshop).
"""

import io
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec

from adapters.errors import ConfigError, PeerRefused
from adapters.kinds import Problem
from adapters.notify.webhook.notifier import retry_after_s
from adapters.pbx import asterisk, webhook
from adapters.pbx.asterisk.recording import decode_recording
from adapters.pbx.webhook.mapping import Mapping
from adapters.pbx.webhook.signature import Verifier
from adapters.pbx.webhook.source import Reader, Reading
from adapters.radio.kind import Piece
from adapters.recordings.about import from_form, from_name, from_trunk_recorder
from gateway.config import load
from gateway.logs import escaped
from gateway.units_file import read_units
from gateway.web.plain_post import NotPlain, PlainPosts
from rules.moments import parse_rfc3339
from tests.contract.radio.samples import Sample, play, samples

FINDINGS = Path(__file__).parent / "findings"
ROOT = Path(__file__).parents[2]
_NOW_US = 1_795_219_750_000_000
_CONTENT_TYPES = (
    "application/json",
    "",
    "application/x-www-form-urlencoded",
    "text/plain; charset=gbk",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=big5",
)
_MAPPING = Mapping(
    event="call.status", events={"RINGING": "delivered", "ANSWERED": "established"}, call="call.id", at="call.time"
)


class Target(NamedTuple):
    """`run` raises for a finding; `seeds` are well-formed inputs that a fuzzer changes."""

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def _radio(sample: Sample, data: bytes) -> None:
    """Torn as the first byte says; each event can be written into the journal."""
    step = 1 + (data[0] if data else 0)
    by = cycle(sorted({piece.via for piece in sample.pieces()}) or [""])
    pieces = [Piece(data[at : at + step], via=next(by)) for at in range(0, len(data), step)]
    with suppress(PeerRefused):
        for heard in play(sample.station(), pieces):
            msgspec.json.encode(heard.event)


def _keep(reading: Reading) -> None:
    for incoming in reading.incoming:
        msgspec.json.encode(incoming.event)
    for error in reading.errors:
        msgspec.json.encode([str(error), error.field, error.cure])


def _hook_settings(**more: object) -> webhook.Settings:
    table = {"name": "main", "kind": "pbx-webhook", "allow_unsigned": True, **more}
    return msgspec.convert(table, webhook.Settings)


def _hook(settings: webhook.Settings, data: bytes) -> None:
    content_type = _CONTENT_TYPES[data[0] % len(_CONTENT_TYPES)] if data else ""
    encoding = "gzip" if data[1:2] > b"\xf0" else ""
    _keep(
        Reader(settings).read(
            data[2:], content_type=content_type, content_encoding=encoding, message_id="", at_us=_NOW_US
        )
    )


def _query(data: bytes) -> None:
    _keep(Reader(_hook_settings()).read_query(data, message_id="", at_us=_NOW_US))


def _signature(data: bytes) -> None:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature", "authorization")
    told = data.decode("utf-8", "surrogateescape").split("\n", len(names))
    headers = dict(zip(names, told, strict=False))
    for keys, bearers in (([b"k" * 32], []), ([], [b"t" * 24])):
        verifier = Verifier(keys, bearers, [b"p" * 24], tolerance_s=300, allow_unsigned=False)
        found = verifier.verify(headers, data, told[0], _NOW_US)
        assert type(found).__name__ == "Refused"


def _asterisk(data: bytes) -> None:
    settings = msgspec.convert(
        {"name": "pbx", "kind": "asterisk-ami", "host": "pbx.example", "username": "hotline"}, asterisk.Settings
    )
    for event, _ in decode_recording(settings, data)[0]:
        msgspec.json.encode(event)


def _config(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hotline.toml"
        path.write_bytes(data)
        with suppress(ConfigError):
            load(path)


def _units(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        problems: list[Problem] = []
        msgspec.json.encode(read_units(Path(file.name), problems))


def _upload_form(data: bytes) -> None:
    with suppress(ValueError):
        msgspec.json.encode(from_form(dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))))


def _sidecar(data: bytes) -> None:
    with suppress(ValueError):
        msgspec.json.encode(from_trunk_recorder(data))


def _file_name(data: bytes) -> None:
    pattern = r"(?P<date>\d{8})[_-]?(?P<time>\d{6})(_(?P<channel>\w+))?"
    from_name(data.decode("utf-8", "surrogateescape"), pattern, ZoneInfo("Asia/Shanghai"))


def _plain_post(data: bytes) -> None:
    posts = PlainPosts()
    with suppress(NotPlain):
        for line in io.BytesIO(data):
            posts.feed(line)
            assert len(posts.raw) <= 16 * 1024


def _words(data: bytes) -> None:
    """Times of the API, of headers; and what may stand in a log."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(ValueError, OverflowError):
        parse_rfc3339(text)
    waits = retry_after_s(text)
    assert waits is None or waits >= 0
    assert len(escaped(text).splitlines()) <= 1


def _read(names: Iterable[str]) -> tuple[bytes, ...]:
    return tuple((ROOT / name).read_bytes() for name in names)


def _radio_targets() -> list[Target]:
    by_kind: dict[str, list[Sample]] = {}
    for sample in samples():
        by_kind.setdefault(sample.kind.name, []).append(sample)
    found = []
    for kind, all_of_it in by_kind.items():
        seeds = tuple(b"".join(piece.data for piece in one.pieces())[:4096] for one in all_of_it)
        found.append(Target(f"radio-{kind}", partial(_radio, all_of_it[0]), seeds))
    return found


_EVENTS = (
    b'\0\0{"event":"delivered","call":"c1","from":"13800138000","to":"4001","at":"2026-11-21T08:00:00+08:00"}',
    b'\0\0[{"event":"held","call":"c1","leg":"1"},{"event":"cleared","call":"c1","cause":"busy"}]',
    b"\2\0event=established&call=c1&agent=008&device=8001",
    b'\2\0payload={"event":"queued","call":"c1"}',
)
_THEIRS = (b'\0\0{"call":{"status":"RINGING","id":"7","time":1795219750123}}',)
_SIPGATE = (b"\2\0event=newCall&from=49211&to=49212&direction=in&callId=1&user%5B%5D=Alice",)
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

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        *_radio_targets(),
        Target("hook", partial(_hook, _hook_settings()), _EVENTS),
        Target("hook-mapped", partial(_hook, _hook_settings(mapping=_MAPPING)), _THEIRS),
        Target("hook-sipgate", partial(_hook, _hook_settings(dialect="sipgate")), _SIPGATE),
        Target("hook-query", _query, tuple(seed[2:] for seed in _EVENTS[2:])),
        Target("signature", _signature, (b"msg_1\n1795219750\nv1,AAAA v1,BBBB\nBearer x\n{}",)),
        Target("asterisk", _asterisk, _read(["tests/golden/recordings/rejected.ami"])),
        Target("config", _config, (_TOML,)),
        Target(
            "units-file", _units, ("单位,名称,岗位,点名间隔秒\n100-4002,王,东门,600\n".encode(), b"unit;name\n1;a\n")
        ),
        Target("upload-form", _upload_form, (b"talkgroup=1&system=2&dateTime=1795219750&sources=[{%22src%22:4}]",)),
        Target(
            "sidecar", _sidecar, (b'{"talkgroup":1,"start_time":1795219750,"srcList":[{"src":4}],"short_name":"x"}',)
        ),
        Target("file-name", _file_name, (b"20261121_101530_CH1.wav",)),
        Target("plain-post", _plain_post, (b"POST /hooks/pbx/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",)),
        Target("words", _words, (b"2026-11-21T08:00:00.123Z", b"120", b"Sat, 21 Nov 2026 08:00:00 GMT")),
    )
}
