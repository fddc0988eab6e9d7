"""Sessions and tokens end when they must, streams with them; and strangers who guess keep nobody out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from gateway.web.access.auth import AuthSettings
from tests.fixtures.accounts import PASSWORD, Browser, add
from tests.fixtures.listening import Reader
from tests.fixtures.served import Served, serve


@asynccontextmanager
async def stream(served: Served, headers: dict[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
    """Once it has told its first event."""
    async with served.http.get(f"{served.url}/api/v1/stream", headers=headers, read_bufsize=2**22) as answer:
        await Reader(answer).next("hello")
        yield answer


async def is_cut(answer: aiohttp.ClientResponse) -> bool:
    """By the server, and before long: a ping every two seconds is when it looks."""
    async with asyncio.timeout(60):
        while await answer.content.readany():
            pass
    return True


def shown_by(browser: Browser) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


async def test_with_an_account_its_streams_end(served: Served) -> None:
    ends: list[tuple[str, Any]] = [("DELETE", None), ("POST", {"disabled": True}), ("POST", {"roles": []})]
    for number, (method, body) in enumerate(ends):
        name = f"wang{number}"
        await add(served, "operator", name=name)
        browser = Browser(served)
        assert await browser.sign_in(name) == 303
        async with stream(served, shown_by(browser)) as answer:
            status, told = await served.ask(method, f"/api/v1/accounts/{name}", json=body)
            assert status == 200, told
            assert await is_cut(answer)


async def test_with_a_token_its_streams_end(served: Served) -> None:
    asked = {"name": "wall", "scopes": ["see"], "expires_at": None}
    _, made = await served.ask("POST", "/api/v1/tokens", json=asked)
    headers = {"Authorization": f"Bearer {made['token']}"}
    async with stream(served, headers) as answer:
        assert (await served.ask("DELETE", "/api/v1/tokens/wall"))[0] == 200
        assert await is_cut(answer)
    assert (await served.ask("GET", "/api/v1/incidents", headers=headers))[0] == 401


async def test_with_the_installation_s_token_its_streams_end(served: Served) -> None:
    async with stream(served, {"Authorization": "Bearer a-token-of-the-tests-only"}) as answer:
        served.auth.take_tokens(["another-token-of-the-tests"])
        assert await is_cut(answer)


async def test_a_new_password_ends_the_other_browsers_and_their_streams_and_gives_this_one_a_new_cookie(
    served: Served,
) -> None:
    await add(served, "operator")
    here, there = Browser(served), Browser(served)
    assert (await here.sign_in(), await there.sign_in()) == (303, 303)
    before = here.cookies["hotline_session"]
    async with stream(served, shown_by(there)) as answer:
        new = {"old": PASSWORD, "new": "another good battery"}
        assert (await here.ask("POST", "/api/v1/account/password", json=new))[0] == 200
        assert await is_cut(answer)
    assert here.cookies["hotline_session"] != before
    old = {"Cookie": f"hotline_session={before}", "Origin": served.url}
    async with served.http.get(f"{served.url}/api/v1/incidents", headers=old) as refused:
        assert refused.status == 401
    assert (await here.ask("GET", "/api/v1/incidents"))[0] == 200


async def test_a_session_ends_after_its_whole_life_however_busy_it_was(tmp_path: Any) -> None:
    async with serve(tmp_path, AuthSettings(session_s=900.0, lock_after_s=0)) as served:
        await add(served, "operator")
        browser = Browser(served)
        await browser.sign_in()
        [session] = served.auth.sessions.of("wang")
        served.auth.sessions.touch(session)
        session.expires -= 901
        assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 401


async def test_many_guesses_from_one_address_do_not_delay_a_right_sign_in_from_another(served: Served) -> None:
    await add(served, "operator")

    async def guess(http: aiohttp.ClientSession, number: int) -> int:
        form = {"name": "wang", "password": f"wrong {number}"}
        async with http.post(f"{served.url}/login", data=form, allow_redirects=False) as answer:
            return answer.status

    stranger = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with aiohttp.ClientSession(connector=stranger, cookie_jar=aiohttp.DummyCookieJar()) as http:
        guesses = [asyncio.create_task(guess(http, number)) for number in range(200)]
        await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
        assert await Browser(served).sign_in() == 303  # while they go on
        said = await asyncio.gather(*guesses)
        assert await guess(http, 201) == 429
    assert set(said) <= {401, 429, 503}
    assert said.count(401) <= 10
    assert await Browser(served).sign_in() == 303
