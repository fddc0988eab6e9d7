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
