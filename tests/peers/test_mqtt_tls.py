"""Alerts by MQTT over TLS: to the broker whose certificate is right, with the password, and to no other."""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.notify.mqtt import Settings, check, make
from adapters.ports import Delivered
from tests.peers.mosquitto import Mosquitto

pytestmark = [
    pytest.mark.peers,
    # paho leaves the socket of a failed handshake to the garbage collector
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]

PASSWORD = "correct horse 电话"
CONFIG = """listener {port} 127.0.0.1
allow_anonymous false
user root
password_file {folder}/passwords
certfile {folder}/localhost.pem
keyfile {folder}/localhost.key
"""


def make_certificate(folder: Path, name: str) -> Path:
    file = folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(file.with_suffix(".key")), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own arguments
    return file


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    make_certificate(folder, "localhost")
    make_certificate(tmp_path, "another")
    write = ["mosquitto_passwd", "-b", "-c", str(folder / "passwords"), "desk", PASSWORD]
    subprocess.run(write, check=True, capture_output=True)  # noqa: S603 - our own arguments
    (tmp_path / "right.txt").write_text(f"{PASSWORD}\n")
    (tmp_path / "wrong.txt").write_text("guessed-guessed\n")
    with Mosquitto(folder, CONFIG) as running:
        yield running


class Link:
    """What becomes of a notifier's first attempt."""

    def __init__(self) -> None:
        self.told: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()

    def __call__(self, state: str, reason: str) -> None:
        if state != "connecting" and not self.told.done():
            self.told.set_result((state, reason))


async def first_state(folder: Path, url: str, **more: Any) -> tuple[str, str, object]:
    """State, reason, and what became of an alert."""
    given = {"password_file": "right.txt", "ca_file": "broker/localhost.pem"} | more
    files: dict[str, Any] = {key: str(folder / name) if name else "" for key, name in given.items()}
    settings = Settings(name="desk", kind="mqtt", url=url, username="desk", **files)
    assert check(settings) == []
    notifier = make(settings, "riverside", folder)
    link = Link()
    running = asyncio.create_task(notifier.run(link))
    try:
        state, reason = await asyncio.wait_for(link.told, 60)
        return state, reason, await notifier.send({"rule": "three_rings", "key": "k1"}, "k1")
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_the_right_broker_with_the_right_password_gets_the_alert(broker: Mosquitto, tmp_path: Path) -> None:
    assert await first_state(tmp_path, f"mqtts://localhost:{broker.port}") == ("online", "", Delivered())


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("mqtts://localhost", {"password_file": "wrong.txt"}),
        ("mqtts://localhost", {"ca_file": "another.pem"}),
        ("mqtts://localhost", {"ca_file": ""}),
        ("mqtts://127.0.0.1", {}),  # the certificate names localhost only
    ],
)
async def test_anybody_else_gets_nothing(broker: Mosquitto, tmp_path: Path, url: str, more: dict[str, str]) -> None:
    told, reason, sent = await first_state(tmp_path, f"{url}:{broker.port}", **more)
    assert told == "refused", reason
    assert sent != Delivered()
    assert reason
    assert not any(secret in reason for secret in (PASSWORD, "guessed"))


async def test_nobody_listens_to_alerts_without_the_password(broker: Mosquitto) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with aiomqtt.Client("localhost", broker.port):
            pass
