"""Profiles of the hot paths: whose stacks are kept, and that every one of them is drawn."""

from collections import Counter
from xml.etree import ElementTree as ET

from benchmarks.flames import flame_graph
from benchmarks.profiles import gateway_stacks, hottest

LOOP = "Runner.run (asyncio/runners.py)"
OF_A_SERVICE = """\
process 1:"python -m benchmarks.webhooks";Runner.run (asyncio/runners.py:118);call (b.py:120) 70
process 1:"…";process 2:"python -m gateway run";Runner.run (asyncio/runners.py:118);decide (rules/engine.py:90) 40
process 1:"…";process 2:"python -m gateway run";Runner.run (asyncio/runners.py:118) 10
process 1:"…";process 2:"python -m gateway run";_find_and_load (<frozen importlib._bootstrap>:1176) 30
process 1:"…";process 2:"python -m gateway run";process 3:"python -m adapters.intake_writer 13";main (w.py:34) 20
"""
IN_THE_BENCHMARK = """\
process 1:"python -m benchmarks.lateness";Runner.run (asyncio/runners.py:118);Worker._work (gateway/delivery.py:130) 9
process 1:"…";process 2:"python -m benchmarks.lateness --listen [1]";Runner.run (asyncio/runners.py:118) 30
"""


def test_only_the_loop_that_serves_is_profiled() -> None:
    assert gateway_stacks(OF_A_SERVICE) == {(LOOP, "decide (rules/engine.py)"): 40, (LOOP,): 10}


def test_where_the_benchmark_holds_the_gateway_its_own_loop_is_profiled() -> None:
    assert gateway_stacks(IN_THE_BENCHMARK) == {(LOOP, "Worker._work (gateway/delivery.py)"): 9}


def test_functions_are_listed_by_their_own_share_and_with_all_that_they_call() -> None:
    lines = hottest(gateway_stacks(OF_A_SERVICE))
    assert lines[1].split() == ["80%", "80%", "decide", "(rules/engine.py)"]
    assert lines[2].split() == ["20%", "100%", "Runner.run", "(asyncio/runners.py)"]


def test_a_flame_graph_draws_each_frame_once_above_its_caller() -> None:
    svg = "{http://www.w3.org/2000/svg}"
    drawn = ET.fromstring(flame_graph("webhooks", Counter({("a (x.py)", "b (x.py)"): 3, ("a (x.py)",): 1})))  # noqa: S314
    frames = {group.findtext(f"{svg}title"): group.find(f"{svg}rect") for group in drawn.iter(f"{svg}g")}
    assert set(frames) == {"a (x.py): 100.0%", "b (x.py): 75.0%"}
    lower, upper = frames["a (x.py): 100.0%"], frames["b (x.py): 75.0%"]
    assert lower is not None
    assert upper is not None
    assert float(upper.get("y", "")) < float(lower.get("y", ""))
    assert float(upper.get("width", "")) < float(lower.get("width", ""))
