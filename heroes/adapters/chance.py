"""Where random bits come from."""

import random
import secrets
from typing import Protocol

_ALPHABET = "abcdefghjkmnpqrstvwxyz0123456789"


class Chance(Protocol):
    """A source of random bits."""

    def token_hex(self, size: int) -> str:
        """`size` random bytes as hexadecimal digits."""
        ...

    def choice_below(self, limit: int) -> int:
        """A random whole number from 0 up to but without `limit`."""
        ...


class SystemChance:
    """The operating system's secure source."""

    def token_hex(self, size: int) -> str:
        """`size` random bytes as hexadecimal digits."""
        return secrets.token_hex(size)

    def choice_below(self, limit: int) -> int:
        """A random whole number from 0 up to but without `limit`."""
        return secrets.randbelow(limit)


class SeededChance:
    """The same bits every time: the twin for tests that compare two worlds and for building a demo."""

    def __init__(self, seed: int) -> None:
        """Start from a seed."""
        self._random = random.Random(seed)

    def token_hex(self, size: int) -> str:
        """`size` bytes of the seeded sequence as hexadecimal digits."""
        return self._random.randbytes(size).hex()

    def choice_below(self, limit: int) -> int:
        """The next whole number of the seeded sequence below `limit`."""
        return self._random.randrange(limit)


def handle(chance: Chance, length: int = 13) -> str:
    """A short random name for addresses, of 5 bits a letter; it cannot be counted, and is no secret."""
    bits = int(chance.token_hex(length), 16)
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(length))
