"""Debian's Chromium on a board that a real pipeline feeds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.fixtures.served import TOKEN, Served, serve

CHROMIUM = "/usr/bin/chromium"
WITHIN_MS = 60_000  # a browser beside a whole suite may be slow
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=WITHIN_MS)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        started = await player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


class Board:
    """A signed-in board and all that its console said."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


async def until(page: Page, expression: str) -> None:
    """The page's own policy lets nobody, nor Playwright, wait with a text that is to be evaluated there."""
    async with asyncio.timeout(WITHIN_MS / 1000):
        while not await page.evaluate(expression):  # noqa: ASYNC110 - a page has no event for us
            await asyncio.sleep(0.02)


# A row is green for three seconds: whoever asks the page now and then, beside a busy machine, may never see it so.
NOTE_PHASES = """
  window.phases = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) window.phases.push([target.dataset.phase, target.textContent]);
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-phase"] });
"""


async def passes_through(page: Page, phase: str) -> str:
    """The words of the row that first came to `phase`, or comes to it; it may have gone on since."""
    await until(page, f"window.phases.some((one) => one[0] === '{phase}')")
    words: str = await page.evaluate("(phase) => window.phases.find((one) => one[0] === phase)[1]", phase)
    return words


@asynccontextmanager
async def open_board(
    browser: Browser, served: Served, *, locale: str = "zh-CN", width: int = 1440, url: str = "", by: str = "王 008"
) -> AsyncIterator[Board]:
    context = await browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    context.set_default_timeout(WITHIN_MS)
    await context.add_init_script(NOTE_PHASES)
    board = Board(await context.new_page())
    await board.page.goto(f"{url or served.url}/login")
    await board.page.fill("#by", by)
    await board.page.fill("#token", TOKEN)
    await board.page.click("button[type=submit]")
    await board.page.wait_for_selector("#link[data-light=green]")
    yield board
    await context.close()


async def command(page: Page, line: str) -> None:
    await page.keyboard.press("/")
    await page.fill("#order", line)
    await page.keyboard.press("Enter")
