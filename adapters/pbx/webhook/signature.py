"""Is a request authentic? Signed over the raw bytes, by the standard or the vendor; a bearer; a token in the path."""

import binascii
import hmac
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from typing import Final

from adapters.pbx.webhook.proof import BY_VENDOR, SIGNED, Proven, Refused
from adapters.pbx.webhook.vendor_signature import VendorSignature

TOKEN_CHARS_MIN: Final = 16
SECRET_BYTES_MIN: Final = 16  # the standard asks for 24 to 64; older senders make shorter ones
_PREFIX: Final = b"whsec_"
_V1: Final = b"v1,"


def signing_key(line: bytes) -> bytes:
    """The key bytes of a `whsec_…` line. Raises ValueError with the cure."""
    if not line.startswith(_PREFIX):
        raise ValueError("the secret must begin with whsec_: make one with  echo whsec_$(openssl rand -base64 32)")
    try:
        key = b64decode(line[len(_PREFIX) :], validate=True)
    except binascii.Error as error:
        raise ValueError(
            "what follows whsec_ is not base64: make one with  echo whsec_$(openssl rand -base64 32)"
        ) from error
    if len(key) < SECRET_BYTES_MIN:
        raise ValueError(
            f"the secret holds {len(key)} bytes, too few: make one with  echo whsec_$(openssl rand -base64 32)"
        )
    return key


class Verifier:
    """Holds the live secrets of one source. Any one proof that is configured and holds is enough."""

    def __init__(
        self,
        keys: Sequence[bytes] = (),
        bearers: Sequence[bytes] = (),
        path_tokens: Sequence[bytes] = (),
        *,
        tolerance_s: int = 300,
        allow_unsigned: bool = False,
        vendor: VendorSignature | None = None,
    ) -> None:
        self._keyed = tuple(hmac.new(key, digestmod="sha256") for key in keys)  # to copy: the key is hashed once
        self._bearers = tuple(bearers)
        self._path_tokens = tuple(path_tokens)
        self._tolerance_s = tolerance_s
        self._allow_unsigned = allow_unsigned
        self._vendor = vendor

    def verify(self, headers: Mapping[str, str], body: bytes | None, token: str, now_us: int) -> Proven | Refused:
        """`headers` by lower-case (or case-blind) name; `body` as received, None for a GET: no signature covers it."""
        refused: Refused | None = None
        if self._keyed and body is not None and "webhook-signature" in headers:
            refused = self._signature(headers, body, now_us)
            if refused is None:
                return SIGNED
        if self._vendor is not None and body is not None and self._vendor.header in headers:
            refused = self._vendor.refusal(headers, body, now_us)
            if refused is None:
                return BY_VENDOR
        if self._bearers:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() == "bearer" and _one_of(given.strip(), self._bearers):
                return Proven("bearer")
        if self._path_tokens and token and _one_of(token, self._path_tokens):
            return Proven("path_token")
        if self._allow_unsigned:
            return Proven("unsigned")
        return refused or self._nothing_held(headers, body, token)

    def solved(self, proof: Proven, headers: Mapping[str, str], body: bytes) -> bytes | None:
        """The answer to a vendor's signed question of a new address; None where it is none."""
        if self._vendor is None or proof is not BY_VENDOR:
            return None
        return self._vendor.solved(headers, body)

    def _signature(self, headers: Mapping[str, str], body: bytes, now_us: int) -> Refused | None:
        """None when it holds (Standard Webhooks, symmetric `v1`)."""
        message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not message_id or not message_id.isascii():
            detail = "is not ASCII" if message_id else "is missing"
            return Refused("webhook-id", detail, "send webhook-id, webhook-timestamp and webhook-signature")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            detail = "is not a number of seconds since 1970" if stamp else "is missing"
            return Refused("webhook-timestamp", detail, "send Unix seconds, as date +%s prints")
        off_s = int(stamp) - now_us // 1_000_000
        if abs(off_s) > self._tolerance_s:
            late = "ahead of" if off_s > 0 else "behind"
            return Refused(
                "webhook-timestamp",
                f"is {abs(off_s)} s {late} our clock; {self._tolerance_s} s are allowed",
                "set both clocks by NTP, and sign each retry anew",
            )
        signed = f"{message_id}.{stamp}.".encode("ascii") + body
        given = headers["webhook-signature"].encode("ascii", "replace").split(b" ")
        for keyed in self._keyed:
            digest = keyed.copy()
            digest.update(signed)
            expected = _V1 + b2a_base64(digest.digest(), newline=False)
            for one in given:
                if hmac.compare_digest(expected, one):
                    return None
        held = any(one.startswith(_V1) for one in given)
        detail = "fits none of the live secrets" if held else "holds no v1, signature"
        return Refused(
            "webhook-signature",
            detail,
            "sign  webhook-id.webhook-timestamp.body  as sent, by HMAC-SHA256 with the base64-decoded secret",
        )

    def _nothing_held(self, headers: Mapping[str, str], body: bytes | None, token: str) -> Refused:
        if self._path_tokens and token:
            return Refused("path", "the token in the path is not a live one", "compare it with the path_token file")
        if self._bearers and "authorization" in headers:
            return Refused("authorization", "is not Bearer with a live token", "send  Authorization: Bearer <token>")
        if self._keyed and body is None and not (self._bearers or self._path_tokens):
            cure = "send a signed POST, or configure bearer_file or path_token_file"
            return Refused("webhook-signature", "does not cover a query", cure)
        header = self._vendor.header if self._vendor is not None else ""
        ways = [
            way
            for held, way in (
                (self._keyed and body is not None, "sign it (webhook-id, webhook-timestamp, webhook-signature)"),
                (header and body is not None, f"sign it as [source.signature] says ({header})"),
                (self._bearers, "send  Authorization: Bearer <token>"),
                (self._path_tokens, "put the token at the end of the path"),
            )
            if held
        ]
        return Refused(
            self._asked(body, header),
            "is missing",
            " or ".join(ways),
        )

    def _asked(self, body: bytes | None, header: str) -> str:
        """Where the first proof that is configured stands."""
        if body is not None and (self._keyed or header):
            return "webhook-signature" if self._keyed else header
        return "authorization" if self._bearers or not self._path_tokens else "path"


def _one_of(given: str, live: Sequence[bytes]) -> bool:
    """Compares with every live token, so that the time tells nothing."""
    offered = given.encode("utf-8", "backslashreplace")
    return any([hmac.compare_digest(offered, one) for one in live])  # noqa: C419 - a list, so that none is left out
