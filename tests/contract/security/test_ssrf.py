"""No address that anybody can set or answer with leads a webhook into our own network (ASVS 1.3.6, 13.2.4)."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.notify.webhook import Settings, check
from adapters.notify.webhook.notifier import BlockedAddress, WebhookNotifier
from adapters.ports import Rejected, Retry
from adapters.registry import NOTIFIERS, SOURCES

ALERT = {"rule": "three_rings", "key": "k1"}
# Every setting that names a place to connect to, and why nobody can misuse it. A new one must be thought of here.
PLACES = {
    "webhook.url": "checked: public addresses only, unless the owner allows private ones",
    "apprise.url_file": "the owner's list of services, many of them on the internet; a file, as it holds secrets",
    "mqtt.url": "the owner's broker, as a rule in our own network",
    "asterisk-ami.host": "the owner's PBX, as a rule in our own network",
    "asterisk-call.host": "the owner's PBX, as a rule in our own network",
    "PORT": "a base station: a device or an address in our own network",
}
PORTS = {"port", "ports", "ctcss_port", "tx_port"}


class Answers(AbstractResolver):
    """A name server that says one thing first and another thing then."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the port's
    ) -> list[ResolveResult]:
        address = self._addresses[min(self.asked, len(self._addresses) - 1)]
        self.asked += 1
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """It holds nothing."""


class Sink:
    """Our own network: whoever connects here was led in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.visits = 0


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    here = Sink(0)

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.visits += 1
        writer.close()

    async with await asyncio.start_server(visited, "127.0.0.1", 0) as server:
        here.port = server.sockets[0].getsockname()[1]
        yield here


@asynccontextmanager
async def notifying(url: str, resolver: AbstractResolver | None = None) -> AsyncIterator[WebhookNotifier]:
    notifier = WebhookNotifier("erp", url, lambda: [b"k" * 32], allow_private=False, resolver=resolver)
    notifier.answer_s = 1.0  # a public address is not to be had here: that it is tried is enough
    running = asyncio.create_task(notifier.run(lambda _state, _reason: None))
    await asyncio.sleep(0)
    try:
        yield notifier
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "127.0.0.53", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1"],  # noqa: S104
)
async def test_a_name_is_judged_by_the_address_it_has_when_the_socket_is_made(sink: Sink, inside: str) -> None:
    """Not by what it had when somebody looked: a name server may say another thing each time it is asked."""
    resolver = Answers("10.255.255.1", inside)
    async with notifying(f"http://receiver.example:{sink.port}/alerts", resolver) as notifier:
        for _ in range(3):
            assert await notifier.send(ALERT, "k1") == Rejected("blocked_address")
        assert resolver.asked == 3
        notifier._socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))).close()  # noqa: SLF001 - not to connect
        with pytest.raises(BlockedAddress):
            notifier._socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (inside, 80)))  # noqa: SLF001
    assert sink.visits == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://{address}#@192.0.2.1/",
        "http://{address}?@192.0.2.1/",
        "http://{address}/@192.0.2.1/",
        "http://0x7f.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://2130706433:{port}/",
        "http://127.1:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST.:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://①②⑦.⓪.⓪.①:{port}/",
    ],
)
async def test_no_spelling_of_an_address_leads_in(sink: Sink, url: str) -> None:
    written = url.format(address=f"127.0.0.1:{sink.port}", port=sink.port)
    async with notifying(written) as notifier:
        assert await notifier.send(ALERT, "k1") in {Rejected("blocked_address"), Retry("timeout"), Retry("unreachable")}
    assert sink.visits == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://192.0.2.1/",
        "ftp://192.0.2.1/",
        "unix:///run/docker.sock",
        "http://user@192.0.2.1/",
        "http://192.0.2.1@127.0.0.1/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://0x7f.1/",
        "http://0xa9.0xfe.0xa9fe/",
        "http://localhost:9/",
        "http://board.localhost/",
        "http://LOCALHOST./",
        "//192.0.2.1/",
        "http:///alerts",
    ],
)
def test_what_no_webhook_may_be_is_refused_before_anything_starts(tmp_path: Path, url: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("whsec_" + "a" * 43 + "=\n")
    problems = check(Settings(name="erp", kind="webhook", url=url, secret_file=str(secret)))
    assert [problem.key for problem in problems] == ["url"]


def test_every_setting_that_names_a_place_was_thought_of() -> None:
    found = set()
    settings = {name: kind.settings for name, kind in NOTIFIERS.items()}
    settings |= {name: kind.settings for name, kind in SOURCES.items()}
    for name, one in settings.items():
        for field in msgspec.structs.fields(one):
            if field.name in PORTS and field.type is not int:
                found.add("PORT")
            elif field.name.endswith(("url", "urls", "url_file", "host", "address", "endpoint", "server")):
                found.add(f"{name}.{field.name}")
    assert found >= {"webhook.url", "mqtt.url", "asterisk-ami.host", "PORT"}
    assert found <= set(PLACES)
