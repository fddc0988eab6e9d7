"""System calls of a process made to fail or to take long, by strace; the process itself knows nothing of it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.waiting import until


@asynccontextmanager
async def injected(process: int, what: str) -> AsyncIterator[None]:
    """`what` as strace's inject= takes it, such as "fdatasync:error=EIO"; until the block ends."""
    calls = what.partition(":")[0]
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "--quiet=attach,exit", "-f", "-p", str(process), "-e", f"trace={calls}", "-e", f"inject={what}"),
        *("-e", "signal=none", "-o", "/dev/null"),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await until(lambda: _tracer_of(process) == tracer.pid)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGINT)  # it lets go, and the process goes on
        await asyncio.wait_for(tracer.communicate(), 60)


def _tracer_of(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("TracerPid:")[2].split()[0])
