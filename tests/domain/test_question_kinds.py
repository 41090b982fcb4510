"""Dates, several choices, people, tables and conditions: how answers are kept, checked, told and sent."""

import re
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.nominations import CHAPTER, PEOPLE_FIELDS
from heroes.domain.questions import (
    KINDS,
    RESERVED,
    Answers,
    BadForm,
    Column,
    Condition,
    Form,
    Kind,
    Person,
    Question,
    Row,
    Section,
    as_data,
    check,
    clean,
    condition_words,
    decode_people,
    decode_table,
    differences,
    encode_people,
    encode_table,
    explained,
    furthest,
    parse_form,
    sent,
    still_fits,
    told,
    value,
    words_to_judge,
)
from tests.every_kind import ANSWERS, EVERY

FORM = parse_form(EVERY)


def asking(kind: Any, **more: Any) -> Form:
    """A form of one question called `it`."""
    return Form((Section("", "", (Question(key="it", kind=kind, label="It?", **more),)),))


def question(key: str) -> Question:
    """A question of the form with every kind."""
    return next(q for q in FORM.questions if q.key == key)


def without(*keys: str) -> Answers:
    """The answers that fit, without these."""
    return {key: text for key, text in ANSWERS.items() if key not in keys}


def test_every_kind_has_words_and_settings_that_a_question_has() -> None:
    assert list(KINDS) == list(get_args(Kind))
    named = {setting for words in KINDS.values() for setting in words.settings}
    common = {"key", "kind", "label", "help", "required", "when", "categories"}
    assert named | common == {field.name for field in fields(Question)}


def test_no_question_takes_the_name_of_a_field_that_every_form_has() -> None:
    assert {field.key for field in (*PEOPLE_FIELDS, CHAPTER)} < RESERVED


COLUMNS = (Column("What"), Column("Days", "days", True))
GRIDS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("date", "2026-02-28", {}, None),
    ("date", "2026-02-29", {}, "Enter a day of the calendar, like 2026-05-22."),
    ("date", "20260228", {}, "Enter a day of the calendar, like 2026-05-22."),
    ("date", "2026-05-23", {"latest": "2026-05-22"}, "Enter 22 May 2026 or an earlier day."),
    ("date", "2024-12-31", {"earliest": "2025-01-01"}, "Enter 1 January 2025 or a later day."),
    (
        "date",
        "2024-12-31",
        {"earliest": "2025-01-01", "latest": "2025-01-31"},
        "Enter a day from 1 January 2025 to 31 January 2025.",
    ),
    ("many", "a\nc", {"choices": ("a", "b", "c")}, None),
    ("many", "a\nz", {"choices": ("a", "b", "c")}, "“z” is not one of these. Choose again."),
    ("many", "a\na", {"choices": ("a", "b")}, "Choose each of these once."),
    ("many", "a\nb", {"choices": ("a", "b"), "most": 1}, "Choose 1 of these at most. You chose 2."),
    ("people", "Ann\nBo\tcook", {}, None),
    ("people", "Ann\n\tcook", {}, "Person 2: Write the name."),
    (
        "people",
        "Ann\tcook\tX\ta@b.example",
        {},
        "Person 1: “a@b.example” is not asked for. Save the form again.",
    ),
    ("people", "Ann\tcook\tX\ta@b.example", {"emails": True}, None),
    (
        "people",
        "Ann\t\t\ta@b",
        {"emails": True},
        "Person 1: Enter an address like name@organisation.co.uk, with no spaces.",
    ),
    ("people", "A\nB\nC", {"most": 2}, "Name 2 at most. There are 3 here."),
    ("people", "x" * 201, {}, "Person 1: Keep the name under 200 characters."),
    ("table", "Rang\t3", {"columns": COLUMNS}, None),
    ("table", "Rang\tlong", {"columns": COLUMNS}, "Row 1: Enter a number, in digits, for “Days”."),
    ("table", "Rang", {"columns": COLUMNS}, "Row 1: Fill in “Days”."),
    ("table", "Rang\t3\t4", {"columns": COLUMNS}, "Row 1: “4” has no column. Save the form again."),
    ("table", "a\t1\nb\t2", {"columns": COLUMNS, "most": 1}, "There is room for 1 row, and 2 are here."),
    ("table", "Calls\t\t3", {"columns": COLUMNS, "rows": ("Calls", "Wins")}, None),
    (
        "table",
        "Calls\ta\t3",
        {"columns": COLUMNS, "rows": ("Calls", "Wins"), "required": True},
        "Fill in the row “Wins”.",
    ),
    (
        "table",
        "Calls\t\t3",
        {"columns": COLUMNS, "rows": ("Calls",), "required": True},
        "Row “Calls”: Fill in “What”.",
    ),
    (
        "table",
        "Cries\ta\t3",
        {"columns": COLUMNS, "rows": ("Calls",)},
        "“Cries” (a, 3) is not a row of this table. Save the form again.",
    ),
    (
        "table",
        "Calls\ta\t3\nCalls\tb\t4",
        {"columns": COLUMNS, "rows": ("Calls",)},
        "The row “Calls” is there twice. Save the form again.",
    ),
]


