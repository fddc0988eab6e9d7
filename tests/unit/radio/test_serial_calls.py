"""From a pretend radio's bytes to the verdict: each serial kind shows the calls and the reply that the rule needs."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

import msgspec
import pytest

from adapters.radio import dmr_module, kenwood_fleetsync, tait_ccdi, tetra_pei
from adapters.radio.kind import RadioKind, radio_rules
from gateway.judging import Judge
from rules.events import Event
from rules.obligations import Obligation
from rules.settings import RuleSet
from simulators.radios.dmr import Dmr
from simulators.radios.kenwood import Kenwood
from simulators.radios.ports import Port
from simulators.radios.tait import Tait
from simulators.radios.tetra import Tetra
from tests.unit.radio.wire import Wire

DESK = "100-1000"  # the base's own id: all that shows a Kenwood's reply


class Case(NamedTuple):
    kind: RadioKind
    pretend: Callable[[Port], Any]
    unit: Any


CASES = [
    Case(tait_ccdi.KIND, Tait, "10714"),
    Case(kenwood_fleetsync.KIND, Kenwood, "100-4002"),
    Case(tetra_pei.KIND, Tetra, "23404"),
    Case(dmr_module.KIND, Dmr, 2345678),
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.name)


class Scene:
    """A desk channel of one base, and what the rules say as time passes."""

    def __init__(self, case: Case) -> None:
        table = {"name": "tower", "kind": case.kind.name, "port": "/dev/ttyS0", "channel": "CH1", "own_units": [DESK]}
        settings = msgspec.convert(table, case.kind.settings)
        rules = RuleSet(version="t", site="s", sources=(radio_rules(case.kind, settings),), notifiers=("desk",))
        self.wire = Wire(case.kind.make_station(settings))
        self.radio = case.pretend(self.wire)
        self.unit = case.unit
        self._judge = Judge(rules)
        self._entered = 0
        self.wire.connect()

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        self.wire.wait(seconds)
        self._enter()
        act()
        self.wire.run()
        self._enter()

    def call(self) -> None:
        self.after(3, lambda: self.radio.press(self.unit))
        self.after(1.5, self._release(self.unit))

    def answer(self) -> None:
        if isinstance(self.radio, Kenwood):
            self.after(1, lambda: self.radio.press(DESK))
            self.after(1.5, self._release(DESK))
        else:
            self.after(1, self.radio.speak)
            self.after(1, self.radio.speak)
            self.after(0.5, self.radio.fall_silent)

    def verdict(self) -> Obligation:
        """The only incident's, a minute later."""
        self.wire.wait(60)
        self._enter()
        self._judge.pass_time(self.wire.at_us)
        (incident,) = self._judge.incidents.values()
        assert (incident.unit, incident.channel) == (str(self.unit), "CH1")
        (verdict,) = self._judge.verdicts(incident.id)
        return verdict

    def _release(self, unit: Any) -> Callable[[], object]:
        if isinstance(self.radio, Kenwood):
            return partial(self.radio.release, unit)
        release: Callable[[], object] = self.radio.release
        return release

    def _enter(self) -> None:
        for heard in self.wire.told[self._entered :]:
            self._judge.enter(cast("Event", heard.event), self.wire.at_us)
        self._entered = len(self.wire.told)


@every_case
def test_a_unit_that_calls_three_times_in_vain_is_a_breach(case: Case) -> None:
    scene = Scene(case)
    for _ in range(3):
        scene.call()
    verdict = scene.verdict()
    assert (verdict.rule, verdict.state, verdict.calls) == ("two_calls", "breached", 3)


@every_case
def test_a_call_that_control_answers_is_met(case: Case) -> None:
    scene = Scene(case)
    scene.call()
    scene.answer()
    verdict = scene.verdict()
    assert (verdict.state, verdict.calls, verdict.seconds) == ("met", 1, 1.0)
