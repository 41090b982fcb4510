"""A file of marks: what is read, and that every bad line is named with its field."""

from decimal import Decimal

import pytest

from heroes.domain.mark_files import Fault, MarkRow, Scale, read_marks, step_of

HEAD = "category,entry,judge,criterion,mark\n"
FULL = "category,entry,judge,criterion,mark,weight,low,high\n"


def faults(text: str, only: str | None = None) -> list[tuple[int, str, str]]:
    return [(f.line, f.field, f.what) for f in read_marks(text, only).faults]


def test_rows_with_the_defaults() -> None:
    found = read_marks(HEAD + "Pairs,Ann,J1,Skills,7.25\nPairs,Ann,J2,Skills,\n")

    assert found.rows == [
        MarkRow(2, "Pairs", "Ann", "J1", "Skills", Decimal("7.25")),
        MarkRow(3, "Pairs", "Ann", "J2", "Skills", None),
    ]
    assert found.scales == {("Pairs", "Skills"): Scale(Decimal(1), Decimal(0), Decimal(10))}
    assert (found.faults, found.said) == ([], frozenset())


def test_other_columns_order_blank_lines_quotes_and_a_mark_of_order_are_all_fine() -> None:
    found = read_marks(
        "\ufeffnote,mark, Judge ,criterion,entry,category,weight\r\n"
        '"a, b",9,J1,Skills,"Ann ""Red"" Lee",Pairs,0.8\r\n'
        "\r\n"
        "x,8,J2,Skills,Ann  “B”,Pairs,0.8\r\n"
    )
    assert found.rows == [
        MarkRow(2, "Pairs", 'Ann "Red" Lee', "J1", "Skills", Decimal(9)),
        MarkRow(4, "Pairs", "Ann “B”", "J2", "Skills", Decimal(8)),
    ]
    assert found.said == {"weight"}
    assert found.scales == {("Pairs", "Skills"): Scale(Decimal("0.8"))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "header", "the file is empty")]),
        ("\n\n", [(1, "header", "the file is empty")]),
        ("category,entry,mark\n", [
            (1, "header", "there is no column “judge”"),
            (1, "header", "there is no column “criterion”"),
        ]),
        (HEAD.strip() + ",mark\n", [(1, "header", "the column “mark” is there twice")]),
        (HEAD, [(1, "file", "there is no mark in it")]),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_used(text: str, found: list[tuple[int, str, str]]) -> None:
    assert faults(text) == found


def test_every_bad_line_is_named_and_the_good_ones_are_kept() -> None:
    text = (
        HEAD
        + "Pairs,Ann,J1,Skills,seven\n"
        + ",Ann,J1,Skills,7\n"
        + "Pairs,Ann,J2,Skills\n"
        + "Pairs,Ann,J3,Skills,7\n"
        + "Pairs,Ann,J3,Skills,8\n"
        + 'Pairs,"Ann\x07",J4,Skills,"7,5"\n'
        + f"Pairs,{'x' * 301},J5,Skills,1\n"
    )

    found = read_marks(text)

    assert [(f.line, f.field, f.what) for f in found.faults] == [
        (2, "mark", "“seven” is not a number"),
        (3, "category", "is empty"),
        (4, "row", "has 4 fields where 5 are needed"),
        (6, "mark", "J3 has marked Ann on this criterion on line 5 already"),
        (7, "entry", "holds a character that cannot be printed"),
        (7, "mark", "“7,5” is not a number: write a decimal point, not a comma"),
        (8, "entry", "is 301 characters long; 300 can be kept"),
    ]
    assert [row.line for row in found.rows] == [5]


@pytest.mark.parametrize("cell", ["NaN", "inf", "1e3", "1_0", "٧", "0x1", "9" * 16, "--1", "1.", "."])
def test_only_plain_digits_are_numbers(cell: str) -> None:
    assert faults(HEAD + f"Pairs,Ann,J1,Skills,{cell}\n") == [(2, "mark", f"“{cell}” is not a number")]


def test_weight_and_scale_are_one_for_a_criterion() -> None:
    text = (
        FULL
        + "Pairs,Ann,J1,Skills,7,0.8,0,10\n"
        + "Pairs,Ann,J2,Skills,7,0.80,0,10.0\n"
        + "Pairs,Ann,J3,Skills,7,0.9,1,10\n"
        + "Pairs,Ann,J1,Music,7,0,0,10\n"
        + "Dance,Ann,J1,Skills,7,1.2,10,10\n"
        + "Solo,Ann,J1,Skills,7,1.2,0,20\n"
    )
    assert faults(text) == [
        (4, "weight", "0.9 here, 0.8 on line 2: it must be the same for every mark of a criterion"),
        (4, "low", "1 here, 0 on line 2: it must be the same for every mark of a criterion"),
        (5, "weight", "0 is not above zero"),
        (6, "low", "10 is not below the highest mark 10"),
    ]


def test_lines_are_counted_as_an_editor_does_even_inside_quotes() -> None:
    found = read_marks(HEAD + 'Pairs,"Ann\nLee",J1,Skills,7\nPairs,Bo,J1,Skills,x\n')
    assert [row.entry for row in found.rows] == ["Ann Lee"]
    assert [(f.line, f.field) for f in found.faults] == [(4, "mark")]


def test_a_quote_that_never_ends_is_named() -> None:
    found = faults(HEAD + 'Pairs,Ann,J1,Skills,7\nPairs,"Bo,J1,Skills,7\n')
    assert [(line, field) for line, field, _ in found] == [(3, "row")]


def test_one_category_by_name_or_slug_takes_the_nameless_rows_as_its_own() -> None:
    text = HEAD + "Ice Dance,Ann,J1,Skills,7\n,Bo,J1,Skills,6\nPairs,Cy,J1,Skills,bad\n"
    for only in ("Ice Dance", "ice-dance"):
        found = read_marks(text, only)
        assert (found.faults, found.left_out) == ([], 1)
        assert [(row.category, row.entry) for row in found.rows] == [("Ice Dance", "Ann"), (only, "Bo")]


def test_a_fault_is_plain_data() -> None:
    assert Fault(1, "mark", "x") == Fault(1, "mark", "x")


@pytest.mark.parametrize(
    ("values", "low", "step"),
    [
        (["7", "8"], "0", "1"),
        (["7.5", "8"], "0", "0.5"),
        (["7.25", "8"], "0", "0.25"),
        (["7.2"], "0", "0.1"),
        (["1.005"], "0", "0.001"),
        (["1.5", "2.5"], "0.5", "1"),
    ],
)
def test_the_step_is_the_largest_that_fits_every_mark(values: list[str], low: str, step: str) -> None:
    assert step_of([Decimal(value) for value in values], Decimal(low)) == Decimal(step)
