"""The board with all that it shows at once, without a serious fault of access; its pictures are those of the docs.

`PICTURES=docs/images` (make test-browser PICTURES=docs/images) keeps them there.
"""

import os
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from gateway.desk_settings import DeskTables
from gateway.directory_file import Resident
from gateway.web.pages.table import PAGES
from rules.events import LinkChanged
from tests.browser.conftest import open_board
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, RULES, Served, serve

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RESIDENTS = {
    "13800138000": Resident(name="李先生", unit="3-1202", notes="家中有狗，上门前先打电话", language="zh", vip=True),
    "13912345678": Resident(name="王女士", unit="商铺 12"),
    "13700007777": Resident(name="陈老师", unit="5-101", sensitive=True),
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    rules = msgspec.structs.replace(RADIO_RULES, lines=RULES.lines)
    async with serve(tmp_path, rules=rules) as running:
        running.desk.take(DeskTables(residents=RESIDENTS))
        yield running


async def pass_(served: Served, seconds: int) -> None:
    """Second by second, as life goes: nothing is told late."""
    for _ in range(seconds):
        await served.later(1)


async def a_busy_minute(served: Served) -> str:
    """One of everything: rings in each phase, a hold, a talk, a hail, a missed call. Returns the talk."""
    air = OnAir(served)
    await served.submit(*(LinkChanged(source=name, state="online") for name in ("main", "tower", "scanner")))
    missed = await served.ring("13600001234", line="4002")
    await pass_(served, 9)
    await served.hang_up(missed)
    held = await served.ring("13700007777")
    await served.answer(held)
    await pass_(served, 12)
    await served.hold(held)
    await pass_(served, 10)
    await served.ring("13912345678", line="4002", device="8002")
    await pass_(served, 8)
    talk = await served.ring("13800138000")
    await pass_(served, 3)
    await served.answer(talk)
    await served.ring("057187654321", device="8003")
    await pass_(served, 5)
    await air.call("100-4002")
    await served.ring("13511112222", device="8004")
    return talk


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


class Look(NamedTuple):
    """One way to look at the board."""

    name: str
    locale: str
    theme: str
    width: int


LOOKS = (
    Look("desk", "zh-CN", "day", 1440),
    Look("desk.en", "en-GB", "night", 1440),
    Look("desk.contrast", "zh-CN", "contrast", 1440),
    Look("desk.phone", "zh-CN", "night", 390),
)


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
async def test_the_board_at_work_has_no_serious_fault_of_access(
    browser: Browser, served: Served, tmp_path: Path, look: Look
) -> None:
    call = await a_busy_minute(served)
    async with open_board(browser, served, locale=look.locale, width=look.width) as board:
        page = board.page
        await page.keyboard.press("/")
        await page.fill("#order", f"/theme {look.theme}")
        await page.keyboard.press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", look.theme)
        await expect(page.locator("#calls .row")).to_have_count(6)
        await keep(page, look.name.replace("desk", "board"), tmp_path)
        assert await faults(page) == []
        await page.locator(f"#calls .row[data-number='{served.number(call)}'] .number").click()
        await page.locator("#detail .told").wait_for()
        await page.keyboard.press("c")
        await expect(page.locator("#detail .care")).to_have_attribute("data-care", "mine")
        await page.fill("#fact-matter", "厨房漏水，已关总阀")
        await page.locator("#fact-matter").press("Escape")
        await expect(page.locator("#detail [data-saved=kept]")).to_have_count(3)  # two of them by the directory
        await page.evaluate("scrollTo(0, 0)")
        await keep(page, look.name, tmp_path)
        assert await faults(page) == []
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= look.width
        assert board.complaints == []


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_no_page_has_a_serious_fault_of_access(browser: Browser, served: Served, locale: str) -> None:
    await a_busy_minute(served)
    async with open_board(browser, served, locale=locale) as board:
        for path in [page.path for page in PAGES] + ["/login"]:
            await board.page.goto(served.url + path)
            await board.page.locator("h1").first.wait_for()
            assert await faults(board.page) == [], path
