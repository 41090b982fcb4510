"""Signatures that anybody can check: Ed25519, of an installation's own key."""

import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32


class Signer(Protocol):
    """Something that holds a key and signs with it."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same for the same message."""
        ...


class Ed25519Signer:
    """Signs with the key that belongs to a secret seed. It does no I/O, so it is its own twin in tests."""

    def __init__(self, seed: bytes) -> None:
        """Take a seed of 32 bytes; raises ValueError for another length."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same for the same message."""
        return self._key.sign(message)


def fits(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this signature was made over this message with the key's other half. Whatever it is given, it answers."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """A public key for people to compare: the first 128 bits of its SHA-256, in groups of four digits."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return "-".join(digits[at : at + 4] for at in range(0, 32, 4))


def same_fingerprint(one: str, other: str) -> bool:
    """Whether two fingerprints are equal, however somebody spaced or capitalised them."""
    return _digits(one) == _digits(other)


def _digits(text: str) -> str:
    return "".join(character for character in text.lower() if character not in "-: ")
