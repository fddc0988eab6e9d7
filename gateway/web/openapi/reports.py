"""Reports: key figures with what they are made of, over all and by their parts."""

from gateway.reports.report import KPIS, PARTS
from gateway.web.openapi.operations import get, query
from gateway.web.openapi.shapes import NUMBER, TEXT, WHOLE, Schema, many, maybe, record
from gateway.web.reporting import DAYS_MAX, HOURS

_DAY: Schema = TEXT | {"format": "date", "examples": ["2026-11-21"]}
_HOURS: Schema = TEXT | {"enum": list(HOURS)}
_BY = ["", *dict.fromkeys(name for names in PARTS.values() for name in names)]
_ROW: Schema = record(
    "`numerator` ÷ `denominator`; what is not counted, not measurable or open is no part of the denominator.",
    {
        "kpi": TEXT | {"enum": list(KPIS)},
        "by": TEXT | {"enum": _BY, "description": "empty: over all"},
        "part": TEXT | {"description": "which line, channel, unit, hour …"},
        "hours": _HOURS,
        "percent": maybe(NUMBER),
        "numerator": WHOLE,
        "denominator": WHOLE,
        "not_counted": WHOLE,
        "not_measurable": WHOLE,
        "open": WHOLE,
        "by_source_clock": maybe(WHOLE | {"description": "of the denominator: timed by the source's own clock"}),
        "by_receipt_clock": maybe(WHOLE),
        "rule_sets": many(TEXT | {"description": "the version of one that judged"}),
        "times": maybe(
            record(
                "How long responses took, in time and late ones together.",
                {"responses": WHOLE, **dict.fromkeys(("mean_s", "p50_s", "p90_s", "p95_s", "max_s"), NUMBER)},
            )
        ),
        "formula": TEXT | {"description": "in words"},
    },
)

SCHEMAS: Schema = {
    "Report": record(
        "Days are the site's own, from midnight to midnight.",
        {
            "from": _DAY,
            "to": _DAY,
            "timezone": TEXT,
            "rule_set": TEXT | {"description": "in force now"},
            "items": many(_ROW),
        },
    )
}


def paths() -> Schema:
    asked = [
        query("from", _DAY, f"The first day; a week before `to` without it. At most {DAYS_MAX} days"),
        query("to", _DAY, "The last day; today without it"),
        query("hours", _HOURS, "For the parts; the figures over all are told for all hours and for those of service"),
    ]
    return {"/api/v1/reports": get("Key figures, each with what it is made of", "Report", asked, conflict=True)}
