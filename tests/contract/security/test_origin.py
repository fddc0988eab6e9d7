"""A foreign page in the browser of somebody who is signed in: it can neither act nor listen nor read."""

import asyncio
import time
from http import HTTPStatus

import aiohttp
import pytest

from tests.contract.security.conftest import GUESSER, connect
from tests.fixtures.gateway import RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another port of the same machine
]


async def session(shared: RunningGateway, stranger: aiohttp.ClientSession) -> dict[str, str]:
    login = {"token": shared.token, "by": "desk"}
    async with stranger.post(f"{shared.url}/login", data=login, allow_redirects=False) as answer:
        assert answer.status == HTTPStatus.SEE_OTHER
        return {"Cookie": f"hotline_session={answer.cookies['hotline_session'].value}"}


async def test_a_foreign_page_hears_and_reads_nothing(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(shared, stranger)
    for path in ("/api/v1/stream", "/api/v1/incidents", "/api/v1/recordings/20261121-0123456789abcdef"):
        for foreign in FOREIGN:
            async with stranger.get(shared.url + path, headers=ours | foreign) as answer:
                assert answer.status == HTTPStatus.FORBIDDEN, (path, foreign)
                assert "Access-Control-Allow-Origin" not in answer.headers
    own = ours | {"Origin": shared.url, "Sec-Fetch-Site": "same-origin"}
    async with asyncio.timeout(60), stranger.get(f"{shared.url}/api/v1/stream", headers=own) as answer:
        assert (await answer.content.readline()).startswith(b"retry")


async def test_a_link_from_elsewhere_opens_the_board(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(shared, stranger)
    async with stranger.get(shared.url, headers=ours | {"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == HTTPStatus.OK


async def test_an_origin_that_is_none_cannot_sign_in(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    for foreign in FOREIGN[:3]:
        async with stranger.post(f"{shared.url}/login", data={"token": shared.token}, headers=foreign) as answer:
            assert answer.status == HTTPStatus.FORBIDDEN, foreign


async def test_nothing_is_changed_by_a_get(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(shared, stranger)
    for path in ("/logout", "/api/v1/alerts/x/acknowledge", "/api/v1/incidents/1/check-in"):
        async with stranger.get(shared.url + path, headers=ours) as answer:
            assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED, path


async def test_no_header_gives_a_guesser_another_address(shared: RunningGateway) -> None:
    statuses = []
    began_s = time.monotonic()
    for number in range(30):
        for header in ("X-Forwarded-For: 10.0.0.{}", "Forwarded: for=10.0.0.{}", "X-Real-IP: 10.0.0.{}"):
            line = await connect(shared, from_address=GUESSER)
            head = ("GET /api/v1/rules HTTP/1.1", "Host: x", "Connection: close", "Authorization: Bearer no", header)
            line.send("\r\n".join([*head, "", ""]).format(number).encode())
            statuses.append((await line.all(60)).split()[1])
    assert statuses.count(b"401") + statuses.count(b"429") == len(statuses)
    assert statuses.count(b"401") <= 10 + (time.monotonic() - began_s) / 6 + 1
