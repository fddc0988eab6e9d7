"""Who gets in, who does not, and what a stolen or forged request achieves: nothing."""

import re
from pathlib import Path

import aiohttp

from gateway.web.access.auth import AuthSettings, ensure_token_file
from gateway.web.openapi.document import document
from tests.fixtures.served import TOKEN, Served, serve

ROUTES = [
    (method.upper(), re.sub(r"\{\w+\}", "x", path))
    for path, methods in document()["paths"].items()
    for method in methods
]


async def test_without_a_token_every_route_is_closed(served: Served) -> None:
    wrong: tuple[dict[str, str], ...] = ({}, {"Cookie": "hotline_session=x"})
    for method, path in [*ROUTES, ("GET", "/api/v1/openapi.json"), ("GET", "/metrics")]:
        for headers in wrong:
            async with served.http.request(method, served.url + path, headers=headers) as answer:
                assert answer.status == 401, path
                assert answer.content_type == "application/problem+json"
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_wrong_token_is_as_good_as_none(served: Served) -> None:
    async with served.http.get(f"{served.url}/api/v1/rules", headers={"Authorization": "Bearer wrong"}) as answer:
        assert answer.status == 401


async def test_health_and_the_way_in_are_open(served: Served) -> None:
    for path in ("/healthz", "/readyz", "/login"):
        async with served.http.get(served.url + path) as answer:
            assert answer.status == 200


async def test_metrics_may_be_opened_by_the_configuration(tmp_path: Path) -> None:
    settings = AuthSettings(metrics_open=True)
    async with serve(tmp_path, settings) as served, served.http.get(f"{served.url}/metrics") as answer:
        assert answer.status == 200
        assert "hotline_ready" in await answer.text()


async def test_the_board_sends_strangers_to_the_login_page(served: Served) -> None:
    async with served.http.get(served.url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/login")


async def sign_in(served: Served, token: str = TOKEN, **headers: str) -> aiohttp.ClientResponse:
    async with served.http.post(
        f"{served.url}/login", data={"token": token, "by": "王 008"}, headers=headers, allow_redirects=False
    ) as answer:
        return answer


async def cookie(served: Served) -> str:
    answer = await sign_in(served)
    assert answer.status == 303
    return answer.cookies["hotline_session"].value


async def test_a_signed_in_browser_reads_the_board_and_the_api_until_it_signs_out(served: Served) -> None:
    session = await cookie(served)
    headers = {"Cookie": f"hotline_session={session}", "Origin": served.url}
    for path in ("/", "/api/v1/incidents"):
        async with served.http.get(served.url + path, headers=headers) as answer:
            assert answer.status == 200
    async with served.http.post(f"{served.url}/logout", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
    async with served.http.get(f"{served.url}/api/v1/incidents", headers=headers) as answer:
        assert answer.status == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    answer = await sign_in(served)
    flags = answer.headers["Set-Cookie"]
    assert "HttpOnly" in flags
    assert "SameSite=Strict" in flags
    assert "Path=/" in flags
    assert "Max-Age=43200" in flags
    assert "Secure" not in flags  # plain HTTP on loopback; [auth] secure_cookie sets it behind TLS


async def test_behind_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    async with serve(tmp_path, AuthSettings(secure_cookie=True)) as served:
        answer = await sign_in(served)
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


async def test_a_session_that_the_browser_brought_is_not_taken_over(served: Served) -> None:
    async with served.http.post(
        f"{served.url}/login",
        data={"token": TOKEN},
        headers={"Cookie": "hotline_session=chosen-by-the-attacker"},
        allow_redirects=False,
    ) as answer:
        assert answer.cookies["hotline_session"].value != "chosen-by-the-attacker"
    async with served.http.get(
        f"{served.url}/api/v1/rules", headers={"Cookie": "hotline_session=chosen-by-the-attacker"}
    ) as answer:
        assert answer.status == 401


async def test_a_one_time_link_works_once(served: Served) -> None:
    link = f"{served.url}/login?code={served.auth.one_time_code()}"
    async with served.http.get(link, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert "hotline_session" in answer.cookies
    async with served.http.get(link, allow_redirects=False) as answer:
        assert answer.status == 401
        assert "hotline_session" not in answer.cookies
        text = await answer.text()
        assert "已用过" in text
        assert "has expired" in text


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
]


async def test_a_foreign_page_cannot_act_with_a_borrowed_session(served: Served) -> None:
    await served.ring()
    await served.later(15.1)
    [breach] = [alert for alert in served.pipeline.state.alerts.values() if alert.kind == "breach"]
    session = {"Cookie": f"hotline_session={await cookie(served)}"}
    path = f"{served.url}/api/v1/alerts/{breach.id}/acknowledge"
    for foreign in FOREIGN:
        async with served.http.post(path, headers=session | foreign) as answer:
            assert answer.status == 403
            assert (await answer.json())["field"] == "Origin"
    assert breach.state == "raised"
    own = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    async with served.http.post(path, headers=session | own) as answer:
        assert answer.status == 200
        assert (await answer.json())["by"] == "王 008"


async def test_a_foreign_page_cannot_sign_a_browser_in(served: Served) -> None:
    assert (await sign_in(served, Origin="https://evil.example")).status == 403


async def test_guessing_is_bounded_and_signed_in_browsers_go_on(served: Served) -> None:
    session = await cookie(served)
    statuses = [(await sign_in(served, f"guess-{n}")).status for n in range(40)]
    assert statuses.count(401) <= 11
    assert statuses[-1] == 429
    status, problem = await served.get("/api/v1/rules")
    assert (status, problem["status"]) == (429, 429)
    headers = {"Cookie": f"hotline_session={session}"}
    async with served.http.get(f"{served.url}/api/v1/rules", headers=headers) as answer:
        assert answer.status == 200


async def test_every_answer_carries_the_security_headers(served: Served) -> None:
    for path in ("/login", "/api/v1/rules", "/healthz", "/nothing", "/static/board.js"):
        async with served.http.get(served.url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe-inline" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_token_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    [token], made = ensure_token_file(path)
    assert made
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(token) >= 43
    assert ensure_token_file(path) == ([token], False)


def test_several_tokens_may_be_valid_during_a_change(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_text("old-one\n\n new-one \n")
    assert ensure_token_file(path) == (["old-one", "new-one"], False)
