"""What the documents say is so: every path named exists, every TOML block loads, the reference is current."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.commands import COMMANDS
from gateway.config import load
from gateway.showing import reference

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TOP = "rules|adapters|gateway|simulators|tests|docs|docker|benchmarks|scripts|requirements"
LINK = re.compile(r"\]\((?!\w+://|#)([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(rf"`((?:{TOP})/[\w./-]+)`")
TOML = re.compile(r"^( *)```toml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"hotline-gateway ([a-z][a-z-]+)(?= |`|$)", re.MULTILINE)
GATEWAY = '[gateway]\nsite = "riverside"\n'
SOURCE = '[[source]]\nname = "any"\nkind = "pbx-webhook"\nallow_unsigned = true\n'
SECRET = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
CONTENT = {
    "residents.csv": "电话,姓名,房号\n13800138000,李先生,3-1202\n",
    ".urls": "json://127.0.0.1/{address}\n",
    ".csv": "unit\n",
    ".ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def toml_blocks() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for number, match in enumerate(TOML.finditer(document.read_text(encoding="utf-8")), 1):
            text = "\n".join(line.removeprefix(match[1]) for line in match[2].splitlines())
            yield f"{named(document)}-{number}", text


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_path_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [target for target in LINK.findall(text) if not (document.parent / target).exists()]
    missing += [target for target in NAMED.findall(text) if not (ROOT / target).exists()]
    assert not missing


@pytest.mark.parametrize("block", [text for _, text in toml_blocks()], ids=[name for name, _ in toml_blocks()])
def test_every_toml_block_loads(block: str, tmp_path: Path) -> None:
    if "[gateway]" not in block:
        block = GATEWAY + block
    if "[[source]]" not in block:
        block += "\n" + SOURCE
    for file in re.findall(r'^(?:\w+_)?file = "([^"]+)"', block, re.MULTILINE):
        (tmp_path / file).write_text(CONTENT.get(file) or CONTENT.get(Path(file).suffix, SECRET))
    block = block.replace("/var/lib/hotline", str(tmp_path))
    block = re.sub(r'^(\w+_folder) = ".*?"', f'\\1 = "{tmp_path}"', block, flags=re.MULTILINE)
    (tmp_path / "hotline.toml").write_text(block, encoding="utf-8")
    load(tmp_path / "hotline.toml")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_a_document_names_is_there(document: Path) -> None:
    assert set(COMMAND.findall(document.read_text(encoding="utf-8"))) <= {*COMMANDS}


def test_the_reference_of_the_configuration_is_current() -> None:
    """`make docs` writes it."""
    assert (ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8") == reference()
