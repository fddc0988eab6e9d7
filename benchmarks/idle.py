"""What fifty silent sources cost: CPU of the gateway and of its writer: `python -m benchmarks.idle [--seconds 60]`.

Ten PBXs by webhook, ten by Asterisk's manager, ten stations on ptys, ten by TCP, five by UDP, five by MQTT, all
connected and saying nothing but what their protocols must (pings answered, keep-alives); two notifiers, one board open
on the stream. They live in this process, the gateway in its own.
"""

import argparse
import asyncio
import base64
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.measure import Measured, cpu_s, report
from gateway.broker import EmbeddedBroker
from simulators.ami_server import AmiServer
from simulators.radios.ports import Pty, Tcp
from tests.fixtures.ports import take_free_port

EACH = 10
SETTLE_S = 10.0  # connecting is no rest
READY_WITHIN_S = 300.0  # a busy machine shall lose no run


def table(header: str, **keys: Any) -> str:
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    return "\n".join([f"[[{header}]]", *lines, ""])


@asynccontextmanager
async def peers(folder: Path) -> AsyncIterator[str]:
    """All of them, running; gives their tables."""
    secret = secrets.token_hex()
    for name, text in (("ami.txt", secret), ("hook.txt", "whsec_" + base64.b64encode(os.urandom(32)).decode())):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    broker = EmbeddedBroker(folder / "broker", take_free_port())
    await asyncio.to_thread(broker.start)
    signed = {"secret_file": "hook.txt"}
    tables = [
        table("notifier", kind="mqtt", name="desk", url=broker.url),
        table("notifier", kind="webhook", name="robot", url="https://example.org/alerts", **signed),
    ]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, broker.stop)
        for number in range(EACH):
            tables.append(table("source", kind="pbx-webhook", name=f"hook{number}", **signed))
            ami = AmiServer("hotline", secret)
            await ami.start()
            stack.push_async_callback(ami.stop)
            login = {"host": "127.0.0.1", "port": ami.port, "username": "hotline", "secret_file": "ami.txt"}
            tables.append(table("source", kind="asterisk-ami", name=f"pbx{number}", **login))
            pty = await stack.enter_async_context(Pty(folder / f"tower{number}"))
            tables.append(table("source", kind="kenwood-fleetsync", name=f"tower{number}", port=pty.url))
            tcp = await stack.enter_async_context(Tcp())
            tables.append(table("source", kind="selcall-text", name=f"line{number}", port=tcp.url))
        for number in range(EACH // 2):
            listens = f"udp://127.0.0.1:{take_free_port()}?listen"
            tables.append(table("source", kind="hytera", name=f"repeater{number}", port=listens))
            url = broker.url + f"/mmdvm{number}/#"
            tables.append(table("source", kind="mmdvm-mqtt", name=f"hotspot{number}", port=url))
        yield "\n".join(tables)


@asynccontextmanager
async def gateway(folder: Path, tables: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Running and ready; gives its address too."""
    address = f"127.0.0.1:{take_free_port()}"
    config = folder / "hotline.toml"
    config.write_text(f'[gateway]\nsite = "bench"\nhttp = "{address}"\n{tables}')
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "run", "--config", str(config), stdout=log, stderr=log
        )
    try:
        await _until_ready(process, address, folder / "log")
        yield process, f"http://{address}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, address: str, log: Path) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(READY_WITHIN_S):
        while True:
            assert process.returncode is None, _text(log)
            try:
                async with session.get(f"http://{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@asynccontextmanager
async def board(url: str, token: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody looks at the stream all the time."""
    headers = {"authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{url}/api/v1/stream") as stream:
        stream.raise_for_status()
        reading = asyncio.create_task(_read(stream))
        try:
            yield session
        finally:
            reading.cancel()


async def _read(stream: aiohttp.ClientResponse) -> None:
    async for _ in stream.content:
        pass


async def measure(folder: Path, seconds: float) -> None:
    async with peers(folder) as tables, gateway(folder, tables) as (process, url):
        token = (folder / "token.txt").read_text().split()[0]
        async with board(url, token) as session:
            await asyncio.sleep(SETTLE_S)
            async with session.get(f"{url}/api/v1/sources") as answer:
                states = [source["state"] for source in (await answer.json())["items"]]
            before_s = cpu_s(process.pid)
            await asyncio.sleep(seconds)
            own_s, writer_s = (after - before for after, before in zip(cpu_s(process.pid), before_s, strict=True))
    figures = [
        Measured("CPU of the gateway and its writer", "%", "lower", [(own_s + writer_s) / seconds * 100], 1.0),
        Measured("CPU of its writer", "%", "lower", [writer_s / seconds * 100]),
    ]
    report("idle", figures, seconds=seconds, links={state: states.count(state) for state in sorted({*states})})


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seconds", type=float, default=60.0)
    seconds = reader.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="hotline-idle-") as name:
        asyncio.run(measure(Path(name), seconds))


if __name__ == "__main__":
    main()
