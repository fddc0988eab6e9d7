"""Where clips are kept, and for how long."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.recordings.shelf import Shelf

NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1_000_000)


def test_a_clip_is_found_under_its_id(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    name = shelf.name(NOON, "0123456789abcdef")
    shelf.put(name, b"sound")
    path = shelf.path(name)
    assert path == tmp_path / "2026" / "11" / "21" / "20261121-0123456789abcdef.wav"
    assert path.read_bytes() == b"sound"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "id_", ["", "..", "../../etc/passwd", "20261121-../../../../etc/passwd", "20261121-0123456789ABCDEF", "2026/11/21"]
)
def test_nothing_else_can_be_reached(tmp_path: Path, id_: str) -> None:
    assert Shelf(tmp_path).path(id_) is None


def test_what_is_too_old_is_thrown_away_with_its_empty_folders(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    day_us = 24 * 3600 * 1_000_000
    old, young = shelf.name(NOON - 31 * day_us, "0" * 16), shelf.name(NOON - 30 * day_us, "1" * 16)
    for name in (old, young):
        shelf.put(name, b"sound")
    stranger = tmp_path / "2020" / "01" / "01" / "notes.wav"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"not ours")
    assert shelf.drop_before(datetime(2026, 11, 21, 12, tzinfo=UTC), keep_days=30) == 1
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.wav")) == [
        "2020/01/01/notes.wav",
        f"2026/10/22/{young}.wav",
    ]
    assert not (tmp_path / "2026" / "10" / "21").exists()
