"""How TETRA writes text in octets (EN 300 392-2 §29.5.4): a number names the alphabet."""

_CODECS = {
    **{number: f"iso8859_{number}" for number in range(1, 11)},
    11: "iso8859_13",
    12: "iso8859_14",
    13: "iso8859_15",
    14: "cp437",
    15: "cp737",
    16: "cp850",
    17: "cp852",
    18: "cp855",
    19: "cp857",
    20: "cp860",
    21: "cp861",
    22: "cp863",
    23: "cp865",
    24: "cp866",
    25: "cp869",
    26: "utf_16_be",
}
SEVEN_BIT, LATIN_1, UTF_16 = 0, 1, 26
# The GSM alphabet (3GPP TS 23.038 §6.2.1), 7 bits a character.
_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def decoded(alphabet: int, data: bytes, bits: int | None = None) -> str:
    """`bits`: how many of the octets' bits are text, where told; in 7-bit text the last ones may be none."""
    if alphabet == SEVEN_BIT:
        return _seven_bit(data, bits)
    return data.decode(_CODECS.get(alphabet, "iso8859_1"), "replace").rstrip("\0")


def encoded(text: str) -> tuple[int, bytes]:
    """The number of the alphabet, and the octets."""
    try:
        return LATIN_1, text.encode("iso8859_1")
    except UnicodeEncodeError:
        return UTF_16, text.encode("utf_16_be")


def _seven_bit(data: bytes, bits: int | None) -> str:
    available = len(data) * 8
    count = (available if bits is None or bits > available else bits) // 7
    packed = int.from_bytes(data, "little")
    text = "".join(_GSM[packed >> 7 * place & 0x7F] for place in range(count))
    # Seven spare bits look like one more "@".
    return text[:-1] if count * 7 == available and text.endswith("@") else text
