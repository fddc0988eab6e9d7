"""Acknowledging by a signed link: who may, how long, what a GET must not do, what a wrong link costs."""

import re

import pytest

from gateway.answers import Answers
from gateway.links import AcknowledgeLinks
from rules.effects import Alert
from tests.fixtures.served import LINKS, RULES, Served


async def _breach(served: Served) -> Alert:
    """A call that nobody answers."""
    await served.ring()
    await served.later(16)
    [alert] = [one for one in served.pipeline.state.alerts.values() if one.kind == "breach"]
    return alert


async def _open(served: Served, link: str, method: str = "GET") -> tuple[int, str]:
    path = link.removeprefix("https://desk.example")
    async with served.http.request(method, served.url + path, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_opening_a_link_shows_the_alert_and_only_the_button_acknowledges_it(served: Served) -> None:
    alert = await _breach(served)
    link = LINKS.url(alert, "sms/wang")
    for _ in range(3):  # a mail scanner, a chat's preview, and then a person
        status, text = await _open(served, link)
        assert (status, alert.state) == (200, "raised")
        assert '<form method="post">' in text
        assert "138****8000" in text
        assert "13800138000" not in text
    status, text = await _open(served, link, "POST")
    assert (status, alert.state, alert.acknowledged_by) == (200, "acknowledged", "wang")
    assert "已确认" in text
    status, text = await _open(served, link, "POST")
    assert (status, "已由 wang 确认" in text) == (200, True)
    _, timeline = await served.get(f"/api/v1/incidents/{alert.incident}")
    assert "wang (link)" in str(timeline)


async def test_a_message_for_nobody_in_particular_acknowledges_in_the_notifiers_name(served: Served) -> None:
    alert = await _breach(served)
    await _open(served, LINKS.url(alert, "wecom"), "POST")
    assert alert.acknowledged_by == "wecom"


async def test_a_link_lives_for_a_quarter_of_an_hour(served: Served) -> None:
    alert = await _breach(served)
    link = LINKS.url(alert, "sms/wang")
    await served.later(901)
    assert (await _open(served, link))[0] == 410
    assert (await _open(served, link, "POST"))[0] == 410
    assert alert.state == "raised"


async def test_after_the_end_the_page_says_so(served: Served) -> None:
    alert = await _breach(served)
    link = LINKS.url(alert, "sms/wang")
    alert.state = "cleared"
    for method in ("GET", "POST"):
        status, text = await _open(served, link, method)
        assert (status, "已结束" in text) == (200, True)


async def test_no_other_link_is_taken(served: Served) -> None:
    alert = await _breach(served)
    link = LINKS.url(alert, "sms/wang")
    token = link.rpartition("/")[2]
    stranger = AcknowledgeLinks("another secret", RULES.site, "https://desk.example", 900.0)
    elsewhere = AcknowledgeLinks("a secret of the tests", "another site", "https://desk.example", 900.0)
    changed = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    for wrong in (stranger.url(alert, "sms/wang"), elsewhere.url(alert, "sms/wang"), f"/a/{changed}", "/a/x", "/a/é"):
        assert (await _open(served, wrong, "POST"))[0] == 404
    assert alert.state == "raised"


async def test_guessing_is_slowed_down(served: Served) -> None:
    await _breach(served)
    answers = [(await _open(served, f"/a/guess{n}"))[0] for n in range(12)]
    assert answers[0] == 404
    assert answers[-1] == 429


async def test_a_link_leads_only_where_it_was_made_for(served: Served) -> None:
    """A token for one alert is no token for another: the alert stands under the signature."""
    alert = await _breach(served)
    named = LINKS.read(LINKS.url(alert, "sms/wang").rpartition("/")[2])
    assert named is not None
    assert (named.alert, named.who, named.person) == (alert.id, "wang", True)
    assert named.expires_us == alert.raised_us // 1_000_000 * 1_000_000 + 900_000_000


@pytest.mark.parametrize("kind", ["warning", "cleared"])
async def test_what_needs_no_acknowledging_has_no_link(served: Served, kind: str) -> None:
    alert = await _breach(served)
    alert.kind = kind  # type: ignore[assignment] # one of theirs
    assert LINKS.url(alert, "sms/wang") == ""
    alert.kind = "breach"
    assert re.fullmatch(r"https://desk\.example/a/[A-Za-z0-9_-]{40,120}", LINKS.url(alert, "sms/wang"))


@pytest.mark.parametrize("channel", ["telephone", "mqtt"])
async def test_an_answer_from_outside_the_desk_has_one_entry_in_the_audit(served: Served, channel: str) -> None:
    alert = await _breach(served)
    answers = Answers(served.pipeline, served.signing_in.register.audit)
    assert not await answers.acknowledge("gone", "王芳 008", channel)
    for _ in range(2):  # the same key is pressed again
        assert await answers.acknowledge(alert.id, "王芳 008", channel)
    [entry] = (await served.store.audit(limit=9, what="acknowledged")).items
    assert (entry["who"], entry["target"], entry["detail"]) == ("王芳 008", alert.id, {"by": channel})
