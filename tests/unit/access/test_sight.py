"""Masking: no telephone number is left whole, and nothing that is none is touched."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.sight import Sight, number_masked, text_masked
from rules.settings import RuleSet

RULES = RuleSet(version="v", site="s")
BLIND = Sight(numbers=False)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("138 0013 8000", "138****8000"),
        ("0571-87651234", "0571****1234"),
        ("sip:13800138000@example", "sip:138****8000@example"),
        ("*31*13800138000", "*31*138****8000"),
        ("138****8000", "138****8000"),
        ("8001", "8001"),
        ("12345", "12345"),
        ("", ""),
        ("anonymous", "anonymous"),
    ],
)
def test_a_number_keeps_enough_to_know_it_by(number: str, shown: str) -> None:
    assert number_masked(number) == shown


@pytest.mark.parametrize(
    "text", ["12-1-1202 室漏水", "2026-11-22 21:05 来电", "20261121-0042", "4001 → 8001", "王 008", "楼层 3-1202"]
)
def test_what_is_no_number_stays(text: str) -> None:
    assert text_masked(text) == text


@pytest.mark.parametrize(
    "text", ["回电 138-0013-8000", "请打 0571 87651234。", "他说 13800138000，急", "拨 *31*13800138000", "400-123-4567"]
)
def test_a_number_in_a_text_is_masked(text: str) -> None:
    assert "****" in text_masked(text)


@given(st.from_regex(r"\+?[0-9]{7,15}", fullmatch=True), st.text(max_size=9))
def test_no_document_tells_a_number_to_who_may_not_read_it(number: str, beside: str) -> None:
    document: dict[str, Any] = {
        "from": number,
        "from_name": f"{beside} {number}",
        "to": number,
        "facts": {"person": f"{number} {beside}"},
        "timeline": [{"event": {"type": "Delivered", "caller": number, "called": number}, "detail": number}],
        "items": [{"raw": f'{{"caller": "{number}"}}'}],
        "people": [{"reach": {"sms": number}}],
    }
    told = msgspec.json.encode(BLIND.shown(RULES, document)).decode()
    assert number not in told
    assert Sight(numbers=True).shown(RULES, document) is document


def test_units_of_the_radio_are_nobody_s_telephone() -> None:
    hail = {"medium": "radio", "unit": "4600001", "from": "4600001", "facts": {"person": "13800138000"}}
    assert BLIND.shown(RULES, hail) == hail | {"facts": {"person": "138****8000"}}
