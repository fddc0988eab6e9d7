"""The command that tries the way of alerts through the running gateway: test-alert."""

import time
from typing import Annotated, Any

import typer

from adapters.errors import GatewayError
from gateway.cli.machine import ask
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.config import Config, load

_AGAIN_S = 0.3
_LATEST = 50  # alerts looked through for ours


def test_alert(
    to: Annotated[
        list[str], typer.Option("--to", metavar="WHOM", help="notifier:NAME, person:ID or role:NAME; may be repeated.")
    ],
    *,
    config: ConfigFile = DEFAULT_CONFIG,  # noqa: PT028 - a command, no test of ours
    by: Annotated[str, typer.Option(help="Who asks.")] = "test-alert",  # noqa: PT028
    wait_s: Annotated[float, typer.Option(min=1.0, help="So long it may take.")] = 30.0,  # noqa: PT028
) -> None:
    """Send an alert marked as a test, and tell whom it reached. Exit code 1: not everybody."""
    loaded = load(config)
    begun = ask(loaded, "POST", "/api/v1/test-alerts", {"to": to, "by": by})
    until = time.monotonic() + wait_s
    while True:
        alert = _found(loaded, begun["alert"])
        waits = [one for one in alert["receivers"] if one["state"] in ("queued", "sent")]
        if not waits or time.monotonic() > until:
            break
        time.sleep(_AGAIN_S)
    for one in alert["receivers"]:
        target = "/".join(filter(None, (one["notifier"], one["to"])))
        typer.echo(f"{target}: {one['state']}" + (f" ({one['error']})" if one["error"] else ""))
    if waits or any(one["state"] == "failed" for one in alert["receivers"]):
        raise typer.Exit(1)


def _found(config: Config, alert: str) -> dict[str, Any]:
    items = ask(config, "GET", f"/api/v1/alerts?limit={_LATEST}")["items"]
    found: dict[str, Any] | None = next((one for one in items if one["id"] == alert), None)
    if found is None:
        raise GatewayError(f"{alert} is no longer among the latest {_LATEST} alerts: GET /api/v1/alerts shows more")
    return found
