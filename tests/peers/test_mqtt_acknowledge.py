"""Acknowledging by MQTT through a real mosquitto whose access list lets one user and no other."""

import asyncio
import json
import subprocess
from pathlib import Path

import aiomqtt
import pytest

from adapters.notify.mqtt import Settings, check, make
from tests.fixtures.alert_desk import AlertDesk
from tests.peers.mosquitto import Mosquitto

pytestmark = pytest.mark.peers

CONFIG = """listener {port} 127.0.0.1
allow_anonymous false
user root
password_file {folder}/passwords
acl_file {folder}/access
"""
# As docs/ACKNOWLEDGING.md gives it.
ACCESS = """user gateway
topic readwrite hotline/#
user desk
topic write hotline/riverside/commands/acknowledge
user screen
topic read hotline/#
"""


async def test_only_whom_the_access_list_lets_acknowledges(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    (folder / "access").write_text(ACCESS)
    (folder / "access").chmod(0o600)
    (tmp_path / "password").write_text("secret\n")
    for first, user in zip((["-c"], [], []), ("gateway", "desk", "screen"), strict=True):
        command = ["mosquitto_passwd", "-b", *first, str(folder / "passwords"), user, "secret"]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    desk = AlertDesk()
    with Mosquitto(folder, CONFIG) as broker:
        settings = Settings(
            name="desk",
            kind="mqtt",
            url=f"mqtt://127.0.0.1:{broker.port}",
            username="gateway",
            password_file=str(tmp_path / "password"),
            acknowledges=True,
        )
        assert check(settings) == []
        notifier = make(settings, "riverside", tmp_path)
        notifier.answer_to(desk)
        online = asyncio.Event()
        running = asyncio.create_task(notifier.run(lambda state, _: online.set() if state == "online" else None))
        try:
            await asyncio.wait_for(online.wait(), 60)
            for user in ("screen", "desk"):
                async with aiomqtt.Client("127.0.0.1", broker.port, username=user, password="secret") as client:
                    said = json.dumps({"alert": "a1", "by": user})
                    await client.publish("hotline/riverside/commands/acknowledge", said, qos=1)
            await desk.until(1)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert desk.acknowledged == [("a1", "desk", "mqtt", "")]
