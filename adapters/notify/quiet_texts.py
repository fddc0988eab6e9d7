"""What an alert says that stands for many: how many, of what, how many still wait; and one that is only a test."""

from rules.effects import Alert

_OF = {
    ("three_rings", "warning"): ("来电响铃提醒", "ring warnings"),
    ("three_rings", "breach"): ("响铃超时未接", "calls not answered in time"),
    ("hold_checkin", "warning"): ("等候问候提醒", "hold warnings"),
    ("hold_checkin", "breach"): ("等候超时未问候", "callers on hold not greeted"),
    ("call_back", "warning"): ("回电提醒", "call-back warnings"),
    ("call_back", "breach"): ("未按时回电", "calls not returned in time"),
    ("inbound_only", "breach"): ("只打进的线路打出", "calls out on lines for incoming calls only"),
    ("two_calls", "warning"): ("电台呼叫提醒", "radio call warnings"),
    ("two_calls", "breach"): ("电台呼叫未应答", "radio calls not answered"),
    ("promise", "warning"): ("答复提醒", "reply warnings"),
    ("promise", "breach"): ("未按时答复", "promised replies not given"),
    ("roll_call", "breach"): ("岗位失联", "posts not heard"),
    ("source_online", "breach"): ("设备失联", "sources out of touch"),
    ("notifier_online", "breach"): ("通知渠道不通", "notifiers that do not deliver"),
    ("source_readable", "breach"): ("消息无法识别", "sources that nobody can read"),
    ("approval", "breach"): ("规则待批准", "rule sets to be approved"),
    ("on_duty", "breach"): ("岗位无人值班", "roles without anybody on duty"),
    ("plan_step", "breach"): ("预案步骤超时", "steps of plans overdue"),
    ("undecided", "breach"): ("事件无法处理", "events that could not be processed"),
}
_ENDS = {
    "maintenance": ("维护静默结束", "The maintenance is over", "未通知", "not told"),
    "after_hours": ("非服务时间结束", "Service hours begin", "只作记录", "only recorded"),
}


def sentence(alert: Alert, how_long: tuple[str, str]) -> tuple[str, str] | None:
    """None: it stands for itself."""
    if alert.rule == "test":
        return _test(alert)
    if alert.count is None:
        return None
    if alert.rule in _ENDS:
        return _window_over(alert)
    return _storm(alert, *how_long)


def marks(alert: Alert) -> list[tuple[bool, str, str]]:
    """`source_online` cleared: what was not told of its calls meanwhile, and still waits."""
    waiting = alert.count is None and alert.waiting is not None
    return [
        (
            waiting,
            f"；其间 {alert.waiting} 条告警未单独通知，请查看",
            f"; meanwhile {alert.waiting} alerts were not told one by one: look at them",
        )
    ]


def _test(alert: Alert) -> tuple[str, str]:
    return (
        f"【测试】这是一条测试告警，无需处理（{alert.reason} 发起）",
        f"[TEST] This is only a test alert: nothing to do (sent by {alert.reason})",
    )


def _window_over(alert: Alert) -> tuple[str, str]:
    zh, en, kept_zh, kept_en = _ENDS[alert.rule]
    why_zh, why_en = (f"（{alert.reason}）", f" ({alert.reason})") if alert.reason else ("", "")
    left_zh, left_en = _left(alert)
    return (
        f"{zh}{why_zh}：期间 {alert.count} 条告警{kept_zh}{left_zh}",
        f"{en}{why_en}: {alert.count} alerts were {kept_en} meanwhile{left_en}",
    )


def _storm(alert: Alert, zh: str, en: str) -> tuple[str, str]:
    of_zh, of_en = _OF.get((alert.rule, "breach" if alert.kind == "cleared" else alert.kind), (alert.rule, alert.rule))
    place = alert.channel or alert.source
    at_zh, at_en = (f"（{place}）", f" at {place}") if place else ("", "")
    if alert.kind == "cleared":
        left_zh, left_en = _left(alert)
        return (
            f"告警集中结束：{of_zh}{at_zh}，合并 {alert.count} 条{left_zh}",
            f"The storm is over: {of_en}{at_en}, {alert.count} in one line{left_en}",
        )
    since_zh, since_en = (f"，最早 {zh}前", f", the oldest since {en} ago") if alert.waiting else ("", "")
    left_zh, left_en = _left(alert)
    before_zh, before_en = "", ""
    if alert.reason == "nobody_notified":
        before_zh, before_en = "此前未送达任何人：", "It has reached nobody so far. "
    more_zh, more_en = f"另有 {alert.count} 条合并通知", f"{alert.count} more in this line"
    if alert.reason == "storm_so_far":
        more_zh, more_en = f"至少另有 {alert.count} 条合并通知，仍在计数", f"at least {more_en}, still counting"
    return (
        f"{before_zh}告警集中：{of_zh}{at_zh}，{more_zh}{left_zh}{since_zh}",
        f"{before_en}Many at once: {of_en}{at_en}, {more_en}{left_en}{since_en}",
    )


def _left(alert: Alert) -> tuple[str, str]:
    if not alert.waiting:
        return "", ""
    return f"，其中 {alert.waiting} 条仍待处理，请处理", f"; {alert.waiting} of them still wait: see to them"
