"""The accounts of `make run`: one for each role, with passwords that are drawn once and stay."""

from pathlib import Path

from gateway.access.rights import ROLES
from gateway.demo_accounts import FILE, accounts
from tests.fixtures.accounts import Browser
from tests.fixtures.served import Served


async def test_each_role_signs_in_with_the_password_of_its_folder(served: Served, tmp_path: Path) -> None:
    made = await accounts(served.signing_in, tmp_path)
    assert {entry.name for entry in made} == set(ROLES)
    assert await accounts(served.signing_in, tmp_path) == made
    for entry in made:
        browser = Browser(served)
        assert await browser.sign_in(entry.name, entry.password) == 303
        _, session, _ = await browser.ask("GET", "/api/v1/session")
        assert (session["roles"], session["must_change"]) == ([entry.name], False)


async def test_without_the_file_all_passwords_are_new(served: Served, tmp_path: Path) -> None:
    before = await accounts(served.signing_in, tmp_path)
    (tmp_path / FILE).unlink()
    after = await accounts(served.signing_in, tmp_path)
    assert not {entry.password for entry in before} & {entry.password for entry in after}
    assert await Browser(served).sign_in(*before[0]) == 401
    assert await Browser(served).sign_in(*after[0]) == 303
