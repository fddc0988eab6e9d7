"""The sentence of each rule and kind of alert, in Chinese and English; those of the radio and of silence beside it."""

from collections.abc import Callable
from typing import NamedTuple


class Text(NamedTuple):
    zh: str
    en: str


class Facts(NamedTuple):
    """An alert's facts, ready to be put into a sentence."""

    who: str  # 138****8000 → 4001
    caller: str
    line: str
    ring: int
    source: str
    about: str
    zh: str  # how long: 15.0 秒
    en: str  # how long: 15.0 s


def _ring_zh(f: Facts) -> str:
    return f"（第 {f.ring} 声）" if f.ring else ""


def _ring_en(f: Facts) -> str:
    return f" (ring {f.ring})" if f.ring else ""


def plain(f: Facts) -> Text:
    return Text(f"请处理：{f.who}", f"See to it: {f.who}")


# What a matter is told after somebody has taken notice of it, by its reason.
FOLLOWED: dict[str, Callable[[Facts], Text]] = {
    "handed_over": lambda f: Text(
        f"转交给您：{f.who}，已过 {f.zh}，请确认接手",
        f"Handed to you: {f.who}, {f.en} ago. Acknowledge to take it",
    ),
    "not_taken": lambda f: Text(
        f"转交后无人接手：{f.who}，已过 {f.zh}，请处理",
        f"Handed over, and nobody took it: {f.who}, {f.en} ago. See to it",
    ),
    "not_acted": lambda f: Text(
        f"升级：已确认但未处理：{f.who}，已过 {f.zh}，请主管处理",
        f"Escalated: acknowledged, and nothing was done: {f.who}, {f.en} ago. Supervisor, see to it",
    ),
    "snooze_over": lambda f: Text(
        f"暂缓时间已到，仍未处理：{f.who}，已过 {f.zh}，请处理",
        f"Put off, and due again: {f.who}, {f.en} ago. See to it",
    ),
}
SENTENCES: dict[tuple[str, str], Callable[[Facts], Text]] = {
    ("three_rings", "warning"): lambda f: Text(
        f"来电响铃{_ring_zh(f)}：{f.who}，已响 {f.zh}，请接听",
        f"Ringing{_ring_en(f)}: {f.who}, for {f.en}. Answer it",
    ),
    ("three_rings", "breach"): lambda f: Text(
        f"响铃超时未接{_ring_zh(f)}：{f.who}，已响 {f.zh}，请立即接听",
        f"Not answered in time{_ring_en(f)}: {f.who}, ringing for {f.en}. Answer at once",
    ),
    ("three_rings", "escalation"): lambda f: Text(
        f"升级：响铃超时未接，无人处理：{f.who}，已过 {f.zh}，请主管处理",
        f"Escalated: not answered in time and nobody took it: {f.who}, {f.en} ago. Supervisor, see to it",
    ),
    ("three_rings", "cleared"): lambda f: Text(
        f"响铃告警解除：{f.who}，用时 {f.zh}",
        f"Ring alert cleared: {f.who}, after {f.en}",
    ),
    ("hold_checkin", "warning"): lambda f: Text(
        f"客户仍在等候：{f.who}，距上次问候 {f.zh}，请问候客户",
        f"Still on hold: {f.who}, last greeted {f.en} ago. Greet the caller",
    ),
    ("hold_checkin", "breach"): lambda f: Text(
        f"等候超时未问候：{f.who}，已 {f.zh}，请立即取回通话或问候",
        f"On hold and not greeted: {f.who}, for {f.en}. Retrieve the call or greet the caller at once",
    ),
    ("hold_checkin", "cleared"): lambda f: Text(
        f"等候告警解除：{f.who}，用时 {f.zh}",
        f"Hold alert cleared: {f.who}, after {f.en}",
    ),
    ("call_back", "warning"): lambda f: Text(
        f"请回电：{f.caller} 的来电未接，已过 {f.zh}",
        f"Call back {f.caller}: the call was missed {f.en} ago",
    ),
    ("call_back", "breach"): lambda f: Text(
        f"未按时回电：{f.caller} 的来电未接，已过 {f.zh}，请立即回电",
        f"Not called back in time: {f.caller}, missed {f.en} ago. Call back at once",
    ),
    ("call_back", "cleared"): lambda f: Text(
        f"回电告警解除：{f.caller}，用时 {f.zh}",
        f"Call-back alert cleared: {f.caller}, after {f.en}",
    ),
    ("plan_step", "breach"): lambda f: Text(
        f"预案步骤超时未完成：{f.who}，已过 {f.zh}，请看“应急”页",
        f"A step of an emergency plan is overdue: {f.who}, {f.en} after its start. See the page Emergency",
    ),
    ("plan_step", "cleared"): lambda f: Text(
        f"预案步骤已处理：{f.who}，用时 {f.zh}",
        f"The plan's step is settled: {f.who}, after {f.en}",
    ),
    ("inbound_only", "breach"): lambda f: Text(
        f"只打进的线路打出了电话：{f.line}，请查明",
        f"A line for incoming calls only was dialled out on: {f.line}. Find out why",
    ),
    ("source_online", "breach"): lambda f: Text(
        f"与 {f.source} 失去联系，已 {f.zh}，来电可能未被看到，请检查",
        f"No contact with {f.source} for {f.en}; calls may go unseen. Check it",
    ),
    ("source_online", "cleared"): lambda f: Text(
        f"与 {f.source} 恢复联系，中断 {f.zh}",
        f"Contact with {f.source} restored, lost for {f.en}",
    ),
    ("source_online", "escalation"): lambda f: Text(
        f"升级：与 {f.source} 失去联系已 {f.zh}，无人处理，请主管处理",
        f"Escalated: no contact with {f.source} for {f.en}, and nobody took it. Supervisor, see to it",
    ),
    ("notifier_online", "breach"): lambda f: Text(
        f"通知渠道 {f.about} 已 {f.zh}未能送出，经它的告警到不了人，请检查",
        f"The notifier {f.about} has delivered nothing for {f.en}; alerts by it reach nobody. Check it",
    ),
    ("notifier_online", "escalation"): lambda f: Text(
        f"升级：通知渠道 {f.about} 已 {f.zh}未能送出，无人处理，请主管处理",
        f"Escalated: the notifier {f.about} has delivered nothing for {f.en}, nobody took it. Supervisor, see to it",
    ),
    ("notifier_online", "cleared"): lambda f: Text(
        f"通知渠道 {f.about} 已恢复，中断 {f.zh}",
        f"The notifier {f.about} delivers again, after {f.en}",
    ),
    ("source_readable", "breach"): lambda f: Text(
        f"{f.source} 发来的消息无法识别，来电可能未被看到，请检查它是否升级或改了设置",
        f"{f.source} sends what nobody can read; calls may go unseen. Was it upgraded, or set otherwise? Check it",
    ),
    ("source_readable", "escalation"): lambda f: Text(
        f"升级：{f.source} 发来的消息已 {f.zh}无法识别，无人处理，请主管处理",
        f"Escalated: {f.source} has sent for {f.en} what nobody can read, and nobody took it. Supervisor, see to it",
    ),
    ("source_readable", "cleared"): lambda f: Text(
        f"{f.source} 近来没有再发无法识别的消息",
        f"{f.source} has sent nothing unreadable for a while",
    ),
    ("approval", "breach"): lambda f: Text(
        f"现行规则 {f.about} {f.zh}来未经批准或复审逾期，请在“规则”页批准",
        f"The rules in force ({f.about}) wait for approval or review since {f.en}. Approve them on the page of rules",
    ),
    ("approval", "escalation"): lambda f: Text(
        f"升级：现行规则 {f.about} 仍未批准，请主管处理",
        f"Escalated: the rules in force ({f.about}) are still not approved. Supervisor, see to it",
    ),
    ("approval", "cleared"): lambda f: Text(
        f"规则 {f.about} 的批准提醒结束：已批准，或已被新规则取代",
        f"The rules {f.about} wait no more: approved, or replaced",
    ),
    ("on_duty", "breach"): lambda f: Text(
        f"无人值班：告警要找“{f.about}”，此刻没有可联系的人，请安排",
        f"Nobody on duty: an alert asked for {f.about}, and nobody can be reached now. See who stands in",
    ),
    ("on_duty", "escalation"): lambda f: Text(
        f"升级：“{f.about}”仍无人值班，请主管安排",
        f"Escalated: still nobody on duty for {f.about}. Supervisor, see who stands in",
    ),
    ("on_duty", "cleared"): lambda f: Text(
        f"“{f.about}”已有人值班",
        f"Somebody is on duty for {f.about} again",
    ),
    ("undecided", "breach"): lambda _: Text(
        "有一条事件无法处理，已原样记入日志，请通知维护人员",
        "An event could not be processed; it is kept in the journal as it came. Tell the operator",
    ),
    ("notify", "escalation"): lambda f: Text(
        f"告警未送达任何人：{f.who}，请当面通知值班人员",
        f"An alert reached nobody: {f.who}. Tell the desk in person",
    ),
    ("acknowledge", "escalation"): lambda f: Text(
        f"升级：告警 {f.zh} 无人确认：{f.who}，请主管处理",
        f"Escalated: not acknowledged for {f.en}: {f.who}. Supervisor, see to it",
    ),
    ("", "escalation"): lambda f: Text(
        f"升级：无人处理：{f.who}，已过 {f.zh}，请主管处理",
        f"Escalated: nobody took it: {f.who}, {f.en} ago. Supervisor, see to it",
    ),
    ("", "cleared"): lambda f: Text(f"告警解除：{f.who}", f"Alert cleared: {f.who}"),
}
SENTENCES["notify", "breach"] = SENTENCES["notify", "escalation"]
SENTENCES["acknowledge", "breach"] = SENTENCES["acknowledge", "escalation"]
