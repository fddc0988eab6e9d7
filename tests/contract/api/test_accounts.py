"""People with accounts: how they come in, what holds strangers off, and what the audit knows of it."""

import asyncio
from pathlib import Path

import msgspec

from gateway.access.audit import verify
from gateway.web.access.ways_in import make_signing_in
from rules.people import Person
from tests.fixtures.accounts import PASSWORD, Browser, add, token, told
from tests.fixtures.served import CHEAP, RULES, Served, serve


async def test_the_first_password_must_be_changed_before_anything_else(served: Served) -> None:
    status, made = await served.ask("POST", "/api/v1/accounts", json={"name": "Wang", "roles": ["operator"]})
    assert status == 200
    browser = Browser(served)
    assert await browser.sign_in("wang", made["first_password"]) == 303
    assert (await browser.ask("GET", "/api/v1/incidents"))[1]["must_change"]
    assert (await browser.ask("GET", "/"))[2]["Location"] == "/account"
    for new, status in (("short", 422), (made["first_password"], 409), (PASSWORD, 200)):
        answer = await browser.ask("POST", "/api/v1/account/password", json={"old": made["first_password"], "new": new})
        assert answer[0] == status, answer
    assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 200
    assert await Browser(served).sign_in("wang", made["first_password"]) == 401
    assert await Browser(served).sign_in("WANG ") == 303


async def test_what_they_do_stands_under_their_name_and_number(tmp_path: Path) -> None:
    rules = msgspec.structs.replace(RULES, people=(Person(id="wang", name="王芳", number="008"),))
    async with serve(tmp_path, rules=rules) as served:
        await add(served, "operator", person="wang")
        browser = Browser(served)
        await browser.sign_in()
        await served.ring()
        await served.later(15.1)
        [breach] = [alert for alert in served.pipeline.state.alerts.values() if alert.kind == "breach"]
        _, answer, _ = await browser.ask(
            "POST", f"/api/v1/alerts/{breach.id}/acknowledge", json={"by": "somebody else"}
        )
        assert answer["by"] == "王芳 008"


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(served: Served, browser: Browser) -> None:
    wrong = await browser.ask("POST", "/login", data={"name": "wang", "password": "wrong"})
    unknown = await browser.ask("POST", "/login", data={"name": "nobody", "password": "wrong"})
    assert wrong[0] == unknown[0] == 401
    assert wrong[1].replace("wang", "") == unknown[1].replace("nobody", "")
    assert [(one["who"], one["what"]) for one in await told(served)] == [
        ("nobody", "sign_in_failed"),
        ("wang", "sign_in_failed"),
    ]


async def test_guessing_is_slowed_and_nobody_at_the_desk_notices(served: Served, browser: Browser) -> None:
    known = Browser(served)
    assert await known.sign_in() == 303
    statuses = [await browser.sign_in(password=f"guess {n} guess") for n in range(30)]
    assert statuses.count(401) <= 7
    assert statuses[-1] == 429
    assert await Browser(served).sign_in() == 429  # also with the right one, from an unknown browser of that address
    assert (await known.ask("GET", "/api/v1/incidents"))[0] == 200
    known.cookies.pop("hotline_session")
    assert await known.sign_in() == 303  # it signed in here before
    async with served.http.get(
        f"{served.url}/login?code={served.auth.one_time_code()}", allow_redirects=False
    ) as answer:
        assert answer.status in {303, 429}
    assert "sign_in_delayed" in {one["what"] for one in await told(served)}


async def test_many_guesses_at_once_gain_nothing(served: Served, browser: Browser) -> None:
    statuses = await asyncio.gather(*(browser.sign_in(password=f"guess {n} guess") for n in range(30)))
    assert statuses.count(401) <= 7


