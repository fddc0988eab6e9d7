"""Every kind of source and notifier, one line a kind: a new adapter adds its line here."""

from adapters import recordings
from adapters.kinds import NotifierKind, SourceKind
from adapters.notify import mqtt, webhook
from adapters.pbx import asterisk
from adapters.pbx import webhook as pbx_webhook

SOURCES: dict[str, SourceKind] = {
    kind.name: kind
    for kind in (
        pbx_webhook.KIND,
        asterisk.KIND,
        recordings.KIND,
    )
}
NOTIFIERS: dict[str, NotifierKind] = {
    kind.name: kind
    for kind in (
        mqtt.KIND,
        webhook.KIND,
    )
}
