"""One line an event, whatever a caller's name holds; numbers masked; JSON where nobody watches."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gateway import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**config)


def logged(mode: str, **values: object) -> str:
    out = io.StringIO()
    logs.configure("json" if mode == "json" else "text", stream=out)
    structlog.get_logger("test").info("call", **values)
    return out.getvalue()


def fail(words: str) -> None:
    raise ValueError(words)


@pytest.mark.parametrize("mode", ["text", "json"])
def test_a_name_with_line_breaks_and_escape_codes_stays_in_one_line(mode: str) -> None:
    line = logged(mode, caller_name="Eve\r\n2026 [info] ready\x1b[2J\u2028\u202e")
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert not {"\r", "\x1b", "\u2028", "\u202e"} & set(line)


@given(st.text())
def test_escaped_text_holds_no_character_that_moves_anything(text: str) -> None:
    assert len(logs.escaped(text).splitlines()) <= 1
    logs.escaped(text).encode()  # nor half of a surrogate pair


def test_chinese_names_stay_readable() -> None:
    assert "3栋业主　王女士" in logged("json", caller_name="3栋业主　王女士")


def test_numbers_keep_only_their_last_digits_and_extensions_stay_whole() -> None:
    event = json.loads(logged("json", caller="13800138000", called="801"))
    assert event["caller"] == "…8000"
    assert event["called"] == "801"


def test_the_standard_library_logs_in_the_same_shape() -> None:
    out = io.StringIO()
    logs.configure("json", stream=out)
    logging.getLogger("aiohttp.server").error("bad %s", "request\nline")
    event = json.loads(out.getvalue())
    assert event["event"] == "bad request\\nline"
    assert event["level"] == "error"


def test_a_traceback_cannot_pass_for_an_event() -> None:
    out = io.StringIO()
    logs.configure("text", stream=out)
    try:
        fail("Eve\n2026-11-21T00:00:00Z [info     ] forged")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    first, *rest = out.getvalue().splitlines()
    assert "failed" in first
    assert all(line.startswith(("  | ", "Traceback")) for line in rest)


def test_call_and_incident_are_bound_to_every_line() -> None:
    out = io.StringIO()
    logs.configure("json", stream=out)
    with structlog.contextvars.bound_contextvars(incident="20261121-0042"):
        structlog.get_logger("test").info("call")
    assert json.loads(out.getvalue())["incident"] == "20261121-0042"
