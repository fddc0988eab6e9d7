"""Mails by apprise, through a real mail server."""

from pathlib import Path

import pytest

from adapters.ports import Delivered, Delivery, Rejected, Retry
from tests.contract.notify.by_apprise import PERSON, notifying
from tests.contract.notify.services import Mailbox, raw_server
from tests.unit.notify.apprise_alerts import alert


def mail_url(port: int, to: str = "duty@example.org") -> str:
    return f"mailto://127.0.0.1:{port}/?mode=insecure&from=desk@example.org&to={to}"


async def test_a_mail_has_the_title_as_its_subject_and_plain_text(tmp_path: Path, mailbox: Mailbox) -> None:
    async with notifying(tmp_path, mail_url(mailbox.port), link="https://desk.example/") as made:
        assert await made.send(alert(5), "k5") == Delivered()
    recipients, mail = mailbox.mails[0]
    assert recipients == ["duty@example.org"]
    assert mail["subject"] == "【超时】滨江花园"
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == [
        "03:00:05 【20261122-0005】响铃超时未接（第 3 声）：138****8000 → 4001，已响 15.0 秒，请立即接听",
        "https://desk.example/",
    ]
    assert mail.get_content_type() == "text/plain"


async def test_what_a_caller_is_called_makes_no_header_of_a_mail(tmp_path: Path, mailbox: Mailbox) -> None:
    """ASVS 1.3.11."""
    evil = "王\r\nBcc: thief@example.org\r\n\r\nX"
    async with notifying(tmp_path, mail_url(mailbox.port)) as made:
        assert await made.send(alert(5) | {"site": evil, "text": {"zh": evil, "en": evil}}, "k5") == Delivered()
    [(recipients, mail)] = mailbox.mails
    assert recipients == ["duty@example.org"]
    assert mail["bcc"] is None
    assert "thief" in str(mail)  # it was told, as text


async def test_a_mail_for_one_person_goes_to_that_person(tmp_path: Path, mailbox: Mailbox) -> None:
    async with notifying(tmp_path, mail_url(mailbox.port, "{address}")) as made:
        assert await made.send(alert() | {"to": PERSON}, "k1") == Delivered()
        assert await made.send(alert(2) | {"to": None}, "k2") == Rejected("refused")
    assert [recipients for recipients, _ in mailbox.mails] == [["wang.fang@example.org"]]


@pytest.mark.parametrize(
    ("to_recipient", "to_message", "expected"),
    [
        ("550 5.1.1 no such user", "250 OK", Rejected("refused")),
        ("450 4.2.1 mailbox busy", "250 OK", Retry("server_error", 1.0)),
        ("250 OK", "554 5.7.1 not wanted", Rejected("refused")),
        ("250 OK", "451 4.3.0 later", Retry("server_error", 1.0)),
    ],
)
async def test_what_a_mail_server_says_counts(
    tmp_path: Path, mailbox: Mailbox, to_recipient: str, to_message: str, expected: Delivery
) -> None:
    mailbox.to_recipient, mailbox.to_message = to_recipient, to_message
    async with notifying(tmp_path, mail_url(mailbox.port)) as made:
        assert await made.send(alert(), "k1") == expected
    assert mailbox.mails == []


async def test_a_mail_server_that_keeps_silent_or_hangs_up_is_tried_again(tmp_path: Path) -> None:
    async with raw_server(None) as port, notifying(tmp_path, mail_url(port) + "&cto=0.2") as made:
        assert isinstance(await made.send(alert(), "k1"), Retry)
    async with raw_server(b"") as port, notifying(tmp_path, mail_url(port) + "&cto=0.2") as made:
        assert isinstance(await made.send(alert(), "k1"), Retry)
