"""PBXs: bodies and queries of webhooks, their proofs, the short way that HTTP takes, Asterisk's manager interface."""

import asyncio
import base64
import hashlib
import hmac
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParserPy
from aiohttp.streams import EMPTY_PAYLOAD

from adapters.pbx import asterisk, webhook
from adapters.pbx.asterisk.codec import Codec, Message, Oversized, encode_action
from adapters.pbx.asterisk.recording import decode_recording
from adapters.pbx.webhook.mapping import Mapping
from adapters.pbx.webhook.proof import Proven, Refused
from adapters.pbx.webhook.signature import Verifier
from adapters.pbx.webhook.source import Reader, Reading
from gateway.web.door.plain_post import NotPlain, PlainPost, PlainPosts
from tests.fuzz.target import NOW_US, Target, journalled, torn

_ROOT = Path(__file__).parents[2]
_BYTES_MAX = 16 * 1024
_KEY, _STAMP = b"k" * 32, str(NOW_US // 1_000_000)
_LOOP = asyncio.new_event_loop()
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
_EVENTS = (
    b'\0\0{"event":"delivered","call":"c1","from":"13800138000","to":"4001","at":"2026-11-21T08:00:00+08:00"}',
    b'\0\0[{"event":"held","call":"c1","leg":"1"},{"event":"cleared","call":"c1","cause":"busy"}]',
    b"\2\0event=established&call=c1&agent=008&device=8001",
    b'\2\0payload={"event":"queued","call":"c1"}',
)
_THEIRS = (b'\0\0{"call":{"status":"RINGING","id":"7","time":1795219750123}}',)
_SIPGATE = (b"\2\0event=newCall&from=49211&to=49212&direction=in&callId=1&user%5B%5D=Alice",)
_POST = b"POST /hooks/pbx/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


def _settings(**more: object) -> webhook.Settings:
    table = {"name": "main", "kind": "pbx-webhook", "allow_unsigned": True, **more}
    return msgspec.convert(table, webhook.Settings)


def _keep(reading: Reading) -> None:
    for incoming in reading.incoming:
        journalled(incoming.event)
    for error in reading.errors:
        msgspec.json.encode([str(error), error.field, error.cure])


def _hook(settings: webhook.Settings, data: bytes) -> None:
    """The same request read twice gives the same events with the same keys: told again, it is known again."""
    content_type = _CONTENT_TYPES[data[0] % len(_CONTENT_TYPES)] if data else ""
    encoding = "gzip" if data[1:2] > b"\xf0" else ""
    reader = Reader(settings)
    read = partial(
        reader.read, data[2:], content_type=content_type, content_encoding=encoding, message_id="m", at_us=NOW_US
    )
    first, again = read(), read()
    _keep(first)
    assert [(one.event, one.key) for one in again.incoming] == [(one.event, one.key) for one in first.incoming]


def _query(data: bytes) -> None:
    _keep(Reader(_settings()).read_query(data, message_id="", at_us=NOW_US))


def _signature(data: bytes) -> None:
    """No guess is taken for a proof; the true signature of the same bytes is one."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature", "authorization")
    told = data.decode("utf-8", "surrogateescape").split("\n", len(names))
    headers = dict(zip(names, told, strict=False))
    for keys, bearers in (([_KEY], []), ([], [b"t" * 24])):
        verifier = Verifier(keys, bearers, [b"p" * 24], tolerance_s=300, allow_unsigned=False)
        assert isinstance(verifier.verify(headers, data, told[0], NOW_US), Refused)
    proof = base64.b64encode(hmac.digest(_KEY, f"m.{_STAMP}.".encode() + data, hashlib.sha256)).decode()
    signed = {"webhook-id": "m", "webhook-timestamp": _STAMP, "webhook-signature": f"v1,{proof}"}
    assert isinstance(Verifier([_KEY]).verify(signed, data, "", NOW_US), Proven)
    assert isinstance(Verifier([_KEY]).verify(signed, data + b" ", "", NOW_US), Refused)


def _plain_post(data: bytes) -> None:
    """However it is torn it is the same request, and Python's own reader of HTTP sees no other one in it."""
    posts = PlainPosts()
    fed = 0
    with suppress(NotPlain):
        for piece in torn(data[1:]):
            fed += len(piece)
            post = posts.feed(piece)
            assert len(posts.raw) <= _BYTES_MAX
            if post is not None:
                assert PlainPosts().feed(data[1 : 1 + fed]) == post
                _assert_no_other_reading(data[1 : 1 + fed], post)
                return


def _assert_no_other_reading(data: bytes, post: PlainPost) -> None:
    reader = HttpRequestParserPy(BaseProtocol(_LOOP), _LOOP, _BYTES_MAX)
    try:
        messages, _, rest = reader.feed_data(data)
    except HttpProcessingError:
        return  # stricter than llhttp: nothing that anybody could be led to take for something else
    assert len(messages) == 1
    message, body = messages[0]
    assert message.path.encode("utf-8", "surrogateescape") == post.path
    assert rest == b""
    whole = () if body is EMPTY_PAYLOAD else body._buffer  # noqa: SLF001 - nobody needs to wait for it
    assert b"".join(whole) == post.body


def _asterisk(data: bytes) -> None:
    settings = msgspec.convert(
        {"name": "pbx", "kind": "asterisk-ami", "host": "pbx.example", "username": "hotline"}, asterisk.Settings
    )
    for event, _ in decode_recording(settings, data)[0]:
        journalled(event)


def _manager(data: bytes) -> None:
    """Any split gives the same messages; a whole one behind rubbish is found; what we say is read as we meant it."""
    whole = _told(Codec(), [data])
    assert _told(Codec(), torn(data)) == whole
    event = b"Event: Newstate\r\nChannelState: 4\r\n\r\n"
    assert _told(Codec(), [b"Asterisk Call Manager/9\r\n" + data + b"\r\n\r\n", event])[-1].strip() == event.strip()
    words = data.decode("utf-8", "replace")
    try:
        action = encode_action("Originate", Variable=words)
    except ValueError:
        assert {"\r", "\n"} & set(words)
        return
    assert action.count(b"\r\n") == 3
    assert Message(action[:-4]).get("variable") == words.strip(" \t")


def _told(codec: Codec, pieces: list[bytes]) -> list[bytes]:
    return [b"" if isinstance(one, Oversized) else one.raw for piece in pieces for one in codec.feed(piece)]


def hook_targets() -> list[Target]:
    recorded = (_ROOT / "tests/golden/recordings/rejected.ami").read_bytes()
    return [
        Target("hook", partial(_hook, _settings()), _EVENTS),
        Target("hook-mapped", partial(_hook, _settings(mapping=_MAPPING)), _THEIRS),
        Target("hook-sipgate", partial(_hook, _settings(dialect="sipgate")), _SIPGATE),
        Target("hook-query", _query, tuple(seed[2:] for seed in _EVENTS[2:])),
        Target("signature", _signature, (b"msg_1\n1795219750\nv1,AAAA v1,BBBB\nBearer x\n{}",)),
        Target("plain-post", _plain_post, (b"\x20" + _POST, b"\x07" + _POST + _POST)),
        Target("asterisk", _asterisk, (recorded,)),
        Target("manager", _manager, (recorded[:2048], b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\n\r\n")),
    ]
