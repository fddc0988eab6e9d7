"""The table of floors in docs/ARCHITECTURE.md, enforced: who may import whom, and how long things may grow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "adapters", "gateway", "simulators")
MAY_IMPORT = {"rules": (), "adapters": ("rules",), "gateway": ("rules", "adapters"), "simulators": ()}
VOCABULARY = {
    "rules.channels",
    "rules.events",
    "rules.effects",
    "rules.obligations",
    "rules.incidents",
    "rules.settings",
    "rules.moments",
    "rules.people",
    "rules.quiet",
}
IMPURE = {"asyncio", "time", "random", "os", "logging", "socket", "threading", "subprocess", "structlog", "aiohttp"}
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module named by an import, as `package.module`; for `from a import b` also `a.b`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=named)
def test_a_module_imports_only_from_the_floors_below(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    allowed = {floor, *MAY_IMPORT[floor]}
    wrong = {name for name in imports(path) if name.split(".")[0] in {*PACKAGES, "tests", "benchmarks"} - allowed}
    assert not wrong


@pytest.mark.parametrize("path", modules("adapters"), ids=named)
def test_adapters_know_the_vocabulary_and_no_decision(path: Path) -> None:
    of_rules = {name for name in imports(path) if name.split(".")[0] == "rules"}
    assert not {name for name in of_rules if ".".join(name.split(".")[:2]) not in VOCABULARY}


@pytest.mark.parametrize("path", modules("rules"), ids=named)
def test_rules_are_pure(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in IMPURE}
    assert not [node for node in ast.walk(parsed(path)) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]


@pytest.mark.parametrize("path", modules(*PACKAGES, "benchmarks"), ids=named)
def test_a_module_opens_with_its_one_job(path: Path) -> None:
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        return
    docstring = ast.get_docstring(parsed(path))
    assert docstring
    assert docstring.splitlines()[0].strip()


@pytest.mark.parametrize("path", modules("tests"), ids=named)
def test_tests_use_real_things(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith(("unittest.mock", "mock"))}


@pytest.mark.parametrize("path", modules("tests"), ids=named)
def test_what_tests_share_stands_in_no_test(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith("tests.") and ".test_" in name}


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=named)
def test_nothing_grows_for_ever(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES_MAX
    long = {
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert not long
