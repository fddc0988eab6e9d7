"""What reaches whoever does not look at the page: notices of the desktop, and a breach that sounds although muted."""

import pytest
from playwright.async_api import Browser, expect

from gateway.desk_settings import DeskSettings, DeskTables
from tests.browser.conftest import open_board, until
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser

RECORD_NOTICES = """
window.notices = [];
window.Notification = class {
  static permission = "granted";
  static async requestPermission() { return "granted"; }
  constructor(title, options) {
    this.at = window.notices.push({ title, body: options.body, open: true }) - 1;
  }
  close() { window.notices[this.at].open = false; }
};
Object.defineProperty(document, "hidden", { get: () => Boolean(window.away) });
"""


async def test_a_breach_is_a_notice_while_nobody_looks_and_goes_when_somebody_does(
    browser: Browser, served: Served
) -> None:
    async with open_board(browser, served) as board:
        page = board.page
        await page.add_init_script(RECORD_NOTICES)
        await page.reload()
        await page.wait_for_selector("#link[data-light=green]")
        await page.evaluate("window.away = true")
        await served.ring()
        await served.later(15.1)
        await until(page, "window.notices.length === 1")
        notice = await page.evaluate("window.notices[0]")
        assert "138****8000" in notice["body"]
        assert notice["open"]
        await page.evaluate("window.away = false")
        await until(page, "!window.notices[0].open")
        assert board.complaints == []


@pytest.mark.parametrize("bypasses", [True, False])
async def test_a_call_that_rings_too_long_sounds_although_muted_where_the_site_says_so(
    browser: Browser, served: Served, bypasses: bool
) -> None:
    served.desk.take(DeskTables(settings=DeskSettings(missed_call_bypasses_mute=bypasses)))
    async with open_board(browser, served) as board:
        page = board.page
        await page.locator("h1").click()  # somebody is there: the browser may sound
        await expect(page.locator("#sound")).to_have_attribute("data-sound", "on")
        await page.keyboard.press("m")
        await expect(page.locator("#sound")).to_have_attribute("data-sound", "muted")
        await served.ring()
        await served.later(15.1)
        await expect(page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await page.keyboard.press("s")
        said = "已静音（只对这里）" if bypasses else "现在没有声音"
        await expect(page.locator("#said")).to_contain_text(said)
