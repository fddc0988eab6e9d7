"""Each reader of foreign bytes, for seconds: changed seeds, long inputs, and all that was once found."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import FINDINGS, TARGETS, Target

EXAMPLES = 80
LONG = 20_000

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
    @settings(max_examples=EXAMPLES, deadline=2_000, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(changed(target.seeds), st.binary(max_size=200)))
    def attempt(data: bytes) -> None:
        target.run(data)

    attempt()


@every_target
def test_what_was_found_once_stays_found(target: Target) -> None:
    for finding in sorted(FINDINGS.glob(f"{target.name}--*")):
        target.run(finding.read_bytes())


@every_target
def test_a_long_input_of_one_kind_takes_no_long_time(target: Target) -> None:
    for piece in (b"\0", b"\xff", b"[", b'"', b"\r\n", b"=&", target.seeds[0][:32] or b"x"):
        target.run((piece * LONG)[:LONG])
