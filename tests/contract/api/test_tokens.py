"""Programs with tokens: of limited scope, for a time, and kept as digests."""

from pathlib import Path

from tests.fixtures.accounts import token
from tests.fixtures.served import CALLER, TOKEN, Served, serve


async def test_a_token_may_what_its_scopes_say_until_it_is_revoked(served: Served) -> None:
    headers = await token(served, "see")
    await served.ring(CALLER)
    status, page = await served.ask("GET", "/api/v1/incidents", headers=headers)
    assert (status, page["items"][0]["from"]) == (200, "138****8000")
    status, problem = await served.ask("GET", "/api/v1/audit", headers=headers)
    assert (status, problem["right"]) == (403, "audit")
    _, listed = await served.get("/api/v1/tokens")
    assert listed["items"][0]["used_at"]
    assert "digest" not in str(listed)
    assert (await served.ask("DELETE", "/api/v1/tokens/t"))[0] == 200
    assert (await served.ask("GET", "/api/v1/incidents", headers=headers))[0] == 401


async def test_a_token_expires(served: Served) -> None:
    headers = await token(served, "see", expires_at="2099-01-01T00:00:00Z")
    assert (await served.ask("GET", "/api/v1/rules", headers=headers))[0] == 200
    served.clock.move(80 * 366 * 86_400.0)
    assert (await served.ask("GET", "/api/v1/rules", headers=headers))[0] == 401


async def test_tokens_are_kept_as_digests_and_live_on_after_a_restart(tmp_path: Path) -> None:
    async with serve(tmp_path) as served:
        headers = await token(served, "see")
    secret = headers["Authorization"].partition(" ")[2]
    kept = b"".join(
        (tmp_path / name).read_bytes() for name in ("hotline.db", "hotline.db-wal") if (tmp_path / name).exists()
    )
    assert secret.encode() not in kept
    assert TOKEN.encode() not in kept
    async with serve(tmp_path) as served:
        assert (await served.ask("GET", "/api/v1/rules", headers=headers))[0] == 200
