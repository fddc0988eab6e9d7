"""Vendors' own signatures: the vectors that vendors publish, and all that must not hold."""

import hmac
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.webhook import KIND
from adapters.pbx.webhook.proof import BY_VENDOR, Proven, Refused
from adapters.pbx.webhook.signature import Verifier
from adapters.pbx.webhook.vendor_signature import Signature, VendorSignature
from tests.unit.webhook.making import settings

GITHUB = Signature(header="X-Hub-Signature-256", prefix="sha256=")
GITHUB_SECRET = b"It's a Secret to Everybody"
GITHUB_TOLD = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

# The scheme is Zoom's too, under the names x-zm-signature and x-zm-request-timestamp; Slack publishes a vector of it.
SLACK = Signature(
    header="x-slack-signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp_header="x-slack-request-timestamp",
)
SLACK_SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
SLACK_AT_S = 1_531_420_618
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_TOLD = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
SLACK_HEADERS = {"x-slack-signature": SLACK_TOLD, "x-slack-request-timestamp": str(SLACK_AT_S)}

ZOOM = Signature(
    header="x-zm-signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp_header="x-zm-request-timestamp",
    validation="zoom",
)
ZOOM_SECRET = b"a-zoom-token-made-up-1"
DIDWW = Signature(
    header="x-ps-signature",
    prefix="v1=",
    signed="{timestamp}.{body}",
    timestamp_header="x-ps-signature",
    timestamp_prefix="t=",
)
AT_S = 1_790_847_297


def verify(
    table: Signature, secrets: list[bytes], headers: dict[str, str], body: bytes, at_s: int = AT_S
) -> Proven | Refused:
    verifier = Verifier(vendor=VendorSignature(table, secrets, 300))
    return verifier.verify(headers, body, "", at_s * 1_000_000)


def zoom(body: bytes, secret: bytes = ZOOM_SECRET, at_s: int = AT_S) -> dict[str, str]:
    told = hmac.new(secret, b"v0:%d:%s" % (at_s, body), "sha256").hexdigest()
    return {"x-zm-signature": f"v0={told}", "x-zm-request-timestamp": str(at_s)}


def question(word: str) -> bytes:
    return json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": word}}).encode()


def test_the_vector_that_github_publishes_holds() -> None:
    assert verify(GITHUB, [GITHUB_SECRET], {"x-hub-signature-256": GITHUB_TOLD}, b"Hello, World!") == BY_VENDOR
    upper = f"sha256={GITHUB_TOLD[7:].upper()}"
    assert verify(GITHUB, [GITHUB_SECRET], {"x-hub-signature-256": upper}, b"Hello, World!") == BY_VENDOR


def test_the_vector_that_slack_publishes_holds() -> None:
    assert verify(SLACK, [b"the one before it", SLACK_SECRET], SLACK_HEADERS, SLACK_BODY, SLACK_AT_S) == BY_VENDOR


def test_a_header_of_parts_tells_time_and_signature() -> None:
    told = hmac.new(b"a secret of sixteen", b'%d.{"a":1}' % AT_S, "sha256").hexdigest()
    headers = {"x-ps-signature": f"t={AT_S},v1={told}"}
    assert verify(DIDWW, [b"a secret of sixteen"], headers, b'{"a":1}') == BY_VENDOR
    assert isinstance(verify(DIDWW, [b"a secret of sixteen"], {"x-ps-signature": f"v1={told}"}, b'{"a":1}'), Refused)


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_base64_of_the_body_alone_holds(algorithm: Any) -> None:
    table = Signature(header="x-signature", encoding="base64", algorithm=algorithm)
    told = b64encode(hmac.new(b"a secret of sixteen", b"{}", algorithm).digest()).decode()
    assert verify(table, [b"a secret of sixteen"], {"x-signature": told}, b"{}") == BY_VENDOR
    assert isinstance(verify(table, [b"a secret of sixteen"], {"x-signature": told.swapcase()}, b"{}"), Refused)


@given(st.data())
def test_one_changed_byte_anywhere_never_holds(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["body", *SLACK_HEADERS]))
    before = SLACK_BODY if part == "body" else SLACK_HEADERS[part].encode()
    place = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0x21, 0x7E).filter(lambda b: bytes([b]).lower() != before[place : place + 1].lower()))
    after = before[:place] + bytes([byte]) + before[place + 1 :]
    headers = SLACK_HEADERS if part == "body" else {**SLACK_HEADERS, part: after.decode()}
    body = after if part == "body" else SLACK_BODY
    assert isinstance(verify(SLACK, [SLACK_SECRET], headers, body, SLACK_AT_S), Refused)


