"""The accounts of `make run`: one for each role, their passwords drawn at the first start and kept beside its token."""

import os
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from gateway.access.audit import Note
from gateway.access.kept import Account
from gateway.access.signing_in import SigningIn

FILE: Final = "accounts.txt"
_PASSWORD_BYTES: Final = 9  # twelve letters
_PEOPLE: Final = {  # role, which is the account's name too → who of the roster has it
    "operator": "chen",
    "dispatcher": "liu",
    "supervisor": "sun",
    "installer": "",
    "auditor": "",
    "wallboard": "",
}


class Entry(NamedTuple):
    """What a visitor types."""

    name: str
    password: str


async def accounts(signing_in: SigningIn, folder: Path) -> list[Entry]:
    """As the folder has them; those that the store does not know are made. Without the file all get new passwords."""
    anew = not (folder / FILE).exists()
    entries = _kept(folder / FILE)
    register = signing_in.register
    for entry in entries:
        if entry.name in _PEOPLE and (anew or register.account(entry.name) is None):
            account = Account(
                name=entry.name, roles=(entry.name,), person=_PEOPLE[entry.name], made_us=register.now_us()
            )
            account = await signing_in.with_password(account, entry.password)
            note = Note("demo", "account_added", account.name, "", {"roles": [entry.name]})
            await register.change([note], kept=[account])
    return [entry for entry in entries if register.account(entry.name) is not None]


def _kept(file: Path) -> list[Entry]:
    if not file.exists():
        drawn = [f"{name} {secrets.token_urlsafe(_PASSWORD_BYTES)}\n" for name in _PEOPLE]
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as output:
            output.writelines(drawn)
    pairs = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return [Entry(*pair) for pair in pairs if len(pair) == len(Entry._fields)]
