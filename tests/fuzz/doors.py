"""What browsers show at the door: cookies, guessed secrets, forms of sign-in, languages; and what is looked for."""

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.http_writer import HttpVersion11
from aiohttp.streams import EMPTY_PAYLOAD
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from adapters.ports import IncidentsAsked
from gateway.access.sight import number_masked, text_masked
from gateway.web.access.auth import Auth, AuthSettings
from gateway.web.access.sign_in import read_form
from gateway.web.pages.rendering import language_of
from gateway.web.pages.texts import LANGUAGES
from gateway.web.problems import Problem as Refusal
from gateway.web.record_search import CHARS_MAX, asked_by, asked_in_form
from tests.fuzz.target import Target

_LOOP = asyncio.new_event_loop()
_AUTH = Auth(["t" * 43], AuthSettings(), time.monotonic)
_SESSION = _AUTH.open_session("desk")
_FIELDS_MAX = 8
_WHOLE_NUMBER = re.compile(r"\d{9,}")
_ZONE = ZoneInfo("Asia/Shanghai")


def _request(**headers: str) -> Any:
    """As aiohttp would hand it over, with these headers; nobody is connected."""
    named = CIMultiDict((name.replace("_", "-"), value) for name, value in headers.items())
    raw = tuple((name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in named.items())
    url = URL("/")
    message = RawRequestMessage("GET", "/", HttpVersion11, CIMultiDictProxy(named), raw, False, None, False, False, url)
    nobody: Any = SimpleNamespace(transport=None, ssl_context=None, peername=None, sockname=None)
    nothing: Any = None
    return web.BaseRequest(message, EMPTY_PAYLOAD, nobody, nothing, nothing, _LOOP)


def _session(data: bytes) -> None:
    """No cookie but the true one is a session, and no guess is a token or a code."""
    text = data.decode("utf-8", "surrogateescape")
    for shown in (text, f"hotline_session={_SESSION}; {text}"):
        found = _AUTH.session(_request(Cookie=shown).cookies.get("hotline_session", ""))
        assert found is None or _SESSION in shown
    guess = text.strip()
    assert not _AUTH.token_is_right(guess)
    assert not _AUTH.take_code(guess)


def _form(data: bytes) -> None:
    """A form of sign-in has few fields, or is refused."""

    async def read() -> bytes:
        return data

    asked: Any = SimpleNamespace(read=read)
    with suppress(web.HTTPUnprocessableEntity):
        assert len(_LOOP.run_until_complete(read_form(asked))) <= _FIELDS_MAX


def _language(data: bytes) -> None:
    header, _, cookie = data.decode("utf-8", "surrogateescape").partition("\n")
    assert language_of(_request(Accept_Language=header, Cookie=cookie)) in LANGUAGES


def _search(data: bytes) -> None:
    """What is looked for is bounded, or refused; what the audit keeps of it holds no whole number."""
    query = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    for read in (asked_by, lambda told: asked_in_form(told, _ZONE)):
        with suppress(Refusal):
            _assert_bounded(read(query))
    for text in query.values():
        shown = text_masked(number_masked(text))
        numbers = _WHOLE_NUMBER.findall(text)  # of several, one may stand within another
        assert "****" in text or len(numbers) != 1 or numbers[0] not in shown


def _assert_bounded(asked: IncidentsAsked) -> None:
    for value in asked.values():
        assert not isinstance(value, str) or len(value) <= CHARS_MAX
        assert not isinstance(value, int) or abs(value) < 1 << 63


def door_targets() -> list[Target]:
    runs: list[tuple[str, Callable[[bytes], None], tuple[bytes, ...]]] = [
        ("session", _session, (b"theme=night; hotline_session=abc; language=en", b'hotline_session="a\\073"')),
        ("sign-in-form", _form, (b"name=wang&password=x+y%2B", b"token=t&by=%E7%8E%8B")),
        ("language", _language, (b"en-GB,en;q=0.9,zh;q=0.8\nlanguage=zh; theme=day",)),
        (
            "search",
            _search,
            (
                b"q=138+0013-8000&from=2026-11-21&to=2026-11-22&outcome=breached",
                b"since=2026-11-21T08:00:00Z&text=1380013&medium=radio&hours=in&number=20261121-0042",
            ),
        ),
    ]
    return [Target(*one) for one in runs]
