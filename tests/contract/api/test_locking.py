"""A screen where nobody sits is locked, goes on to show, and is opened by the password."""

from pathlib import Path

from tests.fixtures.accounts import PASSWORD, Browser, add, told
from tests.fixtures.served import CALLER, Served, serve


def leave(served: Served) -> None:
    """Nobody has sat there for an hour."""
    for session in served.auth.sessions.of("wang"):
        session.seen -= 3_600


async def test_where_nobody_sits_it_is_locked_and_opened_by_the_password_with_nothing_lost(tmp_path: Path) -> None:
    async with serve(tmp_path) as served:
        await add(served, "supervisor")
        browser = Browser(served)
        await browser.sign_in()
        await served.ring(CALLER)
        leave(served)
        _, page, _ = await browser.ask("GET", "/api/v1/incidents")
        assert page["items"][0]["from"] == "138****8000"  # as a wall board
        number = page["items"][0]["number"]
        assert (await browser.ask("POST", f"/api/v1/incidents/{number}/called-back"))[0] == 423
        wrong = await browser.ask("POST", "/api/v1/session/unlock", json={"password": "wrong"})
        assert (wrong[0], wrong[1]["field"]) == (403, "password")
        status, session, _ = await browser.ask("POST", "/api/v1/session/unlock", json={"password": PASSWORD})
        assert (status, session["locked"]) == (200, False)
        assert [one["what"] for one in await told(served, who="wang")][:3] == ["unlocked", "sign_in_failed", "locked"]


async def test_who_locks_by_hand_is_locked_also_after_a_restart(tmp_path: Path) -> None:
    async with serve(tmp_path) as served:
        await add(served, "operator")
        browser = Browser(served)
        await browser.sign_in()
        assert (await browser.ask("POST", "/api/v1/session/lock"))[1]["locked"]
    async with serve(tmp_path) as served:
        browser.served = served
        assert (await browser.ask("GET", "/api/v1/session"))[1]["locked"]


async def test_a_wall_board_is_never_locked(tmp_path: Path) -> None:
    async with serve(tmp_path) as served:
        await add(served, "wallboard")
        browser = Browser(served)
        await browser.sign_in()
        leave(served)
        _, session, _ = await browser.ask("GET", "/api/v1/session")
        assert (session["locked"], session["lock_after_s"]) == (False, None)
