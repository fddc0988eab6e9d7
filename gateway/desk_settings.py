"""What the site gives its desk to work with: wording, kinds of matters, quick messages, who has which number, and what
to do in an emergency.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any, NamedTuple

import msgspec

from adapters.kinds import Problem
from gateway.directory_file import Resident
from gateway.emergency.settings import Emergency, emergency
from gateway.reading import shown
from rules.phone_numbers import number_key

_TEXT_CHARS_MAX = 200
_TEXTS_MAX = 40
PLACES = ("site", "name", "number", "caller", "unit", "place", "matter", "person", "handling")


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [desk] table."""

    kinds: tuple[str, ...] = ("报修", "投诉", "咨询", "求助", "建议", "表扬", "其他")  # of what a call is about
    quick: tuple[str, ...] = ("已派人到场", "已转工程", "已转秩序", "已答复", "等候对方回复")  # notes of one key
    missed_call_bypasses_mute: bool = False  # a call that rings too long sounds also where the sound is muted


class Prompts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [prompts] table: what the desk says. {number} and {name} are the employee's, {caller} and {unit} what the
    directory knows of the caller, {place}, {matter}, {person} and {handling} what stands in the record; and {site}.
    """

    greeting: str = "您好，{site}服务热线，{number} 号为您服务，请讲。"  # S4 篇5 §3.1.3
    received: str = "收到，请讲。"  # to a unit that hails; S4 篇5 §3.3 a
    wait: str = "请稍等，我问清后马上答复您。"
    hold: str = "让您久等了，正在为您处理，请再稍等。"  # S4 篇5 §3.1.4
    read_back: str = "我重复一下：{place}，{matter}，{handling}，对吗？"
    closing: str = "已记录，处理后会给您回音。再见。"


class DirectoryTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [directory] table."""

    file: str | None = None  # CSV: number,name,unit,notes,language,vip,sensitive or 电话,姓名,房号,备注,语言,重要,敏感


class DeskTables(NamedTuple):
    """All that the configuration says of it."""

    settings: DeskSettings = DeskSettings()
    prompts: Prompts = Prompts()
    directory: DirectoryTable = DirectoryTable()
    residents: Mapping[str, Resident] = {}
    emergency: Emergency = Emergency((), ())


class Desk:
    """What holds now; a SIGHUP may change it."""

    def __init__(self, tables: DeskTables | None = None) -> None:
        self.take(tables or DeskTables(emergency=emergency((), ())))

    def take(self, tables: DeskTables) -> None:
        self.tables = tables

    def resident(self, number: str) -> Resident | None:
        key = number_key(number)
        return self.tables.residents.get(key) if key else None

    def document(self) -> dict[str, Any]:
        """As the board is told."""
        told: dict[str, Any] = msgspec.to_builtins(self.tables.settings)
        return told | {"prompts": msgspec.to_builtins(self.tables.prompts)}


def check_desk(settings: DeskSettings, prompts: Prompts) -> Iterator[Problem]:
    """The [desk] and [prompts] tables."""
    for key in ("kinds", "quick"):
        texts: tuple[str, ...] = getattr(settings, key)
        if len(texts) > _TEXTS_MAX or len(set(texts)) < len(texts):
            cure = f"at most {_TEXTS_MAX}, each once: nobody finds one among more"
            yield Problem(f"desk.{key}", shown("", list(texts)), cure)
        for text in texts:
            if not text.strip() or len(text) > _TEXT_CHARS_MAX:
                yield Problem(f"desk.{key}", shown("", text), f"a text of 1 to {_TEXT_CHARS_MAX} characters")
    for field in msgspec.structs.fields(prompts):
        text = getattr(prompts, field.name)
        if why := _wrong_prompt(text):
            yield Problem(f"prompts.{field.name}", shown("", text), why)


def _wrong_prompt(text: str) -> str:
    known = "known places: " + ", ".join(f"{{{name}}}" for name in PLACES)
    if len(text) > _TEXT_CHARS_MAX:
        return f"at most {_TEXT_CHARS_MAX} characters: it is said aloud"
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        return f"{error}; {known}; write {{{{ for a brace itself"
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACES or form or conversion):
            return f"unknown place {{{name}}}; {known}"
    return ""
