"""Bundles: they reproduce, name nobody, and no byte of them can change unseen."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heroes.adapters.signing import fits
from heroes.domain import bundles
from heroes.domain.bundles.contents import plain_standings, pseudonyms
from heroes.domain.bundles.encoding import decode
from heroes.domain.counting import LeftOut
from heroes.domain.results import METHODS, Criterion, Mark, rank
from tests.bundling import (
    CRITERIA,
    OTHER,
    SALT,
    SETTINGS,
    SIGNER,
    examined,
    reproduced,
    reworded,
    sealed,
    source,
)
from tests.domain.results.panels import scorecards

SCENE = {
    "SH-26-0001": {"Ann Abel": "8 6", "Ben Bird": "7 9"},
    "SH-26-0002": {"Ann Abel": "5 5", "Ben Bird": "6 -"},
    "SH-26-0003": {"Ann Abel": "- 4"},
}
MARKS = scorecards(CRITERIA, SCENE)
"""Two counted entries, a gap that is filled, and a scorecard that is left out."""


def payload(salt: bytes = SALT, **changes: Any) -> bytes:
    references = changes.pop("references", False)
    return bundles.build(source(MARKS, **changes), salt, references=references)


def contents(data: bytes) -> Any:
    return decode(bundles.split(data).payload)


# ---- what is in it ----


def test_a_bundle_holds_everything_that_the_result_came_from() -> None:
    aside = [
        LeftOut("SH-26-0009", "Ben Bird", None, "the entry has been withdrawn"),
        LeftOut("SH-26-0001", "Cy Cole", None, "the judge is recused from the entry"),
    ]
    more: dict[str, Any] = {
        "asked": "calibrated",
        "reason": "Everybody marked everything.",
        "set_aside": aside,
        "run": "r1",
    }
    made = source(MARKS, entries=["SH-26-0004"], **more)
    value = decode(bundles.build(made, SALT, references=True))
    judges = pseudonyms({"Ann Abel", "Ben Bird", "Cy Cole"}, "J", SALT)
    ann, ben = judges["Ann Abel"], judges["Ben Bird"]
    columns = zip(*(value["marks"][name] for name in ("entry", "judge", "criterion", "value")), strict=True)
    assert sorted(columns, key=str) == sorted(
        [
            ("SH-26-0001", ann, 0, "8"),
            ("SH-26-0001", ann, 1, "6"),
            ("SH-26-0001", ben, 0, "7"),
            ("SH-26-0001", ben, 1, "9"),
            ("SH-26-0002", ann, 0, "5"),
            ("SH-26-0002", ann, 1, "5"),
            ("SH-26-0002", ben, 0, "6"),
            ("SH-26-0002", ben, 1, None),
            ("SH-26-0003", ann, 0, None),
            ("SH-26-0003", ann, 1, "4"),
        ],
        key=str,
    )
    assert value["entries"] == ["SH-26-0001", "SH-26-0002", "SH-26-0003", "SH-26-0004"]
    assert value["criteria"] == [
        {"name": "Impact", "weight": "60", "low": "1", "high": "10"},
        {"name": "Craft", "weight": "40", "low": "1", "high": "10"},
    ]
    assert [(one["entry"], one["rank"]) for one in value["standings"]["entries"]] == [
        ("SH-26-0001", 1),
        ("SH-26-0002", 2),
        ("SH-26-0003", None),
        ("SH-26-0004", None),
    ]
    assert value["set_aside"] == [
        {"entry": "SH-26-0001", "judge": judges["Cy Cole"], "why": "the judge is recused from the entry"},
        {"entry": "SH-26-0009", "judge": ben, "why": "the entry has been withdrawn"},
    ]
    assert value["source"] == {
        "asked": "calibrated",
        "reason": "Everybody marked everything.",
        "run": "r1",
        "digest": made.digest,
        "audit_head": f"small-2026:7:{'a' * 64}",
    }
    rest = ("program", "rules", "season", "category", "round", "entries_are", "settings")
    assert {name: value[name] for name in rest} == {
        "program": "0.1.0",
        "rules": "2026.1",
        "season": {"slug": "small-2026", "name": "Small Heroes 2026"},
        "category": {"slug": "teams", "name": "Teams"},
        "round": {"slug": "written", "name": "Written"},
        "entries_are": "references",
        "settings": SETTINGS,
    }


def test_the_standings_are_field_by_field_what_the_result_is() -> None:
    settings = {"method": "calibrated", "places": 1}
    wide = scorecards(
        CRITERIA,
        {
            f"e{entry}": {
                f"j{(entry + step) % 5}": f"{entry + 1} {(entry * step) % 7 + 2}" for step in (0, 1, 3)
            }
            for entry in range(8)
        },
    )
    plain = plain_standings(rank(wide, CRITERIA, **(SETTINGS | settings)))
    stated = decode(bundles.build(source(wide, settings=settings), SALT))["standings"]
    assert stated["method"] == "calibrated"
    assert stated.keys() == plain.keys()
    assert [one.keys() for one in stated["entries"]] == [one.keys() for one in plain["entries"]]
    assert [one["rank"] for one in stated["entries"]] == [one["rank"] for one in plain["entries"]]
    assert [one["score"] for one in stated["entries"]] == [
        score if score is None else pytest.approx(score, rel=1e-9)
        for score in (one["score"] for one in plain["entries"])
    ]
    assert stated["variances"] == {name: pytest.approx(value) for name, value in plain["variances"].items()}


def test_no_name_of_a_judge_or_an_entry_is_in_it() -> None:
    data = sealed(payload())
    assert [name for name in ("SH-26", "Ann", "Abel", "Ben", "Bird") if name.encode() in data] == []
    told = sealed(payload(references=True))
    assert [name for name in ("SH-26", "Ann", "Abel", "Ben", "Bird") if name.encode() in told] == ["SH-26"]


def test_pseudonyms_are_numbers_in_an_order_that_only_the_salt_knows() -> None:
    names = [f"name {number:03}" for number in range(120)]
    one, same, other = (pseudonyms(names, "E", salt) for salt in (b"1", b"1", b"2"))
    assert one == same
    assert sorted(one.values()) == [f"E{number:03}" for number in range(1, 121)]
    assert one != other
    assert [one[name] for name in names] != sorted(one.values())


def test_two_bundles_call_people_differently_and_both_reproduce() -> None:
    marks = scorecards(
        CRITERIA, {f"e{e}": {f"j{j}": f"{e % 9 + 1} {j + 1}" for j in range(6)} for e in range(9)}
    )
    one, other = (sealed(bundles.build(source(marks), salt)) for salt in (b"1", b"2"))
    assert one != other
    assert (reproduced(one), reproduced(other)) == (True, True)


def test_marks_that_are_not_those_of_the_digest_are_refused() -> None:
    changed = [replace(MARKS[0], value=Decimal(9)), *MARKS[1:]]
    with pytest.raises(bundles.CannotBundle, match="not the marks"):
        bundles.build(replace(source(MARKS), marks=changed), SALT)


def test_a_place_that_hangs_on_a_name_is_not_told_under_another() -> None:
    made = source(MARKS)
    ranks = dict(made.ranks) | {"SH-26-0001": 2, "SH-26-0002": 1}
    with pytest.raises(bundles.CannotBundle, match=r"The place of SH-26-000[12] hangs on its name"):
        bundles.build(replace(made, ranks=ranks), SALT)


def test_a_draw_is_told_under_names_that_draw_the_same_or_not_at_all() -> None:
    alike = scorecards(CRITERIA, {name: {"j": "5 5", "k": "6 6"} for name in "abc"})
    made = source(alike, settings={"tie_seed": "a text published beforehand"})
    assert sorted(made.ranks.values()) == [1, 2, 3]  # type: ignore[type-var] # every one has a place
    told = 0
    for number in range(40):
        try:
            data = sealed(bundles.build(made, str(number).encode()))
        except bundles.CannotBundle:
            continue
        told += 1
        assert examined(data) == bundles.Verdict(None, True)
    assert 0 < told < 40
    assert examined(sealed(bundles.build(made, SALT, references=True))) == bundles.Verdict(None, True)


# ---- reproducing ----


weights = st.decimals("0.1", "60", places=1)
marks_on_scale = (
    st.none() | st.sampled_from([Decimal(3), Decimal("4.50"), Decimal(5)]) | st.decimals("1", "10", places=2)
)


@st.composite
def panels(draw: st.DrawFn) -> tuple[list[Mark], list[Criterion]]:
    criteria = [
        Criterion(
            f"c“{number}\n", draw(weights), Decimal(1), Decimal(draw(st.sampled_from(["10", "10.0", "20"])))
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    marks = [
        Mark(f"e{entry}", f"j{judge}", criterion.name, draw(marks_on_scale))
        for entry in range(draw(st.integers(0, 5)))
        for judge in draw(st.sets(st.integers(0, 6), max_size=6))
        for criterion in criteria
    ]
    return marks, criteria


wishes = st.fixed_dictionaries(
    {
        "method": st.sampled_from(sorted(METHODS)),
        "places": st.none() | st.integers(1, 6),
        "draws": st.sampled_from([0, 1, 25]),
        "seed": st.integers(0, 2**32 - 1),
        "across_groups": st.booleans(),
        "prior": st.booleans(),
    }
)


@settings(deadline=None, max_examples=60)
@given(panels(), wishes, st.binary(min_size=8, max_size=8), st.booleans())
def test_any_panel_reproduces_under_any_names(
    panel: tuple[list[Mark], list[Criterion]], wish: dict[str, Any], salt: bytes, references: bool
) -> None:
    marks, criteria = panel
    made = source(marks, criteria, entries=["e0", "unmarked"], settings=wish)
    data = sealed(bundles.build(made, salt, references=references))
    assert examined(data) == bundles.Verdict(None, True)
    ranks = sorted(str(one["rank"]) for one in contents(data)["standings"]["entries"])
    assert ranks == sorted(map(str, made.ranks.values()))


@given(panels())
def test_the_marks_keep_their_digits(panel: tuple[list[Mark], list[Criterion]]) -> None:
    marks, criteria = panel
    read = bundles.read(bundles.build(source(marks, criteria), SALT))
    assert sorted(str(mark.value) for mark in read.marks) == sorted(str(mark.value) for mark in marks)


# ---- what was changed ----


def test_no_byte_can_change_unseen() -> None:
    data = sealed(payload())
    assert reproduced(data)
    unseen = [
        (place, flip)
        for place in range(len(data))
        for flip in (0x01, 0x20, 0x80)
        if reproduced(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :])
    ]
    assert unseen == []


def test_no_byte_can_be_put_in_or_taken_out_unseen() -> None:
    data = sealed(payload())
    unseen = [place for place in range(len(data)) if reproduced(data[:place] + data[place + 1 :])]
    for more in (b"\n", b" ", b"\r", b"\x00"):
        unseen += [place for place in range(len(data) + 1) if reproduced(data[:place] + more + data[place:])]
    assert unseen == []
    assert not any(reproduced(data[:length]) for length in range(len(data)))
    assert not reproduced(data + data)


def test_a_key_or_signature_of_somebody_else_does_not_fit() -> None:
    mine = bundles.split(sealed(payload()))
    theirs = bundles.split(sealed(payload(), OTHER))
    for mixed in (replace(mine, key=theirs.key), replace(mine, signature=theirs.signature)):
        assert examined(bundles.seal(mixed)) is None
    assert not fits(mine.key, mine.signature, mine.payload)
    assert examined(bundles.seal(theirs)) == bundles.Verdict(None, True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello",
        b"{}\n{}\n",
        b'{"format":"heroes-results-bundle/2","key":"","signature":""}\n{}\n',
        b'{"format":"heroes-results-bundle/1","key":"","signature":""}\n{}\n',
        b'{"format":"heroes-results-bundle/1","key":"\xff","signature":""}\n{}\n',
        b'{"format":"heroes-results-bundle/1","key":"A"}\n{}\n',
        b"\0" * 100_000,
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(bundles.BadBundle):
        bundles.split(data)


def test_a_file_beyond_the_limit_is_not_looked_at() -> None:
    with pytest.raises(bundles.BadBundle, match="longer than 64 MB"):
        bundles.split(b"x" * (bundles.MOST_BYTES + 1))


# ---- what somebody wrote anew, with a signature that fits ----


def put(path: str, new: Any) -> Callable[[Any], None]:
    """A change of one place in the contents."""

    def change(value: Any) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in way:
            value = value[part]
        value[last] = new

    return change


@pytest.mark.parametrize(
    "change, sentence",
    [
        (
            put("standings.entries.0.score", "7.6"),
            r'standings\.entries\[0\]\.score \(entry E[123]\): the bundle says "7\.6", its marks give "7\.5"',
        ),
        (
            put("standings.entries.1.rank", 1),
            r"standings\.entries\[1\]\.rank \(entry E[123]\): the bundle says 1, its marks give 2",
        ),
        (
            put("standings.entries.0.judges.1.counted", False),
            r"standings\.entries\[0\]\.judges\[1\]\.counted \(judge J[12]\): the bundle says false, .* true",
        ),
        (
            put("standings.method", "trimmed-mean"),
            r'standings\.method: the bundle says "trimmed-mean", its marks give "mean"',
        ),
        (
            put("standings.entries", []),
            r"standings\.entries: the bundle says 0 of them, its marks give 3",
        ),
        (
            put("standings.entries", {}),
            r"standings\.entries: the bundle says an object, its marks give a list",
        ),
        (
            put("standings.asked", "luck"),
            r'standings\.asked: the bundle says "luck", its marks give "mean"',
        ),
        (put("standings.more", 1), r"standings\.more: the bundle says 1, its marks give nothing"),
        (put("marks.value.0", "9.5"), r'digest: the bundle says "[0-9a-f]{64}", its marks give "[0-9a-f]{64}"'),
        (put("criteria.0.weight", "61"), r'digest: the bundle says "[0-9a-f]{64}", its marks give "[0-9a-f]{64}"'),
        (
            put("standings.entries.0.flags", ["\x1b[2J" + "x" * 500]),
            r"standings\.entries\[0\]\.flags \(entry E[123]\): the bundle says 1 of them, its marks give 0",
        ),
        (
            put("standings.reason", "\x1b[2J" + "x" * 500),
            r'standings\.reason: the bundle says "\\u001b\[2Jx+…, its marks give null',
        ),
    ],
)  # fmt: skip
def test_the_first_difference_is_named_in_words(change: Callable[[Any], None], sentence: str) -> None:
    verdict = examined(reworded(sealed(payload()), change, OTHER))
    assert verdict is not None
    assert verdict.difference is not None
    assert re.fullmatch(sentence, verdict.difference.sentence), verdict.difference.sentence
    assert not verdict.identical


def without(path: str) -> Callable[[Any], None]:
    def change(value: Any) -> None:
        *way, last = path.split(".")
        for part in way:
            value = value[part]
        del value[last]

    return change


def doubled(value: Any) -> None:
    for column in value["marks"].values():
        column.append(column[0])


@pytest.mark.parametrize(
    "change, why",
    [
        (put("more", 1), "more does not belong there"),
        (without("digest"), "digest is missing"),
        (put("rules", "2099.9"), 'under rules "2099.9"; this program knows 2026.1'),
        (put("rules", ["x"]), "under rules a list"),
        (put("season", []), "season is no object"),
        (put("season", {"slug": "", "name": "x"}), "season.slug is no text"),
        (put("round", {"slug": "s"}), "round.name is missing"),
        (put("program", 1), "program is no text"),
        (put("entries_are", "titles"), "entries_are is none of pseudonyms, references"),
        (put("entries_are", ["references"]), "entries_are is none of"),
        (put("criteria", {}), "criteria is no list"),
        (put("criteria.0.weight", 60), r"criteria\[0\].weight is not as a bundle has it: 60"),
        (put("criteria.0.weight", "1E400"), r"criteria\[0\].weight is not"),
        (put("criteria.0.weight", "9" * 5000), r"criteria\[0\].weight is not"),
        (put("criteria.0.weight", "٣"), r"criteria\[0\].weight is not"),
        (put("criteria.0.weight", "-1"), "its marks cannot be ranked: Criterion “Impact”: the weight -1"),
        (put("criteria.0.weight", "NaN"), r"criteria\[0\].weight is not"),
        (put("criteria.1.name", "Impact"), "cannot be ranked: Criterion “Impact”: two criteria"),
        (put("criteria.0.name", ""), r"criteria\[0\].name is no text"),
        (put("settings", []), "settings is no object"),
        (put("settings.luck", 1), "settings has “luck”"),
        (without("settings.prior"), "settings.prior is missing"),
        (put("settings.method", "luck"), 'settings.method cannot be "luck"'),
        (put("settings.method", []), "settings.method cannot be a list"),
        (put("settings.places", 0), "settings.places cannot be 0"),
        (put("settings.draws", 10**9), "settings.draws cannot be 1000000000"),
        (put("settings.draws", -1), "settings.draws cannot be -1"),
        (put("settings.seed", True), "settings.seed cannot be true"),
        (put("settings.seed", 2**32), "settings.seed cannot be 4294967296"),
        (put("settings.tie_seed", 7), "settings.tie_seed cannot be 7"),
        (put("settings.across_groups", 1), "settings.across_groups cannot be 1"),
        (put("entries", "E1"), "entries is no list"),
        (put("entries.0", None), r"entries\[0\] is no text"),
        (put("marks", []), "marks is no object"),
        (put("marks.value", []), "marks has columns of different lengths"),
        (put("marks.entry", "E1"), "entry is no list"),
        (put("marks.entry.0", 1), r"marks.entry\[0\] is no text"),
        (put("marks.judge.0", "x" * 1001), r"marks.judge\[0\] is no text"),
        (put("marks.criterion.0", 2), r"marks.criterion\[0\] is the place of no criterion"),
        (put("marks.criterion.0", -1), r"marks.criterion\[0\] is the place of no criterion"),
        (put("marks.criterion.0", True), r"marks.criterion\[0\] is the place of no criterion"),
        (put("marks.value.0", 8), r"marks.value\[0\] is not as a bundle has it: 8"),
        (put("marks.value.0", "1e999999999"), r"marks.value\[0\] is not"),
        (put("marks.value.0", {}), r"marks.value\[0\] is not as a bundle has it: an object"),
        (put("marks.value.0", "99"), "cannot be ranked: .* is outside the scale"),
        (doubled, "cannot be ranked: .* already marked"),
        (put("digest", "0"), "digest is not as a bundle has it"),
        (put("source", None), "source is no object"),
        (put("source.run", 7), "source.run is no text"),
        (put("source.asked", None), "source.asked is no text"),
        (put("source.reason", 7), "source.reason is no text"),
        (put("set_aside", {}), "set_aside is no list"),
        (put("set_aside", [{"entry": "E1", "judge": "J1"}]), r"set_aside\[0\].why is missing"),
        (put("set_aside", [{"entry": "E1", "judge": 1, "why": "w"}]), r"set_aside\[0\].judge is no text"),
        (put("standings", []), "standings is no object"),
    ],
)
def test_contents_of_another_shape_are_refused(change: Callable[[Any], None], why: str) -> None:
    with pytest.raises(bundles.BadBundle, match=why):
        examined(reworded(sealed(payload()), change, SIGNER))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b'{"a":1,"a":2}', b"1e999", b"\xff"]
)
def test_signed_contents_that_are_no_contents_are_refused(body: bytes) -> None:
    with pytest.raises(bundles.BadBundle):
        examined(sealed(body))


@settings(deadline=None)
@given(st.data())
def test_whatever_stands_anywhere_a_reader_ends_with_an_answer(data: st.DataObject) -> None:
    """One value of the contents is replaced by anything: the answer is a refusal, a difference, or that all is well."""
    odd: st.SearchStrategy[Any] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(-9, 9),
        st.text(max_size=4),
        st.sampled_from([[], {}]),
    )

    def change(value: Any) -> None:
        while True:
            keys = sorted(value) if isinstance(value, dict) else range(len(value))
            key = data.draw(st.sampled_from(list(keys)))
            if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.booleans()):
                value[key] = data.draw(odd)
                return
            value = value[key]

    before = sealed(payload())
    after = reworded(before, change)
    try:
        verdict = examined(after)
    except bundles.BadBundle as error:
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert verdict is not None
    assert (verdict.difference is None) or "\n" not in verdict.difference.sentence
