"""`hotline-gateway decode`: what the gateway reads in a recording. How it is shown: gateway.decoded."""

import json
from typing import Any, NamedTuple, cast

import msgspec

from adapters.errors import GatewayError
from adapters.pbx import asterisk, webhook
from adapters.radio.kind import RadioKind, missing_package
from adapters.radio.registry import KINDS
from adapters.radio.sample import decode_pieces, pieces_of, pieces_of_hex
from adapters.radio.settings import RadioSettings
from gateway.config_tables import ConfiguredSource
from gateway.reading import nearest
from rules.events import Event, Unparsed

_GZIP = b"\x1f\x8b"
_RADIOS = {kind.name: kind for kind in KINDS}
_PBXS = ("pbx-webhook", "asterisk-ami")


class Read(NamedTuple):
    """One event, and the bytes it was read from."""

    event: Event
    raw: bytes


class Decoded(NamedTuple):
    read: list[Read]
    remarks: list[str]

    @property
    def events(self) -> list[Event]:
        return [one.event for one in self.read]


class Hints(NamedTuple):
    """What the command's options tell of the bytes."""

    kind: str = ""  # guessed without it
    is_hex: bool = False
    content_type: str = ""
    query: str = ""
    zone: str = ""


def decode(data: bytes, source: ConfiguredSource | None, hints: Hints) -> Decoded:
    """Without a source nothing is known but the kind's defaults. Raises GatewayError where nothing can be tried."""
    if not data.strip() and not hints.query:
        raise GatewayError("the file is empty: record a request's body, or what a station sends, into it")
    settings: Any = _settings(data, source, hints.kind)
    if isinstance(settings, RadioSettings):
        return _radio(_RADIOS[settings.kind], settings, data, is_hex=hints.is_hex)
    if hints.is_hex:
        data = b"".join(piece.data for piece in pieces_of_hex(data))
    if isinstance(settings, asterisk.Settings):
        read, remarks = asterisk.decode_recording(settings, data)
        return Decoded([Read(*one) for one in read], remarks)
    decoded = Decoded([], [])
    for body in _bodies(data):
        content_type = hints.content_type or _content_type(body)
        headers = {"Content-Encoding": "gzip"} if body.startswith(_GZIP) else {}
        events, remarks = webhook.decode_sample(
            settings, content_type, hints.query, headers, body, default_zone=hints.zone
        )
        decoded.read.extend(Read(event, body) for event in events)
        decoded.remarks.extend(remarks)
    return decoded


def _settings(data: bytes, source: ConfiguredSource | None, kind: str) -> Any:
    if kind and kind not in (*_PBXS, *_RADIOS):
        known = (*_PBXS, *_RADIOS)
        raise GatewayError(f'no kind "{kind}" can be decoded: {nearest(kind, known)}known are: {", ".join(known)}')
    if source is not None:
        if kind and source.kind.name != kind:
            raise GatewayError(f'[[source]] "{source.settings.name}" is of kind {source.kind.name}, not {kind}')
        return source.settings
    if kind in _RADIOS:
        return _radio_settings(_RADIOS[kind])
    if kind == "asterisk-ami" or (not kind and _looks_like_ami(data)):
        return asterisk.Settings(name="sample", kind="asterisk-ami", host="recorded", username="recorded")
    return webhook.Settings(name="sample", kind="pbx-webhook", allow_unsigned=True)


def _radio_settings(kind: RadioKind) -> RadioSettings:
    for problem in missing_package(kind):
        raise GatewayError(f"{kind.name} {problem.cure}")
    try:
        settings: RadioSettings = msgspec.convert({"name": "sample", "kind": kind.name, "port": ""}, kind.settings)
    except msgspec.ValidationError as error:
        raise GatewayError(
            f"a {kind.name} cannot be read without its settings ({error}): name them by --config and --source"
        ) from error
    return settings


def _radio(kind: RadioKind, settings: RadioSettings, data: bytes, *, is_hex: bool) -> Decoded:
    pieces = pieces_of_hex(data) if is_hex else pieces_of(kind, data)
    read = [Read(cast("Event", one.event), one.raw) for one in decode_pieces(kind, settings, pieces)]
    unreadable = sum(len(one.raw) for one in read if isinstance(one.event, Unparsed))
    events = sum(not isinstance(one.event, Unparsed) for one in read)
    return Decoded(read, [f"{events} events, {unreadable} unreadable bytes"])


def _looks_like_ami(data: bytes) -> bool:
    return data.startswith(b"Asterisk Call Manager") or any(
        b"\n" + key in b"\n" + data for key in (b"Event: ", b"Response: ")
    )


def _bodies(data: bytes) -> list[bytes]:
    """One request's body; or several, one a line, each of them JSON."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith(b"{") and _is_json(line) for line in lines):
        return lines
    return [data]


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _content_type(body: bytes) -> str:
    if body.startswith(_GZIP) or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return "application/json"
    return "application/x-www-form-urlencoded"
