"""docs/SECURITY-MODEL.md names, for each item it claims, tests that are there under that very name."""

import ast
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/SECURITY-MODEL.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
# What no test of the suite can show: another command does.
BY_COMMAND = {"15.1.2, 15.2.1 components": "`scripts/audit.sh`"}


def rows() -> dict[str, str]:
    """Of the table of ASVS items: the item, and what shows it."""
    section = DOCUMENT.partition("## OWASP ASVS")[2].partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {row[0]: row[-1] for row in cells if row[0][0].isdigit()}


@cache
def named_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_is_found() -> None:
    assert len(rows()) > 30


@pytest.mark.parametrize(("item", "shown_by"), rows().items(), ids=rows().keys())
def test_each_item_is_shown_by_tests_that_exist(item: str, shown_by: str) -> None:
    if BY_COMMAND.get(item) == shown_by:
        return
    named = TEST.findall(shown_by)
    assert named, f"{item} names no test"
    assert [f"{file}::{test}" for file, test in named if test not in named_in(file)] == []


def test_every_test_the_document_names_anywhere_exists() -> None:
    for file, test in TEST.findall(DOCUMENT):
        assert test in named_in(file), f"{file}::{test}"


def test_the_table_of_what_is_fuzzed_names_each_target_and_no_other() -> None:
    section = DOCUMENT.partition("\n## Fuzzing")[2].partition("\n\n| found | by |")[0]
    cells = [line.strip("| ").split(" | ")[-1] for line in section.splitlines() if line.startswith("| ")]
    named = re.findall(r"`([a-z*-]+)`", " ".join(cells))
    assert [name for name in TARGETS if not any(fnmatch(name, one) for one in named)] == []
    assert [one for one in named if not any(fnmatch(name, one) for name in TARGETS)] == []
    assert f"{len(TARGETS)} targets" in section


def test_the_container_is_nobodys_root_and_read_only() -> None:
    """What `docker/prove.sh` shows at work, said here where somebody changes a line."""
    image = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", image, re.MULTILINE) == ["hotline"]
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = [service for service in services.values() if service["image"] == "hotline-gateway"]
    assert len(ours) == 3
    for service in ours:
        assert service["read_only"]
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's own
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.get("privileged")
        assert service["pids_limit"] <= 256
