"""`make run`: the whole service on its own folder and broker, with a simulated hotline that rings it."""

import asyncio
import base64
import os
import secrets
import signal
import socket
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from adapters.errors import PeerUnavailable
from adapters.ports import Batch
from gateway import logs
from gateway.app import Gateway
from gateway.broker import EmbeddedBroker
from gateway.children import end_with_parent
from gateway.config import Config, load
from gateway.demo_screen import Screen
from rules.effects import Alert

MQTT_PORT = 1883  # IANA's; another one where it is taken
SOURCE = "main"
_GOODBYE_S = 5.0
_KNOWN_MAX = 10_000

_CONFIGURATION = """\
# Made by `hotline-gateway demo`. Change what you like and start it again; delete the folder to begin anew.
[gateway]
site = "riverside"
http = "127.0.0.1:8470"
store = "sqlite:///hotline.db"
timezone = "Asia/Shanghai"
api_token_file = "token.txt"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
country = "CN"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt_port}"

[[line]]
number = "4008100911"
name = "服务热线"

[[line]]
number = "02368801234"
name = "前台"
"""


def prepare(folder: Path, port: int | None) -> Config:
    """The folder's configuration, made with its secret where there is none. `port`: for the board, this time."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "hotline.toml"
    if not file.exists():
        _write_secret(folder / "hook-secret.txt")
        file.write_text(_CONFIGURATION.format(mqtt_port=_free_mqtt_port()), encoding="utf-8")
    config = load(file)
    if port is None:
        return config
    host = config.gateway.http.rpartition(":")[0]
    return config._replace(gateway=msgspec.structs.replace(config.gateway, http=f"{host}:{port}"))


async def play(config: Config, screen: Screen, *, seed: int, factor: float) -> None:
    """Until Ctrl-C. Raises GatewayError for what a user can cure; leaves no child behind."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stopping.set)
    with (config.folder / "gateway.log").open("a", encoding="utf-8") as log_file:
        logs.configure("json", mask=config.gateway.mask_numbers, stream=log_file)
        gateway = Gateway(config)
        async with _broker(config):
            serving = loop.create_task(gateway.run(), name="gateway")
            playing = loop.create_task(_play_along(gateway, screen, seed, factor), name="hotline")
            until = loop.create_task(stopping.wait(), name="until stopped")
            try:
                done, _ = await asyncio.wait({serving, playing, until}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task  # raises what ended it
                screen.stopping()
            finally:
                playing.cancel()
                until.cancel()
                gateway.stop()
                await asyncio.gather(serving, playing, until, return_exceptions=True)
    screen.stopped()


async def _play_along(gateway: Gateway, screen: Screen, seed: int, factor: float) -> None:
    await gateway.started.wait()
    screen.greet(gateway)
    showing = asyncio.get_running_loop().create_task(_show_alerts(gateway, screen), name="alerts")
    try:
        await _ring(gateway.config, seed, factor)
    finally:
        showing.cancel()


@asynccontextmanager
async def _broker(config: Config) -> AsyncIterator[None]:
    """The embedded broker, where the configuration still names the one on this machine."""
    url = next((n.settings.url for n in config.notifiers if n.kind.name == "mqtt"), "")
    if not url.startswith("mqtt://127.0.0.1:"):
        yield
        return
    port = int(url.rpartition(":")[2])
    if not _is_free(port):
        cure = f"stop the program that has it, or set another port in the url of [[notifier]] in {config.path}"
        raise PeerUnavailable(f"port {port} of the embedded MQTT broker is taken: {cure}")
    broker = EmbeddedBroker(config.folder / "broker", port)
    await asyncio.to_thread(broker.start)
    try:
        yield
    finally:
        await asyncio.to_thread(broker.stop)


async def _ring(config: Config, seed: int, factor: float) -> None:
    """The simulated hotline: a program of its own, that knows the address and the secret, and nothing else of us."""
    url = f"http://{config.gateway.http}/hooks/pbx/{SOURCE}"
    secret = str(config.folder / "hook-secret.txt")
    options = ["--secret-file", secret, "--seed", str(seed), "--factor", str(factor)]
    with (config.folder / "hotline.log").open("w", encoding="utf-8") as output:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "simulators.webhooks", url, *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us: we end it
            preexec_fn=end_with_parent,
        )
        try:
            code = await child.wait()
        finally:
            if child.returncode is None:
                await _end_child(child)
    raise PeerUnavailable(f"the simulated hotline ended by itself (code {code}): see {config.folder / 'hotline.log'}")


async def _end_child(child: asyncio.subprocess.Process) -> None:
    child.terminate()
    try:
        async with asyncio.timeout(_GOODBYE_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


async def _show_alerts(gateway: Gateway, screen: Screen) -> None:
    """A terminal that was too slow for a while misses some, and goes on."""
    zone = ZoneInfo(gateway.config.gateway.timezone)
    known: OrderedDict[str, None] = OrderedDict()
    while True:
        async with gateway.pipeline.subscribe() as batches:
            async for batch in batches:
                for alert in _fresh(batch, known):
                    screen.show(alert, zone)


def _fresh(batch: Batch, known: OrderedDict[str, None]) -> list[Alert]:
    fresh = [alert for alert in batch.alerts.values() if alert.id not in known]
    known.update((alert.id, None) for alert in fresh)
    while len(known) > _KNOWN_MAX:
        known.popitem(last=False)
    return fresh


def _write_secret(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as output:
        output.write(b"whsec_" + base64.b64encode(secrets.token_bytes(32)) + b"\n")


def _free_mqtt_port() -> int:
    if _is_free(MQTT_PORT):
        return MQTT_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
