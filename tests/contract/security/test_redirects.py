"""Whoever signs in or out stays on our own host, whatever the link said that led them here (ASVS 3.7.2)."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.accounts import PASSWORD, Browser, add
from tests.fixtures.served import TOKEN, Served, serve

ROOT = Path(__file__).parents[3]
EVIL = "https://evil.example/board"
LED = dict.fromkeys(("next", "redirect", "redirect_uri", "return_to", "returnTo", "url", "continue", "location"), EVIL)
RAISED = {
    f"web.HTTP{kind}" for kind in ("Found", "SeeOther", "MovedPermanently", "TemporaryRedirect", "PermanentRedirect")
}
HEADERS = {"Referer": EVIL, "X-Forwarded-Host": "evil.example", "X-Original-URL": EVIL, "X-Forwarded-Proto": "https"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


async def test_nothing_that_a_request_says_leads_a_browser_to_another_host(served: Served) -> None:
    await add(served, "operator")
    seen = []

    async def follow(browser: Browser, method: str, path: str, **form: str) -> None:
        query = LED | {"code": form.get("code", "")}
        more = {"data": form | {"next": EVIL}} if method == "POST" else {}
        status, _, headers = await browser.ask(method, path, params=query, headers=HEADERS, **more)
        assert status == 303, (path, status)
        seen.append(headers["Location"])

    browser = Browser(served)
    await follow(browser, "POST", "/login", name="wang", password=PASSWORD)
    await follow(browser, "POST", "/account/sessions", id="others")
    new = "another horse, another battery"
    await follow(browser, "POST", "/account/password", old=PASSWORD, new=new, again=new)
    await follow(browser, "POST", "/logout")
    await follow(Browser(served), "POST", "/login", token=TOKEN, by="desk")
    await follow(Browser(served), "GET", "/login", code=served.auth.one_time_code())
    assert set(seen) <= {"/", "/login", "/account?done=sessions", "/account?done=password"}, seen


def test_no_redirect_but_to_the_identity_provider_is_made_of_what_was_asked() -> None:
    """Each stands in the code as a path; `location` is one that a caller within the code gave as such."""
    found = set()
    for file in (ROOT / "gateway/web").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                named = zip(node.keys, node.values, strict=True)
                found |= {ast.unparse(to) for key, to in named if key is not None and ast.unparse(key) == "'Location'"}
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in RAISED:
                found |= {ast.unparse(to) for to in node.args}
    assert "'/login'" in found
    ours = {where for where in found if where.startswith("'/") and not where.startswith("'//")}
    assert found - ours == {"location", "begun.location"}
