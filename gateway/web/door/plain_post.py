"""Bytes of one connection to whole, plain POST requests, one at a time; anything else is `NotPlain`."""

from functools import lru_cache
from typing import Final

import httptools
import msgspec

_START: Final = b"POST /hooks/"
_BYTES_MAX: Final = 16 * 1024  # a PBX posts less; what is larger is not kept twice here
_HEADERS_ELSEWHERE: Final = frozenset({"expect", "transfer-encoding", "content-encoding", "upgrade"})
_PATH_AT: Final = len(b"POST ")
_VERSION: Final = b" HTTP/1.1\r\n"


class PlainPost(msgspec.Struct, frozen=True, gc=False):
    """Header names are in lower case, each stands once."""

    path: bytes
    headers: dict[str, str]
    body: bytes
    keep_alive: bool


class NotPlain(Exception):
    """Not our business, whatever it is: `PlainPosts.raw` holds all of its bytes."""


class PlainPosts:
    """llhttp reads the requests (httptools); this decides only which of them are as plain as a PBX's are.

    Its `on_…` methods are called by the parser, within `feed`; what they raise ends the parsing.
    """

    def __init__(self) -> None:
        self.raw = b""  # of the request that is being read, or was read last
        self._parser = httptools.HttpRequestParser(self)
        self._done: PlainPost | None = None
        self._path = b""
        self._headers: dict[str, str] = {}
        self._body = b""

    def feed(self, data: bytes) -> PlainPost | None:
        """A whole request, or None while a part of it is still to come. Raises NotPlain, and is of no use after."""
        if self._done is not None:
            self.raw, self._path, self._headers, self._body, self._done = b"", b"", {}, b"", None
        raw = self.raw = self.raw + data if self.raw else data
        if len(raw) > _BYTES_MAX or not raw.startswith(_START):
            raise NotPlain
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise NotPlain from error
        if self._done is None:
            self._check_announced()
        return self._done

    def _check_announced(self) -> None:
        """Nobody waits here for a body that is too large for us, and may be for everybody."""
        if int(self._headers.get("content-length", "0")) > _BYTES_MAX:
            raise NotPlain

    def forget(self) -> None:
        """To be called at the end, once: the parser and this hold each other, and the parser its last error, whose
        traceback holds what was read.
        """
        self.raw, self._headers, self._body, self._done = b"", {}, b"", None
        del self._parser

    def on_message_begin(self) -> None:
        if self._done is not None:  # a second request in the same bytes: the peer does not wait for answers
            raise NotPlain

    def on_url(self, part: bytes) -> None:
        self._path += part

    def on_header(self, name: bytes, value: bytes) -> None:
        key = _key_of(name)
        headers = self._headers
        if key in headers:
            raise NotPlain
        headers[key] = value.decode(errors="surrogateescape").strip(" \t")

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        path = self._path
        if not self.raw.startswith(_VERSION, _PATH_AT + len(path)):
            raise NotPlain
        self._done = PlainPost(path, self._headers, self._body, self._parser.should_keep_alive())


@lru_cache(maxsize=256)  # a PBX sends the same few all day
def _key_of(name: bytes) -> str:
    key = name.decode("latin-1").lower()
    if key in _HEADERS_ELSEWHERE:
        raise NotPlain
    return key
