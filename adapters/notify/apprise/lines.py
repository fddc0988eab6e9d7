"""The file of apprise URLs: one a line; {address} stands for the address of the person who is told."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

ADDRESS = "{address}"
# Apprise takes URLs apart after it has unquoted them, and lists apart at commas and spaces: none of these may stand in
# an address, or it could lead elsewhere, or to a second person.
_ONE_ADDRESS = re.compile(r"[\w+@!][\w.+@:!~-]{0,199}")


class Line(NamedTuple):
    number: int  # in the file, for messages that must not show the URL
    url: str

    @property
    def personal(self) -> bool:
        return ADDRESS in self.url

    @property
    def scheme(self) -> str:
        return self.url.partition("://")[0].lower()

    def to(self, address: str) -> str:
        """`address`: one that `is_address`; quoted all the same."""
        return self.url.replace(ADDRESS, quote(address, safe=""))


def is_address(address: str) -> bool:
    return _ONE_ADDRESS.fullmatch(address) is not None


def read_lines(path: str) -> list[Line]:
    """Without empty lines and remarks (#). Raises OSError, UnicodeDecodeError."""
    written = enumerate(Path(path).read_text(encoding="utf-8-sig").splitlines(), 1)
    found = (Line(number, text.strip()) for number, text in written)
    return [line for line in found if line.url and not line.url.startswith("#")]
