"""What a connection may do in HTTP, byte by byte: the short way and aiohttp's answer alike."""

import asyncio
import gc
import json
from contextlib import closing

import pytest

from gateway.web.door.doorway import Doorway
from gateway.web.door.plain_post import NotPlain, PlainPosts
from gateway.web.door.turned_away import AT_ONCE_MAX
from tests.contract.hooks.conftest import Door, sign

BODY = json.dumps({"event": "delivered", "call": "c1"}).encode()
NO_SOURCE = b"POST /hooks/pbx/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


def post(message_id: str, *more: str, version: str = "1.1") -> bytes:
    lines = [f"POST /hooks/pbx/main HTTP/{version}", "Host: x"]
    lines += [f"{name}: {value}" for name, value in sign(BODY, message_id).items()]
    return "\r\n".join([*lines, f"Content-Length: {len(BODY)}", *more, "", ""]).encode()


class Line:
    """A connection of bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> tuple[int, dict[str, str]]:
        async with asyncio.timeout(60):
            first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        return int(first.split()[1]), {n.lower(): v for n, v in (line.split(": ", 1) for line in lines)}

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def ended(self) -> bool:
        async with asyncio.timeout(60):
            return await self.reader.read() == b""


def test_a_body_that_is_announced_as_long_is_not_waited_for_here() -> None:
    head = b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    short, long = PlainPosts(), PlainPosts()
    assert short.feed(head % 16_384) is None
    with pytest.raises(NotPlain):
        long.feed(head % 16_385)
    short.forget()
    long.forget()


@pytest.fixture
async def line(door: Door) -> Line:
    return Line(*await asyncio.open_connection("127.0.0.1", door.port))


async def test_one_connection_carries_one_request_after_the_other(line: Line) -> None:
    with closing(line.writer):
        for number in range(3):
            line.send(post(f"msg_{number}") + BODY)
            status, headers, body = await line.answer()
            assert (status, json.loads(body)["duplicates"]) == (200, 0)
            assert headers["content-type"] == "application/json"
            assert headers["date"].endswith("GMT")


@pytest.mark.parametrize("cut", [5, 30, 200, -len(BODY), -1])
async def test_a_request_may_come_in_pieces(door: Door, line: Line, cut: int) -> None:
    with closing(line.writer):
        whole = post("msg_1") + BODY
        line.send(whole[:cut])
        assert (await door.signed({"event": "held", "call": "c2"}, "msg_2"))[0] == 200  # the first piece has been read
        line.send(whole[cut:])
        assert (await line.answer())[0] == 200
    assert len(door.intake.committed) == 2


async def test_requests_sent_without_waiting_are_answered_in_order(line: Line) -> None:
    with closing(line.writer):
        line.send(post("msg_1") + BODY + NO_SOURCE + post("msg_1") + BODY)
        answers = [await line.answer() for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 404, 200]
    assert json.loads(answers[2][2])["duplicates"] == 1


async def test_a_request_that_comes_before_the_answer_to_the_last_one_waits_for_it(door: Door, line: Line) -> None:
    with closing(line.writer):
        door.intake.gate.clear()
        line.send(post("msg_1") + BODY)
        await door.intake.entered.wait()
        line.send(post("msg_2") + BODY)
        assert (await door.send("/hooks/pbx/nobody"))[0] == 404  # by now it has been read
        door.intake.gate.set()
        assert [(await line.answer())[0] for _ in range(2)] == [200, 200]
    assert len(door.intake.committed) == 2


async def test_who_asks_for_the_end_of_the_connection_gets_it_after_the_answer(line: Line) -> None:
    with closing(line.writer):
        line.send(post("msg_1", "Connection: close") + BODY)
        status, headers, _ = await line.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await line.ended()


async def test_an_older_http_is_answered_and_ended(line: Line) -> None:
    with closing(line.writer):
        line.send(post("msg_1", version="1.0") + BODY)
        assert (await line.answer())[0] == 200
        assert await line.ended()


async def test_who_asks_whether_to_send_the_body_is_told_to(line: Line) -> None:
    with closing(line.writer):
        line.send(post("msg_1", "Expect: 100-continue"))
        assert (await line.head())[0] == 100
        line.send(BODY)
        assert (await line.answer())[0] == 200


async def test_another_address_on_the_same_connection_is_served_too(line: Line) -> None:
    with closing(line.writer):
        for data, expected in ((post("msg_1") + BODY, 200), (NO_SOURCE, 404), (post("msg_2") + BODY, 200)):
            line.send(data)
            assert (await line.answer())[0] == expected


@pytest.mark.parametrize(
    "broken",
    [
        post("msg_1", "Content-Length: 1") + BODY,
        post("msg_1", "Transfer-Encoding: chunked") + BODY,
        post("msg_1", "A : b") + BODY,
        post("msg_1", " folded") + BODY,
        post("msg_1").replace(b"\r\n", b"\n") + BODY,
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_what_is_not_http_is_refused_and_leaves_no_trace(door: Door, line: Line, broken: bytes) -> None:
    with closing(line.writer):
        line.send(broken)
        assert (await line.answer())[0] == 400
    assert door.intake.committed == []


async def test_a_header_that_stands_twice_is_read_as_aiohttp_reads_it(line: Line) -> None:
    with closing(line.writer):
        line.send(post("msg_1", "webhook-id: msg_2") + BODY)
        assert (await line.answer())[0] == 200  # the first counts


async def test_at_the_end_who_waits_is_answered_and_who_is_silent_is_let_go(door: Door, line: Line) -> None:
    silent = Line(*await asyncio.open_connection("127.0.0.1", door.port))
    with closing(line.writer), closing(silent.writer):
        silent.send(post("msg_1") + BODY)
        assert (await silent.answer())[0] == 200
        door.intake.gate.clear()
        door.intake.entered.clear()
        line.send(post("msg_2") + BODY)
        await door.intake.entered.wait()
        ending = asyncio.create_task(door.runner.cleanup())
        assert await silent.ended()
        door.intake.gate.set()
        status, headers, _ = await line.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await line.ended()
        await ending


async def test_where_everybody_is_being_answered_a_newcomer_is_told_to_come_again(door: Door) -> None:
    await Doorway(door.runner, door.hooks, "127.0.0.1", 0, goodbye_s=1.0, connections_max=1).start()
    port = door.runner.addresses[1][1]
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    door.intake.gate.clear()
    line.send(post("msg_1") + BODY)
    await door.intake.entered.wait()
    newcomer = Line(*await asyncio.open_connection("127.0.0.1", port))
    newcomer.send(post("msg_2") + BODY)  # what is told meanwhile does not cost the newcomer the answer
    with closing(newcomer.writer):
        status, headers, _ = await newcomer.answer()
        assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
        assert await newcomer.ended()
    door.intake.gate.set()
    assert (await line.answer())[0] == 200
    later = Line(*await asyncio.open_connection("127.0.0.1", port))
    with closing(line.writer), closing(later.writer):
        later.send(post("msg_2") + BODY)
        assert (await later.answer())[0] == 200


class Stub(asyncio.Transport):
    """A connection that has just been made; nobody reads from it."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.aborted = False
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data

    def can_write_eof(self) -> bool:
        return False

    def abort(self) -> None:
        self.aborted = True


