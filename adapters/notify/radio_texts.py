"""What an alert of the radio's rules says: who called on which channel, how often, since when, what to do next."""

from collections.abc import Callable

from rules.effects import Alert

Sentence = Callable[[Alert, str, str], tuple[str, str]]  # of an alert and how long, in Chinese and English
_REASONS = {"answered_ptt", "answered_unit", "answered_text", "answered_answered", "answered_board", "corrected"}


def sentence(alert: Alert, how_long: tuple[str, str]) -> tuple[str, str] | None:
    """None: not of the radio."""
    if alert.rule == "two_calls" and alert.severity == "emergency":
        return _emergency(alert, *how_long)
    found = _SENTENCES.get((alert.rule, alert.kind))
    return None if found is None else found(alert, *how_long)


def marks(alert: Alert) -> list[tuple[bool, str, str]]:
    """What is not certain of it. An emergency is certain enough."""
    doubt = not alert.certain and bool(alert.channel) and alert.severity != "emergency"
    cleared = alert.kind == "cleared"
    return [
        (doubt and cleared, "（应答对象不确定）", " (whom control answered is not certain)"),
        (doubt and not cleared, "（其间基地台失联）", " (the base station was out of touch meanwhile)"),
    ]


def who(alert: Alert) -> tuple[str, str]:
    """东门岗(100-4002): the post's name where the site's table has one."""
    if alert.unit_name and alert.unit:
        named = f"{alert.unit_name}({alert.unit})"
        return named, named
    return (alert.unit or "未知电台", alert.unit or "an unknown unit")


def _on(alert: Alert) -> tuple[str, str, str, str]:
    zh, en = who(alert)
    calls = alert.calls or 0
    return zh, en, alert.channel or "?", f"{calls} call{'' if calls == 1 else 's'}"


def _emergency(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, _ = _on(alert)
    if alert.kind == "escalation":
        return (
            f"紧急！{who_zh} 在 {channel} 发出紧急报警，已过 {zh} 无人确认，请主管立即处理",
            f"EMERGENCY from {who_en} on {channel}: nobody has acknowledged it for {en}. Supervisor, act now",
        )
    return (
        f"紧急！{who_zh} 在 {channel} 发出紧急报警，请立即应答并确认",
        f"EMERGENCY from {who_en} on {channel}. Answer and acknowledge at once",
    )


def _called(alert: Alert, _zh: str, _en: str) -> tuple[str, str]:
    who_zh, who_en, channel, calls = _on(alert)
    return (
        f"{who_zh} 在 {channel} 呼叫第 {alert.calls or 0} 次，请立即应答",
        f"{who_en} calls on {channel}: {calls} so far. Answer now",
    )


def _not_answered(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, calls = _on(alert)
    return (
        f"{who_zh} 在 {channel} 呼叫 {alert.calls or 0} 次，控制室未应答，已 {zh}，请立即应答",
        f"{who_en} called on {channel} ({calls}); control has not answered for {en}. Answer at once",
    )


def _climbed(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, calls = _on(alert)
    return (
        f"升级：{who_zh} 在 {channel} 呼叫 {alert.calls or 0} 次，无人处理，已过 {zh}，请主管处理",
        f"Escalated: {who_en} called on {channel} ({calls}) and nobody took it, {en} ago. Supervisor, see to it",
    )


def _answered(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, _ = _on(alert)
    if alert.reason in _REASONS:
        return f"对讲告警解除：{channel} {who_zh} 已应答，用时 {zh}", f"{who_en} on {channel} was answered after {en}"
    return f"对讲告警解除：{channel} {who_zh}", f"Radio alert cleared: {who_en} on {channel}"


def _missing(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, _ = _on(alert)
    if alert.reason == "source_offline":
        return (
            f"{channel} 的基站失去联系，无法点名，请检查",
            f"The base station of {channel} is out of touch: the roll-call cannot be judged. Check it",
        )
    return f"点名未到：{who_zh} 已 {zh} 没有通话，请呼叫确认", f"Not heard for {en}: {who_en}. Call and check"


def _heard(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    who_zh, who_en, channel, _ = _on(alert)
    if not alert.unit:
        return f"{channel} 的基站恢复联系，点名继续", f"The base station of {channel} is back: the roll-call goes on"
    return f"点名已到：{who_zh}，中断 {zh}", f"Heard again: {who_en}, after {en}"


_SENTENCES: dict[tuple[str, str], Sentence] = {
    ("two_calls", "warning"): _called,
    ("two_calls", "breach"): _not_answered,
    ("two_calls", "escalation"): _climbed,
    ("two_calls", "cleared"): _answered,
    ("promise", "warning"): lambda alert, zh, en: (
        f"请答复 {who(alert)[0]}：{zh} 前答应了答复（{alert.channel}）",
        f"Get back to {who(alert)[1]} on {alert.channel}: promised {en} ago",
    ),
    ("promise", "breach"): lambda alert, zh, en: (
        f"答应的答复已超时：{who(alert)[0]}（{alert.channel}），已 {zh}，请立即答复",
        f"The promised answer is overdue: {who(alert)[1]} on {alert.channel}, {en}. Answer at once",
    ),
    ("promise", "escalation"): lambda alert, zh, en: (
        f"升级：答应 {who(alert)[0]} 的答复已超时 {zh}，无人处理，请主管处理",
        f"Escalated: the answer promised to {who(alert)[1]} is overdue ({en}); nobody took it. Supervisor, see to it",
    ),
    ("promise", "cleared"): lambda alert, zh, en: (
        f"答复告警解除：{who(alert)[0]}，用时 {zh}",
        f"Promise alert cleared: {who(alert)[1]}, after {en}",
    ),
    ("roll_call", "breach"): _missing,
    ("roll_call", "cleared"): _heard,
}
