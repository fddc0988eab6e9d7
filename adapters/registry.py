"""Every kind of source and notifier, one line a kind: a new adapter adds its line here."""

from adapters import recordings
from adapters.kinds import NotifierKind, SourceKind
from adapters.notify import apprise, asterisk_call, mqtt, radio_text, webhook
from adapters.pbx import asterisk
from adapters.pbx import webhook as pbx_webhook
from adapters.radio.registry import KINDS
from adapters.radio.source import source_kind

SOURCES: dict[str, SourceKind] = {
    kind.name: kind
    for kind in (
        pbx_webhook.KIND,
        asterisk.KIND,
        recordings.KIND,
        *(source_kind(kind) for kind in KINDS),
    )
}
NOTIFIERS: dict[str, NotifierKind] = {
    kind.name: kind
    for kind in (
        apprise.KIND,
        asterisk_call.KIND,
        mqtt.KIND,
        radio_text.KIND,
        webhook.KIND,
    )
}
