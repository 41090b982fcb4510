"""The people of an entry: who is asked what, what is kept, and when it fits."""

import pytest

from heroes.domain.nominations import (
    MAY_TELL,
    PEOPLE_FIELDS,
    check_people,
    clean_people,
    people_fields,
    people_too_long,
)

ALICE = {
    "nominator_name": "Alice",
    "nominator_email": "alice@home.example",
    "relation": "A friend",
    "title": "Maureen",
    "nominee_role": "Adviser",
    "nominee_email": "",
    "organisation_name": "Larkfield",
    "sector": "Water",
    "may_tell": "no",
}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (
            "person",
            [
                *("nominator_name", "nominator_email", "relation", "title", "nominee_role", "nominee_email"),
                *("organisation_name", "sector", "may_tell"),
            ],
        ),
        ("team", ["nominator_name", "nominator_email", "relation", "title", "organisation_name", "sector"]),
        (
            "organisation",
            ["nominator_name", "nominator_email", "relation", "title", "organisation_name", "sector"],
        ),
    ],
)
def test_each_kind_of_category_asks_for_its_own_people(kind: str, asked: list[str]) -> None:
    assert [field.key for field in people_fields(kind)] == asked
    without = [key for key in asked if key not in ("nominator_name", "nominator_email", "relation")]
    assert [field.key for field in people_fields(kind, with_nominator=False)] == without


def test_a_team_is_asked_for_its_name_and_a_person_for_theirs() -> None:
    labels = {kind: people_fields(kind)[3].label for kind in ("person", "team", "organisation")}
    assert labels == {
        "person": "Who are you nominating?",
        "team": "Name of the team",
        "organisation": "Name of the entry",
    }


def test_people_are_kept_on_one_line_and_uncut() -> None:
    raw = {"title": " Maureen\n\tOkafor\x00 ", "nominee_role": "x" * 5000, "story": "not a field"}
    kept = clean_people("person", raw)
    assert kept == dict.fromkeys(ALICE, "") | {"title": "Maureen Okafor", "nominee_role": "x" * 5000}


@pytest.mark.parametrize("field", PEOPLE_FIELDS, ids=lambda field: field.key)
def test_the_most_characters_of_a_field_can_be_kept_and_one_more_cannot(field: object) -> None:
    key, most = field.key, field.most  # type: ignore[attr-defined]
    assert people_too_long("person", {key: "x" * most}) == {}
    sentence = f"This is longer than {most} characters, which is more than we can keep."
    assert people_too_long("person", {key: "x" * (most + 1)}) == {key: sentence}


def test_a_whole_set_of_people_fits() -> None:
    assert check_people("person", ALICE, ("Water",)) == {}


def test_every_required_person_is_asked_for() -> None:
    written = "Write an answer here."
    assert check_people("person", {}) == {
        "nominator_name": written,
        "nominator_email": written,
        "relation": written,
        "title": written,
        "nominee_role": written,
        "organisation_name": written,
        "may_tell": "Choose whether the organisers may tell them now.",
    }
    assert check_people("team", {}, with_nominator=False) == {"title": written, "organisation_name": written}


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("nominator_email", "alice", "Enter an address like name@organisation.co.uk, with no spaces."),
        ("nominee_email", "m@", "Enter an address like name@organisation.co.uk, with no spaces."),
        ("may_tell", "perhaps", "Choose whether the organisers may tell them now."),
        ("sector", "Piracy", "Choose one of these."),
    ],
)
def test_a_value_that_does_not_fit_is_told_how_to(key: str, value: str, sentence: str) -> None:
    assert check_people("person", ALICE | {key: value}, ("Water",)) == {key: sentence}


def test_a_programme_without_sectors_takes_any_sector() -> None:
    assert check_people("person", ALICE | {"sector": "Piracy"}) == {}


def test_the_words_promise_no_mail_to_the_nominee_and_say_who_sees_an_address() -> None:
    asked = {field.key: field for field in people_fields("person")}
    assert asked["may_tell"].label == "May the organisers tell them now?"
    assert MAY_TELL == {
        "yes": "Yes, the organisers may tell them",
        "no": "No, keep it a surprise until the shortlist",
    }
    said = asked["nominator_email"].help
    assert "The organisers see it, and whoever has the link; judges and the public do not." in said
    assert "Nobody else" not in said
