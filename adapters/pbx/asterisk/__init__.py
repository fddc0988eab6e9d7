"""Asterisk, and what is built on it (FreePBX, Issabel …), heard over its manager interface (AMI)."""

from adapters.kinds import SourceKind
from adapters.pbx.asterisk.link import Link
from adapters.pbx.asterisk.recording import decode_recording
from adapters.pbx.asterisk.settings import Settings, check, rules

KIND = SourceKind(name="asterisk-ami", settings=Settings, check=check, rules=rules, make=Link)

__all__ = ["KIND", "Link", "Settings", "decode_recording"]
