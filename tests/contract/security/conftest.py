"""A gateway of its own process with every entrance open, and connections of plain bytes to it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.fixtures.gateway import RunningGateway, running_gateway

GUESSER, STRANGER = "127.0.0.9", "127.0.0.8"  # who guesses is told to wait: nobody else shall be
UPLOAD_KEY = "0123456789abcdef0123"
MORE = """
[[source]]
name = "recorder"
kind = "recordings"
key_file = "upload-key.txt"
clip_bytes_max = 200000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_upload_key(tmp_path)
    return tmp_path


def write_upload_key(folder: Path) -> None:
    (folder / "upload-key.txt").write_text(f"{UPLOAD_KEY}\n")
    (folder / "upload-key.txt").chmod(0o600)


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[RunningGateway]:
    async with running_gateway(folder, more=MORE) as gateway:
        yield gateway


class Line:
    """One connection; a peer that cuts it is an end like any other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def all(self, within_s: float) -> bytes:
        """What is said until the other side ends it."""
        async with asyncio.timeout(within_s):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""
            finally:
                self.writer.close()


async def connect(gateway: RunningGateway, *, from_address: str = "127.0.0.1") -> Line:
    port = int(gateway.url.rpartition(":")[2])
    return Line(*await asyncio.open_connection("127.0.0.1", port, local_addr=(from_address, 0)))


async def is_well(gateway: RunningGateway, call: str) -> float:
    """A neighbour's event is on disk, whatever others do; after how many seconds."""
    began_s = time.monotonic()
    async with asyncio.timeout(60):
        assert (await gateway.post({"event": "delivered", "call": call}))[0] == 200
    return time.monotonic() - began_s


async def metric(gateway: RunningGateway, name: str) -> float:
    headers = {"authorization": f"Bearer {gateway.token}"}
    async with gateway.http.get(f"{gateway.url}/metrics", headers=headers) as answer:
        found = re.search(rf"^{re.escape(name)} (\S+)$", await answer.text(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def memory_mib(gateway: RunningGateway) -> float:
    assert gateway.process is not None
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningGateway]:
    """One for all tests of a file that only ask: a start costs more than most of them. `stranger` may guess."""
    folder = tmp_path_factory.mktemp("shared")
    write_upload_key(folder)
    async with running_gateway(folder, more=MORE) as gateway:
        yield gateway


def stranger_from(address: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        connector=aiohttp.TCPConnector(local_addr=(address, 0)),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stranger() -> AsyncIterator[aiohttp.ClientSession]:
    """Who may have been told to wait."""
    async with stranger_from(STRANGER) as http:
        yield http


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    """Who has proof of their own with each request."""
    async with stranger_from("127.0.0.1") as http:
        yield http
