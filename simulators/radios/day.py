"""A site's two radio channels with guards on them: a Tait base and a Kenwood base, each on a pty of its own."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from simulators.radios.guards import Step, Story, hails
from simulators.radios.kenwood import Kenwood
from simulators.radios.ports import Pty
from simulators.radios.tait import Tait

GUARDS = ("1011", "1012", "1013", "1014", "1015")  # on the Tait's channel
WORKERS = ("100-4001", "100-4002", "100-4003")  # on the Kenwood's: nobody knows how it tells pages and emergencies
CONTROL = "100-4000"  # the Kenwood's own unit: its base tells who transmits, control too
_OPENED_WITHIN_S = 3600.0

Told = Callable[[str], None]


async def run_guards(folder: Path, seed: int = 0, factor: float = 1.0, told: Told = lambda _line: None) -> None:
    """The ports are `folder`/ch1 (tait-ccdi) and `folder`/ch2 (kenwood-fleetsync); until cancelled.

    With `factor` 2 everything takes half its time.
    """
    async with Pty(folder / "ch1") as first, Pty(folder / "ch2") as second, asyncio.TaskGroup() as channels:
        tait, kenwood = Tait(first), Kenwood(second)

        async def guards() -> None:
            await first.until(lambda: "progress" in tait.reporting, _OPENED_WITHIN_S)  # it tells nothing before
            await _play(hails(seed, GUARDS), lambda step: _on_tait(tait, step), factor, told)

        async def workers() -> None:
            await _play(hails(seed, WORKERS, pages=False), lambda step: _on_kenwood(kenwood, step), factor, told)

        channels.create_task(guards())
        channels.create_task(workers())


async def _play(stories: Iterator[tuple[float, Story]], act: Callable[[Step], None], factor: float, told: Told) -> None:
    for quiet_s, story in stories:
        await asyncio.sleep(quiet_s / factor)
        began_s = time.monotonic()
        for step in story.steps:
            await asyncio.sleep(max(0.0, began_s + step.after_s / factor - time.monotonic()))
            act(step)
            told(f"{story.kind} {step.unit} {step.deed}")


def _on_tait(tait: Tait, step: Step) -> None:
    match step.deed:
        case "press":
            tait.press(step.unit)
        case "release":
            tait.release()
        case "bump":
            tait.bump()
        case "page":
            tait.page(step.unit)
        case "emergency":
            tait.emergency(step.unit)
        case "speak":
            tait.speak()
        case "fall_silent":
            tait.fall_silent()


def _on_kenwood(kenwood: Kenwood, step: Step) -> None:
    match step.deed:
        case "press":
            kenwood.press(step.unit)
        case "release":
            kenwood.release(step.unit)
        case "bump":
            kenwood.bump(step.unit)
        case "speak":
            kenwood.press(CONTROL)
        case "fall_silent":
            kenwood.release(CONTROL)
        case _:
            raise ValueError(step.deed)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.radios.day", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the ports ch1 and ch2 are made")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--factor", type=float, default=1.0, help="how many times faster than life")
    return parser.parse_args(argv)


async def _until_told_to_end(arguments: argparse.Namespace) -> None:
    def told(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    playing = asyncio.ensure_future(run_guards(arguments.folder, arguments.seed, arguments.factor, told))
    for name in (signal.SIGINT, signal.SIGTERM):  # the ports' names are taken away again
        asyncio.get_running_loop().add_signal_handler(name, playing.cancel)
    await playing


def main(argv: list[str] | None = None) -> int:
    arguments = _arguments(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_until_told_to_end(arguments))
    except asyncio.CancelledError:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
