"""What was read of a request that came to nothing is let go with its answer, and not when a collector comes by."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
from aiohttp import web

from gateway.web.door.doorway import Doorway
from gateway.web.server import HOOKS
from tests.fixtures.served import TOKEN, Served, serve

MARK = b"of a stranger's body "
LARGE = MARK * 4_000  # more than an entrance of the API takes, and more than 64 KiB
PATHS = ("/login", "/api/v1/incidents/1/facts", "/api/call-upload", "/hooks/pbx/nobody", "/nowhere")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What lies in a cycle stays where it is."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doorway]:
    async with serve(tmp_path_factory.mktemp("large")) as served:
        door = Doorway(served.runner, _app(served)[HOOKS], "127.0.0.1", 0, goodbye_s=1.0)
        await door.start()
        yield door


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("breaks_off", [False, True], ids=["refused", "broken off"])
async def test_nothing_of_a_large_body_is_held_when_it_is_over(door: Doorway, *, breaks_off: bool) -> None:
    for path in PATHS * 8:
        await _send_large(door, path, breaks_off=breaks_off)
    async with asyncio.timeout(60):
        while door.handed_over or door.connections or _held():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def _send_large(door: Doorway, path: str, *, breaks_off: bool) -> None:
    """Chunk after chunk, as far as it is taken; or cut in the middle of one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", _port(door))
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n"
    chunk = b"%x\r\n" % len(LARGE) + LARGE
    with closing(writer):
        writer.write(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n")
        if breaks_off:
            writer.write(chunk[:12_000])
            await writer.drain()
            writer.transport.abort()
            return
        writer.write((chunk + b"\r\n") * 4 + b"0\r\n\r\n")
        async with asyncio.timeout(60):
            assert int((await reader.readuntil(b"\r\n")).split()[1]) in {400, 404, 413, 417, 422}


def _held() -> bool:
    """Whether any object that the collector knows refers to bytes of theirs."""
    return any(
        isinstance(held, bytes | bytearray) and len(held) > 8_000 and MARK in held and held is not LARGE
        for one in gc.get_objects()
        for held in gc.get_referents(one)
    )


def _app(served: Served) -> web.Application:
    assert isinstance(served.runner, web.AppRunner)
    return served.runner.app


def _port(door: Doorway) -> int:
    assert door._server is not None  # noqa: SLF001 - aiohttp tells it nowhere else
    return int(door._server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]  # noqa: SLF001
