"""The fingerprint of what a result was computed from."""

from collections.abc import Iterable, Sequence

from heroes.domain.counting.digests import fingerprint
from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.reviews import read_judging
from heroes.domain.results.methods import apply_method


def digest(marks: Iterable[Mark], criteria: Sequence[Criterion], method: str) -> str:
    """SHA-256 (hex) of the marks that count, with criteria, weights and the method used; see `fingerprint`.

    Raises as `rank` does.
    """
    kept = list(marks)
    used, _, _ = apply_method(read_judging(kept, criteria), method)
    return fingerprint(kept, criteria, used)
