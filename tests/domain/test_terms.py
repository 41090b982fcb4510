"""A programme's own words in the place of ours, and in no other place."""

import pytest

from heroes.domain.terms import KEYS, MOST, check_words, own

WORDS = {
    "judge": "assessor",
    "judges": "assessors",
    "entry": "submission",
    "entries": "submissions",
    "nomination": "honour",
    "organisation": "unit",
    "Awarded": "Accredited",
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("A judge reads an entry. Judges’ marks.", "An assessor reads a submission. Assessors’ marks."),
        ("a nomination of an organisation", "an honour of a unit"),
        ("Entries to judge: judges it alone", "Submissions to judge: judges it alone"),
        ("Awarded", "Accredited"),
        ("It has been awarded.", "It has been awarded."),
        (
            "{entry} of judge@entry.example, /judge/entry.html",
            "{entry} of judge@entry.example, /judge/entry.html",
        ),
        (
            "Jack Judge has an entry. “The judge who cared”",
            "Jack Judge has a submission. “The judge who cared”",
        ),
        ("reentry and misjudges", "reentry and misjudges"),
    ],
)
def test_our_words_are_said_in_the_programmes_way(ours: str, theirs: str) -> None:
    assert own(ours, WORDS) == theirs


def test_words_are_kept_where_they_differ_and_refused_where_they_are_no_words() -> None:
    given = {
        "judge": " chief  assessor ",
        "judges": "chief assessors",
        "entry": "entry",
        "entries": "entries",
    }
    assert check_words(given) == ({"judge": "chief assessor", "judges": "chief assessors"}, {})

    wrong = check_words({"judge": "<b>", "judges": "x" * (MOST + 1), "entry": "work", "referee": "umpire"})[1]
    assert wrong == {
        "judge": "Use letters, digits, spaces, hyphens and apostrophes only.",
        "judges": f"Use {MOST} characters or fewer.",
        "entries": "Say it for several too, beside “work”.",
        "referee": "heroes has no word “referee” that could be renamed.",
    }


def test_a_word_that_is_one_of_ours_is_not_renamed_twice() -> None:
    swapped = {
        "entry": "nomination",
        "entries": "nominations",
        "nomination": "entry",
        "nominations": "entries",
    }

    assert own("one entry, two nominations", swapped) == "one nomination, two entries"
    assert own(own(" ".join(KEYS), {}), {}) == " ".join(KEYS)
