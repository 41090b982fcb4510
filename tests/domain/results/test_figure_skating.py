"""Real judges' marks with published results: the excerpt always, all 152 programs where the data is."""

import csv
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from heroes.domain.counting.exact import half_up
from heroes.domain.results import Criterion, Mark, Standings, rank
from scripts.figure_skating import MARKS_HEADER, TOTALS_HEADER, SourceError, choose, read_programs

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "figure_skating.py"
EXCERPT = ROOT / "tests" / "data" / "figure_skating"
TOLERANCE = Decimal("0.02")
Pairs = set[tuple[str, frozenset[str]]]


@dataclass
class Competition:
    """One category as imported, and its published component totals."""

    criteria: dict[str, Criterion]
    marks: list[Mark]
    published: dict[str, Decimal]

    def standings(self) -> Standings:
        return rank(self.marks, list(self.criteria.values()), method="trimmed-mean", entries=self.published)


def competitions(rows: Iterable[dict[str, str]], totals: Iterable[dict[str, str]]) -> dict[str, Competition]:
    found: dict[str, Competition] = {}
    for row in rows:
        here = found.setdefault(row["category"], Competition({}, [], {}))
        criterion = Criterion(
            row["criterion"], Decimal(row["weight"]), Decimal(row["low"]), Decimal(row["high"])
        )
        assert here.criteria.setdefault(row["criterion"], criterion) == criterion
        value = Decimal(row["mark"]) if row["mark"] else None
        here.marks.append(Mark(row["entry"], row["judge"], row["criterion"], value))
    for row in totals:
        found[row["category"]].published[row["entry"]] = Decimal(row["total_component_score"])
    return found


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hold_to_the_published(found: dict[str, Competition]) -> tuple[int, Decimal, Pairs]:
    """(entries seen, largest distance of a total, pairs level for us that the published totals part)."""
    seen, furthest, level = 0, Decimal(0), set()
    for category, competition in found.items():
        standings = competition.standings()
        assert (standings.method, standings.reason) == ("trimmed-mean", None)
        assert {standing.entry for standing in standings.entries} == set(competition.published)
        totals = {standing.entry: standing.total or Decimal(0) for standing in standings.entries}
        for standing in standings.entries:
            published = competition.published[standing.entry]
            # The published total rounds once more: each criterion's points. So ours, rounded, is theirs exactly.
            points = sum(
                half_up(Fraction(criterion.weight) * Fraction(value.value or 0))
                for criterion, value in zip(competition.criteria.values(), standing.criteria, strict=True)
            )
            assert points == Fraction(published), (category, standing.entry)
            furthest = max(furthest, abs(Decimal(totals[standing.entry]) - published))
            seen += 1
        in_order = [competition.published[standing.entry] for standing in standings.entries]
        assert in_order == sorted(in_order, reverse=True), category
        for one, other in combinations(totals, 2):
            ours = Decimal(totals[one]) - Decimal(totals[other])
            theirs = competition.published[one] - competition.published[other]
            assert ours * theirs >= 0, (category, one, other)
            if theirs and not ours:
                level.add((category, frozenset({one, other})))
    assert furthest <= TOLERANCE
    return seen, furthest, level


LEVEL: Pairs = {
    (
        "Grand Prix Final 2017 Senior and Junior: JUNIOR ICE DANCE FREE DANCE",
        frozenset({"Arina USHAKOVA / Maxim NEKRASOV", "Marjorie LAJOIE / Zachary LAGHA"}),
    ),
    (
        "ISU Four Continents Championships 2017: LADIES SHORT PROGRAM",
        frozenset({"Mariah BELL", "Rika HONGO"}),
    ),
    (
        "ISU GP 2017 Skate Canada International: ICE DANCE SHORT DANCE",
        frozenset({"Alisa AGAFONOVA / Alper UCAR", "Kavita LORENZ / Joti POLIZOAKIS"}),
    ),
    (
        "ISU GP Internationaux de France de Patinage 2017: ICE DANCE FREE DANCE",
        frozenset({"Kaitlyn WEAVER / Andrew POJE", "Madison CHOCK / Evan BATES"}),
    ),
}
"""Level for us on the exact total, while the published totals differ by 0.01 or 0.02 of rounded points."""


def test_the_excerpt_gives_the_published_totals_and_inverts_no_pair() -> None:
    found = competitions(read(EXCERPT / "marks.csv"), read(EXCERPT / "published.csv"))

    assert len(found) == 12
    assert hold_to_the_published(found) == (119, Decimal("0.02"), LEVEL)


