"""The running gateway against its own OpenAPI document, by schemathesis: what it promises, and what it forbids."""

import asyncio
import re
import sys
from pathlib import Path

from tests.fixtures.gateway import RunningGateway

AT_IT_S = 8  # as many cases as the machine manages; none of them may fail
PATIENCE_S = 300


async def test_schemathesis_finds_no_failure(gateway: RunningGateway, tmp_path: Path) -> None:
    """Without `ignored_auth`: its wrong tokens would have us refuse the right one too; test_auth.py looks at those."""
    for call in (
        {"event": "delivered", "call": "A"},
        {"event": "cleared", "call": "A"},
        {"event": "held", "call": "B"},
    ):
        await gateway.post(call)
    await gateway.post({"no": "event"})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{gateway.url}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {gateway.token}", "--exclude-checks", "ignored_auth"),
        *("--phases", "examples,coverage,fuzzing", "--max-time", str(AT_IT_S), "--request-timeout", "60"),
        *("--continue-on-failure", "--generation-database", "none", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert re.search(rb"[1-9]\d* generated", said), said.decode()
    assert "Traceback" not in (gateway.folder / "gateway.log").read_text()
