"""Commands to try things: simulate (a hotline that rings a running gateway), demo (all of it at once)."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
import uvloop

from adapters.errors import GatewayError
from adapters.pbx import asterisk, webhook
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.config import load
from gateway.demo import play
from gateway.demo_folder import prepare
from gateway.demo_screen import Language, Screen
from gateway.reading import nearest
from gateway.terminal import terminal

_DEMO_FOLDER = Path("var/demo")
_LOOPBACK = ("127.0.0.1", "localhost")


def simulate(
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    source: Annotated[str, typer.Option(help="Which [[source]] to play; the first one without it.")] = "",
    traffic: Annotated[Literal["steady", "day", "storm"], typer.Option(help="steady is without end.")] = "steady",
    calls: Annotated[int, typer.Option(min=1, help="How many, of a day or a storm.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 0,
    factor: Annotated[float, typer.Option(min=0.1, max=100, help="How many times faster than life.")] = 1.0,
    faults: Annotated[bool, typer.Option("--faults", help="Duplicates, late events, lost ends.")] = False,
) -> None:
    """Play the PBX of a [[source]]. Posts webhooks to the running gateway, or serves a pretend Asterisk to it."""
    checked = load(config)
    names = {one.settings.name: one.settings for one in checked.sources}
    name = source or next(iter(names))
    if name not in names:
        raise GatewayError(f'no [[source]] "{name}": {nearest(name, names)}there are: {", ".join(names)}')
    settings = names[name]
    options = ["--seed", str(seed), "--factor", str(factor)]
    if isinstance(settings, webhook.Settings):
        _refuse_what_is_not_canonical(settings)
        options += ["--traffic", traffic, "--calls", str(calls), *(["--faults"] if faults else [])]
        if settings.secret_file or settings.bearer_file:
            options += ["--secret-file", str(settings.secret_file or settings.bearer_file)]
        _become("simulators.webhooks", f"http://{checked.gateway.http}/hooks/pbx/{name}", *options)
    elif isinstance(settings, asterisk.Settings):
        if settings.host not in _LOOPBACK or settings.tls or not settings.secret_file:
            raise GatewayError(
                f'a pretend Asterisk answers on this machine only: host = "127.0.0.1", a secret_file, and no tls '
                f"in [[source]] {name}"
            )
        options += ["--port", str(settings.port), "--username", settings.username]
        _become(
            "simulators.asterisk", *options, "--secret-file", settings.secret_file, *(["--faults"] if faults else [])
        )
    raise GatewayError(
        f'a [[source]] of kind "{settings.kind}" cannot be played so; `hotline-gateway demo` has two base stations'
    )


def _refuse_what_is_not_canonical(settings: webhook.Settings) -> None:
    proven = settings.secret_file or settings.bearer_file or settings.allow_unsigned
    if (
        settings.dialect in ("auto", "canonical")
        and not settings.mapping.event
        and not settings.signature.header
        and proven
    ):
        return
    raise GatewayError(
        f"simulate sends the canonical event with secret_file, bearer_file or allow_unsigned, which [[source]] "
        f"{settings.name} does not take; show it a body of yours: hotline-gateway decode --source {settings.name} FILE"
    )


def demo(
    *,
    folder: Annotated[Path, typer.Option(help="Where it keeps its data; made if it is not there.")] = _DEMO_FOLDER,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="For the board, instead of 8470.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 1,
    factor: Annotated[float, typer.Option(min=0.1, max=100, help="How many times faster than life it rings.")] = 1.0,
    language: Annotated[Language | None, typer.Option(help="Of the alerts here; without it, the terminal's.")] = None,
) -> None:
    """Run it all: gateway, MQTT broker, a hotline that rings, guards on the radio. What `make run` does."""
    console = terminal(soft_wrap=True)
    uvloop.run(play(prepare(folder, port), Screen(console, language), seed=seed, factor=factor))


def _become(module: str, *options: str) -> NoReturn:
    """The simulators share no code with the gateway: they are programs of their own, and so they run."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *options])  # noqa: S606 (our own module and options)
