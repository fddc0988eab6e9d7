"""The topics we publish and listen to; docs/asyncapi.yaml documents them."""


def level(name: str) -> str:
    """`name` as one level of a topic: letters, digits, - _ and dots stay, all else becomes _.

    + # / are MQTT's own; brokers that map topics to other names (NATS) refuse blanks and * > as well.
    """
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name) or "_"


def alert_topic(site: str, rule: str) -> str:
    return f"hotline/{level(site)}/alerts/{level(rule)}"


def availability_topic(site: str) -> str:
    return f"hotline/{level(site)}/gateway/availability"


def heartbeat_topic(site: str) -> str:
    return f"hotline/{level(site)}/gateway/heartbeat"


def source_topic(site: str, source: str) -> str:
    return f"hotline/{level(site)}/sources/{level(source)}"


def acknowledge_topic(site: str) -> str:
    return f"hotline/{level(site)}/commands/acknowledge"
