"""Spellings of one number meet; different numbers do not."""

import pytest

from rules.phone_numbers import dialled_keys, number_key


@pytest.mark.parametrize(
    ("caller", "dialled"),
    [
        ("13800138000", "13800138000"),
        ("13800138000", "013800138000"),
        ("13800138000", "913800138000"),
        ("+8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "013800138000"),
        ("+8657188886666", "057188886666"),
        ("057188886666", "9057188886666"),
        ("013800138000", "13800138000"),
        ("138-0013 8000", "13800138000"),
        ("88886666", "988886666"),
        ("13800138000", "9013800138000"),
        ("13800138000", "9008613800138000"),
    ],
)
def test_a_call_to_the_caller_is_known(caller: str, dialled: str) -> None:
    assert number_key(caller) in dialled_keys(dialled)


@pytest.mark.parametrize(
    ("caller", "dialled"),
    [("13800138000", "13800138001"), ("88886666", "057188886666"), ("8888", "88886666"), ("13800138000", "")],
)
def test_another_number_is_another(caller: str, dialled: str) -> None:
    assert number_key(caller) not in dialled_keys(dialled)


@pytest.mark.parametrize("nobody", ["", "anonymous", "<unknown>", "12", "unavailable"])
def test_nobody_can_be_called(nobody: str) -> None:
    assert number_key(nobody) == ""
    assert dialled_keys(nobody) == ()
