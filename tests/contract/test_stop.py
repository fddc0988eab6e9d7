"""The end of the service: what its parts say last is kept."""

import asyncio
from pathlib import Path

from adapters.intake import open_store
from adapters.ports import Intake
from gateway.app import Gateway
from gateway.config import load
from gateway.pipeline import Pipeline
from gateway.recovery import journal
from rules.events import LinkChanged
from tests.fixtures.bench import until
from tests.fixtures.ports import take_free_port

CONFIG = """
[gateway]
site = "riverside"
http = "127.0.0.1:{port}"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true
"""


class LastWords:
    """A source that says that its link is gone when it is ended."""

    name = "main"

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    async def run(self, _: Intake) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.pipeline.note(LinkChanged(source=self.name, state="offline", reason="ended"))


async def test_what_a_part_says_at_its_end_is_on_disk(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(CONFIG.format(port=take_free_port()))
    gateway = Gateway(load(tmp_path / "gateway.toml"))
    gateway.sources.append(LastWords(gateway.pipeline))
    running = asyncio.create_task(gateway.run())
    await until(lambda: not gateway.pipeline.ready)
    gateway.stop()
    await asyncio.wait_for(running, 60)
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    last = [entry.event async for entry in journal(store)][-1]
    await store.close()
    assert last == LinkChanged(source="main", state="offline", reason="ended")
