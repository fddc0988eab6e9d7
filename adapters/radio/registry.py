"""Every kind of base station, one line a kind: a new one adds its line here."""

from adapters.radio import (
    aprs_kiss,
    asterisk_rpt,
    cor_lines,
    dmr_module,
    hytera,
    kenwood_fleetsync,
    line_table,
    meshtastic,
    mmdvm_mqtt,
    selcall_text,
    svxlink,
    tait_ccdi,
    tetra_pei,
    vox,
)
from adapters.radio.kind import RadioKind

KINDS: tuple[RadioKind, ...] = (
    aprs_kiss.KIND,
    asterisk_rpt.KIND,
    cor_lines.KIND,
    dmr_module.KIND,
    hytera.KIND,
    kenwood_fleetsync.KIND,
    line_table.KIND,
    meshtastic.KIND,
    mmdvm_mqtt.KIND,
    selcall_text.KIND,
    svxlink.KIND,
    tait_ccdi.KIND,
    tetra_pei.KIND,
    vox.KIND,
)
