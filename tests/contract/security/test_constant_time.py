"""How wrong a secret is must not show in how long its check takes: the same steps for every guess, counted, not timed.

What is left, the comparison of two byte strings itself, is `hmac.compare_digest` of the standard library everywhere.
"""

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from adapters.pbx.webhook.signature import Verifier
from gateway.web.access.auth import Auth, AuthSettings

ROOT = Path(__file__).parents[3]
CHECKS = {
    "gateway/web/access/auth.py": {"token_is_right"},
    "adapters/pbx/webhook/signature.py": {"_signature", "_one_of"},
    "adapters/recordings/recorder.py": {"knows"},
}
TOKENS = ("first-live-token-0123456789", "other-live-token-0123456789")
NOW_US = 1_795_219_750_000_000
SIGNED = {"webhook-id": "m", "webhook-timestamp": str(NOW_US // 1_000_000)}
Check = Callable[[str], object]


def checks() -> dict[str, Check]:
    auth = Auth(TOKENS, AuthSettings(), lambda: 0.0)
    live = [token.encode() for token in TOKENS]
    bearer, path, signed = Verifier(bearers=live), Verifier(path_tokens=live), Verifier(live)
    return {
        "the API's token": auth.token_is_right,
        "a bearer token": lambda guess: bearer.verify({"authorization": f"Bearer {guess}"}, b"{}", "", NOW_US),
        "a path token": lambda guess: path.verify({}, b"{}", guess, NOW_US),
        "a signature": lambda guess: signed.verify({**SIGNED, "webhook-signature": f"v1,{guess}"}, b"{}", "", NOW_US),
    }


@pytest.mark.parametrize("name", checks())
def test_every_wrong_guess_takes_the_same_steps(name: str) -> None:
    check = checks()[name]
    right = TOKENS[0]
    guesses = [
        "x" * len(right),
        right[:-1] + "x",
        "x" + right[1:],
        right[:13] + "x" * (len(right) - 13),
        TOKENS[1][:-1] + "x",
    ]
    steps = [steps_of(check, guess) for guess in guesses]
    assert len(steps[0]) > 5
    assert all(one == steps[0] for one in steps)


def test_secrets_are_compared_by_compare_digest_alone() -> None:
    for file, names in CHECKS.items():
        functions = {
            node.name: node
            for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        for name in names:
            found = list(ast.walk(functions[name]))
            assert any(isinstance(node, ast.Attribute) and node.attr == "compare_digest" for node in found), (
                file,
                name,
            )
            secrets = {"given", "one", "known", "offered", "expected", "token", "key"}
            for node in found:
                if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.In) for op in node.ops):
                    told = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                    assert not told & secrets, (file, name, ast.unparse(node))


def steps_of(check: Check, guess: str) -> list[str]:
    """Every line and every call, of Python and of C, in order."""
    steps: list[str] = []

    def line(frame: FrameType, event: str, _: Any) -> Any:
        steps.append(f"{event} {frame.f_code.co_filename}:{frame.f_lineno}")
        return line

    def call(_: FrameType, event: str, what: Any) -> None:
        if event == "c_call":
            steps.append(f"{event} {what.__qualname__}")

    sys.settrace(line)
    sys.setprofile(call)
    try:
        check(guess)
    finally:
        sys.setprofile(None)
        sys.settrace(None)
    return steps
