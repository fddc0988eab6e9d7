"""What `make run` shows in the terminal: how to reach the board, then each alert as it happens, in one language."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.notify.texts import texts
from gateway.app import Gateway
from gateway.demo_accounts import Entry
from gateway.logs import escaped
from rules.effects import Alert
from rules.moments import SECOND_US

Language = Literal["zh", "en"]

_STYLES = {
    "warning": "yellow",
    "breach": "bold red",
    "escalation": "bold magenta",
    "cleared": "green",
    "emergency": "bold white on red",
}
_KINDS = {"warning": "预警", "breach": "超时", "escalation": "升级", "cleared": "解除", "emergency": "紧急"}
_WORDS = {
    "zh": {
        "title": "热线网关：模拟热线与对讲正在呼叫",
        "board": "看板（点此链接登录，限用一次；以后用 token.txt 里的令牌）：",
        "accounts": "各角色的账号和密码（首次启动时随机生成，存于 accounts.txt）：",
        "mqtt": "MQTT",
        "folder": "数据与日志",
        "end": "按 Ctrl-C 结束。English: make run ARGS='--language en'",
        "alerts": "告警，随发生随显示：",
        "stopping": "正在结束……",
        "stopped": "已结束，没有留下任何进程。",
    },
    "en": {
        "title": "hotline-gateway: a simulated hotline and simulated radios call it",
        "board": "The board (this link signs you in, once; afterwards the token in token.txt does):",
        "accounts": "An account for each role (drawn at the first start, kept in accounts.txt):",
        "mqtt": "MQTT",
        "folder": "data, logs",
        "end": "Ctrl-C ends it. 中文：make run ARGS='--language zh'",
        "alerts": "Alerts, as they happen:",
        "stopping": "Stopping …",
        "stopped": "Stopped; nothing was left running.",
    },
}


def language_of(environment: Mapping[str, str]) -> Language:
    """The terminal's own, as POSIX names it: the first of these variables that is set counts."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if named.startswith("zh") else "en"


class Screen:
    """Writes to a terminal, or line by line to a file."""

    def __init__(self, console: Console, language: Language | None = None) -> None:
        self._console = console
        self._language: Language = language or language_of(os.environ)
        self._words = _WORDS[self._language]

    def greet(self, gateway: Gateway) -> None:
        config, words = gateway.config, self._words
        mqtt = next((n.settings.url for n in config.notifiers if n.kind.name == "mqtt"), "–")
        self._console.print(words["title"], style="bold")
        self._console.print(f"\n{words['board']}\n  {gateway.sign_in_link}\n")
        self._console.print(f"{words['mqtt']}: {mqtt}  hotline/{config.gateway.site}/alerts/#")
        self._console.print(f"{words['folder']}: {config.folder}")
        self._console.print(words["end"])

    def show_accounts(self, entries: Sequence[Entry]) -> None:
        """Who may sign in, then the alerts begin."""
        table = Table.grid(padding=(0, 2, 0, 0))
        for entry in entries:
            table.add_row("", entry.name, entry.password)
        self._console.print(f"\n{self._words['accounts']}")
        self._console.print(table)
        self._console.print(f"\n{self._words['alerts']}\n")

    def show(self, alert: Alert, zone: ZoneInfo) -> None:
        """One alert: on a terminal its words stay in a column of their own, in a file it is one line."""
        at = datetime.fromtimestamp(alert.raised_us / SECOND_US, zone).strftime("%H:%M:%S")
        said = texts(alert)
        told = "emergency" if alert.severity == "emergency" and alert.kind != "cleared" else alert.kind
        kind, words = (_KINDS[told], said.zh) if self._language == "zh" else (told, said.en)
        style = _STYLES[told]
        if not self._console.is_terminal:
            self._console.print(f"{at} {kind:<10} {escaped(words)}")
            return
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column()
        row.add_column()
        row.add_column(overflow="fold")
        row.add_row(
            Text(at, "dim"), Text(f"{kind:<4}" if self._language == "zh" else f"{kind:<10}", style), escaped(words)
        )
        self._console.print(row, soft_wrap=False)

    def stopping(self) -> None:
        self._console.print(f"\n{self._words['stopping']}", style="dim")

    def stopped(self) -> None:
        self._console.print(self._words["stopped"], style="dim")
