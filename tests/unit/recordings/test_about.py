"""What recorders tell of a recording, in three ways."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.recordings.about import from_form, from_name, from_trunk_recorder

FORM = {
    "key": "k",
    "dateTime": "1763712000",
    "system": "11",
    "systemLabel": "riverside",
    "talkgroup": "1201",
    "talkgroupLabel": "Security",
    "sources": '[{"pos": 0.0, "src": -1}, {"pos": 1.2, "src": 4424001}]',
}


EIGHT = int(datetime(2025, 11, 21, 8, tzinfo=UTC).timestamp() * 1_000_000)


def test_the_form_of_an_uploader_is_read() -> None:
    about = from_form(FORM)
    assert about.started_us == EIGHT
    assert about.places == ("1201", "Security", "11", "riverside")
    assert (about.talkgroup, about.unit) == ("1201", "4424001")


@pytest.mark.parametrize("told", ["1763712000", "1763712000000", "2025-11-21T08:00:00Z", "2025-11-21T16:00:00+08:00"])
def test_every_form_of_time_is_the_same_moment(told: str) -> None:
    assert from_form(FORM | {"dateTime": told}).started_us == EIGHT


@pytest.mark.parametrize(
    ("without", "words"), [("talkgroup", "no talkgroup"), ("system", "no system"), ("dateTime", "no datetime")]
)
def test_what_is_missing_is_named_as_uploaders_expect(without: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_form({key: value for key, value in FORM.items() if key != without})


def test_a_test_upload_without_talkgroup_hears_of_the_talkgroup_first() -> None:
    with pytest.raises(ValueError, match="no talkgroup"):
        from_form({"key": "k", "system": "11", "test": "1"})


@pytest.mark.parametrize("sources", ["", "[]", "no json", "[" * 5000, '[{"src": 0}]', '{"src": 5}', "[5]"])
def test_unknown_units_stay_unknown(sources: str) -> None:
    assert from_form(FORM | {"sources": sources}).unit == ""


def test_the_json_of_trunk_recorder_is_read() -> None:
    sidecar = (
        b'{"freq": 854412500, "start_time": 1763712000, "stop_time": 1763712007, "emergency": 1, "talkgroup": 1201,'
        b'"talkgroup_tag": "Security", "short_name": "riverside", "srcList": [{"src": 4424001, "pos": 0.0}]}'
    )
    about = from_trunk_recorder(sidecar)
    assert about == (EIGHT, ("1201", "Security", "riverside"), "1201", "4424001", True)


@pytest.mark.parametrize("broken", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_broken_sidecar_is_told(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expected|UTF|truncated|recursion"):
        from_trunk_recorder(broken)


def test_a_file_name_tells_time_channel_and_unit_where_the_pattern_says_so() -> None:
    pattern = r"(?P<channel>[A-Z0-9]+)_(?P<date>\d{8})_(?P<time>\d{6})_(?P<unit>\d+)"
    about = from_name("CH1_20251121_160000_4002", pattern, ZoneInfo("Asia/Shanghai"))
    assert about == (EIGHT, ("CH1",), "", "4002", False)


@pytest.mark.parametrize("name", ["", "holiday", "20251341_160000", "20251121"])
def test_a_file_name_that_tells_no_time_is_no_error(name: str) -> None:
    assert from_name(name, r"(?P<date>\d{8})[_-]?(?P<time>\d{6})", UTC).started_us is None
