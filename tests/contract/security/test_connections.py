"""Who holds a connection and says nothing, little, or too slowly: cut in time, and nobody else notices."""

import asyncio
import resource
from pathlib import Path
from statistics import median

import pytest

from tests.contract.security.conftest import MORE, Line, connect, is_well, metric
from tests.fixtures.gateway import RunningGateway, running_gateway

SLOW: dict[str, bytes] = {
    "nothing": b"",
    "a letter": b"G",
    "headers of a page": b"GET /login HTTP/1.1\r\nHost: x\r\nX-Wait: ",
    "headers of a hook": b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nX-Wait: ",
    "headers of an upload": b"POST /api/call-upload HTTP/1.1\r\nHost: x\r\n",
    "the second request": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "the body of a hook": b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "the body of a login": b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nt",
    "chunks of a hook": b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
}


async def test_slow_senders_are_cut_with_an_answer_while_neighbours_are_served(gateway: RunningGateway) -> None:
    lines = {name: [await connect(gateway) for _ in range(20)] for name in SLOW}
    for name, many in lines.items():
        for line in many:
            line.send(SLOW[name])
    for line in lines["the second request"]:
        assert b"200 OK" in await line.reader.readuntil(b"\r\n\r\n")
        line.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    ends = asyncio.gather(*(line.all(60) for many in lines.values() for line in many))
    waited_s = [await is_well(gateway, f"near-{number}") for number in range(100)]
    assert median(waited_s) < 10  # not held up until the slow are cut
    said = iter(await ends)
    for name, many in lines.items():
        for _ in many:
            words = next(said)
            assert b"408 Request Timeout" in words, (name, words)
    assert await metric(gateway, 'hotline_connections_cut_total{reason="slow"}') >= 20 * 6
    assert await metric(gateway, "hotline_connections") < 10


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/hooks/pbx/main", "Expect: 100-continue\r\n"),
        ("/hooks/pbx/main", ""),
        ("/login", ""),
        ("/api/v1/test-alerts", "Authorization: Bearer {token}\r\n"),
        ("/api/call-upload", "Content-Type: multipart/form-data; boundary=x\r\n"),
    ],
)
async def test_a_body_that_is_announced_as_too_large_is_not_waited_for(
    gateway: RunningGateway, path: str, more: str
) -> None:
    line = await connect(gateway)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n{more}\r\n"
    line.send(head.format(token=gateway.token).encode())
    said = (await line.reader.readuntil(b"\r\n\r\n")).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    said = said or await line.reader.readuntil(b"\r\n\r\n")
    assert b" 413 " in said
    line.writer.close()


async def test_where_there_is_no_room_strangers_give_way_and_neighbours_are_served(folder: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    started = running_gateway(folder, more=MORE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, limits[1]))
    try:
        gateway = await started.__aenter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    try:
        neighbour = await connect(gateway)
        await _ask(neighbour)
        strangers = [await connect(gateway) for _ in range(900)]
        for stranger in strangers:
            stranger.send(b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\n")
        await is_well(gateway, "near")
        await _ask(neighbour)  # its connection has stood all the while: it had been answered before
        assert await metric(gateway, "hotline_connections") <= 300
        assert await metric(gateway, 'hotline_connections_cut_total{reason="full"}') >= 600
        for stranger in [*strangers, neighbour]:
            stranger.writer.close()
    finally:
        await started.__aexit__(None, None, None)
    assert "Traceback" not in (folder / "gateway.log").read_text()


async def test_who_leaves_before_a_request_is_whole_leaves_no_page_in_the_log(gateway: RunningGateway) -> None:
    for _ in range(10):
        lines = [await connect(gateway) for _ in SLOW]
        for line, said in zip(lines, SLOW.values(), strict=True):
            line.send(said.replace(b"Content-Length: 9", b"Content-Length: 99999") + b"a" * 20_000)
        await is_well(gateway, "near")
        for line in lines:
            line.writer.transport.abort()
    await is_well(gateway, "near")
    assert "Traceback" not in (gateway.folder / "gateway.log").read_text()


async def _ask(line: Line) -> None:
    line.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(60):
        head = await line.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        await line.reader.readexactly(length)
    assert b"200 OK" in head
