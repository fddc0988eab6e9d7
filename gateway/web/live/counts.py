"""What the metrics counted since the gateway began, as a page shows it."""

from collections import Counter

from prometheus_client import CollectorRegistry


def by_label(registry: CollectorRegistry, metric: str, label: str) -> Counter[str]:
    """Sums of a counter or gauge, by the values of one of its labels."""
    found: Counter[str] = Counter()
    for family in registry.collect():
        if family.name == metric:
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    found[sample.labels.get(label, "")] += round(sample.value)
    return found


def total(registry: CollectorRegistry, metric: str) -> int:
    return by_label(registry, metric, "").total()
