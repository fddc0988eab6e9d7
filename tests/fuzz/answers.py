"""What peers answer, and what they ask by the way: identity providers, chat robots, MQTT, vendors' own proofs."""

import asyncio
import hashlib
import hmac
import io
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit

import aiomqtt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.notify.apprise import chat
from adapters.notify.apprise.sending import why
from adapters.notify.mqtt.acknowledging import Acknowledging
from adapters.pbx.webhook.vendor_signature import Signature, VendorSignature
from adapters.ports import Delivered
from gateway.access.oidc import NotProven, Proven, Provider
from gateway.access.oidc_settings import OidcSettings
from gateway.cli.machine import said
from gateway.web.door.handshake import handshake
from tests.fixtures.alert_desk import AlertDesk
from tests.fuzz.target import NOW_US, Target

_LOOP = asyncio.new_event_loop()
_ISSUER = "https://id.example"
_KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
_STATUSES = (200, 204, 302, 400, 401, 408, 413, 429, 500, 503, 599)
_SECRET, _STAMP = b"s" * 32, str(NOW_US // 1_000_000)
_ZOOM = Signature(
    header="x-zm-signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp_header="x-zm-request-timestamp",
    validation="zoom",
)
_WORD = re.compile(r"[A-Za-z0-9_-]{1,128}")


def _b64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


_JWK = {"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig"} | {
    "x": _b64(_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
}
_HEADER = b'{"alg":"EdDSA","kid":"one"}'
_CLAIMS = (
    b'{"iss":"https://id.example","sub":"u-1","aud":"hotline","exp":4000000000,"iat":1795219750,"nonce":"NONCE",'
    b'"preferred_username":"Wang","groups":["desk"]}'
)
_ANSWERS = (
    json.dumps(
        {
            "issuer": _ISSUER,
            "authorization_endpoint": f"{_ISSUER}/authorize",
            "token_endpoint": f"{_ISSUER}/token",
            "jwks_uri": f"{_ISSUER}/jwks",
        }
    ).encode(),
    json.dumps({"keys": [_JWK]}).encode(),
    b'{"id_token":"TOKEN","access_token":"x","token_type":"Bearer"}',
    _HEADER,
    _CLAIMS,
)


def _token(header: bytes, claims: bytes) -> bytes:
    signed = _b64(header) + b"." + _b64(claims)
    return signed + b"." + _b64(_KEY.sign(signed))


class _Pages:
    """The provider's pages, one of them replaced by the fuzzer's; `nonce` is known once it was asked."""

    def __init__(self, which: int, told: bytes) -> None:
        self.nonce = b""
        self._pages = list(_ANSWERS)
        self._pages[which] = told

    @property
    def claims(self) -> bytes:
        """As they are signed, by the provider's own key."""
        return self._pages[4].replace(b"NONCE", self.nonce)

    async def __call__(self, _method: str, url: str, **_: Any) -> bytes:
        if url.endswith("openid-configuration"):
            return self._pages[0]
        if url.endswith("jwks"):
            return self._pages[1]
        return self._pages[2].replace(b"TOKEN", _token(self._pages[3], self.claims))


def _oidc(data: bytes) -> None:
    """Somebody comes in by nothing but what the provider signed, for us, for this sign-in, and not too long ago."""
    pages = _Pages(data[0] % len(_ANSWERS) if data else 0, data[1:])
    settings = OidcSettings(issuer=_ISSUER, client_id="hotline", roles={"desk": "operator"})
    provider = Provider(settings, "secret", "https://desk.example/login/oidc/callback", ask=pages)
    try:
        proven = _LOOP.run_until_complete(_signed_in(provider, pages))
    except NotProven:
        return
    claims = json.loads(pages.claims)
    assert dict(proven.claims) == claims
    assert (claims["iss"], claims["nonce"]) == (_ISSUER, pages.nonce.decode())
    assert "hotline" in claims["aud"]
    assert float(claims["exp"]) > NOW_US / 1_000_000 - 86_400 * 365
    assert set(provider.roles_of(proven.claims)) <= {"operator"}
    msgspec.json.encode([proven.subject, proven.claims])


async def _signed_in(provider: Provider, pages: _Pages) -> Proven:
    begun = await provider.begin()
    asked = dict(parse_qsl(urlsplit(begun.location).query))
    pages.nonce = asked.get("nonce", "").encode()
    return await provider.finish({"state": asked.get("state", ""), "code": "c", "iss": _ISSUER}, begun.secret)


def _robot(data: bytes) -> None:
    """An HTTP status that says no is no delivery, whatever stands in the body."""
    status = _STATUSES[data[0] % len(_STATUSES)] if data else 200
    outcome = chat.judged(status, data[1:])
    assert not isinstance(outcome, Delivered) or 200 <= status < 300
    assert not isinstance(why([data.decode("utf-8", "replace")]), Delivered)


def _command(data: bytes) -> None:
    """A message on the topic of acknowledgements tells the desk one thing, of bounded length, or nothing."""
    desk = AlertDesk()
    message = aiomqtt.Message("topic", data[1:], 1, retain=data[:1] > b"\xf0", mid=1, properties=None)
    with structlog.testing.capture_logs():
        _LOOP.run_until_complete(Acknowledging("board", "riverside", desk).take(message))
    for alert, by, channel, note in desk.acknowledged:
        assert (0 < len(alert) <= 200, 0 < len(by) <= 100, channel, len(note) <= 500) == (True, True, "mqtt", True)
    assert len(desk.acknowledged) <= 1


def _vendor(data: bytes) -> None:
    """No guess holds; the true one does; a plain word is signed for who signed the question, and nothing else."""
    sender = VendorSignature(_ZOOM, [_SECRET], 300)
    first, _, body = data.partition(b"\n")
    guess = {"x-zm-request-timestamp": _STAMP, "x-zm-signature": first.decode("utf-8", "surrogateescape")}
    assert sender.refusal(guess, body, NOW_US) is not None
    assert sender.solved(guess, body) is None
    digest = hmac.new(_SECRET, f"v0:{_STAMP}:".encode() + body, hashlib.sha256).hexdigest()
    signed = guess | {"x-zm-signature": f"v0={digest}"}
    assert sender.refusal(signed, body, NOW_US) is None
    assert sender.refusal(signed, body + b" ", NOW_US) is not None
    solved = sender.solved(signed, body)
    if solved is not None:
        told = json.loads(solved)
        assert _WORD.fullmatch(told["plainToken"])
        assert told["encryptedToken"] == hmac.new(_SECRET, told["plainToken"].encode(), hashlib.sha256).hexdigest()


def _handshake(data: bytes) -> None:
    """What is said back to a sender that tries the address is one short word, and no header of its own making."""
    word, _, query = data.partition(b"\n")
    text = word.decode("utf-8", "surrogateescape")
    answer = handshake({"validation-token": text}, None, query)
    if answer is not None:
        said_back = [answer.body, *(value.encode("ascii") for _, value in answer.headers)]
        assert all(len(one) <= 512 and not set(one) & set(b"\r\n \0") for one in said_back)
    assert handshake({"validation-token": text}, b"{}", query) is None


def _own_answer(data: bytes) -> None:
    """What a command of the machine is told by whoever listens at the gateway's address."""
    error = HTTPError("http://127.0.0.1:8470", 502, "", Message(), io.BytesIO(data))
    with error:
        assert said(error)


def answer_targets() -> list[Target]:
    pages = tuple(bytes([which]) + page for which, page in enumerate(_ANSWERS))
    runs: list[tuple[str, Callable[[bytes], None], tuple[bytes, ...]]] = [
        ("oidc", _oidc, pages),
        ("robot-answer", _robot, (b'\0{"errcode":0,"errmsg":"ok"}', b'\7{"code":11232}', b"\0ERROR error=503 at")),
        ("mqtt-acknowledgement", _command, ('\0{"alert":"a1","by":"王芳","note":"已派人"}'.encode(),)),
        (
            "vendor-signature",
            _vendor,
            (b'v0=00\n{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}',),
        ),
        ("handshake", _handshake, (b"d1b0e8c4\n", b"\nzd_echo=7f", b"\nvalidationToken=a%20b")),
        ("own-answer", _own_answer, (b'{"title":"Unusable body","detail":"x","cure":"y"}',)),
    ]
    return [Target(*one) for one in runs]
