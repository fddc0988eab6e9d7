"""SIGHUP: the emergency list and the plans are read again, too; a plan that runs keeps its steps."""

from pathlib import Path

from tests.contract.security.test_exchanged_secrets import reload
from tests.fixtures.gateway import RunningGateway, running_gateway

TABLES = """
[[emergency_number]]
name = "Lift firm"
number = "{number}"

[[plan]]
name = "Trapped"
[[plan.step]]
do = "{do}"
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


async def list_of(gateway: RunningGateway) -> str:
    headers = {"authorization": f"Bearer {gateway.token}"}
    async with gateway.http.get(f"{gateway.url}/emergency/list.html", headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()
