"""Turn published figure skating protocols into a CSV for `heroes import marks`.

    python scripts/figure_skating.py SOURCE_DIR OUT.csv [--programs N | --category NAME ...] [--totals FILE]

SOURCE_DIR holds the four tidy CSV files of "ISU Figure Skating Score Sheets as Structured Data" (BuzzFeed
News, CC BY 4.0). Each competition and program becomes one category, each skater or couple an entry, each of
the five programme components a criterion whose weight is the published factor; marks run from 0 to 10.
The components come in the order of the printed protocols, because the source has none.

A mark of 0.0 is how the source writes a judge who was not there, so it becomes an empty mark. Nothing else
is touched: three marks of 0.25 and one of 2.75, most likely slips of a judge's finger, stay as they were
published, and so do the two spellings of "Interpretation of the Music / Timing". "J1" is a seat on a panel,
not a person: in another category it may be somebody else.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

MARKS_HEADER = ("category", "entry", "judge", "criterion", "mark", "weight", "low", "high")
TOTALS_HEADER = ("category", "entry", "total_component_score")
JUDGES = tuple(f"J{seat}" for seat in range(1, 10))
COMPONENTS = ("Skating Skills", "Transitions", "Performance", "Composition", "Interpretation of the Music")
"""How the components' names begin, in the order of the printed protocols; dance adds "Timing" to the last."""


class SourceError(Exception):
    """The source is not what this program understands; the message says where."""


@dataclass(slots=True)
class Performance:
    """One entry: its published component total and, per component, the marks by judge as published."""

    name: str
    total_component_score: str
    components: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Program:
    """One category: performances by name, and the factor of each component."""

    category: str
    performances: dict[str, Performance] = field(default_factory=dict)
    factors: dict[str, str] = field(default_factory=dict)

    def import_rows(self) -> Iterator[tuple[str, ...]]:
        """The rows of the import file, under MARKS_HEADER; a mark of zero is an absent judge."""
        for performance in self.performances.values():
            for criterion, marks in performance.components.items():
                for judge, mark in marks.items():
                    given = mark if Decimal(mark) else ""
                    factor = self.factors[criterion]
                    yield self.category, performance.name, judge, criterion, given, factor, "0", "10"

    def published_totals(self) -> Iterator[tuple[str, ...]]:
        """The published sum of the weighted components per entry, under TOTALS_HEADER."""
        for performance in self.performances.values():
            yield self.category, performance.name, performance.total_component_score


def read_programs(source: Path) -> list[Program]:
    """All programs in the order of programs.csv, complete and unambiguous, else SourceError.

    Checked: unique names within a program, five components with one factor each, nine judges on every one.
    """
    programs: dict[str, Program] = {}
    for row in _rows(source / "programs.csv"):
        category = _category(row)
        programs[category] = Program(category)
    by_performance: dict[str, tuple[Program, Performance]] = {}
    for row in _rows(source / "performances.csv"):
        program = programs[_category(row)]
        if row["name"] in program.performances:
            raise SourceError(f"{program.category}: two entries are named {row['name']}")
        performance = Performance(row["name"], row["total_component_score"])
        program.performances[row["name"]] = performance
        by_performance[row["performance_id"]] = program, performance
    by_aspect: dict[str, dict[str, str]] = {}
    for row in _rows(source / "judged-aspects.csv"):
        if row["section"] != "components":
            continue
        program, performance = by_performance[row["performance_id"]]
        name = row["aspect_desc"]
        if program.factors.setdefault(name, row["factor"]) != row["factor"] or name in performance.components:
            raise SourceError(f"{program.category}, {performance.name}: {name} is there twice or differs")
        by_aspect[row["aspect_id"]] = performance.components[name] = {}
    for row in _rows(source / "judge-scores.csv"):
        marks = by_aspect.get(row["aspect_id"])
        if marks is not None:
            marks[row["judge"]] = row["score"]
    for program in programs.values():
        _complete(program)
    return list(programs.values())


def choose(programs: Sequence[Program], first: int | None, categories: Sequence[str]) -> list[Program]:
    """The first so many programs, or the named categories in the order named, or all."""
    if categories:
        known = {program.category: program for program in programs}
        unknown = [category for category in categories if category not in known]
        if unknown:
            raise SourceError(f"no such category: {', '.join(unknown)}")
        return [known[category] for category in categories]
    return list(programs[:first])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files asked for; 0, or 2 with one line on stderr and nothing written."""
    parser = argparse.ArgumentParser(
        description="Turn published figure skating protocols into an import CSV."
    )
    parser.add_argument("source", type=Path, metavar="SOURCE_DIR")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--programs", type=_positive, metavar="N", help="only the first N programs")
    which.add_argument("--category", action="append", default=[], metavar="NAME", help="only these programs")
    parser.add_argument(
        "--totals", type=Path, metavar="FILE", help="also write the published component totals"
    )
    asked = parser.parse_args(arguments)
    try:
        programs = choose(read_programs(asked.source), asked.programs, asked.category)
        _write(asked.out, MARKS_HEADER, (row for program in programs for row in program.import_rows()))
        if asked.totals:
            _write(
                asked.totals,
                TOTALS_HEADER,
                (row for program in programs for row in program.published_totals()),
            )
    except (SourceError, OSError) as problem:
        print(f"figure_skating: {problem}", file=sys.stderr)
        return 2
    return 0


def _complete(program: Program) -> None:
    """Put components and judges in order; all must be there for every entry."""
    order = sorted(program.factors, key=_place)
    expected = [sorted(JUDGES)] * len(COMPONENTS)
    for performance in program.performances.values():
        found = [sorted(performance.components.get(name, ())) for name in order]
        if [_place(name) for name in order] != list(range(len(COMPONENTS))) or found != expected:
            raise SourceError(f"{program.category}, {performance.name}: not five components by nine judges")
        performance.components = {
            name: {judge: performance.components[name][judge] for judge in JUDGES} for name in order
        }


def _place(component: str) -> int:
    places = [place for place, name in enumerate(COMPONENTS) if component.startswith(name)]
    return places[0] if places else len(COMPONENTS)


def _category(row: dict[str, str]) -> str:
    return f"{row['competition']}: {row['program']}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
