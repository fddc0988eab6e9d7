"""Stations on a serial line against pretend radios, over a pty and the real link: enabled, heard, texted, unplugged."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from adapters.ports import Delivered
from adapters.radio import dmr_module, kenwood_fleetsync, tait_ccdi, tetra_pei
from adapters.radio.kind import RadioKind
from rules.events import MachineAck, TransmissionEnded, TransmissionStarted
from simulators.radios.dmr import Dmr
from simulators.radios.kenwood import Kenwood
from simulators.radios.ports import Port, Pty
from simulators.radios.tait import Tait
from simulators.radios.tetra import Tetra
from tests.contract.radio.conftest import linked
from tests.fixtures.front_door import FrontDoor


def ready(radio: Any) -> bool:
    """It was told to report what it hears."""
    if isinstance(radio, Tait):
        return "progress" in radio.reporting
    return not isinstance(radio, Tetra) or "1,3,130" in radio.services


def bump(radio: Any, unit: str) -> None:
    if isinstance(radio, Tait):
        radio.bump()
    else:
        radio.bump(int(unit) if isinstance(radio, Dmr) else unit)


class Case(NamedTuple):
    kind: RadioKind
    pretend: Callable[[Port], Any]
    unit: str
    table: dict[str, Any]


CASES = [
    Case(tait_ccdi.KIND, Tait, "5678", {"fleet": "1234"}),
    Case(kenwood_fleetsync.KIND, Kenwood, "100-4002", {}),
    Case(tetra_pei.KIND, Tetra, "23404", {}),
    Case(dmr_module.KIND, Dmr, "2345678", {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.name)
async def test_it_is_heard_takes_texts_and_is_enabled_again_after_it_was_unplugged(
    pty: Pty, door: FrontDoor, case: Case
) -> None:
    kind, pretend, unit, table = case
    radio = pretend(pty)
    settings = msgspec.convert({"name": "tower", "kind": kind.name, "port": pty.url, **table}, kind.settings)
    async with linked(settings, door, kind) as link:
        await door.until(lambda: door.state in ("online", "unknown"))
        for times in (1, 2):
            await pty.until(lambda: ready(radio))
            bump(radio, unit)
            await door.until_has(TransmissionEnded, times)
            if times == 1:
                pty.unplug()
                if isinstance(radio, Tait):
                    radio.reporting.clear()  # it was without power, too
                await door.until(lambda: door.state == "offline")
                pty.plug()
                await door.until(lambda: door.state in ("online", "unknown"))
        for word in ("one", "two"):
            delivery = await link.send_text(unit, f"Please call the desk: {word}", word, ack_within_s=60)
            assert delivery == Delivered()
    assert len(door.of(TransmissionStarted)) == 2
    assert {ack.id for ack in door.of(MachineAck)} >= {"one", "two"}
    assert [text for _, text in radio.texts] == ["Please call the desk: one", "Please call the desk: two"]
