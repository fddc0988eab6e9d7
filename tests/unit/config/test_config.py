"""One TOML file: what is right loads, what is wrong is told, all at once, with key, value and cure."""

import os
from pathlib import Path

import pytest

from adapters.errors import ConfigError
from adapters.intake.urls import parse_url
from gateway.config import Config, load
from gateway.showing import config_as_toml
from tests.unit.config.loading import Write, problems, writer

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
MINIMAL = """
[gateway]
site = "riverside"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
"""
CONTRACT = """
[gateway]
site = "riverside"
http = "127.0.0.1:8470"
store = "sqlite:///hotline.db"
timezone = "Asia/Shanghai"
api_token_file = "token.txt"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
country = "CN"

[[source]]
name = "asterisk"
kind = "asterisk-ami"
host = "127.0.0.1"
port = 5038
username = "hotline"
secret_file = "ami-secret.txt"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:1883"

[rules.three_rings]
rings = 3
warn_at_rings = [2, 3]
boundary = "before_fourth"

[rules.hold_checkin]
every_s = 30
warn_before_s = 5
"""
MISTAKEN = """
[gateway]
site = "river side"
http = "127.0.0.1:99999"
timezone = "Asia/Shanghay"
stor = "sqlite:///x.db"

[[source]]
name = "main"
kind = "pbx-webhok"

[[source]]
name = "asterisk"
kind = "asterisk-ami"
host = "127.0.0.1"
port = "5038"
username = "hotline"
secret_file = "missing.txt"

[[source]]
name = "asterisk"
kind = "pbx-webhook"
country = "XX"
secret_file = "hook-secret.txt"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:1883"

[ladder]
warn = ["dekk"]

[rules.three_rings]
boundary = "before_forth"
warn_at_rings = [2, 4]

[rules.hold_checkin]
warn_before_s = 45

[rulez]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    secret = tmp_path / "hook-secret.txt"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return writer(tmp_path)


def three_rings(write: Write, text: str) -> Config:
    return load(write(f"{MINIMAL}\n[rules.three_rings]\n{text}"))


def test_the_contract_of_the_issue_loads(write: Write, tmp_path: Path) -> None:
    (tmp_path / "ami-secret.txt").write_text("manager-secret")
    config = load(write(CONTRACT))
    assert config.address == ("127.0.0.1", 8470)
    assert config.token_file == tmp_path / "token.txt"
    assert [source.name for source in config.rules.sources] == ["main", "asterisk"]
    assert config.rules.notifiers == ("desk",)
    assert config.sources[0].settings.secret_file == str(tmp_path / "hook-secret.txt")


def test_every_mistake_is_told_at_once_with_its_cure(write: Write) -> None:
    found = problems(write(MISTAKEN))
    expected = {
        "gateway.site": "without spaces",
        "gateway.http": "from 1 to 65535",
        "gateway.timezone": 'did you mean "Asia/Shanghai"?',
        "gateway.stor": 'did you mean "store"?',
        "source.main.kind": 'did you mean "pbx-webhook"?',
        "source.asterisk.port": "a whole number",
        "source.asterisk.secret_file": "cannot be read",
        "source.asterisk.name": "each needs its own",
        "source.asterisk.country": "two-letter code",
        "ladder.warn": 'did you mean "desk"?',
        "rules.three_rings.boundary": 'did you mean "before_fourth"?',
        "rules.three_rings.warn_at_rings": "from 1 to 3",
        "rules.hold_checkin.warn_before_s": "less than every_s (30)",
        "rulez": 'did you mean "rules"?',
    }
    assert found.keys() == expected.keys()
    for key, words in expected.items():
        assert words in found[key][1], key


def test_a_sources_wrong_time_zone_is_one_mistake_and_told_once(write: Write) -> None:
    with pytest.raises(ConfigError) as told:
        load(write(MINIMAL + 'timezone = "Mars/Olympus"'))
    assert [key for key, _, _ in told.value.problems] == ["source.main.timezone"]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('[radio]\nunits_file = "units\\u0000.csv"', "radio.units_file", "leave \\u0000 out"),
        (
            f'[[source]]\nname = "r"\nkind = "recordings"\nwatch_folder = "{"x" * 5000}"',
            "source.r.watch_folder",
            "no such",
        ),
        (
            '[[notifier]]\nname = "n"\nkind = "apprise"\nurl_file = "x"\nlink = "http://[x"',
            "notifier.n.link",
            "https://",
        ),
    ],
)
def test_a_path_or_an_address_that_cannot_be_looked_at_is_told(write: Write, text: str, key: str, words: str) -> None:
    assert words in problems(write(f"{MINIMAL}\n{text}\n"))[key][1]


def test_a_secret_in_the_file_is_told_and_not_shown(write: Write) -> None:
    value, cure = problems(write(MINIMAL + 'secret = "hunter2"'))["source.main.secret"]
    assert value == "(hidden)"
    assert "secret_file" in cure


def test_the_password_in_a_database_address_is_not_shown(write: Write) -> None:
    path = write(MINIMAL.replace("[[source]]", 'store = "postgres://hotline:hunter2@db/hotline"\n[[source]]'))
    value, _ = problems(path)["gateway.store"]
    assert "hunter2" not in value


def test_a_file_that_is_no_toml_names_the_place(write: Write) -> None:
    assert "line 2" in problems(write("[gateway]\nsite = riverside"))["hotline.toml"][1]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "no such file" in problems(tmp_path / "nowhere.toml")["--config"][1]
    assert "TOML" in problems(tmp_path)["--config"][1]
    (tmp_path / "gbk.toml").write_bytes("# a\n# 三".encode("gbk"))
    assert "line 2 is not UTF-8" in problems(tmp_path / "gbk.toml")["--config"][1]


def test_one_table_where_there_may_be_many_is_told(write: Write) -> None:
    assert "[[source]]" in problems(write(MINIMAL.replace("[[source]]", "[source]")))["source"][1]


def test_nothing_to_watch_is_a_mistake(write: Write) -> None:
    assert "nothing would be watched" in problems(write('[gateway]\nsite = "riverside"'))["source"][1]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("seconds = 15\nboundary = 'before_fourth'", "boundary", "leave one of them out"),
        ("seconds = 15\nrings = 3", "rings", "leave one of them out"),
        ("seconds = 0", "seconds", "more than 0"),
        ("rings = 0", "rings", "enabled = false"),
        ("rings = 2\nwarn_at_rings = [3]", "warn_at_rings", "from 1 to 2"),
        ("boundary = 'third_ring_start'\nwarn_at_rings = [3]", "warn_at_rings", "from 1 to 2"),
        ("rings = true", "rings", "a whole number"),
        ("apply_to = ['outbound']", "apply_to", "a list"),
    ],
)
def test_a_three_rings_rule_that_contradicts_itself_is_told(write: Write, text: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        three_rings(write, text)
    cures = {key: cure for key, _, cure in raised.value.problems}
    assert words in cures[f"rules.three_rings.{key}"]


def test_a_default_warning_beyond_the_limit_is_dropped_not_blamed_on_the_user(write: Write) -> None:
    assert three_rings(write, "rings = 2").rules.three_rings.warn_at_rings == (2,)
    assert three_rings(write, "boundary = 'third_ring_start'").rules.three_rings.warn_at_rings == (2,)


def test_a_line_with_a_plain_limit_and_rings_is_told(write: Write) -> None:
    found = problems(write(MINIMAL + '\n[[line]]\nnumber = "4001"\nseconds = 10\nrings = 2'))
    assert "leave out rings" in found["line.4001.seconds"][1]


def test_a_source_that_cannot_show_hold_is_remarked(write: Write) -> None:
    config = load(write(MINIMAL + "shows_hold = false"))
    assert any("not_observable" in remark for remark in config.remarks)


def test_a_secret_that_others_can_read_is_remarked(write: Write, tmp_path: Path) -> None:
    path = write(MINIMAL)
    assert not any("chmod" in remark for remark in load(path).remarks)
    (tmp_path / "hook-secret.txt").chmod(0o644)
    assert any("chmod 600" in remark for remark in load(path).remarks)


def test_equal_rules_have_an_equal_version_and_others_another(write: Write) -> None:
    first = three_rings(write, "rings = 3").rules.version
    assert three_rings(write, "").rules.version == first
    assert three_rings(write, "rings = 4").rules.version != first
    assert first.startswith("rs-")
    assert len(first) == len("rs-") + 8


def test_a_secret_may_come_from_the_environment(write: Write) -> None:
    os.environ["HOTLINE_TEST_SECRET"] = SECRET
    try:
        load(write(MINIMAL.replace('secret_file = "hook-secret.txt"', 'secret_env = "HOTLINE_TEST_SECRET"')))
    finally:
        del os.environ["HOTLINE_TEST_SECRET"]


def test_what_show_config_prints_loads_again_as_the_same(write: Write, tmp_path: Path) -> None:
    long = f"https://{'-'.join(['desk'] * 20)}.example"
    site = f'site = "riverside"\npublic_url = "{long}"\n'
    line = '\n[[line]]\nnumber = "4001"\nname = "前台 \\"A\\""\nrings = 2'
    config = load(write(MINIMAL.replace('site = "riverside"\n', site) + line))
    printed = tmp_path / "printed.toml"
    printed.write_text(config_as_toml(config), encoding="utf-8")
    again = load(printed)
    assert again.rules == config.rules
    assert again.gateway == config.gateway


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('public_url = "desk.example"', "public_url"),
        ('public_url = "https://desk.example/?a=b"', "public_url"),
        ('public_url = "https://' + "x" * 130 + '"', "public_url"),
        ("link_life_s = 5", "link_life_s"),
        ('link_key_file = "nowhere/link-key.txt"', "link_key_file"),
    ],
)
def test_links_that_cannot_work_are_told(tmp_path: Path, line: str, key: str) -> None:
    text = MINIMAL.replace('site = "riverside"', f'site = "riverside"\n{line}')
    assert f"gateway.{key}" in problems(writer(tmp_path)(text))


@pytest.mark.parametrize("store", ["postgresql://desk:SECRET", "sqlite://e:///SECRET.db", "post gres://u:SECRET@h"])
def test_a_store_that_is_no_address_is_refused_without_its_password(store: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_url(store)
    assert "SECRET" not in str(refused.value)
