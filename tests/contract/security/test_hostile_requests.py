"""Requests made to hurt, at every entrance of the running process: a clear answer, bounded memory, a quiet log."""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import Iterator
from itertools import product
from typing import Any

import aiohttp
import pytest

from tests.contract.security.conftest import GUESSER, UPLOAD_KEY, connect, is_well, memory_mib, stranger_from
from tests.fixtures.gateway import RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOK, LOGIN, UPLOAD, FACTS = "/hooks/pbx/main", "/login", "/api/call-upload", "/api/v1/incidents/1/facts"
ENTRANCES = (HOOK, LOGIN, UPLOAD, FACTS)
REFUSED = {400, 401, 403, 404, 408, 409, 413, 415, 417, 422, 429, 431}
GROWTH_MIB_MAX = 40


def bomb() -> bytes:
    """A quarter of a gigabyte in a quarter of a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(256)) + packer.flush()


BODIES: dict[str, bytes] = {
    "deep": b"[" * 100_000,
    "deep and whole": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a key twice": b'{"event":"delivered","event":"held","call":"x"}',
    "broken UTF-8": b'{"event":"delivered","call":"\xff\xfe\xc3"}',
    "half a surrogate pair": b'{"event":"delivered","call":"\\ud800"}',
    "NaN": b'{"event":"delivered","call":NaN}',
    "a number of many digits": b'{"event":"delivered","call":"x","at":' + b"9" * 10_000 + b"}",
    "a huge exponent": b'{"event":"delivered","call":"x","at":1e999999}',
    "NUL": b'{"event":"delivered","call":"\\u0000"}',
    "many fields": b"&".join(b"f%d=1" % n for n in range(20_000)),
    "nothing": b"",
}
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/xml; charset=rot13",
)


async def test_no_body_is_an_error_of_ours(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    before = memory_mib(shared)
    for entrance, (name, body), content_type in product(ENTRANCES, BODIES.items(), TYPES):
        headers = {"content-type": content_type, "authorization": f"Bearer {shared.token}"}
        async with stranger.post(shared.url + entrance, data=body, headers=headers) as answer:
            assert answer.status in REFUSED, (entrance, name, content_type, await answer.text())
    await is_well(shared, "after")
    assert memory_mib(shared) - before < GROWTH_MIB_MAX
    assert "Traceback" not in (shared.folder / "gateway.log").read_text()


async def test_a_bomb_is_refused_before_it_grows(shared: RunningGateway, stranger: aiohttp.ClientSession) -> None:
    before = memory_mib(shared)
    headers = {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "authorization": f"Bearer {shared.token}",
    }
    for entrance, packed in product(ENTRANCES, (bomb(), gzip.compress(bytes(8 << 20)))):
        asked = (stranger.post(shared.url + entrance, data=packed, headers=headers) for _ in range(8))
        for answer in await asyncio.gather(*(status(one) for one in asked)):
            assert answer in REFUSED | {0}, entrance
    await is_well(shared, "after")
    assert memory_mib(shared) - before < GROWTH_MIB_MAX


async def status(asking: Any) -> int:
    """0: cut off while we were still sending."""
    try:
        async with asking as answer:
            return int(answer.status)
    except aiohttp.ClientConnectionError:
        return 0


async def test_a_signed_event_is_read_the_same_way_however_odd_it_is(shared: RunningGateway) -> None:
    """Whoever knows the secret may still send nonsense: it is refused by name or kept, and never an error of ours."""
    odd: list[Any] = [
        {"event": "delivered", "call": "x" * 100_000},
        {"event": "delivered", "call": "\u0000"},
        {"event": "delivered", "call": "x", "at": 10**30},
        {"event": "delivered", "call": "x", "at": -1},
        {"event": "delivered", "call": "x", "at": "99999-01-01T00:00:00Z"},
        {"event": "delivered", "call": ["x"]},
        {"event": "delivered", "call": {"a": {"b": 1}}},
        {"event": ["delivered"], "call": "x"},
        {"event": "delivered", "call": "x", "from": "1" * 5_000, "name": "\u202e" * 5_000},
        {"event": "delivered", "call": "x", "ring_s": 1e308},
    ]
    for event in odd:
        status, answer = await shared.post(event)
        assert status in {200, 400, 413, 422}, (event, answer)
        assert status == 200 or answer["field"], answer
    await is_well(shared, "after")


def heads() -> Iterator[tuple[str, bytes]]:
    yield "a long line", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "a long header", b"GET /login HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 100_000 + b"\r\n\r\n"
    yield "many headers", b"GET /login HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(5_000)) + b"\r\n"
    yield "headers for ever", b"POST /hooks/pbx/main HTTP/1.1\r\n" + b"X-A: 1\r\n" * 200_000
    yield "two lengths", b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    yield (
        "a length and chunks",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    )
    yield "a bad chunk", b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n"
    yield (
        "a bad chunk of a hook",
        b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    )
    upload = b"POST /api/call-upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    yield "a bad chunk of an upload", upload + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"
    yield "a folded header", b"GET /login HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n folded\r\n\r\n"
    yield "a negative length", b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"
    yield "NUL in a header", b"GET /login HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\n\r\n"
    yield "another protocol", b"\x16\x03\x01\x02\x00\x01\x00" + bytes(600)
    yield "no host", b"GET /login HTTP/1.1\r\n\r\n"


HEADS = dict(heads())


async def test_no_head_of_a_request_is_an_error_of_ours(shared: RunningGateway) -> None:
    before = memory_mib(shared)
    for name, head in HEADS.items():
        line = await connect(shared)
        line.send(head)
        async with asyncio.timeout(60):
            try:
                said = await line.reader.read(100)
            except ConnectionError:
                said = b""
        assert not said or b" 400 " in said or b" 431 " in said or (name == "no host" and b" 200 " in said), (
            name,
            said,
        )
        line.writer.close()
    await is_well(shared, "after")
    assert memory_mib(shared) - before < GROWTH_MIB_MAX
    assert "Traceback" not in (shared.folder / "gateway.log").read_text()


PATHS = (
    "/api/v1/recordings/..%2f..%2ftoken.txt",
    "/api/v1/recordings/%2e%2e%2ftoken.txt",
    "/api/v1/recordings/20261121-0123456789abcdef%00.wav",
    "/static/../../../gateway.toml",
    "/static/..%2f..%2f..%2fhook-secret.txt",
    "/static//etc/passwd",
    "/static/%2e%2e/%2e%2e/auth.py",
    "/api/v1/incidents/%ED%A0%80",
    "/api/v1/incidents?caller=%ED%A0%80",
    "/api/v1/incidents?caller=%00&unit=%FF",
    "/api/v1/incidents?since=0001-01-01T00:00:00%2B14:00",
    "/api/v1/incidents?since=9999-12-31T23:59:59-14:00",
    "/api/v1/alerts?cursor=1.%ED%A0%80",
    "/api/v1/obligations?cursor=999999999999999999",
    "/hooks/pbx/%2e%2e%2f",
)


async def test_no_path_leads_out_and_none_is_an_error_of_ours(shared: RunningGateway) -> None:
    secrets = (shared.token.encode(), shared.hook_secret.encode(), b"root:")
    for path in PATHS:
        line = await connect(shared)
        proof = f"Authorization: Bearer {shared.token}"
        line.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{proof}\r\n\r\n".encode())
        said = await line.all(60)
        head = said.split(b"\r\n", 1)[0]
        assert head.split()[1] in {b"200", b"401", b"404", b"422", b"403"}, (path, head)
        assert not any(secret in said for secret in secrets), path
    assert "Traceback" not in (shared.folder / "gateway.log").read_text()


async def test_uploads_without_a_key_hold_bounded_memory_and_the_key_still_uploads(
    shared: RunningGateway, visitor: aiohttp.ClientSession
) -> None:
    """Each as large as one may be, none of them whole: together they may hold four of the longest."""
    before = memory_mib(shared)
    head = (
        b"POST /api/call-upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 1000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=audio\r\n\r\n"
    )
    lines = [await connect(shared) for _ in range(40)]
    for line in lines:
        line.send(head + bytes(190_000))
    answers = [await line.reader.readline() for line in lines[8:]]
    assert all(b" 503 " in answer for answer in answers), answers
    assert memory_mib(shared) - before < GROWTH_MIB_MAX
    for line in lines:
        line.writer.close()
    async with asyncio.timeout(60):
        while await tried(shared, visitor) == 503:
            await is_well(shared, "near")


async def tried(shared: RunningGateway, visitor: aiohttp.ClientSession) -> int:
    form = aiohttp.FormData({"key": UPLOAD_KEY, "system": "1", "talkgroup": "1"}, default_to_multipart=True)
    async with visitor.post(shared.url + UPLOAD, data=form) as answer:
        assert answer.status in {417, 503}, await answer.text()
        return answer.status


async def test_guessed_tokens_are_counted_and_the_desk_goes_on_and_signs_in(
    shared: RunningGateway, visitor: aiohttp.ClientSession
) -> None:
    """From the guesser's own address who is signed in goes on; from another one the right token still opens."""
    login = {"token": shared.token, "by": "desk"}
    began_s = time.monotonic()
    async with stranger_from(GUESSER) as guesser:
        async with guesser.post(shared.url + LOGIN, data=login, allow_redirects=False) as answer:
            cookie = {"cookie": f"hotline_session={answer.cookies['hotline_session'].value}"}
        statuses = []
        for number in range(500):
            guess = {"authorization": f"Bearer guess-{number}"}
            async with guesser.get(f"{shared.url}/api/v1/rules", headers=guess) as answer:
                statuses.append(answer.status)
        async with guesser.get(f"{shared.url}/api/v1/rules", headers=cookie) as answer:
            assert answer.status == 200
            assert json.loads(await answer.read())["site"] == "riverside"
    assert statuses.count(401) <= 10 + (time.monotonic() - began_s) / 6 + 1
    assert statuses.count(401) + statuses.count(429) == len(statuses)
    log = (shared.folder / "gateway.log").read_text()
    assert log.count("wrong_token") >= statuses.count(401)
    assert "guess-" not in log
    assert "signed_in" in log
    async with visitor.post(shared.url + LOGIN, data=login, allow_redirects=False) as answer:
        assert answer.status == 303
    await is_well(shared, "near")
