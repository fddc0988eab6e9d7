"""A recording that is not taken."""


class Refused(Exception):
    """Why not, in words for who sent it."""
