"""Telephone systems: each kind a codec without I/O, a normaliser, a link where we keep one up."""
