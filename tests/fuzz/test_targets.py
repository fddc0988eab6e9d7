"""Each reader of foreign bytes, for seconds: changed seeds, long inputs, and all that fuzzing left behind."""

import re
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.counting import calls_of
from tests.fuzz.corpus import CORPUS, FINDINGS, findings, kept
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

EXAMPLES = 40
LONG = 4_000
CALLS_A_BYTE_MAX = 100  # the most that any needs is 30; a square of the length would be thousands
CORPUS_BYTES_MAX = 64 * 1024

every_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())


@st.composite
def changed(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with a few pieces cut, doubled, overwritten or put in."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.binary(max_size=6), st.just(data[begin:end] * 2), st.sampled_from(seeds)))
        data = data[:begin] + piece + data[end:]
    return data[:LONG]


@every_target
def test_a_changed_input_raises_nothing(target: Target) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(changed(target.seeds), st.binary(max_size=200)))
    def attempt(data: bytes) -> None:
        target.run(data)

    attempt()


@every_target
def test_what_fuzzing_found_and_what_it_reached_is_run_again(target: Target) -> None:
    for data in [*findings(target.name), *kept(target.name)]:
        target.run(data)


@every_target
def test_brackets_within_brackets_raise_nothing(target: Target) -> None:
    """A decoder of JSON gives up a thousand deep, with an error of its own sort."""
    deep = b'"x":' + b"[" * (LONG // 2)
    for seed in (b"{", *target.seeds):
        begin = seed.find(b"{") + 1
        if begin:
            target.run(seed[:begin] + deep + b"," + seed[begin:])
            target.run(seed[:begin] + deep + b"]" * (LONG // 2) + b"," + seed[begin:])


@every_target
def test_a_long_input_costs_bounded_work_for_each_byte(target: Target) -> None:
    """Counted in calls, also of C functions: the machine's load does not matter."""
    for piece in (b"\0", b"\xff", b"[", b'"', b"\r\n", b"=&", target.seeds[0][:32] or b"x"):
        calls = calls_of(partial(target.run, (piece * LONG)[:LONG]))
        assert calls <= LONG * CALLS_A_BYTE_MAX, (piece, calls)


def test_what_is_kept_is_small_and_belongs_to_a_target() -> None:
    paths = [*CORPUS.glob("*.hex"), *FINDINGS.glob("*")]
    assert {re.split(r"--|\.hex", path.name)[0] for path in paths} <= set(TARGETS)
    assert sum(path.stat().st_size for path in paths) <= CORPUS_BYTES_MAX