def test_where_totals_are_level_the_published_points_decide() -> None:
    found = competitions(read(EXCERPT / "marks.csv"), read(EXCERPT / "published.csv"))

    for category, pair in LEVEL:
        order = [s for s in found[category].standings().entries if s.entry in pair]
        assert [step.rule for step in order[0].tie] == ["points"]
        assert order[0].tie == order[1].tie
        assert found[category].published[order[0].entry] > found[category].published[order[1].entry]


def test_an_absent_judge_is_an_empty_mark_and_the_others_are_trimmed() -> None:
    category = "ISU GP 2016 Progressive Skate America: PAIRS SHORT PROGRAM"
    competition = competitions(read(EXCERPT / "marks.csv"), read(EXCERPT / "published.csv"))[category]

    absent = [mark for mark in competition.marks if mark.value is None]
    assert {(mark.entry, mark.judge) for mark in absent} == {(entry, "J6") for entry in competition.published}
    assert len(absent) == 40
    for standing in competition.standings().entries:
        assert (standing.reviews, {value.marks for value in standing.criteria}) == (8, {8})
        assert all(len(value.dropped) == 2 for value in standing.criteria)


def test_a_slip_of_a_judge_stays_in_and_is_trimmed_away() -> None:
    category = "ISU GP Trophee de France 2016: PAIRS SHORT PROGRAM"
    competition = competitions(read(EXCERPT / "marks.csv"), read(EXCERPT / "published.csv"))[category]

    slips = [mark for mark in competition.marks if mark.value == Decimal("0.25")]
    assert [(mark.entry, mark.judge, mark.criterion) for mark in slips] == [
        ("Marissa CASTELLI / Mervin TRAN", "J7", "Performance")
    ]
    standing = next(s for s in competition.standings().entries if s.entry == slips[0].entry)
    performance = next(value for value in standing.criteria if value.criterion == "Performance")
    assert performance.dropped[0] == Decimal("0.25")


@pytest.mark.slow
def test_all_152_programs_give_the_published_totals_and_invert_no_pair(whole_data: Path) -> None:
    programs = read_programs(whole_data)
    found = competitions(
        (dict(zip(MARKS_HEADER, row, strict=True)) for program in programs for row in program.import_rows()),
        (
            dict(zip(TOTALS_HEADER, row, strict=True))
            for program in programs
            for row in program.published_totals()
        ),
    )

    assert len(found) == 152
    seen, furthest, level = hold_to_the_published(found)
    assert (seen, furthest) == (1726, Decimal("0.02"))
    assert level == LEVEL | {
        (
            "ISU European Figure Skating Championships 2017: LADIES FREE SKATING",
            frozenset({"Michaela-Lucie HANZLIKOVA", "Natasha MCKAY"}),
        ),
        (
            "ISU European Figure Skating Championships 2017: PAIRS SHORT PROGRAM",
            frozenset({"Rebecca GHILARDI / Filippo AMBROSINI", "Zoe JONES / Christopher BOYADJI"}),
        ),
        (
            "ISU World Figure Skating Championships 2017: LADIES SHORT PROGRAM",
            frozenset({"Karen CHEN", "Maria SOTSKOVA"}),
        ),
    }


def test_the_excerpt_is_what_the_script_writes(whole_data: Path, tmp_path: Path) -> None:
    categories = list(dict.fromkeys(row["category"] for row in read(EXCERPT / "published.csv")))
    chosen = [argument for category in categories for argument in ("--category", category)]

    done = run(whole_data, tmp_path / "marks.csv", "--totals", tmp_path / "published.csv", *chosen)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in ("marks.csv", "published.csv"):
        assert (tmp_path / name).read_bytes() == (EXCERPT / name).read_bytes()


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


COMPONENTS = ("Interpretation of the Music", "Composition", "Performance", "Transitions", "Skating Skills")


