"""OpenID Connect against a real provider that signs with a real key: who is let in, and how it may lie."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.access.oidc import Provider
from gateway.access.oidc_settings import CALLBACK, OidcSettings
from tests.fixtures.accounts import PASSWORD, Browser, add, told
from tests.fixtures.provider import CLIENT, SECRET, IdentityProvider, Key, identity_provider
from tests.fixtures.served import Served, serve


@pytest.fixture
async def there() -> AsyncIterator[IdentityProvider]:
    async with identity_provider() as provider:
        yield provider


@pytest.fixture
async def here(there: IdentityProvider, tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as served:
        settings = OidcSettings(
            issuer=there.issuer, client_id=CLIENT, client_secret_file="x", roles={"hotline-desk": "operator"}
        )
        served.provider = Provider(settings, SECRET, served.url + CALLBACK)
        await served.stop_web()
        await served.start_web(int(served.url.rpartition(":")[2]))
        yield served


async def led_back(served: Served, browser: Browser) -> str:
    """There and back, as far as the address to which the provider leads the browser."""
    status, _, headers = await browser.ask("GET", "/login/oidc")
    assert status == 303
    async with served.http.get(headers["Location"], allow_redirects=False) as answer:
        assert answer.status == 302
        return answer.headers["Location"].removeprefix(served.url)


async def sign_in(served: Served, browser: Browser) -> int:
    return (await browser.ask("GET", await led_back(served, browser), headers={"Origin": ""}))[0]


async def test_who_the_provider_knows_comes_in_with_the_role_of_its_group(
    here: Served, there: IdentityProvider
) -> None:
    browser = Browser(here)
    assert await sign_in(here, browser) == 200
    _, session, _ = await browser.ask("GET", "/api/v1/session")
    assert (session["account"], session["roles"]) == ("wang", ["operator"])
    assert [one["what"] for one in await told(here)] == ["signed_in", "account_added"]
    there.claims["groups"] = []
    assert await sign_in(here, Browser(here)) == 401  # no group any more
    there.claims["groups"] = ["hotline-desk"]
    assert await sign_in(here, Browser(here)) == 200
    assert len(here.signing_in.register.accounts) == 1


def _set(**claims: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told.update(claims)


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda told: told.pop(name)


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another nonce": _set(nonce="another"),
    "no nonce": _without("nonce"),
    "another party": _set(aud="another"),
    "several parties, not said for which": _set(aud=[CLIENT, "another"]),
    "made for another": _set(aud=[CLIENT, "another"], azp="another"),
    "another issuer": _set(iss="https://evil.example"),
    "expired": _set(exp=1_000_000_000),
    "never expires": _without("exp"),
    "not yet": _set(nbf=4_000_000_000),
    "nobody": _without("sub"),
    "no group of ours": _set(groups=["guests"]),
    "groups are no list": _set(groups={"hotline-desk": True}),
    "no name": _set(preferred_username="a b/c"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_lies_lets_nobody_in(here: Served, there: IdentityProvider, lie: str) -> None:
    there.change = LIES[lie]
    browser = Browser(here)
    assert await sign_in(here, browser) == 401
    assert there.exchanged == 1
    assert "hotline_session" not in browser.cookies
    assert [one["what"] for one in await told(here)] == ["sign_in_failed"]


async def _signed_by(there: IdentityProvider, kind: str) -> Callable[[dict[str, Any]], str]:
    stranger = await asyncio.to_thread(Key, "one" if kind == "a stranger's key under the right name" else "other")
    public = there.key.public()
    return {
        "no signature": lambda claims: jwt.encode(claims, "", algorithm="none"),
        "the public key as a shared secret": lambda claims: jwt.encode(
            claims, public["n"].encode(), algorithm="HS256", headers={"kid": "one"}
        ),
        "the client's secret": lambda claims: jwt.encode(
            claims, SECRET.ljust(32, "x"), algorithm="HS256", headers={"kid": "one"}
        ),
    }.get(
        kind,
        lambda claims: jwt.encode(claims, stranger.private, algorithm="RS256", headers={"kid": stranger.kid}),
    )


@pytest.mark.parametrize(
    "kind",
    [
        "no signature",
        "the public key as a shared secret",
        "the client's secret",
        "a stranger's key under the right name",
        "a stranger's key",
    ],
)
async def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    here: Served, there: IdentityProvider, kind: str
) -> None:
    there.sign = await _signed_by(there, kind)
    assert await sign_in(here, Browser(here)) == 401


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://desk.example/x",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "//x/y",
        "",
        7,
    ],
)
async def test_a_provider_leads_neither_us_nor_a_browser_where_nothing_is_proven(
    here: Served, there: IdentityProvider, endpoint: str, address: str | int
) -> None:
    there.elsewhere = {endpoint: address}
    status, _, headers = await Browser(here).ask("GET", "/login/oidc")
    assert (status, headers.get("Location")) == (503, None)


async def test_a_provider_may_change_its_key(here: Served, there: IdentityProvider) -> None:
    assert await sign_in(here, Browser(here)) == 200
    here.provider._keys = (here.provider._keys[0], -1e9)  # type: ignore[union-attr]  # noqa: SLF001 - a while ago
    there.key = await asyncio.to_thread(Key, "two")
    there.published.append(there.key)
    assert await sign_in(here, Browser(here)) == 200


async def test_what_came_back_once_works_once_and_in_its_own_browser_only(
    here: Served, there: IdentityProvider
) -> None:
    browser, thief = Browser(here), Browser(here)
    back = await led_back(here, browser)
    assert (await thief.ask("GET", back))[0] == 401  # the victim's code in the thief's browser …
    assert (await browser.ask("GET", back))[0] == 401  # … is spent
    back = await led_back(here, browser)
    assert (await browser.ask("GET", back))[0] == 200
    assert (await browser.ask("GET", back))[0] == 401
    assert there.exchanged == 1


async def test_a_code_with_a_state_that_nobody_asked_for_is_worth_nothing(here: Served) -> None:
    for query in ("", "?state=x&code=y", "?error=access_denied", "?state=&code="):
        assert (await Browser(here).ask("GET", CALLBACK + query))[0] == 401


async def test_a_code_that_another_issuer_brought_is_not_given_to_ours(here: Served, there: IdentityProvider) -> None:
    browser = Browser(here)
    back = (await led_back(here, browser)).replace("iss=http", "iss=xttp")
    assert (await browser.ask("GET", back))[0] == 401
    assert there.exchanged == 0


async def test_nobody_takes_over_an_account_of_the_same_name(here: Served) -> None:
    await add(here, "installer")
    assert await sign_in(here, Browser(here)) == 401
    browser = Browser(here)
    assert await browser.sign_in("wang", PASSWORD) == 303


async def test_who_is_disabled_here_is_not_let_in_by_the_provider(here: Served) -> None:
    assert await sign_in(here, Browser(here)) == 200
    await here.ask("POST", "/api/v1/accounts/wang", json={"disabled": True})
    assert await sign_in(here, Browser(here)) == 401


async def test_such_an_account_has_no_password_to_guess(here: Served) -> None:
    assert await sign_in(here, Browser(here)) == 200
    assert await Browser(here).sign_in("wang", "") == 401


async def test_a_provider_that_is_away_is_told_and_other_ways_stay(here: Served) -> None:
    settings = OidcSettings(issuer="http://127.0.0.1:9", client_id=CLIENT, roles={"x": "operator"})
    here.provider = Provider(settings, "", here.url + CALLBACK)
    await here.stop_web()
    await here.start_web(int(here.url.rpartition(":")[2]))
    await add(here, "operator")
    browser = Browser(here)
    status, page, _ = await browser.ask("GET", "/login/oidc")
    assert (status, 'name="password"' in page) == (503, True)
    assert await browser.sign_in() == 303


async def test_without_a_provider_there_is_no_such_way(served: Served) -> None:
    assert (await Browser(served).ask("GET", "/login/oidc"))[0] == 404
