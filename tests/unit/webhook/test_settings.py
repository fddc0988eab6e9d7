"""What `check` finds in a [[source]] table, and how secrets are read."""

import os
from base64 import b64encode
from pathlib import Path

import pytest

from adapters.pbx.webhook import KIND
from adapters.pbx.webhook.mapping import Mapping
from adapters.secrets import read_secret
from tests.unit.webhook.making import settings

GOOD = "whsec_" + b64encode(b"x" * 32).decode()


def problems(folder: Path, text: str | None, field: str = "secret_file", **table: object) -> list[str]:
    file = folder / "secret.txt"
    if text is not None:
        file.write_text(text)
    found = KIND.check(settings(allow_unsigned=False, **{field: str(file)}, **table))
    assert all(problem.cure for problem in found)
    return [problem.key for problem in found]


@pytest.mark.parametrize("text", [GOOD, f"\n {GOOD} \n", f"# old\n{GOOD}\n# new\n{GOOD}\n", f"\ufeff{GOOD}\r\n"])
def test_one_or_two_live_secrets_are_right(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize("text", [None, "", "\n", "secret", "whsec_!", "whsec_c2hvcnQ=", f"{GOOD}\n" * 3])
def test_a_missing_or_malformed_secret_is_told(tmp_path: Path, text: str | None) -> None:
    assert problems(tmp_path, text) == ["secret_file"]


@pytest.mark.parametrize("field", ["bearer_file", "path_token_file"])
def test_a_token_is_long_enough(tmp_path: Path, field: str) -> None:
    assert problems(tmp_path, "a-token-of-16-ch", field) == []
    assert problems(tmp_path, "short", field) == [field]


def test_a_source_without_any_proof_is_refused_unless_that_is_said() -> None:
    assert [problem.key for problem in KIND.check(settings(allow_unsigned=False))] == ["secret_file"]
    assert KIND.check(settings()) == []


def test_a_secret_may_stand_in_the_environment(tmp_path: Path) -> None:
    os.environ["HOTLINE_TEST_SECRET"] = GOOD
    try:
        assert KIND.check(settings(allow_unsigned=False, secret_env="HOTLINE_TEST_SECRET")) == []
        assert read_secret(None, "HOTLINE_TEST_SECRET") == [GOOD.encode()]
        assert problems(tmp_path, GOOD, secret_env="HOTLINE_TEST_SECRET") == ["secret_file"]
    finally:
        del os.environ["HOTLINE_TEST_SECRET"]
    unset = KIND.check(settings(secret_env="HOTLINE_TEST_SECRET"))
    assert [problem.key for problem in unset] == ["secret_env"]


def test_a_wrong_zone_tolerance_or_dialect_is_told(tmp_path: Path) -> None:
    wrong = Mapping(event="state", call="id", at_zone="Mars/Olympus")
    assert problems(tmp_path, GOOD, mapping=wrong) == ["mapping.at_zone"]
    assert problems(tmp_path, GOOD, tolerance_s=0) == ["tolerance_s"]
    assert problems(tmp_path, GOOD, call_ids_again_s=0.5) == ["call_ids_again_s"]
    assert problems(tmp_path, GOOD, dialect="mapped") == ["mapping"]
    assert problems(tmp_path, GOOD, dialect="sipgate", mapping={"event": "e", "call": "c"}) == ["dialect"]
