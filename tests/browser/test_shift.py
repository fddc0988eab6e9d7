"""Deeds on the pages beside the board, in a real browser: nothing typed is lost, and each is done once."""

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser


async def test_a_note_outlives_a_refusal_and_a_reload_and_the_shift_is_handed_over(
    browser: Browser, served: Served
) -> None:
    async with open_board(browser, served, width=360) as board:
        await board.page.goto(served.url + "/hand-over")

        async def refuse(route: Route) -> None:
            await route.fulfill(status=503, json={"title": "The intake store does not answer"})

        await board.page.route("**/shift/notes", refuse)
        await board.page.locator("textarea[name=text]").fill("2号水泵在修")
        await board.page.get_by_role("button", name="记一条交代").click()
        await expect(board.page.locator(".said").first).to_contain_text("没有成功")
        await board.page.unroute("**/shift/notes")
        await board.page.reload()
        await expect(board.page.locator("textarea[name=text]")).to_have_value("2号水泵在修")
        await board.page.get_by_role("button", name="记一条交代").click()
        await expect(board.page.locator(".written").first).to_contain_text("2号水泵在修")
        await expect(board.page.locator("textarea[name=text]")).to_have_value("")
        await board.page.get_by_role("button", name="交班签字").click()
        await expect(board.page.locator(".waiting")).to_contain_text("交班人自己不能接班")
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_verdicts_of_yesterday_fit_a_telephone_in_english(browser: Browser, served: Served) -> None:
    call = await served.ring()
    await served.later(26)
    await served.hang_up(call)
    served.clock.move(86_400)
    async with open_board(browser, served, width=360, locale="en-GB") as board:
        await board.page.goto(served.url + "/hand-over")
        await expect(board.page.locator(".judged").first).to_contain_text("Overdue")
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_plan_is_started_and_its_steps_are_ticked(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/emergency")
        await board.page.locator("summary", has_text="火警").click()
        await board.page.locator("details[open]").get_by_role("button", name="启动").click()
        steps = board.page.locator(".steps li")
        await expect(steps).to_have_count(6)
        await steps.first.get_by_role("button").click()
        await expect(steps.first).to_have_attribute("data-done", "true")
        await expect(steps.first).to_contain_text("王 008")
        await board.page.get_by_role("button", name="结束预案").click()
        await expect(steps).to_have_count(0)
        assert board.complaints == []


async def test_a_test_alert_is_sent_from_the_row_of_a_notifier(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/health")
        async with board.page.expect_response("**/api/v1/test-alerts") as answered:
            await board.page.get_by_role("button", name="发测试告警").click()
        assert (await answered.value).status == 200
