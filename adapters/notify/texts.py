"""What an alert says to a person, in Chinese and English: what happened, since when, what to do next.

Numbers of callers are masked here: texts end on screens and telephones. The document's `from` holds the whole number.
"""

from adapters.notify import quiet_texts, radio_texts
from adapters.notify.sentences import FOLLOWED, SENTENCES, Facts, Text, plain
from rules.effects import Alert
from rules.moments import SECOND_US


def texts(alert: Alert) -> Text:
    """Never raises: an alert of a rule or kind without words of its own still says what it knows."""
    facts = _facts(alert)
    how_long = (facts.zh, facts.en)
    special = quiet_texts.sentence(alert, how_long) or radio_texts.sentence(alert, how_long)
    sentence = SENTENCES.get((alert.rule, alert.kind)) or SENTENCES.get(("", alert.kind)) or plain
    said = sentence(facts) if special is None else Text(*special)
    followed = FOLLOWED.get(alert.reason) if alert.kind == "escalation" else None
    if followed is not None:
        said = followed(facts)
    marks_zh = [zh for told, zh, _ in _marks(alert) if told]
    marks_en = [en for told, _, en in _marks(alert) if told]
    number_zh = f"【{alert.incident}】" if alert.incident else ""
    number_en = f"[{alert.incident}] " if alert.incident else ""
    return Text(number_zh + said.zh + "".join(marks_zh), number_en + said.en + "".join(marks_en))


def masked(number: str) -> str:
    """138****8000. Extensions and service numbers, up to five digits, are nobody's secret."""
    if len(number) <= 5:
        return number
    if len(number) <= 8:
        return "****" + number[-2:]
    return f"{number[:-8]}****{number[-4:]}"


def _facts(alert: Alert) -> Facts:
    seconds = (alert.raised_us - alert.opened_us) / SECOND_US if alert.seconds is None else alert.seconds
    caller = masked(alert.caller) or "?"
    line = alert.line or alert.device
    who = f"{caller} → {line}" if line else caller
    if not (alert.incident or alert.channel or alert.caller):
        who = alert.about or alert.source or alert.reason or "?"
    if alert.channel:
        who = f"{radio_texts.who(alert)[1]} ({alert.channel})"
    if seconds < 120:
        seconds = round(seconds * 1000) // 100 / 10  # cut: 14.999 s was in time and must not read 15.0
        zh, en = f"{seconds:.1f} 秒", f"{seconds:.1f} s"
        return Facts(who, caller, line or "?", alert.ring or 0, alert.source, alert.about, zh, en)
    minutes = f"{seconds / 60:.0f}"
    zh, en = f"{minutes} 分钟", f"{minutes} min"
    return Facts(who, caller, line or "?", alert.ring or 0, alert.source, alert.about, zh, en)


def _marks(alert: Alert) -> list[tuple[bool, str, str]]:
    return [
        (alert.late, "（迟报：到期时网关未能发出）", " (told late: the gateway could not tell it when it was due)"),
        (alert.reason == "corrected", "（更正：并未超时）", " (corrected: it was in time)"),
        (not alert.certain and not alert.channel, "（时刻不确定）", " (the moment is not certain)"),
        (
            alert.reason == "not_acted_yet",
            "（您已确认，尚未处理，即将升级）",
            " (acknowledged by you, not done: about to climb)",
        ),
        *radio_texts.marks(alert),
        *quiet_texts.marks(alert),
    ]
