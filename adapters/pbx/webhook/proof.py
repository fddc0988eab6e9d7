"""What proved that a request is its source's, or why nothing did."""

from typing import Final, NamedTuple


class Proven(NamedTuple):
    """What proved it: signature, vendor_signature, bearer, path_token or unsigned (allowed by the configuration)."""

    by: str


class Refused(NamedTuple):
    """Why not: the header at fault, what is wrong with it, and the cure."""

    field: str
    detail: str
    cure: str


SIGNED: Final = Proven("signature")
BY_VENDOR: Final = Proven("vendor_signature")
COVERS_THE_BODY: Final = frozenset({SIGNED.by, BY_VENDOR.by})  # and nothing that the address tells beside it
