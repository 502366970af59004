"""How what accounts give out looks to the outside."""

import msgspec


class IssuedKeyShape(msgspec.Struct):
    """A token's key, shown this once."""

    key: str