def a_source(folder: Path, programs: int = 2, names: tuple[str, ...] = ("Ann", "Bea")) -> Path:
    """A tiny source as published: two skaters per program, all marks 6.25 but one 0.0."""
    programs_csv, performances, aspects, marks = [], [], [], []
    for program in range(programs):
        programs_csv.append(f"Cup,P{program},file.pdf")
        for number, name in enumerate(names):
            performance = f"{program}.{number}"
            performances.append(f"{performance},Cup,P{program},{name},24.99")
            aspects.append(f"e{performance},{performance},elements,3Lz,")
            marks.append(f"e{performance},J1,-2")
            for component in COMPONENTS:
                aspects.append(f"{component}{performance},{performance},components,{component},0.8")
                for judge in range(9, 0, -1):
                    absent = (program, number, component, judge) == (0, 1, "Performance", 9)
                    marks.append(f"{component}{performance},J{judge},{'0.0' if absent else '6.25'}")
    for name, header, lines in (
        ("programs", "competition,program,pdf", programs_csv),
        ("performances", "performance_id,competition,program,name,total_component_score", performances),
        ("judged-aspects", "aspect_id,performance_id,section,aspect_desc,factor", aspects),
        ("judge-scores", "aspect_id,judge,score", marks),
    ):
        (folder / f"{name}.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return folder


def test_the_script_writes_the_import_file(tmp_path: Path) -> None:
    out, totals = tmp_path / "out.csv", tmp_path / "totals.csv"

    done = run(a_source(tmp_path), out, "--programs", 1, "--totals", totals)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert totals.read_text(encoding="utf-8") == (
        "category,entry,total_component_score\nCup: P0,Ann,24.99\nCup: P0,Bea,24.99\n"
    )
    lines = out.read_text(encoding="utf-8").split("\n")
    assert lines[:3] == [
        "category,entry,judge,criterion,mark,weight,low,high",
        "Cup: P0,Ann,J1,Skating Skills,6.25,0.8,0,10",
        "Cup: P0,Ann,J2,Skating Skills,6.25,0.8,0,10",
    ]
    assert len(lines) == 1 + 2 * 5 * 9 + 1
    assert [line for line in lines if ",," in line] == ["Cup: P0,Bea,J9,Performance,,0.8,0,10"]
    assert [line.split(",")[3] for line in lines[1:46:9]] == list(reversed(COMPONENTS))


@pytest.mark.parametrize(
    "name, old, new, problem",
    [
        ("performances", "0.1,Cup,P0,Bea", "0.1,Cup,P0,Ann", "two entries are named Ann"),
        ("judged-aspects", "Performance0.0,0.0,components,Performance,0.8", "", "Ann: not five components"),
        ("judged-aspects", "Performance,0.8", "Performance,1.6", "differs"),
        ("judged-aspects", "components,Transitions", "components,Costume", "not five components"),
        ("judged-aspects", "components,Transitions", "components,Performance", "Performance is there twice"),
        ("judge-scores", "Transitions0.0,J9,6.25", "", "Ann: not five components by nine judges"),
        ("judge-scores", "Transitions0.0,J9,6.25", "Transitions0.0,J10,6.25", "by nine judges"),
    ],
)
def test_a_source_with_a_hole_is_refused(name: str, old: str, new: str, problem: str, tmp_path: Path) -> None:
    source = a_source(tmp_path)
    path = source / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(SourceError, match=problem):
        read_programs(source)


def test_programs_are_chosen_by_number_or_by_name(tmp_path: Path) -> None:
    programs = read_programs(a_source(tmp_path, programs=3))

    def chosen(first: int | None, *categories: str) -> list[str]:
        return [program.category for program in choose(programs, first, categories)]

    assert chosen(None) == ["Cup: P0", "Cup: P1", "Cup: P2"]
    assert chosen(2) == ["Cup: P0", "Cup: P1"]
    assert chosen(None, "Cup: P2", "Cup: P0") == ["Cup: P2", "Cup: P0"]
    with pytest.raises(SourceError, match=r"no such category: Cup: P9$"):
        choose(programs, None, ["Cup: P9"])


def test_failures_are_one_line_and_write_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    done = run(tmp_path, out)

    assert (done.returncode, done.stdout, out.exists()) == (2, "", False)
    assert done.stderr.startswith("figure_skating: ")
    assert done.stderr.count("\n") == 1
    assert run(a_source(tmp_path), out, "--programs", 0).returncode == 2
    assert not out.exists()


def test_the_categories_make_short_different_slugs(whole_data: Path) -> None:
    names = [program.category for program in read_programs(whole_data)]
    slugs = {"-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) for name in names}

    assert len(slugs) == len(names) == 152
    assert all(slug.isascii() for slug in slugs)
    assert max(map(len, slugs)) <= 80