@pytest.mark.parametrize(("kind", "text", "more", "sentence"), GRIDS)
def test_an_answer_fits_its_question_or_is_told_how_to(
    kind: str, text: str, more: dict[str, Any], sentence: str | None
) -> None:
    assert check(asking(kind, **more), {"it": text}) == ({"it": sentence} if sentence else {})


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("date", "Enter a date."),
        ("many", "Choose at least one of these."),
        ("people", "Name at least one person."),
        ("table", "Fill in this table."),
    ],
)
def test_a_required_answer_that_is_missing_is_asked_for(kind: str, sentence: str) -> None:
    assert check(asking(kind, required=True), {}) == {"it": sentence}


def test_what_was_typed_into_cells_is_kept_in_one_way() -> None:
    raw = {
        "channels": "Phone\r\n\n  Chat \nPhone",
        "helpers": "\t\t\n Priya \x0b Nair\t\tLarkfield\t\n\tcook",
        "measures": "Calls answered\t\t \nPut right the first time\t71",
        "steps": "\t\r\n\t3",
    }
    assert clean(FORM, raw) == {
        "channels": "Phone\nChat",
        "helpers": "Priya Nair\t\tLarkfield\n\tcook",
        "measures": "Put right the first time\t71",
        "steps": "\t3",
    }


def test_answers_read_as_people_write_them() -> None:
    texts = {q.key: told(q, ANSWERS.get(q.key, "")).text for q in FORM.questions}
    assert texts == {
        **ANSWERS,
        "began": "1 February 2026",
        "shift": "",
        "helped": "Yes",
        "helpers": "Priya Nair, Team leader, Larkfield Water (priya@larkfield.example)\nSam Oduya",
        "measures": "Calls answered. Before: 1,204; After (%): 12.5\n"
        "Put right the first time. Before: 71; After (%): 88",
        "steps": "What: Rang every one; Took (days): 3\nWhat: Wrote it down; Took (days): 1",
        "saved": "£12,500",
        "posted": "Yes",
        "consent": "Confirmed",
    }


def test_what_a_question_asks_is_said_in_sentences() -> None:
    said = {q.key: explained(FORM, q) for q in FORM.questions if explained(FORM, q)}
    assert said == {
        "began": ("A day from 1 January 2025 to 22 May 2026.",),
        "channels": ("Choose 3 at most.", "Phone, Chat, Letters or In person"),
        "shift": ("Day or Night",),
        "helpers": ("Only if your answer to “Did anybody help?” is Yes.",),
        "measures": (
            "Whole numbers will do.",
            "For each of Calls answered and Put right the first time: Before and After (%).",
        ),
        "steps": ("What and Took (days).",),
        "saved": ("A number from £0 to £1,000,000.",),
        "posted": ("Only if your answer to “Where did customers meet them?” includes Letters.",),
        "stamp": ("Only if your answer to “Were they posted?” is Yes.",),
    }


def test_what_is_not_asked_neither_stops_nor_goes() -> None:
    assert check(FORM, ANSWERS) == {}
    assert sent(FORM, ANSWERS) == ANSWERS
    # A chain hides from its first link on, whatever the others say.
    unposted = ANSWERS | {"channels": "Phone", "posted": "maybe", "helped": "no", "helpers": "\tno name"}
    assert check(FORM, unposted) == {}
    assert sent(FORM, unposted) == {
        key: text for key, text in unposted.items() if key not in ("posted", "stamp", "helpers")
    }
    assert check(FORM, without("posted")) == {"posted": "Choose yes or no."}
    assert check(FORM, without("stamp")) == {"stamp": "Write an answer here."}
    assert [q.key for q in still_fits(FORM, without("stamp", "saved", "began"))] == ["began", "stamp"]
    assert still_fits(FORM, without("stamp", "posted") | {"channels": "Chat"}) == ()


