"""A pasted list of people: whatever stands between the cells, every line is read, or refused by its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.invitation_lists import MOST_LINES, Fault, PeopleList, Person, read_list
from heroes.domain.roles import Role

ADA = Person(1, Role.JUDGE, "ada@x.example", "Ada Byron", panel="People, all")
BEN = Person(2, Role.MANAGER, "ben@x.example", "", organisation="Larkfield Water")


@pytest.mark.parametrize(
    "text",
    [
        'judge,ada@x.example,Ada Byron,"People, all"\nmanager,ben@x.example,,,Larkfield Water',
        "Judge;ada@x.example;Ada  Byron;People, all;\r\nOrganisation manager;ben@x.example;;;Larkfield Water\r\n",
        "judge\tada@x.example\tAda Byron\tPeople, all\t\nMANAGER\tben@x.example\t\t\tLarkfield Water\n\n",
    ],
)
def test_commas_semicolons_and_tabs_say_the_same(text: str) -> None:
    assert read_list(text) == PeopleList((ADA, BEN), ())


def test_a_first_line_that_names_the_columns_orders_them() -> None:
    text = "E-mail;Company;Role;Panel\nada@x.example;ignored;judge;People, all\nben@x.example;Larkfield Water;manager;"
    assert [(one.line, one.email, one.panel, one.organisation) for one in read_list(text).people] == [
        (2, "ada@x.example", "People, all", ""),
        (3, "ben@x.example", "", "Larkfield Water"),
    ]
    assert read_list("role,email,fax\n").faults == (Fault(1, "There is no column called “fax” here."),)


def test_every_bad_line_is_named() -> None:
    text = "\n".join(
        (
            "judge,ada@x.example,Ada,People",
            "king,ada@x.example",
            ",ada@x.example",
            "judge",
            "judge,ada at x,,People",
            "judge,bea@x.example,Bea",
            "member,cid@x.example",
            "",
            "judge,ADA@x.example,Ada again,people",
            "admin,dan@x.example,Dan,,,,more",
            f"admin,dan@x.example,{'D' * 201}",
            f"member,cid@x.example,,,{'ﬃ' * 150}",
            'judge,eve@x.example,"Eve',
        )
    )
    known = "Write owner, admin, auditor, chair, judge, manager or member."
    found = read_list(text)
    assert [one.line for one in found.people] == [1]
    assert [(one.line, one.what) for one in found.faults] == [
        (2, f"“king” is no role. {known}"),
        (3, f"The role is missing. {known}"),
        (4, "The e-mail address is missing."),
        (5, "“ada at x” is not an address that mail could reach."),
        (6, "A judge needs a panel."),
        (7, "A member needs an organisation."),
        (9, "This is the same invitation as in line 1."),
        (10, "This line has more than 5 cells."),
        (11, "The name is longer than 200 characters."),
        (12, "The organisation’s name is longer than 200 characters."),
        (13, "A quotation mark is opened in this line and not closed as it should be."),
    ]


def test_a_list_has_an_end() -> None:
    lines = [f"admin,a{n}@x.example" for n in range(MOST_LINES + 3)]
    found = read_list("\n".join(lines))
    assert len(found.people) == MOST_LINES
    assert [one.line for one in found.faults] == [MOST_LINES + 1]
    assert read_list("x" * 100_001).people == ()


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    found = read_list(text)
    lines = [one.line for one in found.people] + [one.line for one in found.faults]
    assert all(1 <= line <= text.count("\n") + text.count("\r") + 1 for line in lines)
