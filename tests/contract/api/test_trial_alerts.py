"""A test alert goes the way of every alert, says that it is one, and is rated; the command waits for it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import typer

from adapters.errors import GatewayError
from gateway.cli import trial_alert
from rules.events import DeliverySettled
from tests.fixtures.served import TOKEN, Served

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
CONFIG = """
[gateway]
site = "riverside"
http = "{address}"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true
"""


async def send(served: Served, *to: str) -> tuple[int, Any]:
    body = {"to": to, "by": "chen"}
    async with served.http.post(served.url + "/api/v1/test-alerts", headers=HEADERS, json=body) as answer:
        return answer.status, await answer.json()


async def test_it_is_told_and_says_in_both_languages_that_it_is_a_test(served: Served) -> None:
    status, sent = await send(served, "notifier:desk")
    assert (status, sent["state"], sent["by"]) == (200, "raised", "chen")
    async with served.http.get(served.url + "/api/v1/alerts", headers=HEADERS) as answer:
        (alert,) = (await answer.json())["items"]
    assert (alert["id"], alert["rule"], alert["severity"], alert["incident"]) == (sent["alert"], "test", "info", "")
    assert "测试" in alert["text"]["zh"]
    assert "TEST" in alert["text"]["en"]
    assert [(one["notifier"], one["state"]) for one in alert["receivers"]] == [("desk", "queued")]
    async with served.http.get(served.url + "/api/v1/obligations", headers=HEADERS) as answer:
        assert (await answer.json())["items"] == []


async def test_whom_nobody_reaches_is_named_and_too_many_are_refused(served: Served) -> None:
    for name in ("person:nobody", "role:none", "notifier:other", "desk2"):
        status, refused = await send(served, name)
        assert (status, refused["field"]) == (409, "to"), name
        assert name in refused["detail"]
    assert (await send(served))[0] == 422
    assert [(await send(served, "desk"))[0] for _ in range(11)] == [200] * 10 + [429]
    await served.later(61)
    assert (await send(served, "desk"))[0] == 200


async def test_the_command_tells_whom_it_reached(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "hotline.toml"
    config.write_text(CONFIG.format(address=served.url.removeprefix("http://")))
    (tmp_path / "token.txt").write_text(TOKEN + "\n")
    async with served.pipeline.subscribe() as feed:
        command = asyncio.to_thread(trial_alert.test_alert, ["notifier:desk"], config=config, wait_s=60)
        asked = asyncio.create_task(command)
        (raised,) = (await anext(aiter(feed))).alerts
    await served.submit(DeliverySettled(alert=raised, notifier="desk", delivered=True, attempts=1))
    await asked
    assert capsys.readouterr().out == "desk: delivered\n"
    with pytest.raises(typer.Exit):  # nobody delivers this one
        await asyncio.to_thread(trial_alert.test_alert, ["desk"], config=config, wait_s=1)
    with pytest.raises(GatewayError, match="Nobody is reached so"):
        await asyncio.to_thread(trial_alert.test_alert, ["person:x"], config=config, wait_s=1)
