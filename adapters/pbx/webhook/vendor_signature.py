"""A vendor's own signature by a table in the configuration: an HMAC over the raw body, and where it stands."""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from adapters.errors import NOT_JSON
from adapters.kinds import Problem
from adapters.pbx.webhook.proof import Refused

BODY: Final = "{body}"
TIMESTAMP: Final = "{timestamp}"
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECONDS_DIGITS_MAX: Final = 12  # a longer number is milliseconds
_STAMP_DIGITS_MAX: Final = 15
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")  # never what could be signed for a body: see `solved`


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[source.signature]`: `secret_file` then holds the vendor's secret as it is, two lines for two live ones."""

    header: str = ""  # where the signature stands; of parts with commas between them those with the prefix count
    prefix: str = ""  # before the signature, such as sha256= or v0=
    algorithm: Literal["sha256", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    signed: str = BODY  # what is signed, such as v0:{timestamp}:{body}
    timestamp_header: str = ""  # where {timestamp} stands, in s or ms since 1970; "" = there is none
    timestamp_prefix: str = ""  # before it, where that header has parts with commas between them
    validation: Literal["", "zoom"] = ""  # the vendor tries the address: answer endpoint.url_validation


class VendorSignature:
    """The table and its live secrets, made ready once."""

    def __init__(self, table: Signature, secrets: Sequence[bytes], tolerance_s: int) -> None:
        self.header = table.header.lower()
        self._table = table
        self._stamp_header = table.timestamp_header.lower()
        self._keyed = tuple(hmac.new(secret, digestmod=table.algorithm) for secret in secrets)
        self._tolerance_s = tolerance_s
        self._before, _, self._after = table.signed.partition(BODY)

    def refusal(self, headers: Mapping[str, str], body: bytes, now_us: int) -> Refused | None:
        """None when it holds."""
        stamp = ""
        if self._stamp_header:
            stamp = next(_parts(headers.get(self._stamp_header, ""), self._table.timestamp_prefix), "")
            told = self._stale(stamp, now_us)
            if told is not None:
                return told
        if self._key(headers, body, stamp) is not None:
            return None
        detail = "fits none of the live secrets"
        if not any(_parts(headers[self.header], self._table.prefix)):
            detail = f"holds nothing after {self._table.prefix!r}" if self._table.prefix else "is empty"
        table = self._table
        cure = f"compare the secret, and [source.signature] with {table.signed} by HMAC-{table.algorithm.upper()}"
        return Refused(self.header, detail, f"{cure} in {table.encoding}")

    def solved(self, headers: Mapping[str, str], body: bytes) -> bytes | None:
        """The answer to Zoom's question of a new address, by the secret that signed it; None where it is none.

        Only after the signature held, and only of a plain word: else we would sign for strangers whatever they ask.
        """
        if self._table.validation != "zoom" or b"endpoint.url_validation" not in body:
            return None
        try:
            asked = msgspec.json.decode(body, type=_Question)
        except NOT_JSON:
            return None
        word = asked.payload.plainToken
        stamp = next(_parts(headers.get(self._stamp_header, ""), self._table.timestamp_prefix), "")
        key = self._key(headers, body, stamp)
        if asked.event != "endpoint.url_validation" or key is None or not _TOKEN.fullmatch(word):
            return None
        digest = key.copy()
        digest.update(word.encode())
        return msgspec.json.encode({"plainToken": word, "encryptedToken": digest.hexdigest()})

    def _stale(self, stamp: str, now_us: int) -> Refused | None:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _STAMP_DIGITS_MAX):
            detail = "is not a number of seconds since 1970" if stamp else "is missing"
            return Refused(
                self._stamp_header, detail, "compare timestamp_header and timestamp_prefix with the sender's"
            )
        told_us = int(stamp) * (1_000_000 if len(stamp) <= _SECONDS_DIGITS_MAX else 1_000)
        off_s = (told_us - now_us) // 1_000_000
        if abs(told_us - now_us) <= self._tolerance_s * 1_000_000:
            return None
        late = "ahead of" if off_s > 0 else "behind"
        detail = f"is {abs(off_s)} s {late} our clock; {self._tolerance_s} s are allowed"
        return Refused(self._stamp_header, detail, "set both clocks by NTP; what is sent again is signed anew")

    def _key(self, headers: Mapping[str, str], body: bytes, stamp: str) -> hmac.HMAC | None:
        """The live secret that signed it."""
        given = list(_parts(headers.get(self.header, ""), self._table.prefix))
        before, after = (part.replace(TIMESTAMP, stamp).encode() for part in (self._before, self._after))
        for keyed in self._keyed:
            digest = keyed.copy()
            digest.update(before + body + after)
            expected = b64encode(digest.digest()) if self._table.encoding == "base64" else digest.hexdigest().encode()
            for one in given:
                told = one.lower() if self._table.encoding == "hex" else one
                if hmac.compare_digest(expected, told.encode("utf-8", "backslashreplace")):
                    return keyed
        return None


class _Payload(msgspec.Struct):
    plainToken: str  # noqa: N815 - Zoom's name


class _Question(msgspec.Struct):
    event: str
    payload: _Payload


def check_signature(table: Signature, *, has_secret: bool) -> list[Problem]:
    """What cannot work. `has_secret`: the source names one."""
    return (
        [] if table == Signature() else [Problem(f"signature.{key}", *told) for key, *told in _wrong(table, has_secret)]
    )


def _wrong(table: Signature, has_secret: bool) -> Iterator[tuple[str, str, str]]:
    if not _HEADER_NAME.fullmatch(table.header):
        yield "header", table.header, "name the header that holds the signature, such as x-hub-signature-256"
    if not has_secret:
        yield "header", table.header, "name secret_file beside it: the vendor's secret as it is"
    left = table.signed.replace(TIMESTAMP, "")
    if table.signed.count(BODY) != 1 or re.search(r"[{}]", left.replace(BODY, "")):
        yield (
            "signed",
            table.signed,
            "name {body} once, and {timestamp} where the vendor signs it; nothing else in braces",
        )
    if table.timestamp_header and not _HEADER_NAME.fullmatch(table.timestamp_header):
        yield "timestamp_header", table.timestamp_header, "is no header's name"
    if table.timestamp_header and TIMESTAMP not in table.signed:
        cure = "a time that is not signed stops no replay: put {timestamp} into signed, or leave it out"
        yield "timestamp_header", table.timestamp_header, cure
    if TIMESTAMP in table.signed and not table.timestamp_header:
        yield "timestamp_header", "", "name the header where {timestamp} stands"
    if table.timestamp_prefix and not table.timestamp_header:
        yield "timestamp_prefix", table.timestamp_prefix, "name timestamp_header, or leave it out"
    if table.validation and (table.algorithm, table.encoding) != ("sha256", "hex"):
        yield "validation", table.validation, "Zoom signs by sha256 in hex: correct these, or leave it out"


def _parts(header: str, prefix: str) -> Iterator[str]:
    for part in header.split(","):
        told = part.strip()
        if told.startswith(prefix) and len(told) > len(prefix):
            yield told[len(prefix) :]
