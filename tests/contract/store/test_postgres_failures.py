"""A server that goes away: the batch is refused or found committed, never both; the next one goes through."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from adapters.errors import StoreError
from adapters.intake import open_store
from tests.contract.store.made import batch_of, incident_of, journalled, key_of


class CuttingProxy:
    """Between the gateway and PostgreSQL; when armed it cuts the line at the next COMMIT."""

    def __init__(self, server: str) -> None:
        self._server = server
        self.cut = ""  # "before" the server gets the COMMIT, or "after" it has answered

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        answers = asyncio.create_task(self._pass_on(from_server, writer))
        try:
            while data := await reader.read(65536):
                if b"COMMIT" in data and self.cut:
                    answers.cancel()
                    await asyncio.wait({answers})  # one reader at a time
                    if self.cut == "after":
                        to_server.write(data)
                        await from_server.read(1)
                    self.cut = ""
                    return
                to_server.write(data)
        finally:
            answers.cancel()
            for end in (writer, to_server):
                end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@contextlib.asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[CuttingProxy, str]]:
    parsed = make_url(url)
    proxy = CuttingProxy(f"{parsed.query['host']}/.s.PGSQL.5432")
    with tempfile.TemporaryDirectory(prefix="hotline-proxy-") as folder:
        server = await asyncio.start_unix_server(proxy.serve, f"{folder}/.s.PGSQL.5432")
        async with server:
            yield proxy, parsed.update_query_dict({"host": folder}).render_as_string(hide_password=False)


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_commit_whose_answer_is_lost_is_looked_up_in_the_journal(
    postgres_url: str, tmp_path: Path, cut: str
) -> None:
    async with proxied(postgres_url) as (proxy, url):
        store = open_store(url, tmp_path)
        await store.open()
        await store.commit(batch_of([journalled(1)]))
        proxy.cut = cut
        batch = batch_of([journalled(2, key=key_of(2))], incidents=[incident_of(1)])
        if cut == "before":
            with pytest.raises(StoreError):
                await store.commit(batch)
            assert (await store.load()).seq == 1
            await store.commit(batch)
        else:
            await store.commit(batch)
        live = await store.load()
        assert (live.seq, live.incidents) == (2, [incident_of(1)])
        await store.close()


async def test_a_killed_session_fails_one_batch_and_the_next_goes_through(
    postgres_url: str, postgres_server: str, tmp_path: Path
) -> None:
    store = open_store(postgres_url, tmp_path)
    await store.open()
    await store.commit(batch_of([journalled(1)]))
    assert await store.journal(after_seq=0, limit=5)
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (make_url(postgres_url).database,),
        ).fetchall()
    assert len(ended) >= 2  # the writer and a reader, or two
    with pytest.raises(StoreError):
        await store.commit(batch_of([journalled(2)]))
    await store.commit(batch_of([journalled(2)]))
    assert [entry.seq for entry in await store.journal(after_seq=0, limit=5)] == [1, 2]
    await store.close()


async def test_a_server_that_does_not_sync_is_refused(postgres_url: str, postgres_server: str, tmp_path: Path) -> None:
    set_full_page_writes(postgres_server, "off")
    try:
        store = open_store(postgres_url, tmp_path)
        with pytest.raises(StoreError, match=r"set full_page_writes = on in postgresql\.conf"):
            await store.open()
        await store.close()
    finally:
        set_full_page_writes(postgres_server, "on")


def set_full_page_writes(server: str, value: str) -> None:
    """Returns once new sessions see it."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"ALTER SYSTEM SET full_page_writes = {value}".encode())
        admin.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with psycopg.connect(server, autocommit=True) as session:
            if session.execute("SHOW full_page_writes").fetchone() == (value,):
                return
    raise TimeoutError(f"full_page_writes did not become {value}")


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    store = open_store("postgresql+psycopg://user:geheim@127.0.0.1:1/hotline", tmp_path)
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as refused:
        await store.open()
    assert "geheim" not in str(refused.value)
    await store.close()
