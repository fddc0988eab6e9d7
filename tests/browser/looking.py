"""Pages as they are looked at: the faults of access that axe-core finds, and pictures for the docs."""

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def faults(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds that is serious: which rule, and where."""
    await page.evaluate(AXE)
    found = await page.evaluate(
        "(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })",
        RULE_TAGS,
    )
    return [
        {"rule": one["id"], "nodes": [node["target"] for node in one["nodes"][:5]], "why": one["help"]}
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


async def keep(page: Page, name: str, folder: Path) -> None:
    kept = Path(os.environ.get("PICTURES") or folder)
    await page.screenshot(path=kept / f"{name}.png")
