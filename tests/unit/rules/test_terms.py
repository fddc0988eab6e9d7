"""A rule set in microseconds: limits by country, boundary and line."""

import pytest

from rules.cadence import CADENCES, cadence
from rules.obligations import Step
from rules.settings import Ladder, Line, RuleSet, SourceRules, ThreeRings
from rules.terms import Terms


@pytest.mark.parametrize(
    ("country", "limit_s"),
    [
        ("CN", 15), ("HK", 12), ("TW", 9), ("US", 18), ("CA", 18), ("UK", 9), ("GB", 9), ("AU", 9), ("DE", 15),
        ("FR", 15), ("JP", 9), ("IN", 9), ("SG", 9), ("NZ", 9), ("MY", 9), ("RU", 15), ("KR", 9), ("TH", 18),
        ("ID", 15), ("PH", 15),
    ],
)  # fmt: skip
def test_three_rings_last_as_long_as_the_country_says(country: str, limit_s: int) -> None:
    terms = _terms(SourceRules(name="main", country=country)).rings("main", "")
    assert terms is not None
    assert terms.limit_us == limit_s * 1_000_000


def test_every_country_tells_its_source() -> None:
    assert all(entry.source for entry in CADENCES.values())
    assert len(CADENCES) == 20


def test_an_unknown_country_rings_as_in_china() -> None:
    assert cadence("XX") == CADENCES["CN"]
    assert cadence("de") == CADENCES["DE"]


def test_a_sites_own_cycle_shortens_a_ring_that_would_not_fit() -> None:
    assert cadence("US", 1.5)[:2] == (1.5, 1.5)


@pytest.mark.parametrize(
    ("boundary", "limit_us"),
    [("third_ring_start", 10_000_000), ("third_ring_end", 11_000_000), ("before_fourth", 15_000_000)],
)
def test_the_boundary_sets_the_limit(boundary: str, limit_us: int) -> None:
    rings = Terms(
        RuleSet(version="1", site="s", three_rings=ThreeRings(boundary=boundary))  # type: ignore[arg-type]
    ).rings("main", "")
    assert rings is not None
    assert rings.limit_us == limit_us


def test_warnings_come_before_the_limit_only_and_once() -> None:
    rules = RuleSet(version="1", site="s", three_rings=ThreeRings(warn_at_rings=(3, 2, 2, 4, 9)))
    rings = Terms(rules).rings("main", "")
    assert rings is not None
    assert rings.plan == (
        Step(5_000_000, "warning", 2),
        Step(10_000_000, "warning", 3),
        Step(15_000_000, "breach", 4),
    )


def test_a_line_overrides_the_site() -> None:
    rules = RuleSet(
        version="1",
        site="s",
        three_rings=ThreeRings(seconds=20),
        lines=(
            Line(number="8888", rings=2),
            Line(number="8889", seconds=7),
            Line(number="8890", three_rings=False),
            Line(number="8891", country="GB", boundary="third_ring_end"),
        ),
    )
    terms = Terms(rules)
    limits = {n: terms.rings("main", n) for n in ("8887", "8888", "8889", "8890", "8891")}
    assert {n: r.limit_us if r else None for n, r in limits.items()} == {
        "8887": 20_000_000,
        "8888": 10_000_000,
        "8889": 7_000_000,
        "8890": None,
        "8891": 7_000_000,
    }


def test_an_empty_or_unknown_step_of_the_ladder_tells_everybody() -> None:
    rules = RuleSet(
        version="1", site="s", notifiers=("desk", "boss"), ladder=Ladder(warn=("desk",), escalation=("nobody",))
    )
    terms = Terms(rules)
    ladder = terms.ladder("three_rings", "critical")
    told = [terms.told_by(tell, 0)[0] for tell in (ladder.warn, ladder.breach, ladder.climbs[0].tell)]
    assert told == [("desk",), ("desk", "boss"), ("desk", "boss")]


def _terms(source: SourceRules) -> Terms:
    return Terms(RuleSet(version="1", site="s", sources=(source,)))
