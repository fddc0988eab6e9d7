"""Settings of the apprise notifier: mistakes are named with the line and never with the URL; the library stays out."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.notify.apprise import KIND, Settings, check, wrong_address
from adapters.notify.apprise.lines import Line, read_lines
from gateway.config import load

SECRET = "s3cr3tT0ken"


def settings(tmp_path: Path, urls: str = "json://127.0.0.1/", **more: Any) -> Settings:
    (tmp_path / "robot.urls").write_text(urls, encoding="utf-8")
    return Settings(**{"name": "im", "kind": "apprise", "url_file": str(tmp_path / "robot.urls")} | more)


@pytest.mark.parametrize(
    "url",
    [
        "wecombot://693a91f6-7aoc",
        "dingtalk://SECabc@token/",
        "dingtalk://token/{address}",
        "feishu://token-1",
        "lark://token-1",
        "mailtos://me:pw@smtp.example.org:465/?mode=ssl&from=desk@example.org&to={address}",
        "twilio://AC01234567890123456789012345678901:01234567890123456789012345678901@15550001111/{address}",
        "jsons://user:pw@gateway.example.org/sms?to={address}",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc",
    ],
)
def test_good_lines_have_no_problem(tmp_path: Path, url: str) -> None:
    assert check(settings(tmp_path, f"# ours\n\n{url}\n")) == []


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        (SECRET, "begins with the service's name"),
        (f"nosuchservice://{SECRET}", "nosuchservice://"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}", "dingtalk://TOKEN"),
        (f"wecombot://{SECRET}%20%20!!/", "wecombot://"),
        (f"json://user:{SECRET}@", "json://"),
    ],
)
def test_a_wrong_line_is_named_and_not_shown(
    tmp_path: Path, url: str, cure: str, capfd: pytest.CaptureFixture[str]
) -> None:
    problems = check(settings(tmp_path, f"# ours\njson://127.0.0.1/\n\n{url}\n"))
    assert [(problem.key, problem.value) for problem in problems] == [("url_file", "line 4 (not shown)")]
    assert cure in problems[0].cure
    assert SECRET not in repr(problems) + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"url_file": "nowhere.urls"}, "url_file"),
        ({"per_minute": 0}, "per_minute"),
        ({"digest_after": 0}, "digest_after"),
        ({"chars_max": 10}, "chars_max"),
        ({"chars_max": 70, "link": "https://desk.example/board"}, "chars_max"),
        ({"link": "desk.example"}, "link"),
        ({"link": "https://desk.example/" + "x" * 200}, "link"),
        ({"timezone": "Asia/Nowhere"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
    ],
)
def test_other_mistakes_are_named_by_their_key(tmp_path: Path, more: dict[str, Any], key: str) -> None:
    assert [problem.key for problem in KIND.check(settings(tmp_path, **more))] == [key]


def test_a_file_without_lines_or_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    assert "wecombot://KEY" in check(settings(tmp_path, "# nothing yet\n"))[0].cure
    made = settings(tmp_path)
    Path(made.url_file).write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in check(made)[0].cure


def test_lines_keep_their_number_in_the_file(tmp_path: Path) -> None:
    made = settings(tmp_path, "\ufeff# a remark\n\n  wecombot://one  \r\njson://two/{address}\n")
    lines = read_lines(made.url_file)
    assert lines == [Line(3, "wecombot://one"), Line(4, "json://two/{address}")]
    assert [line.personal for line in lines] == [False, True]


@pytest.mark.parametrize("address", ["13800138000", "+8613800138000", "wang.fang@example.org", "王芳", "@user:server"])
def test_an_address_is_one_word(address: str) -> None:
    assert wrong_address(address) == ""


@pytest.mark.parametrize(
    "address",
    ["", "a b", "a,b", "a;b", "a\nb", "<a>", '"a"', "a\x7f", "x" * 201, "..", "a/b", "a?b", "a#b", "a&b=c", "a%2Fb"],
)
def test_what_could_lead_elsewhere_or_to_a_second_person_is_no_address(address: str) -> None:
    assert wrong_address(address)


def test_a_file_that_others_may_read_is_remarked(tmp_path: Path) -> None:
    urls = tmp_path / "robot.urls"
    urls.write_text("json://127.0.0.1/")
    config = tmp_path / "hotline.toml"
    config.write_text(
        '[gateway]\nsite = "s"\n[[source]]\nname = "m"\nkind = "pbx-webhook"\nallow_unsigned = true\n'
        '[[notifier]]\nname = "im"\nkind = "apprise"\nurl_file = "robot.urls"\n'
    )
    urls.chmod(0o600)
    assert not any("robot.urls" in remark for remark in load(config).remarks)
    urls.chmod(0o644)
    assert any("robot.urls" in remark for remark in load(config).remarks)


def test_the_library_is_loaded_only_where_it_is_configured() -> None:
    """It takes half a second, which a site without such a notifier does not pay for."""
    code = "import sys, adapters.registry; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
