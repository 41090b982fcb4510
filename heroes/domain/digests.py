"""Canonical bytes and their fingerprints: the same facts give the same digest on every machine, for ever."""

import hashlib
import hmac
import json
from datetime import datetime
from decimal import Decimal
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces and UTF-8; instants as ISO 8601, decimals as plain strings."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    ).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"{type(value).__name__} has no canonical form")


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def keyed(key: bytes, *parts: bytes) -> str:
    """HMAC-SHA-256 over length-prefixed parts, as 64 hexadecimal digits; no two lists of parts collide."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(len(part).to_bytes(8, "big"))
        mac.update(part)
    return mac.hexdigest()
