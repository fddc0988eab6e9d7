"""SIGHUP: the emergency list and the plans are read again, too; a plan that runs keeps its steps."""

import asyncio
import tomllib
from pathlib import Path

import pytest

from tests.fixtures.gateway import RunningGateway, reload, running_gateway

TABLES = """
[[emergency_number]]
name = "Lift firm"
number = "{number}"

[[plan]]
name = "Trapped"
[[plan.step]]
do = "{do}"
"""


DESK = """
[[notifier]]
name = "desk"
kind = "webhook"
url = "http://127.0.0.1:9"
secret_file = "hook-secret.txt"
allow_private = true
"""


async def test_numbers_and_plans_are_taken_again_and_a_plan_that_runs_goes_on(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, more=TABLES.format(number="8765", do="Calm them")) as gateway:
        headers = {"authorization": f"Bearer {gateway.token}"}
        async with gateway.http.post(
            f"{gateway.url}/api/v1/plans", json={"plan": "Trapped", "by": "chen"}, headers=headers
        ) as answer:
            assert answer.status == 200
        assert "8765" in await list_of(gateway)
        config = gateway.folder / "gateway.toml"
        config.write_text(config.read_text().replace("8765", "4321").replace("Calm them", "Call the firm"))
        await reload(gateway, said="rules in force")
        shown = await list_of(gateway)
        assert "4321" in shown
        assert "8765" not in shown
        told = await gateway.api("plans")
        assert [step["do"] for step in told["plans"][0]["steps"]] == ["Call the firm"]
        assert [step["do"] for step in told["runs"][0]["steps"]] == ["Calm them"]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('name = "desk"', 'name = "dispatch"', "notifier"),
        ('name = "main"', 'name = "hall"', "source"),
        ("", "", "site"),
    ],
)
async def test_rules_that_name_what_does_not_run_are_not_taken(
    tmp_path: Path, before: str, after: str, key: str
) -> None:
    async with running_gateway(tmp_path, more=DESK) as gateway:
        config = gateway.folder / "gateway.toml"
        kept = config.read_text()
        site = tomllib.loads(kept)["gateway"]["site"]
        changed = kept.replace(before or f'site = "{site}"', after or 'site = "elsewhere"')
        assert changed != kept
        config.write_text(changed)
        await reload(gateway, said="configuration not taken")
        config.write_text(kept + "\n[rules.three_rings]\nrings = 4\n")
        await reload(gateway, said="rules in force")
    said = (tmp_path / "gateway.log").read_text()
    assert "restart" in said
    assert f'"{key}"' in said


async def test_what_no_route_changed_stands_in_the_audit_too(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, more=TABLES.format(number="8765", do="Calm them")) as gateway:
        async with asyncio.timeout(60):
            while not await entries(gateway):  # noqa: ASYNC110 - the start tells it beside its work
                await asyncio.sleep(0.02)
        config, tokens = gateway.folder / "gateway.toml", gateway.folder / "token.txt"
        config.write_text(config.read_text().replace("8765", "4321"))
        tokens.write_text(f"{gateway.token}\nanother-token-of-a-program\n")
        await reload(gateway, said="rules in force")
        assert await entries(gateway) == [
            ("rules_taken", ["tables of the desk"]),
            ("secrets_exchanged", "gateway.api_token_file"),
            ("rules_taken", ["by a start"]),
        ]


async def entries(gateway: RunningGateway) -> list[tuple[str, object]]:
    told = (await gateway.api("audit"))["items"]
    return [(one["what"], one["detail"].get("changes", one["target"])) for one in told if one["who"] == "gateway"]


async def list_of(gateway: RunningGateway) -> str:
    headers = {"authorization": f"Bearer {gateway.token}"}
    async with gateway.http.get(f"{gateway.url}/emergency/list.html", headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()