@given(st.text(), st.text(), st.binary())
def test_no_header_raises(signature: str, stamp: str, body: bytes) -> None:
    headers = {"x-slack-signature": signature, "x-slack-request-timestamp": stamp}
    assert isinstance(verify(SLACK, [SLACK_SECRET], headers, body), Refused)


@pytest.mark.parametrize(("off_s", "holds"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_replay_is_refused_once_its_time_is_over(off_s: int, holds: bool) -> None:
    outcome = verify(ZOOM, [ZOOM_SECRET], zoom(b"{}"), b"{}", AT_S + off_s)
    assert (outcome == BY_VENDOR) is holds
    if isinstance(outcome, Refused):
        assert (outcome.field, "300 s are allowed" in outcome.detail) == ("x-zm-request-timestamp", True)


def test_milliseconds_are_a_time_too() -> None:
    stamp = f"{AT_S}123"
    told = hmac.new(ZOOM_SECRET, f"v0:{stamp}:{{}}".encode(), "sha256").hexdigest()
    headers = {"x-zm-signature": f"v0={told}", "x-zm-request-timestamp": stamp}
    assert verify(ZOOM, [ZOOM_SECRET], headers, b"{}") == BY_VENDOR


def test_what_is_not_signed_is_told_which_header_is_missing() -> None:
    refused = verify(ZOOM, [ZOOM_SECRET], {}, b"{}")
    assert isinstance(refused, Refused)
    assert (refused.field, refused.detail) == ("x-zm-signature", "is missing")
    assert "[source.signature]" in refused.cure


def test_zooms_question_is_answered_by_the_secret_that_signed_it() -> None:
    verifier = Verifier(vendor=VendorSignature(ZOOM, [b"the secret before it", ZOOM_SECRET], 300))
    body = question("qgg8vlvZRS6UYooatFL8Aw")
    proof = verifier.verify(zoom(body), body, "", AT_S * 1_000_000)
    assert isinstance(proof, Proven)
    answer = verifier.solved(proof, zoom(body), body)
    assert answer is not None
    expected = hmac.new(ZOOM_SECRET, b"qgg8vlvZRS6UYooatFL8Aw", "sha256").hexdigest()
    assert json.loads(answer) == {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": expected}


def test_nothing_is_signed_for_a_stranger_nor_what_could_pass_for_an_event() -> None:
    verifier = Verifier(path_tokens=[b"a-path-token-of-24-chars"], vendor=VendorSignature(ZOOM, [ZOOM_SECRET], 300))
    body = question("word")
    by_token = verifier.verify({}, body, "a-path-token-of-24-chars", AT_S * 1_000_000)
    assert by_token == Proven("path_token")
    assert verifier.solved(by_token, {}, body) is None
    for word in (f"v0:{AT_S}:{{}}", "{}", "", "x" * 129):
        assert verifier.solved(BY_VENDOR, zoom(question(word)), question(word)) is None
    for other in (
        b'{"event":"phone.callee_ringing","payload":{"plainToken":"a"}}',
        b"endpoint.url_validation",
        b"{}",
        b'{"event":"endpoint.url_validation\xff"}',
    ):
        assert verifier.solved(BY_VENDOR, zoom(other), other) is None


def problems(folder: Path, text: str | None = "a secret of sixteen", **table: Any) -> list[str]:
    more = {}
    if text is not None:
        (folder / "secret.txt").write_text(text)
        more = {"secret_file": str(folder / "secret.txt")}
    found = KIND.check(settings(signature=msgspec.convert(table, Signature), **more))
    assert all(problem.cure for problem in found)
    return [problem.key for problem in found]


@pytest.mark.parametrize("table", [GITHUB, SLACK, ZOOM, DIDWW])
def test_the_recipes_are_right(tmp_path: Path, table: Signature) -> None:
    assert problems(tmp_path, **msgspec.to_builtins(table)) == []


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"header": "", "prefix": "v0="}, "header"),
        ({"header": "not a name"}, "header"),
        ({"signed": "{timestamp}"}, "signed"),
        ({"signed": "{body}{url}"}, "signed"),
        ({"signed": "{timestamp}.{body}"}, "timestamp_header"),
        ({"timestamp_header": "x-time"}, "timestamp_header"),
        ({"timestamp_prefix": "t="}, "timestamp_prefix"),
        ({"validation": "zoom", "algorithm": "sha1"}, "validation"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(tmp_path: Path, table: dict[str, Any], key: str) -> None:
    assert f"signature.{key}" in problems(tmp_path, **{"header": "x-signature"} | table)


def test_a_signature_needs_a_secret_that_is_long_enough(tmp_path: Path) -> None:
    assert problems(tmp_path, None, header="x-signature") == ["signature.header"]
    assert problems(tmp_path, "short", header="x-signature") == ["secret_file"]
