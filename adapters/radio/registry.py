"""Every kind of base station, one line a kind: a new one adds its line here."""

from adapters.radio import svxlink, tait_ccdi
from adapters.radio.kind import RadioKind

KINDS: tuple[RadioKind, ...] = (
    svxlink.KIND,
    tait_ccdi.KIND,
)
