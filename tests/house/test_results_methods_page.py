"""docs/results-methods.md: every worked number is computed again, so that the page cannot go stale.

A worked table stands under a comment `<!-- worked: name -->`. What should be in it is a function here by that name; a
name without a table, or a table without a name, fails.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from heroes.domain.counting.standings import Variances
from heroes.domain.results import Criterion, Mark, rank
from heroes.domain.results.model import Additive, Solution
from heroes.domain.results.planning import ASSUMED, ASSUMED_ENDS, outlook

PAGE = Path(__file__).parents[2] / "docs" / "results-methods.md"
Rows = list[list[str]]


def tables() -> dict[str, Rows]:
    """Every worked table of the page by its name, without its head."""
    found: dict[str, Rows] = {}
    text = PAGE.read_text(encoding="utf-8")
    for name, body in re.findall(r"<!-- worked: ([a-z-]+) -->\n\n((?:\|.*\n)+)", text):
        assert name not in found
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in body.splitlines()]
        found[name] = rows[2:]
    assert text.count("<!-- worked:") == len(found)
    return found


TABLES = tables()


def flip() -> tuple[list[str], list[str], Solution]:
    """The model's solution for the page's first marks, both ratios 1."""
    rows = TABLES["flip-marks"]
    entries, judges = (sorted({row[column] for row in rows}) for column in (0, 1))
    model = Additive(
        np.array([entries.index(row[0]) for row in rows]),
        np.array([judges.index(row[1]) for row in rows]),
        len(entries),
        len(judges),
        np.array([float(row[2]) for row in rows]),
    )
    return entries, judges, model.solve(1.0, 1.0)


def flip_marks() -> Rows:
    """The marks themselves are given; golden vector 1 of the model."""
    return [
        ["Ash", "Ann", "7"], ["Ash", "Ben", "7"], ["Birch", "Ann", "6"], ["Birch", "Cem", "8.5"],
        ["Cedar", "Ben", "5"], ["Cedar", "Cem", "8"], ["Dogwood", "Ann", "4"], ["Dogwood", "Ben", "4"],
    ]  # fmt: skip


def flip_judges() -> Rows:
    _, judges, solution = flip()
    return [[judge, f"{b:.6f}"] for judge, b in zip(judges, solution.b, strict=True)]


def flip_entries() -> Rows:
    entries, _, solution = flip()
    marks = [(row[0], float(row[2])) for row in TABLES["flip-marks"]]
    raw = [float(np.mean([mark for entry, mark in marks if entry == one])) for one in entries]
    worth = solution.mu + solution.q
    return [
        [one, f"{raw[at]:.6f}", str(place(raw, at)), f"{worth[at]:.6f}", str(place(worth, at))]
        for at, one in enumerate(entries)
    ]


def place(scores: Sequence[float] | np.ndarray, at: int) -> int:
    return 1 + sum(other > scores[at] for other in scores)


def flip_sentence() -> Rows:
    entries, judges, solution = flip()
    birch = entries.index("Birch")
    freed = {
        judge: float(mark) - solution.b[judges.index(judge)]
        for entry, judge, mark in TABLES["flip-marks"]
        if entry == "Birch"
    }
    average = float(np.mean(list(freed.values())))
    return [
        ["Ann’s 6 counts as", f"{freed['Ann']:.6f}"],
        ["Cem’s 8.5 counts as", f"{freed['Cem']:.6f}"],
        ["average", f"{average:.6f}"],
        ["the field’s mean", f"{solution.mu:.6f}"],
        ["kept of the distance", f"{2 / (2 + solution.lq):.6f}"],
        ["score", f"{solution.mu + solution.q[birch]:.6f}"],
    ]


def shrink() -> Rows:
    """n / (n + lq) with lq = 0.85, for an average of 8 in a field with mean 6."""
    lq = ASSUMED["awards"].lq
    return [[str(n), f"{n / (n + lq):.4f}", f"{6 + n / (n + lq) * (8 - 6):.4f}"] for n in (1, 2, 3, 4, 8)]


def ranked(rows: Rows, criteria: Sequence[Criterion], method: str) -> tuple[str, ...]:
    """The first entry's value on every criterion, its score and its total, as exact texts."""
    names = [criterion.name for criterion in criteria]
    marks = [
        Mark(row[0], row[1], name, Decimal(cell) if cell != "–" else None)
        for row in rows
        for name, cell in zip(names, row[2:], strict=True)
    ]
    first = next(one for one in rank(marks, criteria, method=method).entries if one.entry == rows[0][0])
    values = [str(one.value) for one in first.criteria]
    return (*values, str(first.score), str(first.total))


