"""A webhook source made ready: who may speak, what it says, and which of it we have heard before."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Final

import msgspec

from adapters.pbx.webhook.body import JSON, Item, inflate, is_gzip, read_form, read_items
from adapters.pbx.webhook.canonical import Message, canonical
from adapters.pbx.webhook.mapping import Mapper, Mapping
from adapters.pbx.webhook.normalise import event_of
from adapters.pbx.webhook.plain_event import plain_event
from adapters.pbx.webhook.settings import DEFAULT_ZONE, Settings, secrets
from adapters.pbx.webhook.signature import Verifier
from adapters.pbx.webhook.sipgate import is_sipgate, sipgate
from adapters.pbx.webhook.times import time_reader, zone
from adapters.pbx.webhook.unreadable import Unreadable
from adapters.pbx.webhook.vendor_signature import VendorSignature
from adapters.ports import Incoming
from rules.events import AnyCallEvent, Unparsed

SAME_BODY_US: Final = 2_000_000  # an identical body sooner than this is a repetition, later it is news (it rings again)
_HEARD_MAX: Final = 10_000
_KEY_BYTES: Final = 16
_encode = msgspec.json.Encoder().encode


class Reading(msgspec.Struct, frozen=True, gc=False):
    """All a request says: what goes to the pipeline (`Unparsed` included), and what could not be read."""

    incoming: list[Incoming]
    errors: list[Unreadable]
    remarks: list[str]


class HookSource:
    """Reads its secrets when it is made: call only after `check` found no problem."""

    def __init__(self, settings: Settings, default_zone: str = DEFAULT_ZONE) -> None:
        self._settings = settings
        self._secrets = secrets(settings)
        self.name = settings.name
        self.sender_drops_on_4xx = settings.sender_drops_on_4xx
        self.ok_body = settings.ok_body.encode()
        self.verifier = self._make_verifier()
        self.reader = Reader(settings, default_zone)

    def read_secrets_again(self) -> bool:
        before, self._secrets = self._secrets, secrets(self._settings)
        self.verifier = self._make_verifier()
        return self._secrets != before

    def _make_verifier(self) -> Verifier:
        settings, (keys, bearers, path_tokens) = self._settings, self._secrets
        vendor = None
        if settings.signature.header:
            vendor, keys = VendorSignature(settings.signature, keys, settings.tolerance_s), []
        return Verifier(
            keys,
            bearers,
            path_tokens,
            tolerance_s=settings.tolerance_s,
            allow_unsigned=settings.allow_unsigned,
            vendor=vendor,
        )


class Reader:
    """Bytes to incoming events. Its only state is the short memory for bodies that come twice without an id."""

    def __init__(self, settings: Settings, default_zone: str = DEFAULT_ZONE) -> None:
        self._name = settings.name
        self._salt = settings.name.encode() + b"\0"
        self._shows_hold = settings.shows_hold
        self._dialect = settings.dialect
        local = zone(settings.timezone or default_zone)
        self._read_time = time_reader("auto", local)
        mapping = settings.mapping
        theirs = zone(mapping.at_zone) if mapping.at_zone else local
        self._mapper = None if mapping == Mapping() else Mapper(mapping, theirs)
        self._may_be_plain = self._mapper is None and settings.dialect != "sipgate"
        self._heard: OrderedDict[bytes, int] = OrderedDict()

    def read(
        self,
        body: bytes,
        *,
        content_type: str,
        content_encoding: str,
        message_id: str,
        at_us: int,
        query: bytes = b"",
    ) -> Reading:
        """A POST, and what its address tells beside. Never raises for anything a sender can do."""
        if self._may_be_plain and content_type == JSON and not content_encoding and not query:
            plain = plain_event(body, self._name, self._shows_hold is not False, self._read_time)
            if plain is not None:
                told = f"{message_id}/0/0" if message_id else ""
                key = self._key(plain.id, plain.event, body, told=told, at_us=at_us)
                return Reading([Incoming(plain.event, at_us, key, body)], [], [])
        try:
            if is_gzip(content_encoding, body):
                body = inflate(body)
            beside = read_form(query) if query else []
            items = read_items(body, content_type) if body or not beside else [{}]
        except Unreadable as error:
            return self._nothing(body, error, message_id, at_us)
        if beside:
            items = [{**beside[0], **item} for item in items]
            body = body + b"?" + query
        return self._all(items, body, message_id, at_us)

    def read_query(self, query: bytes, *, message_id: str, at_us: int) -> Reading:
        """A GET. Never raises for anything a sender can do."""
        try:
            items = read_form(query)
        except Unreadable as error:
            return self._nothing(query, error, message_id, at_us)
        if not items:
            empty = Unreadable("is empty", field="query", cure="send the event's fields as a query, or POST them")
            return self._nothing(query, empty, message_id, at_us)
        return self._all(items, query, message_id, at_us)

    def _all(self, items: list[Item], body: bytes, message_id: str, at_us: int) -> Reading:
        reading = Reading([], [], [])
        for place, item in enumerate(items):
            raw = body if len(items) == 1 else _encode(item)
            for nth, read in enumerate(self._messages(item)):
                proof = raw if nth == 0 else b""
                told = f"{message_id}/{place}/{nth}" if message_id else ""
                if isinstance(read, Unreadable):
                    read.field = f"[{place}].{read.field}" if len(items) > 1 else read.field
                    reading.errors.append(read)
                    reading.incoming.append(self._unparsed(read, proof or raw, told, at_us))
                    continue
                event = event_of(read, self._name, self._shows_hold)
                key = self._key(read.id, event, raw, nth, told=told, at_us=at_us)
                reading.incoming.append(Incoming(event, at_us, key, proof or None))
                reading.remarks.extend(read.remarks)
        return reading

    def _messages(self, item: Item) -> list[Message | Unreadable]:
        try:
            if self._mapper is not None:
                return self._mapper.messages(item)
            if self._dialect == "sipgate" or (self._dialect == "auto" and is_sipgate(item)):
                message = sipgate(item)
                return [] if message is None else [message]
            return [canonical(item, self._read_time)]
        except Unreadable as error:
            return [error.told()]

    def _nothing(self, body: bytes, error: Unreadable, message_id: str, at_us: int) -> Reading:
        return Reading([self._unparsed(error, body, message_id, at_us)], [error.told()], [])

    def _unparsed(self, error: Unreadable, raw: bytes, told: str, at_us: int) -> Incoming:
        event = Unparsed(source=self._name, reason=str(error)[:500], call=error.call)
        key = (
            self._hash(b"unparsed\0", told.encode("utf-8", "backslashreplace")) if told else self._recent(raw, 0, at_us)
        )
        return Incoming(event, at_us, key, raw)

    def _key(self, event_id: str, event: AnyCallEvent, raw: bytes, nth: int = 0, *, told: str, at_us: int) -> bytes:
        """By the event's own id, the request's, its content where that names a moment, or its content now."""
        if event_id:
            return self._hash(b"id%d\0" % nth, event_id.encode())
        if told:
            return self._hash(b"request\0", told.encode("utf-8", "backslashreplace"))
        if event.occurred_us is not None or event.source_seq is not None:
            return self._hash(b"body%d\0" % nth, raw)
        return self._recent(raw, nth, at_us)

    def _recent(self, raw: bytes, nth: int, at_us: int) -> bytes:
        """The same key as for an identical body less than 2 s ago: also when that one was never committed."""
        content = self._hash(b"recent%d\0" % nth, raw)
        first_us = self._heard.get(content)
        if first_us is None or not 0 <= at_us - first_us < SAME_BODY_US:
            first_us = at_us
            self._heard[content] = at_us
            self._heard.move_to_end(content)
            if len(self._heard) > _HEARD_MAX:
                self._heard.popitem(last=False)
        return self._hash(content, first_us.to_bytes(8, "big", signed=True))

    def _hash(self, kind: bytes, content: bytes) -> bytes:
        return blake2b(self._salt + kind + content, digest_size=_KEY_BYTES).digest()
