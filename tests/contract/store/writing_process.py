"""A process that commits for ever and says each entry that is safe: for the test that kills it."""

import asyncio
import sys
from pathlib import Path

from adapters.intake import open_store
from tests.contract.store.made import batch_of, incident_of, journalled, key_of, obligation_of

BATCH = 5


async def main(url: str, folder: Path) -> None:
    store = open_store(url, folder)
    await store.open()
    seq = (await store.load()).seq
    while True:
        numbers = range(seq + 1, seq + 1 + BATCH)
        await store.commit(
            batch_of(
                [journalled(n, key=key_of(n), raw=b"x" * 300, incident=n) for n in numbers],
                incidents=[incident_of(n) for n in numbers],
                obligations=[obligation_of(n, n) for n in numbers],
                last_id=seq + BATCH,
            )
        )
        seq += BATCH
        print(seq, flush=True)  # noqa: T201  # what the test reads


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
