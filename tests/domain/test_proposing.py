"""What an outcome rule proposes for each entry of a field, and the laws that hold for every field."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.domain.outcomes import Measure, OutcomeRule, parse_outcome_rule
from heroes.domain.proposing import Candidate, Kind, Proposal, line_reason, propose, told

ACCREDITED = {"key": "accredited", "name": "Accredited", "at_least": 70, "floor": 55}
BENCHMARK = parse_outcome_rule({"levels": [ACCREDITED]})
LEVELS = parse_outcome_rule(
    {
        "levels": [
            {"key": "distinction", "name": "Distinction", "at_least": 90, "floor": 75},
            {"key": "merit", "name": "Merit", "at_least": 80, "floor": 65},
            ACCREDITED,
        ]
    }
)
PLACES = {
    "levels": [
        {"key": "winner", "name": "Winner", "places": 1},
        {"key": "commended", "name": "Highly commended", "places": 2},
    ]
}
MEASURES = [Measure("access", "Access"), Measure("people", "People")]


def ranked(*scores: str, **each: list[Any]) -> list[Candidate]:
    """Entries a, b, c … with these scores, ranked by them; equal scores share a rank. `each`: a list for each field."""
    numbers = [Decimal(score) for score in scores]
    return [
        Candidate(
            key=chr(97 + n),
            name=f"Entry {chr(97 + n).upper()}",
            rank=1 + sum(other > score for other in numbers),
            score=score,
            shares={"access": score, "people": score},
            **{name: values[n] for name, values in each.items()},
        )
        for n, score in enumerate(numbers)
    ]


def short(rule: OutcomeRule, field: list[Candidate]) -> dict[str, str]:
    """Entry -> the level proposed, else the kind of proposal."""
    return {
        key: one.level if one.kind is Kind.LEVEL else one.kind.value
        for key, one in propose(rule, field, MEASURES).items()
    }


NINE = ranked("91.5", "84", "72.25", "70", "69.996", "66", "60", "41", "30")


def test_of_nine_entries_four_reach_the_benchmark_and_exactly_four_are_proposed() -> None:
    found = propose(BENCHMARK, NINE, MEASURES)
    low = "30.0 of 100, and 55 is asked: 25.0 short."
    assert [key for key, one in found.items() if one.kind is Kind.LEVEL] == ["a", "b", "c", "d"]
    assert [found[key].kind for key in "efghi"] == [Kind.TOWARDS] * 5
    assert (found["c"].reason, found["e"].reason, found["i"].reason) == (
        "72.2 out of 100, and 70 is asked; no criterion is under its floor.",
        "For Accredited: 69.996 out of 100, and 70 is asked: 0.004 short.",
        f"For Accredited: 30.0 out of 100, and 70 is asked: 40.0 short. Access: {low} People: {low}",
    )


def test_one_criterion_under_its_floor_is_working_towards_with_the_gap_named() -> None:
    field = ranked("84", "72")
    field[0] = replace(field[0], shares={"access": Decimal("54.5"), "people": Decimal(95)})
    found = propose(BENCHMARK, field, MEASURES)["a"]
    assert (found.kind, found.level, [(gap.what, gap.has, gap.asks) for gap in found.gaps], found.reason) == (
        Kind.TOWARDS,
        "accredited",
        [("Access", Decimal("54.5"), 55)],
        "For Accredited: Access: 54.5 of 100, and 55 is asked: 0.5 short.",
    )


def test_the_better_level_that_is_missed_is_named() -> None:
    field = ranked("92", "81")
    field[0] = replace(field[0], shares={"access": Decimal(70), "people": None})
    assert short(LEVELS, field) == {"a": "towards", "b": "merit"}
    field[0] = replace(field[0], shares={"access": Decimal(70), "people": Decimal(99)})
    assert propose(LEVELS, field, MEASURES)["a"].reason == (
        "92.0 out of 100, and 80 is asked; no criterion is under its floor."
        " For Distinction: Access: 70.0 of 100, and 75 is asked: 5.0 short."
    )


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        (("80", "70", "60", "50"), ["winner", "commended", "commended", "no_place"]),
        (("80", "80", "60", "50"), ["tied", "tied", "waits", "waits"]),
        (("80", "70", "70", "50"), ["winner", "commended", "commended", "no_place"]),
        (("80", "70", "60", "60"), ["winner", "commended", "tied", "tied"]),
        (("80", "60", "60", "60"), ["winner", "tied", "tied", "tied"]),
    ],
)
def test_the_best_n_and_those_level_on_the_line(scores: tuple[str, ...], found: list[str]) -> None:
    assert list(short(parse_outcome_rule(PLACES), ranked(*scores)).values()) == found


def test_a_tie_says_how_many_places_there_are() -> None:
    found = propose(parse_outcome_rule(PLACES), ranked("80", "70", "60", "60", "50"), MEASURES)
    tie = "1 place is left for Highly commended, and 2 entries are level in place 3"
    assert [found[key].reason for key in "ade"] == [
        "Place 1.",
        f"{tie}: somebody has to decide between them.",
        "It has to be decided first who of those level gets Highly commended.",
    ]


def test_what_is_held_already_takes_its_place() -> None:
    field = ranked("80", "70", "60", "50", level=["", "winner", "", ""])
    assert list(short(parse_outcome_rule(PLACES), field).values()) == [
        "commended",
        "decided",
        "commended",
        "no_place",
    ]


def test_a_place_and_a_benchmark_together() -> None:
    rule = parse_outcome_rule(
        {
            "levels": [
                {"key": "winner", "name": "Winner", "places": 1, "at_least": 75, "floor": 55},
                ACCREDITED,
            ]
        }
    )
    field = ranked("80", "79", "72", "60")
    field[0] = replace(field[0], shares={"access": Decimal(50), "people": Decimal(90)})
    assert short(rule, field) == {"a": "towards", "b": "winner", "c": "accredited", "d": "towards"}
    assert short(rule, ranked("80", "80", "72")) == {"a": "tied", "b": "tied", "c": "accredited"}


def test_an_organisation_keeps_its_best_and_the_other_is_told_which() -> None:
    rule = parse_outcome_rule(PLACES | {"one_per_organisation": True})
    orgs = ["w", "w", "x", "", ""]
    field = ranked("80", "75", "70", "60", "50", organisation=orgs)
    found = propose(rule, field, MEASURES)
    assert [one.level or one.kind for one in found.values()] == [
        "winner",
        "same_organisation",
        "commended",
        "commended",
        "no_place",
    ]
    assert found["b"].reason == (
        "One entry of an organisation is awarded, and Entry A of the same one stands above it."
    )
    level = ranked("80", "80", "70", "60", "50", organisation=orgs)
    assert list(short(rule, level).values()) == ["tied", "tied", "commended", "commended", "no_place"]


def test_a_field_too_small_and_an_entry_without_a_score() -> None:
    rule = parse_outcome_rule(PLACES | {"minimum_field": 3})
    nothing = Candidate("z", "Entry Z", None, None)
    found = propose(rule, [*ranked("80", "70"), nothing], MEASURES)
    assert [(one.kind, one.reason) for one in found.values()] == [
        (Kind.SMALL_FIELD, "2 entries are in the field, and 3 are asked."),
        (Kind.SMALL_FIELD, "2 entries are in the field, and 3 are asked."),
        (Kind.NOT_JUDGED, "It has no score to compare."),
    ]


def test_the_same_person_twice_is_a_warning_and_no_more() -> None:
    rule = parse_outcome_rule(PLACES | {"one_per_person": True})
    field = ranked("80", "70", "60", "50", person=["p", "q", "p", "p"])
    found = propose(rule, field, MEASURES, {"q": "Winner in Teams"})
    assert [one.warning for one in found.values()] == [
        "The same person would be awarded twice: Entry C.",
        "The same person would be awarded twice: Winner in Teams.",
        "The same person would be awarded twice: Entry A.",
        "",
    ]
    assert [one.level for one in found.values()] == ["winner", "commended", "commended", ""]


def test_numbers_show_the_digits_that_make_the_difference() -> None:
    seventy = Decimal(70)
    assert [
        told(Decimal(text), seventy) for text in ("70", "70.0", "72.25", "69.96", "69.9996", "70.00001")
    ] == [
        "70",
        "70",
        "72.2",
        "69.96",
        "69.9996",
        "70.00001",
    ]
    assert (
        line_reason(2, Decimal("64.98"), 6, Decimal(65))
        == "64.98 out of 100, and 65 is asked; place 2, with 6 places"
    )


# ---- the laws, on any field ----

_SHARE = st.decimals(0, 100, places=2)


@st.composite
def fields(draw: st.DrawFn) -> list[Candidate]:
    scores = draw(st.lists(st.integers(0, 40).map(lambda n: str(60 + n)), min_size=1, max_size=9))
    return [replace(one, shares={"access": draw(_SHARE), "people": draw(_SHARE)}) for one in ranked(*scores)]


def _without_rank(found: dict[str, Proposal]) -> dict[str, Proposal]:
    return {key: one for key, one in found.items() if key != "new"}


@settings(deadline=None, max_examples=80)
@given(fields(), st.integers(0, 100), _SHARE)
def test_one_more_entry_changes_nothing_under_a_benchmark(
    field: list[Candidate], score: int, share: Decimal
) -> None:
    more = Candidate("new", "New", 1, Decimal(score), {"access": share, "people": share})
    for rule in (BENCHMARK, LEVELS):
        alone = propose(rule, field, MEASURES)
        assert _without_rank(propose(rule, [more, *field], MEASURES)) == alone
        for one in field:
            reached = alone[one.key].kind is Kind.LEVEL
            assert one.score is not None
            low = min(share or Decimal(0) for share in one.shares.values())
            assert reached == (one.score >= 70 and low >= 55)


@settings(deadline=None, max_examples=80)
@given(fields(), st.integers(1, 4), st.booleans())
def test_places_hold_and_nobody_is_parted_from_an_equal(
    field: list[Candidate], places: int, two_levels: bool
) -> None:
    levels = [{"key": "one", "name": "One", "places": places}, {"key": "two", "name": "Two", "places": 1}]
    rule = parse_outcome_rule({"levels": levels if two_levels else levels[:1]})
    found = propose(rule, field, MEASURES)
    for level, most in rule.places.items():
        assert most is not None
        assert sum(one.level == level and one.kind is Kind.LEVEL for one in found.values()) <= most
    for one in field:
        equals = {(found[o.key].kind, found[o.key].level) for o in field if o.rank == one.rank}
        assert len(equals) == 1
        if found[one.key].kind is Kind.NO_PLACE:
            better = [o for o in field if (o.rank or 0) < (one.rank or 0)]
            assert all(found[o.key].kind is Kind.LEVEL for o in better if o.rank == 1)
