"""Attacks over HTTP, each for so many seconds: what a stranger can do, and what somebody who knows a secret can."""

import asyncio
import base64
import contextlib
import hmac
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import cycle
from pathlib import Path

from tests.hostile.victim import Places

_HOOK = b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\n"
_AT_ONCE = 64
_READ_BYTES = 65_536
_LOSSES = (ConnectionError, asyncio.IncompleteReadError, TimeoutError, OSError)


async def slow_loris(places: Places, seconds: float) -> int:
    """2,000 connections that send a byte in ten seconds each; who is cut comes again."""
    return await _many(places, seconds, 2_000, _drip)


async def crowd(places: Places, seconds: float) -> int:
    """100,000 connections that say nothing, as fast as they are taken in; all stay until they are cut."""
    count = 0
    until_s = time.monotonic() + seconds
    open_: set[asyncio.Task[None]] = set()

    async def stay() -> None:
        nonlocal count
        with contextlib.suppress(*_LOSSES):
            reader, writer = await asyncio.open_connection("127.0.0.1", places.http)
            count += 1
            with contextlib.closing(writer):
                await reader.read()

    while count < 100_000 and time.monotonic() < until_s:
        open_ |= {asyncio.create_task(stay()) for _ in range(_AT_ONCE)}
        await asyncio.sleep(0)
        if len(open_) >= 4_000:
            _, open_ = await asyncio.wait(open_, return_when=asyncio.FIRST_COMPLETED)
    for task in open_:
        task.cancel()
    await asyncio.gather(*open_, return_exceptions=True)
    return count


async def endless_headers(places: Places, seconds: float) -> int:
    """A hundred thousand headers, and one of a megabyte."""
    many = _HOOK + b"".join(b"X-%d: 1\r\n" % number for number in range(100_000)) + b"\r\n"
    long = b"GET /login HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 1_000_000 + b"\r\n\r\n"
    return await _again(places, seconds, cycle((many, long)))


async def endless_chunks(places: Places, seconds: float) -> int:
    """Chunk after chunk, to every entrance that takes a body."""
    heads = [
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: %s\r\n\r\n" % (path, kind)
        for path, kind in (
            (b"/hooks/pbx/main", b"application/json"),
            (b"/login", b"application/x-www-form-urlencoded"),
            (b"/api/call-upload", b"multipart/form-data; boundary=x"),
        )
    ]
    return await _again(places, seconds, cycle([head + b"8000\r\n" + bytes(0x8000) + b"\r\n" for head in heads]), 32)


async def bombs(places: Places, seconds: float) -> int:
    """A gigabyte in a megabyte of gzip, and a quarter of one that fits into the bound; signed, so that it is opened."""
    packed = [_bomb(1 << 30), _bomb(240 << 20)]
    return await _again(
        places, seconds, cycle([_signed(places, body, b"Content-Encoding: gzip\r\n") for body in packed])
    )


async def nonsense(places: Places, seconds: float) -> int:
    """Signed bodies that are as odd as JSON can be."""
    bodies = (
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"event":"delivered","event":"held","call":"x"}',
        b'{"event":"delivered","call":"\xff\xfe\xc3"}',
        b'{"event":"delivered","call":"\\ud800"}',
        b'{"event":"delivered","call":NaN}',
        b'{"event":"delivered","call":"x","at":' + b"9" * 100_000 + b"}",
        b'{"event":"delivered","call":"x","at":1e999999}',
        b"[" + b",".join([b'{"event":"delivered"}'] * 10_000) + b"]",
        b"{" + b",".join(b'"f%d":1' % number for number in range(20_000)) + b"}",
    )

    def signed() -> Iterator[bytes]:
        for body in cycle(bodies):
            yield _signed(places, body)

    return await _again(places, seconds, signed())


async def guesses(places: Places, seconds: float) -> int:
    """10,000 wrong tokens at the API and at the login."""
    count = 0

    async def guess() -> None:
        nonlocal count
        with contextlib.suppress(*_LOSSES):
            reader, writer = await asyncio.open_connection("127.0.0.1", places.http)
            with contextlib.closing(writer):
                while count < 10_000 and time.monotonic() < until_s:
                    count += 1
                    head = f"GET /api/v1/rules HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer guess-{count}\r\n\r\n"
                    writer.write(head.encode())
                    answer = await reader.readuntil(b"\r\n\r\n")
                    await reader.readexactly(int(answer.lower().partition(b"content-length: ")[2].split()[0]))

    until_s = time.monotonic() + seconds
    while count < 10_000 and time.monotonic() < until_s:
        await asyncio.gather(*(guess() for _ in range(8)))
    return count


async def _drip(places: Places, until_s: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", places.http)
    with contextlib.closing(writer):
        ended = asyncio.ensure_future(reader.read())
        try:
            for byte in _HOOK + b"X-Wait: " + b"a" * 1_000:
                writer.write(bytes((byte,)))
                done, _ = await asyncio.wait({ended}, timeout=min(10.0, max(0.0, until_s - time.monotonic())))
                if done or time.monotonic() >= until_s:
                    break
        finally:
            ended.cancel()
            await asyncio.wait({ended})


async def _many(places: Places, seconds: float, at_once: int, one: Callable[[Places, float], Awaitable[None]]) -> int:
    """So many at a time, each begun again when it ends; how many there were."""
    count = 0
    until_s = time.monotonic() + seconds

    async def over_and_over() -> None:
        nonlocal count
        while time.monotonic() < until_s:
            with contextlib.suppress(*_LOSSES):
                count += 1
                await one(places, until_s)
            await asyncio.sleep(0.05)

    await asyncio.gather(*(over_and_over() for _ in range(at_once)))
    return count


async def _again(places: Places, seconds: float, requests: Iterator[bytes], times: int = 1) -> int:
    """Request after request, each on a connection of its own, its last part `times` over."""

    async def one(places: Places, _: float) -> None:
        async with _connection(places) as (reader, writer), asyncio.timeout(15):
            request = next(requests)
            writer.write(request)
            for _ in range(times - 1):
                await writer.drain()
                writer.write(request[request.index(b"\r\n\r\n") + 4 :])
            await writer.drain()
            await reader.read(_READ_BYTES)

    return await _many(places, seconds, _AT_ONCE, one)


@contextlib.asynccontextmanager
async def _connection(places: Places) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", places.http)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _signed(places: Places, body: bytes, more: bytes = b"") -> bytes:
    """As the PBX would send it."""
    key = base64.b64decode(Path(places.secret_file).read_text().strip().removeprefix("whsec_"))
    stamp = int(time.time())
    proof = base64.b64encode(hmac.digest(key, b"m.%d." % stamp + body, "sha256"))
    head = b"webhook-id: m\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,%s\r\n" % (stamp, proof)
    return _HOOK + head + more + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
