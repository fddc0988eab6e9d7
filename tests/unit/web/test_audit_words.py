"""What the audit writes as a code is said in words on its page, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import gateway
from gateway.web.access.told_deeds import BY_ITSELF, DEEDS
from gateway.web.pages.texts import TEXTS

GATEWAY = Path(gateway.__file__).parent
WRITES = {"Note", "note", "remember", "tell_audit"}  # their second argument is the code


def written() -> Iterator[str]:
    """Each code that a call in the source writes."""
    for path in GATEWAY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in WRITES:
                match node.args:
                    case [_, ast.Constant(value=str(code)), *_]:
                        yield code


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def test_every_code_of_the_audit_has_words_and_every_word_its_code() -> None:
    codes = {*written(), *DEEDS.values(), *BY_ITSELF.values()}
    assert {"numbers_shown", "rules_taken", "sign_in_delayed", "exported"} <= codes
    assert {key.removeprefix("audit.did_") for key in TEXTS if key.startswith("audit.did_")} == codes
