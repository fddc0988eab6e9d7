"""From the first ring to the record that is found again, as a dispatcher lives it."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import open_board, until
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser

ROW = "#calls .row"
TRIES = 5
QUICK_MS = 2_000  # ten times what docs/CONSOLE.md promises: a busy machine is no fault of ours
WATCH_ROWS = """() => {
  window.seen = [];
  const list = document.querySelector("#calls");
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const _ of addedNodes) window.seen.push(Date.now());
  }).observe(list, { childList: true });
}"""


async def appeared_ms(page: Page, served: Served, nth: int) -> float:
    """How long after its event the row of a new call stands on the page."""
    call = await served.ring(f"1380013800{nth}")
    opened_us = served.pipeline.state.by_call["main"][call].opened_us
    await until(page, f"window.seen.length >= {nth}")
    seen_ms: float = await page.evaluate("(n) => window.seen[n - 1]", nth)
    return seen_ms - opened_us / 1000


async def test_the_row_of_a_call_stands_on_the_page_at_once(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.evaluate(WATCH_ROWS)
        took = [await appeared_ms(board.page, served, nth) for nth in range(1, TRIES + 1)]
        assert min(took) < QUICK_MS, took


async def test_a_call_rings_is_late_acknowledged_answered_written_down_and_found_again(
    browser: Browser, served: Served
) -> None:
    async with open_board(browser, served) as board:
        page = board.page
        call = await served.ring("13812345678")
        row = page.locator(ROW)
        for ring, seconds in ((1, 0), (2, 5), (3, 5)):
            await served.later(seconds)
            await expect(row.locator(".state b")).to_have_text(f"第{ring}声")
        await served.later(5)
        await expect(row).to_have_attribute("data-phase", "breach")
        await expect(page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await page.keyboard.press("a")
        await expect(page.locator("#alert-rows")).to_contain_text("王 008 已确认")
        await page.keyboard.press("c")
        detail = page.locator("#detail")
        await expect(detail.locator(".care")).to_have_attribute("data-care", "mine")
        await served.answer(call)
        await expect(row).to_have_attribute("data-phase", "talk")
        await detail.get_by_role("button", name="报修").click()
        await page.fill("#fact-matter", "地下车库漏水")
        await page.locator("#fact-matter").press("Escape")
        await expect(detail.locator("[data-saved=kept]")).to_have_count(2)
        await served.hang_up(call)
        await expect(page.locator("#hands .row")).to_have_count(1)
        await page.keyboard.press("d")
        await expect(detail.locator(".care")).to_have_attribute("data-care", "completed")
        await page.goto(served.url + "/incidents?q=漏水")
        await page.get_by_role("link", name=served.number(call)).click()
        await expect(page.locator("main")).to_contain_text("地下车库漏水")
        await expect(page.locator("main")).to_contain_text("报修")
        await expect(page.locator(".judged").first).to_have_text(re.compile("三声接听"))
        await expect(page.locator("main")).to_contain_text("接通")
        assert board.complaints == []