async def test_of_a_crowd_that_is_turned_away_only_so_many_are_told(door: Door) -> None:
    full = Doorway(door.runner, door.hooks, "127.0.0.1", 0, goodbye_s=1.0)
    crowd = [Stub() for _ in range(AT_ONCE_MAX + 1)]
    for one in crowd:
        full.turn_away(one)
    assert [one.aborted for one in crowd] == [False] * AT_ONCE_MAX + [True]
    assert (crowd[0].said[:12], crowd[-1].said) == (b"HTTP/1.1 503", b"")
    for one in crowd[:-1]:
        assert isinstance(one.protocol, asyncio.Protocol)
        one.protocol.connection_lost(None)
    full.turn_away(another := Stub())
    assert not another.aborted
    assert isinstance(another.protocol, asyncio.Protocol)
    another.protocol.connection_lost(None)


async def test_nothing_of_a_large_request_is_held_when_it_is_over(line: Line) -> None:
    body = bytes(100_000)
    with closing(line.writer):
        line.send(b"POST /hooks/pbx/main HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body)
        assert (await line.answer())[0] == 401
    assert [one for one in gc.get_objects() if isinstance(one, PlainPosts) and one.raw] == []


async def test_nothing_of_what_is_no_plain_post_is_held_when_it_is_over(door: Door) -> None:
    """Also not until a collector comes: the parser's error holds the frames that had read it."""
    gc.collect()
    gc.disable()
    try:
        for _ in range(8):
            line = Line(*await asyncio.open_connection("127.0.0.1", door.port))
            with closing(line.writer):
                line.send(post("msg_1", "X-Twice: 1", "X-Twice: 2", "X-Long: " + "a" * 8_000) + BODY)
                assert (await line.answer())[0] == 200
        async with asyncio.timeout(60):
            while [one for one in gc.get_objects() if isinstance(one, PlainPosts)]:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
