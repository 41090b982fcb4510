"""Code names: enough of them, all different words, and short ones first."""

from itertools import islice

from heroes.adapters.chance import SeededChance
from heroes.domain.codenames import MANNERS, NAMES, candidates


def test_no_word_stands_twice_and_none_is_both_kinds() -> None:
    assert len(set(NAMES) | set(MANNERS)) == len(NAMES) + len(MANNERS)


def test_single_words_come_first_then_pairs_then_pairs_with_a_number() -> None:
    tried = list(islice(candidates(SeededChance(1).choice_below), 12))
    assert [len(code.split()) for code in tried] == [1] * 3 + [2] * 5 + [3] * 4


def test_every_code_fits_its_column() -> None:
    longest = max(map(len, MANNERS)) + 1 + max(map(len, NAMES)) + 1 + 3
    assert longest <= 40


def test_ten_thousand_entries_get_ten_thousand_codes() -> None:
    chance, taken = SeededChance(3), set[str]()
    for _ in range(10_000):
        taken.add(next(code for code in candidates(chance.choice_below) if code not in taken))
    assert len(taken) == 10_000
