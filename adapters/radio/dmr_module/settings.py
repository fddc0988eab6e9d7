"""What a [[source]] table of kind dmr-module may hold."""

from typing import Literal

from adapters.radio.dmr_module.codec import Span
from adapters.radio.settings import RadioSettings

Dialect = Literal["wonder", "prize", "nicerf"]


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    """`dialect`: what the module's status 01 … 04 mean: see docs/adapters/radio-dmr-module.md.

    `checksum`: what the sum is built over; "either" takes both.
    """

    dialect: Dialect = "wonder"
    checksum: Span = "either"