def test_judges_read_what_was_asked_and_is_meant_for_them() -> None:
    everything = [q.key for q in FORM.questions]
    named = [key for key in everything if key not in ("manager", "consent")]
    assert [q.key for q in FORM.for_judges(blind=False).questions] == named
    assert [q.key for q in FORM.for_judges(blind=True).questions] == [
        key for key in named if key != "helpers"
    ]
    whole = words_to_judge(FORM, ANSWERS, blind=False)
    assert whole - words_to_judge(FORM, ANSWERS, blind=True) == 9
    # Two words of the stamp and a yes fall away with the letters, and the letters themselves.
    assert whole - words_to_judge(FORM, ANSWERS | {"channels": "Phone"}, blind=False) == 4


def test_a_category_asks_its_own_questions_and_what_hangs_on_them() -> None:
    raw = deepcopy(EVERY)
    raw[0]["question"][2]["categories"] = ["teams"]
    form = parse_form(raw)
    gone = {"channels", "posted", "stamp"}
    assert [q.key for q in form.for_category("frontline").questions] == [
        q.key for q in FORM.questions if q.key not in gone
    ]
    assert form.for_category("teams") == FORM
    assert len(form.for_category("frontline").sections) == 2


def test_the_last_answer_in_the_order_of_the_form_is_how_far_somebody_came() -> None:
    assert furthest(FORM, {}) == ""
    assert furthest(FORM, {"proof": "x", "began": "2026", "foreign": "y"}) == "proof"


def test_values_of_cells_are_typed() -> None:
    rows = decode_table(question("measures"), "Put right the first time\t71\tmost")
    assert rows == (Row("Calls answered", ("", "")), Row("Put right the first time", ("71", "most")))
    columns = question("measures").columns
    assert [value(column, cell) for column, cell in zip(columns, rows[1].cells, strict=True)] == [71, "most"]
    assert value(columns[0], "") is None


CELL = st.text("aé–, 1.\u202f", max_size=6).map(lambda text: " ".join(text.split()))
NAME = CELL.filter(bool)


@given(st.lists(st.builds(Person, NAME, CELL, CELL, CELL), max_size=4))
def test_people_come_back_as_they_were(people: list[Person]) -> None:
    text = encode_people(people)
    assert decode_people(text) == tuple(people)
    assert encode_people(decode_people(text)) == text


@given(st.lists(st.tuples(CELL, CELL), max_size=4), st.booleans())
def test_tables_come_back_as_they_were(cells: list[tuple[str, str]], fixed: bool) -> None:
    labels = tuple(f"row {n}" for n in range(len(cells))) if fixed else ()
    asked = Question("it", "table", "It?", columns=COLUMNS, rows=labels)
    rows = [Row(labels[n] if fixed else "", pair) for n, pair in enumerate(cells) if labels or any(pair)]
    text = encode_table(asked, rows)
    assert list(decode_table(asked, text)) == (
        rows if text or not fixed else [Row(one, ("", "")) for one in labels]
    )
    assert clean(Form((Section("", "", (asked,)),)), {"it": text}).get("it", "") == text


# ---- forms of every shape ---------------------------------------------------------------------------------

