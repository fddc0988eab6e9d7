"""Bytes for people to read, to send on, and to give back to `hotline-gateway decode`."""


def raw_text(raw: bytes) -> str:
    """As text where all of it can be printed and something of it seen, else as hexadecimal digits (`decode --hex`)."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw.hex()
    shows = not raw or text.strip()
    return text if shows and all(c.isprintable() or c in "\r\n\t" for c in text) else raw.hex()
