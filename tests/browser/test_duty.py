"""The board says who is on duty, and that nobody is."""

from datetime import date

import msgspec
import pytest
from playwright.async_api import Browser, expect

from rules.people import Person, Shift
from tests.browser.conftest import open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser


async def test_the_board_says_who_stands_for_each_role(browser: Browser, served: Served) -> None:
    always = Shift(role="前台", people=("wang", "li"), from_="00:00", to="00:00")
    ended = Shift(role="夜班", people=("li",), from_="00:00", to="00:00", until=date(2000, 1, 1))
    staff = (Person(id="wang", name="王芳", number="008"), Person(id="li", name="李强"))
    rules = msgspec.structs.replace(served.pipeline.state.rules, people=staff, shifts=(always, ended))
    await served.pipeline.take_rules(rules)
    async with open_board(browser, served) as board:
        await expect(board.page.locator("#duty li").nth(0)).to_have_text("前台李强、王芳 008")
        await expect(board.page.locator("#duty li").nth(1)).to_have_text("▲夜班无人值班")
        await board.page.click("#language")
        await expect(board.page.locator("#duty li").nth(1)).to_have_text("▲夜班nobody on duty")
        assert board.complaints == []


async def test_a_supervisor_sets_a_stand_in_sees_it_in_the_roster_at_once_and_ends_it(
    browser: Browser, served: Served
) -> None:
    always = Shift(role="前台", people=("wang",), from_="00:00", to="00:00")
    staff = (Person(id="wang", name="王芳", number="008"), Person(id="li", name="李强", number="012"))
    rules = msgspec.structs.replace(served.pipeline.state.rules, people=staff, shifts=(always,))
    await served.pipeline.take_rules(rules)
    async with open_board(browser, served) as watching, open_board(browser, served) as board:
        await expect(watching.page.locator("#duty li")).to_have_text("前台王芳 008")
        page = board.page
        await page.goto(served.url + "/people")
        await page.get_by_label("谁来").select_option("李强 012")
        await page.get_by_label("替谁").select_option("王芳 008")
        await page.get_by_label("原因").fill("看病")
        await page.get_by_role("button", name="设定").click()
        await expect(page.locator(".changes")).to_contain_text("李强 012 替 王芳 008 当“前台”的班")
        await expect(page.locator("dl.told dd").first).to_have_text("李强 012")
        await expect(page.locator('.stint[data-kind="instead"]').first).to_contain_text("李强 012")
        await expect(watching.page.locator("#duty li")).to_have_text("前台李强 012")
        await page.get_by_role("button", name="现在结束").click()
        await expect(page.locator("dl.told dd").first).to_have_text("王芳 008")
        await expect(watching.page.locator("#duty li")).to_have_text("前台王芳 008")
        assert board.complaints == watching.complaints == []