LINE = st.sampled_from(["Yes", "no", "maybe so", "é–1", "99"])
SLUGS = st.lists(st.sampled_from(["one", "two"]), unique=True, max_size=2)
SETTINGS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "words": {"words": st.none() | st.integers(1, 5)},
    "number": {"minimum": st.none() | st.integers(-3, 3), "maximum": st.none() | st.integers(3, 9)},
    "date": {"earliest": st.sampled_from(["", "2026-01-01"]), "latest": st.sampled_from(["", "2026-01-03"])},
    "choice": {"choices": st.lists(LINE, min_size=2, unique=True)},
    "many": {"choices": st.lists(LINE, min_size=2, unique=True), "most": st.none() | st.integers(1, 2)},
    "people": {"most": st.none() | st.integers(1, 3), "emails": st.booleans()},
    "table": {
        "columns": st.lists(
            st.builds(lambda name, number: {"name": name, "number": number}, LINE, st.booleans()),
            min_size=1,
            max_size=3,
            unique_by=lambda column: column["name"],
        ),
        "rows": st.lists(LINE, unique=True, max_size=3),
    },
    "consent": {"consent_version": st.just("2026-1")},
}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Any form of up to six questions, with conditions that look back."""
    raw: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(get_args(Kind)))
        asked: dict[str, Any] = {"key": f"q{number}", "kind": kind, "label": f"Question {number}?"}
        for name in ("required", "judges", "identifying", "public"):
            asked[name] = draw(st.booleans())
        asked["categories"] = draw(SLUGS)
        for name, drawn in SETTINGS.get("words" if kind in ("short", "long") else kind, {}).items():
            asked[name] = draw(drawn)
        sources = [one for one in raw if one["kind"] in ("choice", "many", "yes_no")]
        hanging: bool = draw(st.booleans())
        if sources and hanging:
            source = draw(st.sampled_from(sources))
            values: list[str] = source.get("choices") or ["yes", "no"]
            asked["when"] = {
                "question": source["key"],
                "is": draw(st.lists(st.sampled_from(values), min_size=1, unique=True)),
            }
        raw.append(asked)
    cut = draw(st.integers(0, len(raw) - 1))
    parts = [raw[:cut], raw[cut:]]
    return parse_form([{"title": f"Part {n}", "question": part} for n, part in enumerate(parts) if part])


def fitting(asked: Question) -> st.SearchStrategy[str]:
    """Answers that fit a question."""
    number = st.integers(int(asked.minimum or 0), int(asked.maximum or 9)).map(str)
    match asked.kind:
        case "choice" | "yes_no":
            return st.sampled_from(asked.values)
        case "many":
            return st.lists(
                st.sampled_from(asked.choices), min_size=1, max_size=asked.at_most, unique=True
            ).map("\n".join)
        case "number":
            return number
        case "date":
            return st.sampled_from(["2026-01-01", "2026-01-03"])
        case "link":
            return st.just("https://a.example/x")
        case "email":
            return st.just("a@b.example")
        case "people":
            return st.lists(st.builds(Person, NAME, CELL, CELL), min_size=1, max_size=asked.at_most).map(
                encode_people
            )
        case "table":
            filled = st.tuples(*(st.just("7") if column.number else NAME for column in asked.columns))
            if asked.rows:
                return filled.map(lambda row: encode_table(asked, [Row(label, row) for label in asked.rows]))
            rows = st.lists(filled, min_size=1, max_size=asked.at_most)
            return rows.map(lambda found: encode_table(asked, [Row("", row) for row in found]))
        case "consent":
            return st.just(asked.consent_version)
    return st.sampled_from(["one", "Ünö–½", "a"])


@settings(max_examples=80)
@given(st.data())
def test_a_form_takes_what_it_has_taken_and_asks_nobody_for_what_it_does_not_ask(data: st.DataObject) -> None:
    form = data.draw(forms())
    assert parse_form(as_data(form)) == form
    assert differences(form, form) == []
    answers: Answers = {}
    for asked in form.questions:
        text = data.draw(fitting(asked) | st.sampled_from(["", "\tdoes not fit", "x" * 301]))
        if text:
            answers[asked.key] = text
    # What is asked gets an answer that fits; what is not may hold anything or nothing.
    for asked in form.questions:
        if asked.key in {q.key for q in form.asked(answers).questions}:
            answers[asked.key] = data.draw(fitting(asked))
    assert check(form, answers) == {}
    sending = sent(form, answers)
    assert sending.keys() == {q.key for q in form.asked(answers).questions}
    assert (check(form, sending), sent(form, sending), still_fits(form, sending)) == ({}, sending, ())
    assert clean(form, sending) == sending
    for q in form.questions:
        assert bool(told(q, sending.get(q.key, "")).text) is (q.key in sending)
    for slug in ("one", "two"):
        smaller = form.for_category(slug)
        if smaller.sections:
            assert parse_form(as_data(smaller)) == smaller


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just("x" * 6000),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("is"), inner, max_size=3)
    ),
    max_leaves=4,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in plain data, from the top down."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


PLACES = places(EVERY)[1:]


@settings(max_examples=250)
@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_a_form_it_is_read_or_refused(place: tuple[Any, ...], what: Any) -> None:
    raw = deepcopy(EVERY)
    at: Any = raw
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = what
    try:
        form = parse_form(raw)
    except BadForm as error:
        said = str(error)
    else:
        said = ""
        assert parse_form(as_data(form)) == form
    # Another key or kind may be missed further down, by a condition.
    assert re.match(r"$|section [123]\b", said)


ONE = {"key": "one", "kind": "yes_no", "label": "One?"}
TWO = {"key": "two", "kind": "short", "label": "Two?"}
HOSTILE: list[tuple[list[Any], str]] = [
    (
        [ONE, TWO | {"when": {"question": "three", "is": ["yes"]}}],
        "question 2 (two): it is asked only if 'three' is answered, and there is no such question",
    ),
    (
        [ONE | {"when": {"question": "two", "is": ["x"]}}, TWO],
        "question 1 (one): it is asked only if 'two' is answered, which is not asked before it",
    ),
    (
        [ONE | {"when": {"question": "one", "is": ["yes"]}}],
        "question 1 (one): it is asked only if 'one' is answered, which is not asked before it",
    ),
    (
        [
            ONE | {"when": {"question": "four", "is": ["yes"]}},
            ONE | {"key": "four", "when": {"question": "one", "is": ["yes"]}},
        ],
        "question 1 (one): it is asked only if 'four' is answered, which is not asked before it",
    ),
    (
        [TWO, ONE | {"when": {"question": "two", "is": ["x"]}}],
        "question 2 (one): 'two' has no fixed answers that a condition could name",
    ),
    (
        [ONE, TWO | {"when": {"question": "one", "is": ["Yes"]}}],
        "question 2 (two): 'Yes' is not an answer to 'one'",
    ),
    (
        [ONE, TWO | {"when": {"question": "one", "is": []}}],
        "question 2 (two): when needs at least one answer, each once",
    ),
    (
        [ONE, TWO | {"when": {"question": "one"}}],
        "question 2 (two): when names a question, and in 'is' the answers to it",
    ),
    ([ONE, TWO | {"when": "one"}], "question 2 (two): when names a question, and in 'is' the answers to it"),
    ([ONE, ONE], "question 2 (one): two questions have the key 'one'"),
    ([TWO | {"key": "title"}], "question 1 (title): the key 'title' belongs to a field that every form has"),
    ([TWO | {"key": 7}], "question 1: the key of the type int is not a short lower-case word"),
    ([TWO | {"key": "k" * 99}], f"question 1: the key '{'k' * 60}…' is not a short lower-case word"),
    ([TWO | {"kind": ["short"]}], "question 1 (two): there is no kind of the type list"),
    ([TWO | {"kind": "file"}], "question 1 (two): there is no kind 'file'"),
    ([TWO | {"label": "a\x00b"}], "question 1 (two): label has characters that no page can show"),
    ([TWO | {"label": "x" * 10_000_000}], "question 1 (two): label is longer than 500 characters"),
    ([TWO | {"required": "yes"}], "question 1 (two): required is true or false"),
    ([TWO | {"most": 3}], "question 1 (two): most is no setting of the kind 'short'"),
    ([TWO | {"categories": ["A b"]}], "question 1 (two): categories are different slugs of categories"),
    ([TWO | {"kind": "number", "minimum": float("nan")}], "question 1 (two): minimum is not a number"),
    ([TWO | {"kind": "number", "minimum": 10**5000}], "question 1 (two): minimum is not a number"),
    ([TWO | {"kind": "number", "maximum": True}], "question 1 (two): maximum is not a number"),
    (
        [TWO | {"kind": "date", "earliest": "soon"}],
        "question 1 (two): earliest is not a day, written as a text like '2026-05-22'",
    ),
    (
        [TWO | {"kind": "date", "earliest": "2026-02-01", "latest": "2026-01-01"}],
        "question 1 (two): the earliest day is after the latest",
    ),
    (
        [TWO | {"kind": "many", "choices": ["a", "b"], "most": 3}],
        "question 1 (two): there are fewer than 3 choices",
    ),
    (
        [TWO | {"kind": "many", "choices": ["a", "a\nb"]}],
        "question 1 (two): each of choices is a text on one line, 300 characters at most",
    ),
    ([TWO | {"kind": "people", "most": 31}], "question 1 (two): most is a whole number from 1 to 30"),
    ([TWO | {"kind": "table"}], "question 1 (two): a table needs columns with different names"),
    (
        [TWO | {"kind": "table", "columns": ["a", "a"]}],
        "question 1 (two): a table needs columns with different names",
    ),
    (
        [TWO | {"kind": "table", "columns": [{"name": "a", "width": 3}]}],
        "question 1 (two), column 1: unknown setting 'width'",
    ),
    (
        [TWO | {"kind": "table", "columns": ["a"], "rows": ["x", "x"]}],
        "question 1 (two): two rows of the table have the same label",
    ),
    (
        [TWO | {"kind": "table", "columns": ["a"], "rows": ["x"], "most": 2}],
        "question 1 (two): a table has rows of its own or a most, not both",
    ),
    ([TWO | {"choices": "ab"}], "question 1 (two): choices is not a list"),
    ([TWO | {3: "x"}], "question 1 (two): unknown setting '3'"),
    ([TWO | {"key": f"k{n}"} for n in range(201)], "section 1 has more than 200 questions"),
]


@pytest.mark.parametrize(("questions", "sentence"), HOSTILE)
def test_a_form_that_cannot_be_used_is_refused_with_its_place(questions: Any, sentence: str) -> None:
    with pytest.raises(BadForm) as refused:
        parse_form([{"title": "", "question": questions}])
    expected = sentence if sentence.startswith("section") else f"section 1, {sentence}"
    assert str(refused.value) == expected


def test_ten_megabytes_are_refused_and_not_taken_apart() -> None:
    huge = {q.key: "x\t y\n" * 2_000_000 for q in FORM.questions if q.kind in ("people", "table", "many")}
    kept = clean(FORM, huge)
    assert kept == {key: text.strip() for key, text in huge.items()}
    assert set(check(FORM, ANSWERS | kept)) == set(huge)


def test_versions_are_told_apart_in_sentences() -> None:
    def change(key: str, **settings: Any) -> Form:
        return Form(
            tuple(
                Section(
                    s.title,
                    s.intro,
                    tuple(replace(q, **settings) if q.key == key else q for q in s.questions),
                )
                for s in FORM.sections
            )
        )

    told_apart: dict[str, tuple[dict[str, Any], list[str]]] = {
        "sentence": (
            {"words": 50, "help": "Short."},
            [
                "The help for “In one sentence, why?” reads differently.",
                "“In one sentence, why?”: the word limit is now 50; it was 30.",
            ],
        ),
        "shift": (
            {"required": True, "choices": ("Night", "Day")},
            ["“Which shift?” must now be answered.", "“Which shift?” has its choices in another order."],
        ),
        "began": (
            {"label": "Since when?", "earliest": ""},
            [
                "“When did it begin?” now reads “Since when?”.",
                "“Since when?”: the earliest day is now none; it was 1 January 2025.",
            ],
        ),
        "steps": (
            {"columns": (Column("What"), Column("Took", "days"))},
            ["“What was done, step by step?”: the column “Took” now takes any text."],
        ),
        "stamp": (
            {"when": None},
            ["“Whose face was on the stamp?” is now asked always."],
        ),
        "posted": (
            {"when": Condition("channels", ("Chat", "Letters"))},
            [
                (
                    "“Were they posted?” is now asked only if your answer to “Where did customers meet them?”"
                    " includes Chat or Letters."
                )
            ],
        ),
        "manager": (
            {"judges": True, "kind": "short"},
            [
                "“Their manager’s address” is now of the kind “Short text”; it was “E-mail address”.",
                "Judges now see the answer to “Their manager’s address”.",
            ],
        ),
        "proof": (
            {"categories": ("teams",), "identifying": True},
            [
                "“A page about it” is now asked in teams.",
                "“A page about it” is now hidden from judges in blind rounds.",
            ],
        ),
        "consent": (
            {"consent_version": "2026-3"},
            [
                "“No customer can be recognised in this.”: the version of its text is now 2026-3; it was 2026-2."
            ],
        ),
    }
    for key, (changed, sentences) in told_apart.items():
        assert differences(FORM, change(key, **changed)) == sentences
    first, letters, last = FORM.sections
    moved = Form((Section("The work", "", (*first.questions[1:], first.questions[0])), last))
    assert differences(FORM, moved) == [
        "The section “Letters” is gone.",
        "The introduction of “The work” reads differently.",
        "“Were they posted?” is no longer asked.",
        "“Whose face was on the stamp?” is no longer asked.",
        "Questions are asked in another order.",
    ]
    assert differences(moved, Form((*moved.sections, letters))) == [
        "There is a new section, “Letters”.",
        "“Were they posted?” is new, and must be answered.",
        "“Whose face was on the stamp?” is new, and must be answered.",
    ]
    assert condition_words(FORM, replace(question("stamp"), when=Condition("gone", ("x",)))) == ""
