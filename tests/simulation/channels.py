"""The radio channels of a stretch, by the way in which their stations are reached."""

from typing import Literal

Channel = str  # the source: a key of tests.simulation.stations.KINDS
SignalName = Literal["page", "emergency", "status", "text", "seen", "ack", "answered"]
CHANNELS: tuple[Channel, ...] = ("gate", "yard")  # of every stretch; of the others each has a few
STREAMS: tuple[Channel, ...] = ("dmr", "tetra", "svxlink", "rpt", "lines", "tones", "aprs", "mesh")
DATAGRAMS: tuple[Channel, ...] = ("hytera", "table", "vox")
PUBLISHED: tuple[Channel, ...] = ("mmdvm", "meshes")
SIGNALS: dict[Channel, tuple[SignalName, ...]] = {
    "yard": ("page", "emergency", "status", "text"),
    "dmr": ("page", "text"),
    "hytera": ("page", "text"),
    "tetra": ("emergency", "status", "text"),
    "rpt": ("page", "emergency", "status"),
    "table": ("page", "page", "emergency", "status", "text", "seen", "ack", "answered"),
    "mmdvm": ("page", "emergency", "ack"),
    "aprs": ("emergency", "status", "seen"),
    "mesh": ("page", "seen"),
    "meshes": ("page",),
}
