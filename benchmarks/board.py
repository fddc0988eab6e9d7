"""The board in a real browser: `python -m benchmarks.board [--rounds N] [--calls N] [--seconds S]`.

From an event's commit to the row it makes on the screen, by the same machine's clock; and how smooth the page stays
while many calls ring: the longest task of the page, and the time between two frames. Needs Chromium.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright

from benchmarks.measure import Measured, percentile, report
from tests.fixtures.served import TOKEN, Served, serve

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ROWS_TARGET_MS = 200.0
WATCH_ROWS = """() => {
  window.rowsAt = [];
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.classList?.contains("row"));
    for (const _ of added) window.rowsAt.push(performance.timeOrigin + performance.now());
  }).observe(document.getElementById("calls"), { childList: true });
}"""
WATCH_FRAMES = """(seconds) => new Promise((done) => {
  const tasks = [], frames = [];
  const watcher = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
  watcher.observe({ entryTypes: ["longtask"] });
  let last = performance.now();
  const end = last + seconds * 1000;
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (now < end) requestAnimationFrame(frame);
    else { watcher.disconnect(); done({ tasks, frames }); }
  };
  requestAnimationFrame(frame);
})"""


async def sign_in(page: Page, served: Served) -> None:
    await page.goto(f"{served.url}/login")
    await page.fill("#token", TOKEN)
    await page.click("button[type=submit]")
    await page.wait_for_selector("#link[data-light=green]")


async def rows_ms(page: Page, served: Served, calls: int) -> list[float]:
    """From the commit of each ringing to its row, one call at a time."""
    await page.evaluate(WATCH_ROWS)
    committed = []
    for number in range(calls):
        await served.ring(f"1380000{number:04}")
        committed.append(time.time() * 1000)
        await page.wait_for_function("(n) => window.rowsAt.length > n", arg=number)
    seen = await page.evaluate("window.rowsAt")
    return [at - then for at, then in zip(seen, committed, strict=True)]


async def measured(rounds: int, calls: int, seconds: float) -> list[Measured]:
    rows, longest, frames = [], [], []
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                async with serve(Path(folder)) as served:
                    page = await browser.new_page(viewport={"width": 1440, "height": 900})
                    await sign_in(page, served)
                    rows.append(percentile(await rows_ms(page, served, 50), 95))
                    for number in range(calls - 50):
                        await served.ring(f"1390000{number:04}")
                    await page.wait_for_function(
                        "(n) => document.querySelectorAll('#calls .row').length >= n", arg=calls
                    )
                    smooth = await page.evaluate(WATCH_FRAMES, seconds)
                    longest.append(max(smooth["tasks"], default=0.0))
                    frames.append(percentile(smooth["frames"], 95))
                    await page.close()
        await browser.close()
    return [
        Measured("commit to row, p95", "ms", "lower", rows, ROWS_TARGET_MS),
        Measured(f"longest task, {calls} calls ringing", "ms", "lower", longest),
        Measured(f"between frames, {calls} calls ringing, p95", "ms", "lower", frames),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=200, help="that ring at once (at least 50)")
    parser.add_argument("--seconds", type=float, default=10.0, help="so long the frames are counted")
    asked = parser.parse_args()
    figures = asyncio.run(measured(asked.rounds, max(asked.calls, 50), asked.seconds))
    report("board", figures)


if __name__ == "__main__":
    main()
