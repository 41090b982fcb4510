"""The fingerprint of what a result was computed from, for those who need no result: which marks count, and how."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

from heroes.domain.counting.marks import Criterion, Mark, decimal_of
from heroes.domain.counting.wording import plain

MARK_BY_MARK = frozenset({"trimmed-mean"})
"""Methods that take marks one by one: an entry's panel as a whole needs half the weight, not each scorecard."""


def fingerprint(marks: Iterable[Mark], criteria: Sequence[Criterion], used: str) -> str:
    """SHA-256 (hex) of the marks that count under the method used, with criteria and weights.

    The bytes hashed are a CSV in UTF-8: every field in double quotes, a double quote inside one doubled,
    commas between fields, one line feed after every line including the last, no header, no spaces added:

        "method",<id of the method used, which may not be the one asked>
        "criterion",<name>,<weight>,<low>,<high>        one per criterion, in the declared order
        "mark",<entry>,<judge>,<criterion>,<value>      one per counted mark

    The mark lines are sorted by entry, judge and criterion, each compared by code points. Numbers are in
    plain notation without exponent, plus sign, idle zeros or a trailing point, zero is "0": 9, 9.0 and 9E0
    agree. Abstentions, and reviews that the method does not count, are left out; the order of `marks`
    makes no difference, the order of `criteria` does because it can break a tie.

    Checks nothing: the marks are those that a result was, or could be, computed from.
    """
    given = [mark for mark in marks if mark.value is not None]
    counting = _counting(given, criteria, used)
    texts: dict[object, str] = {}
    lines: list[tuple[str, ...]] = [("method", used)]
    lines += [
        ("criterion", criterion.name, plain(criterion.weight), plain(criterion.low), plain(criterion.high))
        for criterion in criteria
    ]
    lines += sorted(
        ("mark", mark.entry, mark.judge, mark.criterion, _text(mark, texts))
        for mark in given
        if mark.judge in counting.get(mark.entry, ())
    )
    text = "".join(",".join(_quoted(field) for field in line) + "\n" for line in lines)
    return sha256(text.encode("utf-8")).hexdigest()


def _counting(
    given: Iterable[Mark], criteria: Sequence[Criterion], used: str
) -> Mapping[str, frozenset[str]]:
    """Entry -> the judges whose marks count."""
    weights = {criterion.name: Fraction(criterion.weight) for criterion in criteria}
    full = sum(weights.values())
    cards: dict[str, dict[str, set[str]]] = {}
    for mark in given:
        cards.setdefault(mark.entry, {}).setdefault(mark.judge, set()).add(mark.criterion)
    enough: dict[frozenset[str], bool] = {}

    def is_enough(marked: frozenset[str]) -> bool:
        if marked not in enough:
            enough[marked] = 2 * sum(weights[name] for name in marked) >= full
        return enough[marked]

    if used in MARK_BY_MARK:
        return {
            entry: frozenset(judges) if is_enough(frozenset().union(*judges.values())) else frozenset()
            for entry, judges in cards.items()
        }
    return {
        entry: frozenset(judge for judge, marked in judges.items() if is_enough(frozenset(marked)))
        for entry, judges in cards.items()
    }


def _text(mark: Mark, texts: dict[object, str]) -> str:
    # Few different marks are given many times.
    found = texts.get(mark.value)
    if found is None:
        assert mark.value is not None
        found = texts[mark.value] = plain(decimal_of(mark.value))
    return found


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
