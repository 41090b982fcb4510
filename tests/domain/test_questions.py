"""Questions: what a form may be, what is kept of an answer, and when it fits."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.questions import (
    MOST_CHARACTERS,
    BadForm,
    Form,
    Question,
    Section,
    check,
    clean,
    clean_text,
    count_words,
    email_error,
    parse_form,
    showable,
    too_long,
)


def asking(kind: Any, **more: Any) -> Form:
    """A form of one question called `it`."""
    return Form((Section("", "", (Question(key="it", kind=kind, label="It?", **more),)),))


def found(kind: Any, text: str, **more: Any) -> str | None:
    """What is wrong with one answer."""
    errors = check(asking(kind, **more), {"it": text} if text else {})
    assert set(errors) <= {"it"}
    return errors.get("it")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \n\t ", 0),
        ("one", 1),
        ("forty-one people’s calls", 3),
        ("a\u00a0b\u2003c\u3000d", 4),
        ("a\u200bb", 1),
        ("— – …", 3),
        ("日本語 テキスト", 2),
        ("👨‍👩‍👧 🏳️‍🌈", 2),
    ],
)
def test_a_word_is_whatever_stands_between_white_space(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("nul\x00 bell\x07 escape\x1b delete\x7f", "nul bell escape delete"),
        ("form\x0cfeed\x0btab\x85line", "form feed tab line"),
        ("tab\tstays", "tab\tstays"),
        ("family 👨‍👩‍👧 flag 🏳️‍🌈", "family 👨‍👩‍👧 flag 🏳️‍🌈"),
        ("marks \u200f and \u200e stay, می‌خواهم", "marks \u200f and \u200e stay, می‌خواهم"),
        ("over\u202eride\u202c and iso\u2066late\u2069", "override and isolate"),
        ("no\ufffe\uffff\U0001ffff\ufdd0 characters", "no characters"),
        ("half \ud83d a pair", "half  a pair"),
        ("<script>alert(1)</script> & 'quotes'", "<script>alert(1)</script> & 'quotes'"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_only_what_no_page_can_hold_is_dropped(text: str, kept: str) -> None:
    assert showable(text) == kept
    assert clean_text(f"  {text}\n ") == kept


@given(st.text())
def test_what_has_been_made_showable_stays_as_it_is(text: str) -> None:
    once = showable(text)
    assert showable(once) == once


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Cf"])))
def test_ordinary_text_is_kept_letter_for_letter(text: str) -> None:
    assert showable(text) == text


@given(st.text())
def test_making_text_showable_never_changes_how_many_words_it_has_for_the_worse(text: str) -> None:
    assert count_words(showable(text)) <= count_words(text)


def test_nothing_is_cut_and_nothing_foreign_is_kept() -> None:
    long = "x" * 50_000
    assert clean(asking("short"), {"it": long, "other": "y", "csrf_token": "z"}) == {"it": long}
    assert clean(asking("short"), {"it": None}) == {}
    assert clean(asking("short"), {"it": " \n "}) == {}


@pytest.mark.parametrize("kind", sorted(MOST_CHARACTERS))
def test_the_most_characters_can_be_kept_and_one_more_cannot(kind: str) -> None:
    most = MOST_CHARACTERS[kind]
    assert too_long(asking(kind), {"it": "x" * most}) == {}
    sentence = f"This is longer than {most:,} characters, which is more than we can keep."
    assert too_long(asking(kind), {"it": "x" * (most + 1)}) == {"it": sentence}
    assert found(kind, "x" * (most + 1)) == sentence


def test_the_longest_answer_may_be_ten_thousand_emoji() -> None:
    assert found("long", "🎉" * 10_000) is None


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("short", "Write an answer here."),
        ("long", "Write an answer here."),
        ("number", "Write an answer here."),
        ("link", "Write an answer here."),
        ("email", "Write an answer here."),
        ("choice", "Choose one of these."),
        ("yes_no", "Choose yes or no."),
        ("consent", "Please confirm this to send the form."),
    ],
)
def test_a_required_answer_that_is_missing_is_asked_for(kind: str, sentence: str) -> None:
    assert found(kind, "", required=True, choices=("a", "b"), consent_version="1") == sentence
    assert found(kind, "", choices=("a", "b"), consent_version="1") is None


@pytest.mark.parametrize(
    ("kind", "text", "more", "sentence"),
    [
        ("long", "one two three", {"words": 3}, None),
        ("long", "one two three four", {"words": 3}, "Your answer is 1 word too long. The limit is 3."),
        ("long", "a b c d e", {"words": 3}, "Your answer is 2 words too long. The limit is 3."),
        ("short", "two\nlines", {}, "Write this on one line."),
        ("short", "one line", {}, None),
        ("choice", "a", {"choices": ("a", "b")}, None),
        ("choice", "A", {"choices": ("a", "b")}, "Choose one of these."),
        ("yes_no", "yes", {}, None),
        ("yes_no", "maybe", {}, "Choose yes or no."),
        ("consent", "2026-1", {"consent_version": "2026-1"}, None),
        ("consent", "2025-1", {"consent_version": "2026-1"}, "Please confirm this to send the form."),
        ("link", "https://a.example/x?y=1#z", {}, None),
        ("link", "www.a.example", {}, "Enter a whole web address that begins with https://."),
        ("link", "javascript:alert(1)//a.b", {}, "Enter a whole web address that begins with https://."),
        ("email", "a@b.example", {}, None),
        ("number", "0", {"minimum": Decimal(0), "maximum": Decimal(5)}, None),
        ("number", "5", {"minimum": Decimal(0), "maximum": Decimal(5)}, None),
        ("number", "1,204.5", {}, None),
        ("number", "5.01", {"minimum": Decimal(0), "maximum": Decimal(5)}, "Enter a number from 0 to 5."),
        ("number", "-1", {"minimum": Decimal(0)}, "Enter a number of 0 or more."),
        ("number", "9", {"maximum": Decimal(5)}, "Enter a number of 5 or less."),
        ("number", "about forty", {}, "Enter a number, in digits."),
        ("number", "Infinity", {}, "Enter a number, in digits."),
        ("number", "NaN", {}, "Enter a number, in digits."),
    ],
)
def test_an_answer_fits_its_question_or_is_told_how_to(
    kind: str, text: str, more: dict[str, Any], sentence: str | None
) -> None:
    assert found(kind, text, **more) == sentence


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("a@b.example", True),
        ("first.last+tag@mail.sub.example", True),
        ("ünï@exämple.example", True),
        ("", False),
        ("a@b", False),
        ("a b@c.example", False),
        ("a@b..example", False),
        ("a@@b.example", False),
        ("a@b.example, c@d.example", False),
        ("a@b.example\nBcc: x@y.example", False),
        ("<a@b.example>", False),
        ("x" * 250 + "@b.example", False),
    ],
)
def test_an_address_is_one_that_mail_could_reach(address: str, good: bool) -> None:
    assert (email_error(address) is None) is good


def test_a_blind_round_sees_no_identifying_question_and_no_empty_section() -> None:
    open_one = Question(key="a", kind="short", label="A")
    names = replace(open_one, key="b", identifying=True)
    form = Form((Section("1", "", (open_one, names)), Section("2", "", (names,))))
    assert form.without_identifying() == Form((Section("1", "", (open_one,)),))


ONE = {"key": "it", "kind": "short", "label": "It?"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "a form needs at least one section"),
        ({"question": [ONE]}, "a form needs at least one section"),
        ([{"title": "x", "question": []}], "section 1 has no questions"),
        ([{"question": ["it"]}], "section 1, question 1 is not a table"),
        ([{"question": [ONE, ONE]}], "two questions have the key 'it'"),
        ([{"question": [ONE | {"key": "It"}]}], "the key 'It' is not a short lower-case word"),
        ([{"question": [ONE | {"kind": "file"}]}], "there is no kind 'file'"),
        ([{"question": [ONE | {"label": ""}]}], "has no label"),
        ([{"question": [ONE | {"limit": 3}]}], "unknown setting 'limit'"),
        ([{"question": [ONE | {"kind": "choice", "choices": ["a"]}]}], "at least two different choices"),
        ([{"question": [ONE | {"kind": "choice", "choices": ["a", "a"]}]}], "at least two different choices"),
        ([{"question": [ONE | {"kind": "consent"}]}], "needs the version of its text"),
        ([{"question": [ONE | {"words": 0}]}], "a word limit is a whole number"),
        ([{"question": [ONE | {"kind": "number", "words": 3}]}], "a word limit is a whole number"),
        ([{"question": [ONE | {"kind": "number", "minimum": 3, "maximum": 2}]}], "the minimum is above"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused_with_the_question_it_is_about(
    data: Any, sentence: str
) -> None:
    with pytest.raises(BadForm, match=sentence.replace("(", r"\(")):
        parse_form(data)
