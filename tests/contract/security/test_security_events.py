"""What somebody tried and may not is in the log, a few lines of each; and what each page owes its browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.web.door.seldom import LINES_MAX
from gateway.web.pages.table import PAGES
from tests.fixtures.accounts import add, signed_in
from tests.fixtures.served import Served, serve

HARD = "/api/v1/rules/approve"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


async def test_every_page_lets_its_visitor_sign_out_and_the_browser_then_forgets(served: Served) -> None:
    """ASVS 7.4.4, 14.3.1, 14.3.3: also what was typed and not sent, which a browser keeps for its reload."""
    headers = signed_in(served, "supervisor", "installer", "auditor")
    for page in PAGES:
        if not page.new_window:  # a wall has nobody before it
            async with served.http.get(served.url + page.path, headers=headers) as answer:
                assert 'action="/logout"' in await answer.text(), page.path
    async with served.http.post(served.url + "/logout", headers=headers, allow_redirects=False) as answer:
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


async def test_a_password_is_hidden_as_it_is_typed_and_a_password_manager_may_fill_it_in(served: Served) -> None:
    """ASVS 6.2.6, 6.2.7."""
    await add(served, "operator")
    async with served.http.get(served.url + "/login") as answer:
        [field] = re.findall(r'<input id="password"[^>]*>', await answer.text())
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in field


async def test_a_field_that_nobody_offered_is_refused(served: Served) -> None:
    """ASVS 15.3.3: nobody gives himself what the form does not ask for."""
    body = {"name": "li", "roles": ["operator"], "must_change": False}
    status, problem = await served.ask("POST", "/api/v1/accounts", json=body)
    assert (status, "must_change" in problem["detail"]) == (422, True)


async def test_a_right_that_is_lacking_is_logged_with_who_lacks_it(served: Served) -> None:
    headers = signed_in(served, "operator")
    with capture_logs() as logged:
        for _ in range(LINES_MAX + 3):
            async with served.http.post(served.url + HARD, headers=headers) as answer:
                assert answer.status == 403
    lines = [line for line in logged if line["event"] == "right_refused"]
    assert len(lines) == LINES_MAX
    assert (lines[0]["right"], lines[0]["method"], lines[0]["path"]) == ("manage", "POST", HARD)
    assert lines[0]["source"] == "test"
    assert lines[0]["address"] == "127.0.0.1"


async def test_a_foreign_page_that_acts_with_a_borrowed_session_is_logged(served: Served) -> None:
    headers = signed_in(served, "supervisor") | {"Origin": "https://elsewhere.example"}
    with capture_logs() as logged:
        async with served.http.post(served.url + HARD, headers=headers) as answer:
            assert answer.status == 403
    [line] = [line for line in logged if line["event"] == "foreign_origin"]
    assert (line["origin"], line["path"]) == ("https://elsewhere.example", HARD)


async def test_what_is_text_says_in_which_characters(served: Served) -> None:
    """ASVS 4.1.1. JSON has but one (RFC 8259)."""
    headers = signed_in(served, "supervisor")
    for path in (
        "/login",
        "/",
        "/incidents",
        "/static/board.js",
        "/static/base.css",
        "/nothing",
        "/incidents/export.csv",
    ):
        async with served.http.get(served.url + path, headers=headers) as answer:
            kind = answer.headers["Content-Type"].lower()
            assert kind.startswith("application/") or "charset=utf-8" in kind, (path, kind)
