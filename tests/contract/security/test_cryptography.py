"""Which cryptography the product uses, read from its own code (ASVS 11.2.1, 11.4.1, 11.5.1, 12.1.1, 12.3.2)."""

import ast
import ssl
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
HASHES = {"sha256", "blake2b"}  # beside argon2id for passwords
BY_PROTOCOL = {  # a challenge of Asterisk's manager interface is answered by MD5, and by nothing else
    "adapters/pbx/asterisk/connection.py",
    "adapters/radio/asterisk_rpt/station.py",
}
CHANCE = {"adapters/backoff.py"}  # how long to wait is no secret
CARELESS = {"CERT_NONE", "_create_unverified_context", "check_hostname", "PROTOCOL_TLS_CLIENT", "minimum_version"}


def code() -> Iterator[tuple[str, ast.AST]]:
    for package in ("rules", "adapters", "gateway"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                yield path.relative_to(ROOT).as_posix(), node


def imported(node: ast.AST, module: str) -> set[str]:
    if isinstance(node, ast.ImportFrom) and node.module == module:
        return {one.name for one in node.names}
    if isinstance(node, ast.Import):
        return {one.name for one in node.names if one.name == module}
    return set()


def test_hashes_are_of_two_kinds_and_an_old_one_only_where_a_protocol_asks_for_it() -> None:
    used = {(name, file) for file, node in code() for name in imported(node, "hashlib") if name != "hashlib"}
    used |= {
        (node.attr, file)
        for file, node in code()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib"
    }
    assert {name for name, _ in used} == HASHES | {"md5"}
    assert {file for name, file in used if name not in HASHES} == BY_PROTOCOL


def test_what_nobody_may_guess_is_never_drawn_from_the_ordinary_chance() -> None:
    assert {file for file, node in code() if imported(node, "random")} == CHANCE


def test_every_tls_connection_of_ours_is_verified_and_of_a_version_that_is_still_good() -> None:
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    careless = [
        f"{file}:{node.lineno}"
        for file, node in code()
        if isinstance(node, ast.Attribute | ast.Name)
        if (node.attr if isinstance(node, ast.Attribute) else node.id) in CARELESS
    ]
    assert careless == []
    made = [
        f"{file}:{node.lineno}"
        for file, node in code()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "SSLContext"
    ]
    assert made == []
