"""Ladders in the configuration: whom they may name, and what is said of one that reaches nobody."""

from pathlib import Path

import pytest

from adapters.errors import ConfigError
from gateway.config import load
from gateway.showing import config_as_toml
from tests.unit.config.loading import TWO_PEOPLE, Write, writer

LADDER = """
[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:1883"

[[shift]]
role = "operator"
people = ["wang"]
from = "08:00"
to = "08:00"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path, TWO_PEOPLE)


def test_a_ladder_may_name_notifiers_roles_and_people(write: Write, tmp_path: Path) -> None:
    path = write(
        LADDER
        + """
[[person]]
id = "zhao"
roles = ["boss"]
reach = { desk = "desk 7" }

[ladder]
breach = ["desk", "role:boss"]
escalation = ["person:zhao"]

[[ladder.step]]
after_s = 120
tell = ["role:boss"]
repeat_every_s = 60
repeats_max = 3

[[ladder_for]]
rules = ["two_calls"]
severities = ["emergency"]
breach = ["desk"]
"""
    )
    config = load(path)
    assert config.rules.ladder.steps[0].repeats_max == 3
    assert config.rules.special_ladders[0].rules == ("two_calls",)
    again = tmp_path / "again.toml"
    again.write_text(config_as_toml(config), encoding="utf-8")
    assert load(again).rules == config.rules


def test_a_ladder_that_reaches_nobody_is_told_with_its_cure(write: Write) -> None:
    path = write(
        LADDER
        + """
[[person]]
id = "zhao"
reach = { dekk = "7" }

[ladder]
warn = ["role:operator"]
breach = ["role:operators"]
escalation = ["person:wang"]

[[ladder.step]]
after_s = 30
tell = ["desks"]
repeat_every_s = -1
repeats_max = 101

[[ladder_for]]
rules = ["three rings"]
breach = ["everybody"]
"""
    )
    with pytest.raises(ConfigError) as raised:
        load(path)
    told = {key: cure for key, _, cure in raised.value.problems}
    assert told["person.zhao.reach.dekk"] == 'did you mean "desk"? no [[notifier]] has this name; there are: desk'
    assert told["ladder.warn"].startswith("nobody of them can be reached")
    assert told["ladder.breach"].startswith('did you mean "role:operator"? ')
    assert told["ladder.escalation"].startswith("nobody of them can be reached")
    assert told["ladder.step.1.tell"].startswith('did you mean "desk"? ')
    assert told["ladder.step.1.repeat_every_s"] == "0 or more seconds"
    assert told["ladder.step.1.repeats_max"] == "from 0 to 100"
    assert told["ladder.step.1.after_s"] == "counts from the breach: more than the step before it (60)"
    assert '"three_rings"' in told["ladder_for.1.rules"]
    assert told["ladder_for.1.breach"].startswith("no [[notifier]], role or [[person]]")
