"""A record's names and verdicts in words, as pages and exports show them."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.web.pages.texts import Words

MARKS: Final = {"met": "✔", "breached": "■", "waived": "–", "open": "…"}  # any other: nobody can tell
Document = Mapping[str, Any]


def outcome(w: Words, record: Document) -> str:
    kind = "hail" if record["medium"] == "radio" else "outcome"
    return w.of(f"record.{kind}_{record['outcome']}", w.of(f"record.outcome_{record['outcome']}", record["outcome"]))


def rule(w: Words, name: str) -> str:
    return w.of(f"record.rule_{name}", name)


def verdict(w: Words, judged: Document) -> str:
    """In the ring or call and after how many seconds: 第2声 7.4 s."""
    parts = []
    if judged["verdict"] != "met":
        parts.append(w.of(f"record.verdict_{judged['verdict']}", judged["verdict"]))
    if judged["ring"]:
        parts.append(w("records.ring", n=judged["ring"]))
    elif judged["calls"]:
        parts.append(w("records.calls", n=judged["calls"]))
    if judged["seconds"] is not None:
        parts.append(f"{judged['seconds']:.1f} s")
    return " ".join(parts) or w("record.verdict_met")


def mark(judged: Document) -> str:
    return MARKS.get(judged["verdict"], "?")


def event(w: Words, what: str) -> str:
    return w.of(f"record.what_{what}", what.replace("_", " "))
