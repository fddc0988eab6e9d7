"""Recordings of what was spoken: from a recorder's uploads or its folder to clips beside the incidents."""

from adapters.kinds import SourceKind
from adapters.recordings.about import About, from_form
from adapters.recordings.recorder import Recorder
from adapters.recordings.refused import Refused
from adapters.recordings.settings import Settings, check, rules

KIND = SourceKind(name="recordings", settings=Settings, check=check, rules=rules, make=Recorder)

__all__ = ["KIND", "About", "Recorder", "Refused", "Settings", "from_form"]
