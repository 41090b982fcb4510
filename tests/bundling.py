"""Short ways to make bundles: a result of any marks, as an installation would have it, sealed with a key of our own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from heroes.adapters.signing import Ed25519Signer, fits
from heroes.domain import bundles
from heroes.domain.bundles.encoding import decode, encode
from heroes.domain.results import Criterion, Mark, digest, rank

SIGNER = Ed25519Signer(b"a seed for tests, 32 bytes long.")
OTHER = Ed25519Signer(b"another seed, 32 bytes as well..")
SALT = b"a salt for tests"
CRITERIA = (Criterion("Impact", Decimal(60)), Criterion("Craft", Decimal(40)))


SETTINGS: dict[str, Any] = {
    "method": "mean",
    "places": None,
    "draws": 20,
    "seed": 0,
    "tie_seed": None,
    "across_groups": False,
    "prior": True,
}


def source(
    marks: Sequence[Mark],
    criteria: Sequence[Criterion] = CRITERIA,
    entries: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bundles.Source:
    """A result of these marks with everything about it."""
    used = SETTINGS | dict(settings or {})
    ranked = rank(marks, criteria, entries=entries, **used)
    given: dict[str, Any] = {
        "program": "0.1.0",
        "made_at": "2026-07-01T12:00:00+00:00",
        "season": bundles.Named("small-2026", "Small Heroes 2026"),
        "category": bundles.Named("teams", "Teams"),
        "round": bundles.Named("written", "Written"),
        "criteria": criteria,
        "marks": marks,
        "settings": used,
        "ranks": {one.entry: one.rank for one in ranked.entries},
        "asked": used["method"],
        "reason": ranked.reason,
        "set_aside": [],
        "digest": digest(marks, criteria, used["method"]),
        "run": None,
        "audit_head": f"small-2026:7:{'a' * 64}",
    }
    return bundles.Source(**(given | changes))


def sealed(payload: bytes, signer: Ed25519Signer = SIGNER) -> bytes:
    """A file with a signature that fits, whatever the payload says."""
    signature = signer.sign(bundles.to_sign(payload))
    return bundles.seal(bundles.Envelope(signer.public, signature, payload))


def reworded(data: bytes, change: Any, signer: Ed25519Signer = SIGNER) -> bytes:
    """A file whose contents `change` has altered and somebody has signed anew."""
    value = decode(bundles.split(data).payload)
    change(value)
    return sealed(encode(value), signer)


def examined(data: bytes) -> bundles.Verdict | None:
    """What a reader finds who trusts nothing; None where the signature does not fit. Raises `BadBundle`."""
    envelope = bundles.split(data)
    if not fits(envelope.key, envelope.signature, bundles.to_sign(envelope.payload)):
        return None
    return bundles.recompute(bundles.read(envelope.payload))


def reproduced(data: bytes) -> bool:
    """Whether a reader finds that everything is as the marks give it."""
    try:
        verdict = examined(data)
    except bundles.BadBundle:
        return False
    return verdict is not None and verdict.difference is None
