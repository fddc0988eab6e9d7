"""A PBX that posts its events to us: Standard Webhooks, bearer or path token; canonical, sipgate or mapped bodies."""

from adapters.kinds import SourceKind
from adapters.pbx.webhook.sample import decode_sample
from adapters.pbx.webhook.settings import Settings, check, rules
from adapters.pbx.webhook.source import HookSource

KIND = SourceKind(name="pbx-webhook", settings=Settings, check=check, rules=rules, make=None)

__all__ = ["KIND", "HookSource", "Settings", "decode_sample"]