async def test_a_session_of_before_the_sign_in_is_worth_nothing_after(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    first = browser.cookies["hotline_session"]
    await browser.sign_in()
    assert browser.cookies["hotline_session"] != first
    stolen = Browser(served)
    stolen.cookies["hotline_session"] = first
    assert (await stolen.ask("GET", "/api/v1/incidents"))[0] == 401


async def test_a_cookie_of_after_the_sign_out_is_worth_nothing(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    stolen = Browser(served)
    stolen.cookies = dict(browser.cookies)
    assert (await browser.ask("POST", "/logout"))[0] == 303
    assert (await stolen.ask("GET", "/api/v1/incidents"))[0] == 401


async def test_one_sees_one_s_sessions_and_ends_them(served: Served, browser: Browser) -> None:
    other, third = Browser(served), Browser(served)
    for one in (browser, other, third):
        await one.sign_in()
    _, listed, _ = await browser.ask("GET", "/api/v1/sessions")
    assert len(listed["items"]) == 3
    assert [one["this"] for one in listed["items"]].count(True) == 1
    theirs = next(one["id"] for one in listed["items"] if not one["this"])
    assert (await browser.ask("DELETE", f"/api/v1/sessions/{theirs}"))[0] == 200
    assert (await browser.ask("DELETE", "/api/v1/sessions"))[1] == {"ended": 1}
    statuses = [(await one.ask("GET", "/api/v1/incidents"))[0] for one in (browser, other, third)]
    assert statuses == [200, 401, 401]


async def test_a_restart_signs_nobody_out(tmp_path: Path) -> None:
    async with serve(tmp_path) as served:
        await add(served, "operator")
        browser = Browser(served)
        await browser.sign_in()
    async with serve(tmp_path) as served:
        browser.served = served
        assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 200


async def test_who_is_disabled_is_out_at_once(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    status, _ = await served.ask("POST", "/api/v1/accounts/wang", json={"disabled": True})
    assert status == 200
    assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 401
    assert await Browser(served).sign_in() == 401


async def test_a_forgotten_password_is_drawn_anew_and_told_once(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    status, account = await served.ask("POST", "/api/v1/accounts/wang", json={"password": ""})
    assert (status, account["must_change"]) == (200, True)
    assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 401
    assert await Browser(served).sign_in() == 401
    assert await Browser(served).sign_in(password=account["first_password"]) == 303


async def test_new_roles_hold_at_once(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    assert (await browser.ask("GET", "/api/v1/audit"))[1]["right"] == "audit"
    await served.ask("POST", "/api/v1/accounts/wang", json={"roles": ["auditor"]})
    assert (await browser.ask("GET", "/api/v1/audit"))[0] == 200


async def test_what_an_account_cannot_be_is_told_with_the_cure(served: Served) -> None:
    for body, field, expected in (
        ({"name": "a b", "roles": ["operator"]}, "name", 422),
        ({"name": "x", "roles": ["oprator"]}, "roles", 422),
        ({"name": "x", "roles": []}, "roles", 422),
        ({"name": "x", "roles": ["operator"], "person": "nobody"}, "person", 409),
        ({"name": "x", "roles": ["operator"], "password": "short"}, "password", 422),
        ({"name": "x", "roles": ["operator"], "password": "password123"}, "password", 409),
        ({"name": "x", "role": "operator"}, "body", 422),
    ):
        status, problem = await served.ask("POST", "/api/v1/accounts", json=body)
        assert (status, problem["field"]) == (expected, field), problem
        assert problem["cure"]


async def test_a_name_that_nobody_has_is_told_with_the_cure(served: Served) -> None:
    for path, listed in (("accounts/nobody", "account list"), ("tokens/none", "token list")):
        status, problem = await served.ask("DELETE", f"/api/v1/{path}")
        assert (status, problem["field"]) == (404, "name")
        assert problem["cure"].endswith(f": hotline-gateway {listed} tells them")


async def test_the_audit_tells_it_all_and_its_chain_holds(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    await token(served, "see")
    await served.ask("POST", "/api/v1/accounts", json={"name": "li", "roles": ["operator"]})
    await served.ask("DELETE", "/api/v1/accounts/li")
    status, page = await served.get("/api/v1/audit")
    assert status == 200
    assert [one["what"] for one in page["items"]] == ["account_removed", "account_added", "token_added", "signed_in"]
    assert "first_password" not in str(page)
    assert PASSWORD not in str(page)
    _, chain = await served.get("/api/v1/audit/chain")
    assert (chain["entries"], chain["broken"]) == (4, None)
    assert (await verify(served.store)).hash.hex() == chain["hash"]


async def test_before_the_store_is_read_nobody_is_let_in_by_a_password(served: Served) -> None:
    served.signing_in = make_signing_in(served.store, served.auth, served.pipeline, CHEAP)
    await served.stop_web()
    await served.start_web(int(served.url.rpartition(":")[2]))
    assert await Browser(served).sign_in() == 503


async def test_the_number_to_say_is_that_of_the_accounts_person(served: Served) -> None:
    people = (Person(id="wang", name="王芳", number="008"),)
    await served.pipeline.take_rules(msgspec.structs.replace(RULES, people=people))
    await add(served, "operator", name="desk2", person="wang")
    await add(served, "operator", name="desk7")
    for name, spoken in (
        ("desk2", 'data-spoken-name="王芳" data-spoken-number="008"'),
        ("desk7", 'data-spoken-name="" data-spoken-number=""'),
    ):
        browser = Browser(served)
        await browser.sign_in(name)
        assert spoken in (await browser.ask("GET", "/"))[1]


async def test_the_own_page_changes_the_password_and_ends_other_sessions(served: Served, browser: Browser) -> None:
    other = Browser(served)
    await browser.sign_in()
    await other.sign_in()
    status, page, _ = await browser.ask("GET", "/account")
    assert (status, page.count("127.0.0.1")) == (200, 2)
    new = {"old": PASSWORD, "new": "a quite different one", "again": "a quite different one"}
    for wrong, status in (({"again": "x"}, 422), ({"old": "x"}, 403), ({"new": "short", "again": "short"}, 422)):
        assert (await browser.ask("POST", "/account/password", data=new | wrong))[0] == status
    for language, why in (("zh", "至少要 10 个字符"), ("en", "at least 10 characters")):
        browser.cookies["language"] = language
        short = new | {"new": "short", "again": "short"}
        assert why in (await browser.ask("POST", "/account/password", data=short))[1]
    assert (await browser.ask("POST", "/account/password", data=new))[0] == 303
    assert (await browser.ask("GET", "/api/v1/incidents"))[0] == 200
    assert (await other.ask("GET", "/api/v1/incidents"))[0] == 401
    assert await other.sign_in(password="a quite different one") == 303
    assert (await browser.ask("POST", "/account/sessions", data={"id": "others"}))[0] == 303
    assert (await other.ask("GET", "/api/v1/incidents"))[0] == 401
    foreign = await browser.ask("POST", "/account/password", data=new, headers={"Origin": "https://evil.example"})
    assert foreign[0] == 403


async def test_a_visitor_has_no_account_and_is_told_so(served: Served) -> None:
    visitor = Browser(served)
    await visitor.ask("GET", f"/login?code={served.auth.one_time_code()}")
    assert "hotline-gateway account add" in (await visitor.ask("GET", "/account"))[1]
    assert (await visitor.ask("POST", "/api/v1/session/lock"))[0] == 409
