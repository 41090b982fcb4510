"""The fingerprint of what a result was computed from."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from heroes.domain.counting.marks import Criterion, Mark, decimal_of
from heroes.domain.counting.methods import METHODS
from heroes.domain.counting.reviews import Judging, read_judging
from heroes.domain.counting.wording import plain
from heroes.domain.results.calibrated import why_no_model
from heroes.domain.results.methods import FUNCTIONS, Instead


def digest(marks: Iterable[Mark], criteria: Sequence[Criterion], method: str) -> str:
    """SHA-256 (hex) of the marks that count, with criteria, weights and method.

    The bytes hashed are a CSV in UTF-8: every field in double quotes, a double quote inside one doubled,
    commas between fields, one line feed after every line including the last, no header, no spaces added:

        "method",<id of the method used, which may not be the one asked>
        "criterion",<name>,<weight>,<low>,<high>        one per criterion, in the declared order
        "mark",<entry>,<judge>,<criterion>,<value>      one per counted mark

    The mark lines are sorted by entry, judge and criterion, each compared by code points. Numbers are in
    plain notation without exponent, plus sign, idle zeros or a trailing point, zero is "0": 9, 9.0 and 9E0
    agree. Abstentions, and reviews that the method does not count, are left out; the order of `marks`
    makes no difference, the order of `criteria` does because it can break a tie.

    Raises as `rank` does.
    """
    kept = list(marks)
    used, counted = _counted(read_judging(kept, criteria), method)
    lines: list[tuple[str, ...]] = [("method", used)]
    lines += [
        ("criterion", criterion.name, plain(criterion.weight), plain(criterion.low), plain(criterion.high))
        for criterion in criteria
    ]
    lines += sorted(
        ("mark", mark.entry, mark.judge, mark.criterion, plain(decimal_of(mark.value)))
        for mark in kept
        if mark.value is not None and mark.judge in counted.get(mark.entry, frozenset())
    )
    text = "".join(",".join(_quoted(field) for field in line) + "\n" for line in lines)
    return sha256(text.encode("utf-8")).hexdigest()


def _counted(judging: Judging, method: str) -> tuple[str, dict[str, frozenset[str]]]:
    """The method used, and entry -> the judges whose marks count."""
    if method not in METHODS:
        raise ValueError(f"Unknown method “{method}”: known are {', '.join(METHODS)}.")
    whole = {
        entry: frozenset(review.judge for review in reviews if review.score is not None)
        for entry, reviews in judging.reviews.items()
    }
    while True:
        if method not in FUNCTIONS:
            reviews = [len(judges) for judges in whole.values()]
            if (
                why_no_model(sum(reviews), len(frozenset().union(*whole.values())), max(reviews, default=0))
                is None
            ):
                return method, whole
            method = "mean"
        outcome = FUNCTIONS[method](judging)
        if not isinstance(outcome, Instead):
            return method, {entry: tally.judges for entry, tally in outcome.tallies.items()}
        method = outcome.method


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
