"""docs/asyncapi.yaml says what the code does: the topics, the messages, the examples."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import yaml

from adapters.notify.mqtt.acknowledging import Acknowledgement
from adapters.notify.mqtt.topics import acknowledge_topic, alert_topic, availability_topic, source_topic
from rules.events.system import LinkState
from rules.obligations import Rule

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
CHANNELS = DOCUMENT["channels"]


def test_the_topics_are_those_we_publish_to() -> None:
    alerts, availability = CHANNELS["alerts"]["address"], CHANNELS["availability"]["address"]
    assert alerts.format(site="riverside", rule="three_rings") == alert_topic("riverside", "three_rings")
    assert availability.format(site="riverside") == availability_topic("riverside")
    assert CHANNELS["acknowledge"]["address"].format(site="riverside") == acknowledge_topic("riverside")
    assert CHANNELS["sources"]["address"].format(site="riverside", source="tower") == source_topic("riverside", "tower")


def test_every_rule_is_named() -> None:
    assert set(CHANNELS["alerts"]["parameters"]["rule"]["enum"]) == set(get_args(Rule))
    schema = json.loads((DOCS / "schemas/alert.json").read_text())
    assert set(schema["properties"]["rule"]["enum"]) == set(get_args(Rule))


def test_the_states_of_a_source_are_those_of_the_code() -> None:
    sources = DOCUMENT["components"]["messages"]["sources"]["payload"]["items"]["properties"]
    assert set(sources["state"]["enum"]) == set(get_args(LinkState))


def test_every_example_keeps_to_its_schema() -> None:
    schema = json.loads((DOCS / "schemas/alert.json").read_text())
    examples = DOCUMENT["components"]["messages"]["alert"]["examples"]
    assert examples
    for example in examples:
        jsonschema.validate(example["payload"], schema)


def test_the_example_of_an_acknowledgement_is_one_that_is_taken() -> None:
    message = DOCUMENT["components"]["messages"]["acknowledgement"]
    payload = message["examples"][0]["payload"]
    jsonschema.validate(payload, message["payload"])
    assert msgspec.convert(payload, Acknowledgement).by == "王芳 008"


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(DOCUMENT):
        if not reference.startswith("#/"):
            assert (DOCS / reference).is_file()
            continue
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node["$ref"]] if "$ref" in node else [ref for value in node.values() for ref in _references(value)]
    return [ref for value in node for ref in _references(value)] if isinstance(node, list) else []
