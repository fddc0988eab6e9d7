"""What `make run` does, as a visitor sees it: alerts in the terminal, a board, and a clean end."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from gateway.demo_screen import language_of


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


def left_after_a_while(folder: Path) -> list[str]:
    deadline = time.monotonic() + 60
    while processes_that_name(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    return processes_that_name(folder)


async def said_until(word: str, process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(180):  # a machine that does much besides
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
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    try:
        told = await said_until("warning", process)
        link = re.search(r"http://\S+/login\?code=\S+", told)
        for entry in (folder / "accounts.txt").read_text().splitlines():
            assert re.search(r"\s+".join(map(re.escape, entry.split())), told)
        assert link is not None
        assert (folder / "accounts.txt").stat().st_mode & 0o077 == 0
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


async def test_a_killed_demonstration_takes_its_children_along(tmp_path: Path, free_port: Callable[[], int]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "gateway",
            "demo",
            "--folder",
            str(tmp_path),
            "--port",
            str(free_port()),
            "--factor",
            "5",
        ),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    await said_until("warning", process)
    assert len(await asyncio.to_thread(processes_that_name, tmp_path)) == 4  # itself, broker, hotline, radios
    process.kill()
    await process.wait()
    assert not await asyncio.to_thread(left_after_a_while, tmp_path)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_terminal_s_own_language_is_spoken(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


async def test_a_terminal_without_chinese_letters_ends_nothing(tmp_path: Path, free_port: Callable[[], int]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "demo", "--folder", str(tmp_path), "--port", str(free_port())),
        *("--language", "zh"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    await said_until("http://", process)
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode == 0


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
