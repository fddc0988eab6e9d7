"""A foreign page in the browser of somebody who is signed in: it can neither act nor listen nor read."""

import asyncio
from http import HTTPStatus

import aiohttp

from tests.contract.security.conftest import connect
from tests.fixtures.gateway import RunningGateway

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another port of the same machine
]


async def session(gateway: RunningGateway, stranger: aiohttp.ClientSession) -> dict[str, str]:
    login = {"token": gateway.token, "by": "desk"}
    async with stranger.post(f"{gateway.url}/login", data=login, allow_redirects=False) as answer:
        assert answer.status == HTTPStatus.SEE_OTHER
        return {"Cookie": f"hotline_session={answer.cookies['hotline_session'].value}"}


async def test_a_foreign_page_hears_and_reads_nothing(gateway: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(gateway, stranger)
    for path in ("/api/v1/stream", "/api/v1/incidents", "/api/v1/recordings/20261121-0123456789abcdef"):
        for foreign in FOREIGN:
            async with stranger.get(gateway.url + path, headers=ours | foreign) as answer:
                assert answer.status == HTTPStatus.FORBIDDEN, (path, foreign)
                assert "Access-Control-Allow-Origin" not in answer.headers
    own = ours | {"Origin": gateway.url, "Sec-Fetch-Site": "same-origin"}
    async with asyncio.timeout(60), stranger.get(f"{gateway.url}/api/v1/stream", headers=own) as answer:
        assert (await answer.content.readline()).startswith(b"retry")


async def test_a_link_from_elsewhere_opens_the_board(gateway: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(gateway, stranger)
    async with stranger.get(gateway.url, headers=ours | {"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == HTTPStatus.OK


async def test_an_origin_that_is_none_cannot_sign_in(gateway: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    for foreign in FOREIGN[:3]:
        async with stranger.post(f"{gateway.url}/login", data={"token": gateway.token}, headers=foreign) as answer:
            assert answer.status == HTTPStatus.FORBIDDEN, foreign


async def test_nothing_is_changed_by_a_get(gateway: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    ours = await session(gateway, stranger)
    for path in ("/logout", "/api/v1/alerts/x/acknowledge", "/api/v1/incidents/1/check-in"):
        async with stranger.get(gateway.url + path, headers=ours) as answer:
            assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED, path


async def test_no_header_gives_a_guesser_another_address(gateway: RunningGateway) -> None:
    statuses = []
    for number in range(30):
        for header in ("X-Forwarded-For: 10.0.0.{}", "Forwarded: for=10.0.0.{}", "X-Real-IP: 10.0.0.{}"):
            line = await connect(gateway)
            head = ("GET /api/v1/rules HTTP/1.1", "Host: x", "Connection: close", "Authorization: Bearer no", header)
            line.send("\r\n".join([*head, "", ""]).format(number).encode())
            statuses.append((await line.all(60)).split()[1])
    assert statuses[-3:] == [b"429"] * 3
    assert statuses.count(b"401") <= 12
