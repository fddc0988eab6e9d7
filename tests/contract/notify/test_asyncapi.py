"""docs/asyncapi.yaml says what the code does: the topics, the messages, the examples."""

import inspect
import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import yaml

from adapters.notify.mqtt import topics
from adapters.notify.mqtt.acknowledging import Acknowledgement
from gateway.web.live.stream import StreamEvent
from rules.events import LinkChanged
from rules.events.system import LinkState
from rules.moments import SECOND_US, rfc3339
from rules.obligations import Rule
from tests.fixtures.listening import listening
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, serve

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
CHANNELS = DOCUMENT["channels"]


def test_the_topics_are_those_we_publish_to_and_hear() -> None:
    ours = {name: topic for name, topic in vars(topics).items() if name.endswith("_topic")}
    names = dict(zip(("site", "rule", "source"), ("riverside", "three_rings", "tower"), strict=True))
    made = {topic(**{name: names[name] for name in inspect.signature(topic).parameters}) for topic in ours.values()}
    assert {one["address"].format(**names) for one in _of_server("broker").values()} == made


def test_each_channel_has_an_operation() -> None:
    used = {one["channel"]["$ref"].removeprefix("#/channels/") for one in DOCUMENT["operations"].values()}
    assert used == set(CHANNELS)


def test_the_events_of_the_stream_are_those_it_sends() -> None:
    assert list(CHANNELS["stream"]["messages"]) == list(get_args(StreamEvent))


async def test_what_the_stream_sends_keeps_to_its_schemas(tmp_path: Path) -> None:
    names = list(get_args(StreamEvent))
    seen: dict[str, Any] = {}
    async with serve(tmp_path, rules=RADIO_RULES) as served, listening(served) as reader:
        air = OnAir(served)
        await air.press("100-4002")
        await served.later(1)
        await air.release("100-4002")
        await served.ring()
        await served.submit(LinkChanged(source="main", state="offline", reason="the test says so"))
        await served.later(15.1)
        until = rfc3339(served.pipeline.now_us() + 600 * SECOND_US)
        await served.ask("POST", "/api/v1/maintenance", json={"until": until, "reason": "new battery"})
        while len(seen) < len(names):
            event, _, seen[event] = await reader.next(*names)
    messages = DOCUMENT["components"]["messages"]
    named = {one["name"]: one for key, one in messages.items() if key in _keys_of_the_stream()}
    for event, data in seen.items():
        jsonschema.validate(data, _whole(named[event]["payload"]))


def _keys_of_the_stream() -> set[str]:
    return {one["$ref"].rpartition("/")[2] for one in CHANNELS["stream"]["messages"].values()}


def _whole(node: Any) -> Any:
    """With what its references lead to in their places."""
    if isinstance(node, list):
        return [_whole(one) for one in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref", "")
    if reference.startswith("#/components/"):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return _whole(found)
    return json.loads((DOCS / reference).read_text()) if reference else {key: _whole(one) for key, one in node.items()}


def _of_server(name: str) -> dict[str, Any]:
    return {key: one for key, one in CHANNELS.items() if one["servers"] == [{"$ref": f"#/servers/{name}"}]}


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
