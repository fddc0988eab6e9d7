"""`make run`: the whole service on its own folder and broker, with a simulated hotline and radios that call it."""

import asyncio
import signal
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from adapters.errors import PeerUnavailable
from adapters.ports import Batch
from gateway import logs
from gateway.app import Gateway
from gateway.broker import EmbeddedBroker
from gateway.children import end_with_parent
from gateway.config import Config
from gateway.demo_accounts import accounts
from gateway.demo_folder import RADIO_PORTS, SOURCE, is_free
from gateway.demo_screen import Screen
from rules.effects import Alert

_GOODBYE_S = 5.0
_KNOWN_MAX = 10_000


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
    await gateway.store_ours.wait()
    screen.show_accounts(await accounts(gateway.signing_in, gateway.config.folder))
    showing = asyncio.get_running_loop().create_task(_show_alerts(gateway, screen), name="alerts")
    try:
        async with asyncio.TaskGroup() as simulated:
            simulated.create_task(_ring(gateway.config, seed, factor))
            simulated.create_task(_speak(gateway.config, seed, factor))
    except* PeerUnavailable as ended:
        raise ended.exceptions[0] from None
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
    if not is_free(port):
        cure = f"stop the program that has it, or set another port in the url of [[notifier]] in {config.path}"
        raise PeerUnavailable(f"port {port} of the embedded MQTT broker is taken: {cure}")
    broker = EmbeddedBroker(config.folder / "broker", port)
    await asyncio.to_thread(broker.start)
    try:
        yield
    finally:
        await asyncio.to_thread(broker.stop)


async def _ring(config: Config, seed: int, factor: float) -> None:
    """The simulated hotline knows the address and the secret, and nothing else of us."""
    url = f"http://{config.gateway.http}/hooks/pbx/{SOURCE}"
    secret = str(config.folder / "hook-secret.txt")
    options = (url, "--secret-file", secret, "--seed", str(seed), "--factor", str(factor))
    await _simulate(config, "hotline", "simulators.webhooks", *options)


async def _speak(config: Config, seed: int, factor: float) -> None:
    """The simulated radios, where the configuration still has their ports."""
    ports = config.folder / RADIO_PORTS
    if any(str(getattr(source.settings, "port", "")).startswith(f"{ports}/") for source in config.sources):
        options = (str(ports), "--seed", str(seed), "--factor", str(factor))
        await _simulate(config, "radios", "simulators.radios.day", *options)
    await asyncio.get_running_loop().create_future()  # until cancelled


async def _simulate(config: Config, name: str, module: str, *options: str) -> None:
    """A program of its own, as a peer is, with its own log; ended when this is cancelled."""
    log_file = config.folder / f"{name}.log"
    with log_file.open("w", encoding="utf-8") as output:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *options),
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
    raise PeerUnavailable(f"the simulated {name} ended by itself (code {code}): see {log_file}")


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
