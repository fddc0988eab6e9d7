"""Many alerts of one kind on the board: one line with a count, which can be opened, and acknowledged for all."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, expect

from rules.quiet import StormRules
from tests.browser.conftest import open_board
from tests.fixtures.served import RULES, Served, serve

pytestmark = pytest.mark.browser

ALONE, CALLS = 2, 7
LINE = "#alert-rows .row:not([data-phase=warn]):has([data-fold])"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    storm = StormRules(alone=ALONE, window_s=60.0, update_every_s=1.0)
    async with serve(tmp_path, rules=msgspec.structs.replace(RULES, storm=storm)) as running:
        yield running


async def test_a_storm_is_one_line_with_a_count_that_opens_and_is_acknowledged_for_all(
    browser: Browser, served: Served
) -> None:
    async with open_board(browser, served) as board:
        page = board.page
        for n in range(CALLS):
            await served.ring(f"1380013800{n}")
        await served.later(15.1)
        line = page.locator(LINE)
        await expect(page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(ALONE + 1)
        await expect(line.locator("small").first).to_contain_text(f"{CALLS - ALONE} 条中 {CALLS - ALONE} 条待处理")
        held = line.locator(".held li")
        await expect(held).to_have_count(0)
        await line.locator(".about").focus()
        await page.keyboard.press("Enter")
        await expect(line.locator(".about")).to_have_attribute("aria-expanded", "true")
        await expect(held).to_have_count(CALLS - ALONE)
        await expect(held.first).to_contain_text("138****800")
        another = await served.ring("13900139000")  # one more while it is open
        await served.later(15.1)
        await expect(held).to_have_count(CALLS - ALONE + 1)
        await held.filter(has_text="139****9000").locator("button").click()
        await expect(page.locator("#detail")).to_have_attribute("data-number", served.number(another))
        await page.locator("#detail").get_by_role("button", name="返回").click()
        await expect(held).to_have_count(CALLS - ALONE + 1)  # it is as it was left
        await line.get_by_role("button", name="确认").click()
        await expect(line).to_have_attribute("data-phase", "seen")
        await expect(held.first).to_contain_text("王 008")
        await line.locator(".about").click()
        await expect(line.locator(".held")).to_be_hidden()
        assert board.complaints == []
    _, alerts = await served.get("/api/v1/alerts", limit="100")
    ours = [one for one in alerts["items"] if one["tied_to"] and one["incident"] and one["kind"] == "breach"]
    assert {one["acknowledged_by"] for one in ours} == {"王 008"}
    assert len(ours) >= CALLS - ALONE


async def test_an_alert_opens_its_record_with_the_arrows(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring()
        await served.later(15.1)
        await expect(board.page.locator("#alert-rows .about")).to_have_count(1)
        await board.page.keyboard.press("ArrowDown")  # the call itself
        await board.page.keyboard.press("ArrowDown")
        await expect(board.page.locator("#alert-rows .about")).to_be_focused()
        await board.page.keyboard.press("Enter")
        await expect(board.page.locator("#detail")).to_have_attribute("data-number", served.number(call))