TRIMMED = [Criterion("Skills", Decimal("0.6")), Criterion("Care", Decimal("0.4"))]
GAPPED = [Criterion("Impact", Decimal(50)), Criterion("Craft", Decimal(30)), Criterion("Reach", Decimal(20))]


def trim_marks() -> Rows:
    return [
        ["Ash", "J1", "7.25", "6"], ["Ash", "J2", "7.5", "7"], ["Ash", "J3", "8", "7.25"],
        ["Ash", "J4", "6.75", "7.5"], ["Ash", "J5", "7.5", "9"],
    ]  # fmt: skip


def trim_result() -> Rows:
    skills, care, score, total = ranked(TABLES["trim-marks"], TRIMMED, "trimmed-mean")
    return [["Skills", skills], ["Care", care], ["total", total], ["score", score]]


def gap_marks() -> Rows:
    return [["Ash", "Ann", "8", "7", "–"], ["Ash", "Ben", "6", "6", "6"], ["Birch", "Ben", "5", "4", "3"]]


def gap_result() -> Rows:
    rows = TABLES["gap-marks"]
    marks = [
        Mark(row[0], row[1], criterion.name, Decimal(cell) if cell != "–" else None)
        for row in rows
        for criterion, cell in zip(GAPPED, row[2:], strict=True)
    ]
    (ash,) = (one for one in rank(marks, GAPPED, method="mean").entries if one.entry == "Ash")
    ann, ben = ash.judges
    assert (ann.partial, ben.partial) == (True, False)
    means = [
        float(np.mean([float(row[column]) for row in rows if row[column] != "–"])) for column in (2, 3, 4)
    ]
    above = ((8 - means[0]) + (7 - means[1])) / 2
    return [
        ["mean of Impact", f"{means[0]:.4f}"],
        ["mean of Craft", f"{means[1]:.4f}"],
        ["mean of Reach", f"{means[2]:.4f}"],
        ["Ann above these, on average", f"{above:.4f}"],
        ["Ann’s Reach is taken as", f"{means[2] + above:.4f}"],
        ["Ann’s score", f"{ann.score:.4f}"],
        ["Ben’s score", f"{ben.score:.4f}"],
        ["Ash’s score", f"{ash.score:.4f}"],
    ]


def wave() -> Rows:
    rows = [("Ash", 0.95, 2), ("Birch", 0.5, 2), ("Birch", 0.5, 3), ("Cedar", 0.2, 2), ("Dogwood", 0.02, 2)]
    return [
        [entry, f"{p:.2f}", str(n), f"{(p * (1 - p)) ** 0.5:.4f}", f"{(p * (1 - p)) ** 0.5 / n:.4f}"]
        for entry, p, n in rows
    ]


def draw() -> Rows:
    seed = "2026 heroes, drawn on 1 May"
    return [
        [entry, sha256(f"{seed}:{entry}".encode()).hexdigest()[:16]]
        for entry in ("CSH-26-0042", "CSH-26-0107")
    ]


