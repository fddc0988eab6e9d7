"""Proof of origin, against the reference implementation and the standard's own vector."""

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from adapters.pbx.webhook.proof import Proven, Refused
from adapters.pbx.webhook.signature import Verifier, signing_key

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + b64encode(b"another secret of 24 byt").decode()
AT_S = 1_614_265_330
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(AT_S),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'


def verifier(*secrets: str, **more: Any) -> Verifier:
    return Verifier([signing_key(secret.encode()) for secret in secrets or (SECRET,)], **more)


def verify(headers: dict[str, str], body: bytes | None = BODY, *secrets: str, at_s: int = AT_S) -> Proven | Refused:
    return verifier(*secrets).verify(headers, body, "", at_s * 1_000_000)


def signed(body: bytes, secret: str = SECRET, message_id: str = "msg_1", at_s: int = AT_S) -> dict[str, str]:
    moment = datetime.fromtimestamp(at_s, UTC)
    signature = Webhook(secret).sign(message_id, moment, body.decode())
    return {"webhook-id": message_id, "webhook-timestamp": str(at_s), "webhook-signature": signature}


def test_the_published_vector_holds() -> None:
    assert verify(VECTOR) == Proven("signature")


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="ascii"), min_size=1))
def test_what_the_reference_implementation_signs_holds(body: str, message_id: str) -> None:
    assert verify(signed(body.encode(), message_id=message_id), body.encode()) == Proven("signature")


def test_one_of_several_signatures_is_enough() -> None:
    headers = {**VECTOR, "webhook-signature": f"v1a,xyz v1,AAAA {VECTOR['webhook-signature']}"}
    assert verify(headers) == Proven("signature")


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_both_live_secrets_hold(secret: str) -> None:
    assert verify(signed(BODY, secret), BODY, SECRET, OTHER) == Proven("signature")


def test_a_secret_that_is_not_live_does_not_hold() -> None:
    assert isinstance(verify(signed(BODY, OTHER)), Refused)


@given(st.data())
def test_one_changed_byte_anywhere_never_holds(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["body", "webhook-id", "webhook-timestamp", "webhook-signature"]))
    before = BODY if part == "body" else VECTOR[part].encode()
    place = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0x21, 0x7E).filter(lambda b: b != before[place]))
    after = before[:place] + bytes([byte]) + before[place + 1 :]
    if part == "body":
        assert isinstance(verify(VECTOR, after), Refused)
    else:
        assert isinstance(verify({**VECTOR, part: after.decode()}), Refused)


@given(st.dictionaries(st.sampled_from([*VECTOR, "authorization"]), st.text()), st.binary(), st.text())
def test_no_header_whatever_makes_it_raise(headers: dict[str, str], body: bytes, token: str) -> None:
    strict = verifier(bearers=[b"b" * 16], path_tokens=[b"t" * 16])
    assert isinstance(strict.verify(headers, body, token, AT_S * 1_000_000), Refused)


@pytest.mark.parametrize(("off_s", "holds"), [(300, True), (-300, True), (301, False), (-301, False), (600, False)])
def test_five_minutes_either_way_are_allowed(off_s: int, holds: bool) -> None:
    answer = verify(VECTOR, at_s=AT_S + off_s)
    assert isinstance(answer, Proven) is holds
    if isinstance(answer, Refused):
        assert answer.field == "webhook-timestamp"
        assert str(abs(off_s)) in answer.detail


@pytest.mark.parametrize("missing", list(VECTOR))
def test_a_missing_header_is_named(missing: str) -> None:
    answer = verify({name: value for name, value in VECTOR.items() if name != missing})
    assert isinstance(answer, Refused)
    assert (answer.field, answer.detail) == (missing, "is missing")


def test_where_only_a_token_in_the_path_is_asked_for_the_path_is_named() -> None:
    answer = Verifier(path_tokens=[b"token-in-the-path"]).verify({}, b"", "", 0)
    assert isinstance(answer, Refused)
    assert answer.field == "path"


def test_no_signature_covers_a_query() -> None:
    stamped = f"msg_1.{AT_S}.".encode()
    empty = "v1," + b64encode(hmac.digest(signing_key(SECRET.encode()), stamped, "sha256")).decode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(AT_S), "webhook-signature": empty}
    assert isinstance(verify(headers, None), Refused)
    assert verify(headers, b"") == Proven("signature")


def test_a_bearer_token_or_a_path_token_is_a_proof() -> None:
    either = Verifier(bearers=[b"old-bearer-token", b"new-bearer-token"], path_tokens=[b"token-in-the-path"])
    assert either.verify({"authorization": "bearer new-bearer-token"}, b"", "", 0) == Proven("bearer")
    assert either.verify({}, b"", "token-in-the-path", 0) == Proven("path_token")
    assert isinstance(either.verify({"authorization": "Basic new-bearer-token"}, b"", "", 0), Refused)
    assert isinstance(either.verify({}, b"", "token-in-the-patH", 0), Refused)
    assert isinstance(either.verify({}, b"", "", 0), Refused)


def test_unsigned_is_told_as_such_and_only_where_allowed() -> None:
    assert Verifier(allow_unsigned=True).verify({}, b"", "", 0) == Proven("unsigned")
    assert isinstance(Verifier().verify({}, b"", "", 0), Refused)


@pytest.mark.parametrize("line", [b"abc", b"whsec_***", b"whsec_", b"whsec_" + b64encode(b"short")])
def test_a_malformed_secret_is_refused_with_the_cure(line: bytes) -> None:
    with pytest.raises(ValueError, match="openssl rand"):
        signing_key(line)
