"""What reports may tell."""

from typing import Literal

import msgspec

IdentifyStaff = Literal["none", "number", "name"]


class ReportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [reports] table."""

    identify_staff: IdentifyStaff = "number"  # how a report names who answered; none: no figures by person
