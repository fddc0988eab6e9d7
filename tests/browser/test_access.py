"""Signing in, the lock and one's own page, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.web.access.auth import AuthSettings
from tests.browser.conftest import WITHIN_MS
from tests.fixtures.accounts import PASSWORD, add
from tests.fixtures.served import Served, serve

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("ACCESS_SHOTS", "")  # a folder: pictures for who wants to look


async def signed_in(browser: Browser, served: Served, **context: object) -> Page:
    page = await (await browser.new_context(**context)).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(WITHIN_MS)
    await page.goto(f"{served.url}/login")
    await shoot(page, "login")
    await page.fill("#name", "wang")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit] >> nth=0")
    await page.wait_for_selector("#link[data-light=green]")
    return page


async def shoot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def test_a_locked_board_goes_on_and_keeps_what_was_typed(browser: Browser, tmp_path: Path) -> None:
    async with serve(tmp_path, AuthSettings(lock_after_s=3.0)) as served:
        await add(served, "supervisor")
        page = await signed_in(browser, served, locale="zh-CN")
        await expect(page.locator(".locked-strip")).to_be_visible()
        await served.ring("13800138000")
        await expect(page.locator("#calls")).to_contain_text("138****8000")
        await shoot(page, "locked")
        await page.fill(".locked-strip input", "wrong")
        await page.click(".locked-strip .primary")
        await expect(page.locator(".locked-strip")).to_contain_text("密码不对")
        await page.evaluate("window.kept = true")
        await page.fill(".locked-strip input", PASSWORD)
        await page.click(".locked-strip .primary")
        await expect(page.locator(".locked-strip")).to_have_count(0)
        assert await page.evaluate("window.kept")  # the same page, not a new one


@pytest.mark.parametrize(("locale", "scheme", "width"), [("zh-CN", "light", 1280), ("en", "dark", 390)])
async def test_the_own_page_fits(browser: Browser, served: Served, locale: str, scheme: str, width: int) -> None:
    await add(served, "operator")
    page = await signed_in(
        browser, served, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    await page.goto(f"{served.url}/account")
    await expect(page.locator("main h2")).to_have_text("我的账号" if locale == "zh-CN" else "My account")
    await shoot(page, f"account-{locale}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
