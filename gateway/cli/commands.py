"""The list of commands: where each is, and what it is for. Its module is imported only when it is asked for:
the whole program costs half a second to import, and `--help` should not wait for that.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup


class Command(NamedTuple):
    """A function, or a group, of gateway.cli.`module`, named as the command; `purpose`: the first it says of itself."""

    module: str
    purpose: str


COMMANDS = {
    "run": Command("service", "Serve until SIGTERM or Ctrl-C."),
    "check-config": Command("service", "Say all that is wrong with the configuration, or that it is right."),
    "show-config": Command("service", "Print every value in force, defaults too."),
    "account": Command("account", "Say who may sign in, and as what."),
    "token": Command("account", "Tokens of programs: add, list, revoke; alone, print a new secret."),
    "sign-in-link": Command("account", "Print a link that signs one visitor in."),
    "audit": Command("audit", "Who saw or changed what: verify the chain, show it, export it."),
    "decode": Command("records", "Show what the gateway makes of a recording."),
    "replay": Command("records", "Judge a past day again under other rules."),
    "backup": Command("records", "Copy the store to a file while the gateway goes on."),
    "erase": Command("erasing", "Take numbers, names and words out of closed records."),
    "duty": Command("duty", "Show who stands for which role when, and when nobody does."),
    "emergency-list": Command(
        "emergency", "Print the emergency numbers and plans as one HTML page, to keep where no network is needed."
    ),
    "test-alert": Command("trial_alert", "Send an alert marked as a test, and tell whom it reached."),
    "simulate": Command("trial", "Play the PBX of a [[source]]."),
    "demo": Command("trial", "Run it all: gateway, MQTT broker, a hotline that rings, guards on the radio."),
}


class Commands(TyperGroup):
    """`hotline-gateway …`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # only their names, to say which one was meant

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's word
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gateway.cli.{COMMANDS[cmd_name].module}")
        found = getattr(module, cmd_name.replace("-", "_"))
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        only = typer.Typer(add_completion=False, rich_markup_mode=None)  # [[source]] is no markup
        only.command(cmd_name)(found)
        return typer.main.get_command(only)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.purpose) for name, command in COMMANDS.items()])
