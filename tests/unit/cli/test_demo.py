"""What `make run` does, as a visitor sees it: alerts in the terminal, a board, and a clean end."""

import asyncio
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp


def processes_that_name(folder: Path) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if str(folder).encode() in words:
            found.append(words.replace(b"\0", b" ").decode())
    return found


async def said_until(word: str, process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while word not in said:
            line = (await process.stdout.readline()).decode()
            assert line, said
            said += line
    return said


async def test_the_demonstration_rings_alerts_and_ends_without_a_trace(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    folder = tmp_path / "demo"
    options = ("--folder", str(folder), "--port", str(free_port()), "--factor", "3")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "demo", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        link = re.search(r"http://\S+/login\?code=\S+", await said_until("warning", process))
        assert link is not None
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http, http.get(link[0]) as board:
            assert board.status == 200
            assert board.url.path == "/"
    finally:
        process.send_signal(signal.SIGINT)
        rest, err = await process.communicate()
    assert process.returncode == 0
    assert not err
    assert "nothing was left running" in rest.decode()
    assert not await asyncio.to_thread(processes_that_name, folder)


async def test_a_taken_port_ends_the_demonstration_with_the_cure(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0) as taken:
        port = taken.sockets[0].getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "demo", "--folder", str(tmp_path / "demo"), "--port", str(port)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()
    assert process.returncode == 1
    assert f"port {port} is taken" in err.decode()
    assert "Traceback" not in err.decode()
    assert not await asyncio.to_thread(processes_that_name, tmp_path)