def reliability() -> Rows:
    def line(kind: str, it: Variances) -> list[str]:
        noise = it.judge + it.residual
        return [
            kind,
            f"{it.judge / it.entry:.2f}",
            f"{it.residual / it.entry:.2f}",
            f"{it.entry / (it.entry + noise / 3):.2f}",
            f"{it.entry / (it.entry + it.residual / 3):.2f}",
            f"{4 * noise / it.entry:.1f}",
        ]

    return [line(kind, it) for kind, it in ASSUMED.items()]


def planner() -> Rows:
    found = outlook(ASSUMED["awards"], entries=300, judges=40, places=30, ends=ASSUMED_ENDS, minutes=10)
    return [
        [
            str(one.reviews),
            f"{one.first_wave} + {one.reviews - one.first_wave}" if one.second_wave else "one",
            f"{100 * one.recall:.0f} %",
            f"{100 * one.sure:.0f} %",
            f"{one.per_judge:.1f}",
            f"{one.hours:.0f}",
        ]
        for one in found.options
    ]


WORKED: Mapping[str, Callable[[], Rows]] = {
    "flip-marks": flip_marks,
    "flip-judges": flip_judges,
    "flip-entries": flip_entries,
    "flip-sentence": flip_sentence,
    "shrink": shrink,
    "trim-marks": trim_marks,
    "trim-result": trim_result,
    "gap-marks": gap_marks,
    "gap-result": gap_result,
    "wave": wave,
    "draw": draw,
    "reliability": reliability,
    "planner": planner,
}


def test_every_worked_table_is_computed_here() -> None:
    assert set(TABLES) == set(WORKED)


@pytest.mark.parametrize("name", WORKED)
def test_the_page_says_what_the_engine_computes(name: str) -> None:
    said, computed = TABLES[name], WORKED[name]()
    if name == "planner":
        # Simulated: another processor may round a tie the other way.
        assert [row[:2] + row[4:] for row in said] == [row[:2] + row[4:] for row in computed]
        shares = [
            [float(cell.removesuffix(" %")) for row in rows for cell in row[2:4]] for rows in (said, computed)
        ]
        assert shares[0] == pytest.approx(shares[1], abs=1)
    else:
        assert said == computed


def test_the_spreadsheet_reaches_the_same_by_recalculating() -> None:
    """The page's cell formulas, over and over from nought, as a spreadsheet with iteration does."""
    rows = [(entry, judge, float(mark)) for entry, judge, mark in TABLES["flip-marks"]]
    theta = {entry: 0.0 for entry, _, _ in rows}
    leniency = {judge: 0.0 for _, judge, _ in rows}
    mu = 0.0
    for _ in range(100):
        freed = [(entry, mark - leniency[judge]) for entry, judge, mark in rows]
        mu = sum(d - theta[entry] + mu for entry, d in freed) / len(rows)
        for entry in theta:
            own = [d for one, d in freed if one == entry]
            theta[entry] = mu + len(own) / (len(own) + 1) * (sum(own) / len(own) - mu)
        for judge in leniency:
            left = [mark - theta[entry] for entry, one, mark in rows if one == judge]
            leniency[judge] = len(left) / (len(left) + 1) * sum(left) / len(left)
    assert [f"{theta[row[0]]:.6f}" for row in TABLES["flip-entries"]] == [
        row[3] for row in TABLES["flip-entries"]
    ]
    assert [f"{b:.6f}" for b in leniency.values()] == [row[1] for row in TABLES["flip-judges"]]


def test_what_a_score_keeps_of_its_distance_is_the_shrink_line() -> None:
    chance = np.random.default_rng(1)
    marks = [
        Mark(f"E{entry:02}", f"J{(entry + turn) % 6}", "Impact", float(np.clip(chance.normal(6, 2), 1, 10)))
        for entry in range(20)
        for turn in range(1 + entry % 4)
    ]
    found = rank(marks, [Criterion("Impact", Decimal(1))])
    assert found.variances is not None
    for one in found.entries:
        assert one.explanation is not None
        assert one.explanation.kept == pytest.approx(one.reviews / (one.reviews + found.variances.lq))
