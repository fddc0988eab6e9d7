"""What is said on the telephone: the alert's text made fit for a voice, the keys, and what a key has done."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

SPOKEN_MAX = 5  # alerts in one call: more nobody keeps in mind
_CHARS_MAX = 400  # of one alert: half a minute
_SIGNS = re.compile(r"\*{4}|\s*[→（）【】\[\]()][：:，,]?\s*")  # voices spell them: a pause says as much
_NUMBER = re.compile(r"(?<![\d.])\d{3,}(?![\d.]*\d)")  # of a line or a caller: said digit by digit
_AND_MORE = {"zh": "另有{}条告警，请看控制台。", "en": "And {} more alerts; see the console."}
_KEYS = {
    "zh": "确认请按{acknowledge}，无法处理请按{refuse}。",
    "en": "To acknowledge press {acknowledge}. If you cannot see to it press {refuse}.",
}
_CONFIRMED = {"zh": "已确认，谢谢。", "en": "Acknowledged. Thank you."}
_REFUSED = {"zh": "好的，将通知其他人。", "en": "All right. Others will be told."}
_NOT_KEPT = {
    "zh": "系统暂时无法记录，请致电值班室，稍后将再次呼叫。",
    "en": "This cannot be recorded now. Please call the desk; you will be called again.",
}
_LATE = {"zh": "此告警已由他人处理。", "en": "This has been seen to meanwhile."}


def alert_text(alerts: Sequence[Mapping[str, Any]], language: str, *, site: str, keys: tuple[str, str]) -> str:
    """All that one call says. `keys`: to acknowledge, to refuse."""
    said = [site, *(_speakable(str(alert["text"][language]), str(alert["incident"])) for alert in alerts[:SPOKEN_MAX])]
    if len(alerts) > SPOKEN_MAX:
        said.append(_AND_MORE[language].format(len(alerts) - SPOKEN_MAX))
    said.append(_KEYS[language].format(acknowledge=keys[0], refuse=keys[1]))
    return ("。" if language == "zh" else ". ").join(said)


def confirmed(language: str) -> str:
    return _CONFIRMED[language]


def refused(language: str) -> str:
    return _REFUSED[language]


def not_kept(language: str) -> str:
    return _NOT_KEPT[language]


def late(language: str) -> str:
    return _LATE[language]


def _speakable(text: str, number: str) -> str:
    """Without the record's number, which nobody remembers from a telephone, and without signs that voices spell."""
    text = text.removeprefix(f"【{number}】").removeprefix(f"[{number}] ")
    text = _SIGNS.sub(", ", text[:_CHARS_MAX])
    return _NUMBER.sub(lambda number: " ".join(number[0]), text)
