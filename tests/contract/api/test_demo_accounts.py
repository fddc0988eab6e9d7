"""The accounts of `make run`: one for each role, whose passwords are of one folder only, and stay."""

from pathlib import Path

from gateway.access.rights import ROLES
from gateway.demo_accounts import accounts
from tests.contract.api.test_accounts import Browser
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


async def test_two_folders_have_nothing_in_common(served: Served, tmp_path: Path) -> None:
    found = []
    for name in ("one", "another"):
        (tmp_path / name).mkdir()
        found.append({entry.password for entry in await accounts(served.signing_in, tmp_path / name)})
    assert not found[0] & found[1]
