"""The list of commands: it says what the commands say of themselves, and `--help` does not import them."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from gateway.cli.commands import COMMANDS

HEAVY = ("sqlalchemy", "aiohttp", "jinja2", "gateway.app")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_tells_the_first_sentence_of_each_command(name: str) -> None:
    function = getattr(import_module(f"gateway.cli.{COMMANDS[name].module}"), name.replace("-", "_"))
    if isinstance(function, typer.Typer):
        assert function.registered_callback is not None
        function = function.registered_callback.callback
    assert function.__doc__.startswith(COMMANDS[name].purpose)


def test_help_imports_nothing_that_only_a_command_needs() -> None:
    asked = f"""
import sys
from gateway.cli import main
try:
    main(["--help"])
finally:
    print([name for name in {HEAVY} if name in sys.modules])
"""
    command = [sys.executable, "-c", asked]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)  # noqa: S603 - our own words
    assert told.stdout.splitlines()[-1] == "[]"
    assert "check-config" in told.stdout


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "gateway", "chek-config"], capture_output=True, text=True, check=False, timeout=180
    )
    assert told.returncode == 2
    assert "check-config" in told.stderr
