"""Processes that benchmarks start: one that listens, and a gateway timed until it is ready."""

import asyncio
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.measure import cpu_s

READY_WITHIN_S = 300.0  # a busy machine shall lose no run
POLL_S = 0.005


@asynccontextmanager
async def listener(module: str, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of `module`, once it says that it listens; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdout=asyncio.subprocess.PIPE, limit=1 << 24
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"listening\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def ready_s(arguments: list[str], environment: dict[str, str] | None, port: int) -> tuple[float, float]:
    """Until a gateway run with `arguments` is ready: wall time, and the CPU that its process and its writer's used."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "gateway", "run", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < READY_WITHIN_S:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
            except (urllib.error.HTTPError, OSError):
                assert process.poll() is None, "it ended by itself"
                time.sleep(POLL_S)
            else:
                return time.perf_counter() - begin, sum(cpu_s(process.pid))
        raise TimeoutError(f"not ready within {READY_WITHIN_S:g} s")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
