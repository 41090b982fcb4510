"""The fingerprint of what a result was computed from."""

from collections.abc import Iterable, Sequence

from heroes.domain.counting.digests import fingerprint
from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.methods import METHODS
from heroes.domain.results.calibrated import read_panelled
from heroes.domain.results.methods import FUNCTIONS
from heroes.domain.results.ranking import ranking_of
from heroes.domain.results.threads import one_thread


def digest(marks: Iterable[Mark], criteria: Sequence[Criterion], method: str) -> str:
    """SHA-256 (hex) of the marks that count, with criteria, weights and the method used; see `fingerprint`.

    Raises as `rank` does.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method “{method}”: known are {', '.join(METHODS)}.")
    kept = list(marks)
    panel = read_panelled(kept, criteria)
    used = method
    if method in FUNCTIONS or panel.why_no_model is not None:
        with one_thread():
            used = ranking_of(kept, panel, method, prior=True).used
    return fingerprint(kept, criteria, used)
