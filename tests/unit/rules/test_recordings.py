"""A recording joins the radio incident that it was made of."""

from rules.engine import State, decide
from rules.events import Entry, Event, Recorded, TransmissionEnded, TransmissionStarted
from rules.incidents import Incident, Recording
from rules.settings import RadioRules, RuleSet, SourceRules

NOW = 1_763_712_000_000_000
S = 1_000_000
RULES = RuleSet(
    version="v1",
    site="s",
    sources=(SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",))),),
    notifiers=("desk",),
)


def after(*told: tuple[float, Event]) -> list[Incident]:
    state = State(RULES)
    for seq, (at_s, event) in enumerate(told, 1):
        decide(state, Entry(seq, NOW + int(at_s * S), event))
    return list(state.incidents.values())


def hail(unit: str, at_s: float) -> list[tuple[float, Event]]:
    return [
        (at_s, TransmissionStarted(source="tower", channel="CH1", unit=unit)),
        (at_s + 1, TransmissionEnded(source="tower", channel="CH1", unit=unit)),
    ]


def recorded(began_s: float, *, channel: str = "CH1", unit: str = "") -> tuple[float, Event]:
    event = Recorded(
        source="rec", channel=channel, unit=unit, id="20251121-0", seconds=1.5, occurred_us=NOW + int(began_s * S)
    )
    return began_s + 20, event


def clips(incident: Incident) -> list[Recording]:
    return list(incident.recordings)


def test_a_recording_of_the_channel_joins_the_hail_that_was_under_way() -> None:
    (incident,) = after(*hail("101", 0), recorded(-0.5))
    assert clips(incident) == [Recording("20251121-0", NOW - S // 2, 1.5)]


def test_the_unit_decides_between_two() -> None:
    first, second = after(*hail("101", 0), *hail("102", 3), recorded(3, unit="101"))
    assert (len(clips(first)), len(clips(second))) == (1, 0)


def test_without_a_unit_the_later_one_has_it() -> None:
    first, second = after(*hail("101", 0), *hail("102", 3), recorded(3))
    assert (len(clips(first)), len(clips(second))) == (0, 1)


def test_another_channel_or_another_hour_joins_nothing() -> None:
    for clip in (recorded(0, channel="CH2"), recorded(-60)):
        (incident,) = after(*hail("101", 0), clip)
        assert not clips(incident)
