"""The fingerprint of what a result was computed from."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.reviews import read_judging
from heroes.domain.counting.wording import plain
from heroes.domain.results.methods import apply_method


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
    used, _, outcome = apply_method(read_judging(kept, criteria), method)
    lines: list[tuple[str, ...]] = [("method", used)]
    lines += [
        ("criterion", criterion.name, plain(criterion.weight), plain(criterion.low), plain(criterion.high))
        for criterion in criteria
    ]
    lines += sorted(
        ("mark", mark.entry, mark.judge, mark.criterion, plain(mark.value))
        for mark in kept
        if mark.value is not None
        and mark.entry in outcome.tallies
        and mark.judge in outcome.tallies[mark.entry].judges
    )
    text = "".join(",".join(_quoted(field) for field in line) + "\n" for line in lines)
    return sha256(text.encode("utf-8")).hexdigest()


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
