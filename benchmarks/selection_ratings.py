"""J7 and J8: real judges' marks. How well a review that was held back is foretold, and waves replayed.

Beside the excerpt that the tests bring, every CSV file in the folder that BENCHMARK_RATINGS names is a set: its header
is that of `heroes import marks` (entry, judge, mark; and category, criterion, weight, low, high where there are
several). Each category of a set is a panel of its own. What is not there is not measured.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.estimates import mean_of
from benchmarks.report import Measure, say
from heroes.domain.results import Criterion, Marks, Standings, next_reviews, rank

NAME = "selection"
SKATING = Path(__file__).parents[1] / "tests" / "data" / "figure_skating" / "marks.csv"
HELD_BACK = 0.15
SPLITS = 20


@dataclass(frozen=True, slots=True)
class Panel:
    """One category: its criteria, and every review as (entry, judge) with its marks."""

    criteria: tuple[Criterion, ...]
    reviews: tuple[tuple[str, str], ...]
    marks: tuple[Mapping[str, float], ...]

    def score(self, review: int) -> float:
        """The weighted mean of one review, over what it has a mark for."""
        given = self.marks[review]
        weights = {one.name: float(one.weight) for one in self.criteria}
        return sum(weights[name] * mark for name, mark in given.items()) / sum(
            weights[name] for name in given
        )

    def rank(self, kept: Sequence[int], **asked: int) -> Standings:
        """The engine's calibrated ranking of some of the reviews."""
        return rank(self.columns(kept), self.criteria, across_groups=True, **asked)

    def columns(self, kept: Sequence[int]) -> Marks:
        """The marks of some of the reviews."""
        rows = [(*self.reviews[one], name, mark) for one in kept for name, mark in self.marks[one].items()]
        return Marks.from_columns(*([row[column] for row in rows] for column in range(4)))


def read(path: Path) -> list[Panel]:
    """The panels of a set."""
    categories: dict[str, dict[tuple[str, str], dict[str, float]]] = {}
    criteria: dict[str, dict[str, Criterion]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["mark"]:
                continue
            category, name = row.get("category") or "", row.get("criterion") or "mark"
            reviews = categories.setdefault(category, {})
            reviews.setdefault((row["entry"], row["judge"]), {})[name] = float(row["mark"])
            criteria.setdefault(category, {}).setdefault(
                name,
                Criterion(
                    name,
                    float(row.get("weight") or 1),
                    float(row.get("low") or 0),
                    float(row.get("high") or 10),
                ),
            )
    return [
        Panel(tuple(criteria[category].values()), tuple(reviews), tuple(reviews.values()))
        for category, reviews in categories.items()
    ]


def held_back(panel: Panel, chance: np.random.Generator) -> Iterator[tuple[float, float]]:
    """(error of the entry's mean, error of the calibrated score plus leniency) for reviews that were not shown."""
    order = chance.permutation(len(panel.reviews)).tolist()
    hidden = order[: max(1, round(HELD_BACK * len(order)))]
    kept = sorted(order[len(hidden) :])
    given: dict[str, list[float]] = {}
    for review in kept:
        given.setdefault(panel.reviews[review][0], []).append(panel.score(review))
    standings = panel.rank(kept, draws=0)
    worth = {one.entry: float(one.score) for one in standings.entries if one.score is not None}
    leniency = {one.judge: one.leniency or 0.0 for one in standings.judges}
    for review in hidden:
        entry, judge = panel.reviews[review]
        if entry in given:
            said = panel.score(review)
            mean = sum(given[entry]) / len(given[entry])
            yield said - mean, said - worth[entry] - leniency.get(judge, 0.0)


def gain(panels: Sequence[Panel], splits: int = SPLITS) -> tuple[float, float]:
    """By how many per cent the calibrated prediction's error is smaller than the entry mean's, with its error."""
    totals = []
    for split in range(splits):
        chance = np.random.default_rng([20_261_127, split])
        errors = np.array([pair for panel in panels for pair in held_back(panel, chance)])
        mean, ours = np.sqrt((errors**2).mean(axis=0))
        totals.append(100 * (1 - ours / mean))
    it = mean_of(np.array(totals))
    return it.value, it.se


def replay(panel: Panel, split: int) -> tuple[float, float] | None:
    """The share of a complete panel's best quarter found with 3 reviews an entry: (plain mean, two waves)."""
    entries = sorted({entry for entry, _ in panel.reviews})
    judges = sorted({judge for _, judge in panel.reviews})
    if len(panel.reviews) != len(entries) * len(judges) or len(judges) < 6 or len(entries) < 8:
        return None
    at = {pair: number for number, pair in enumerate(panel.reviews)}
    places = max(1, len(entries) // 4)
    truth = _best({entry: [panel.score(at[entry, judge]) for judge in judges] for entry in entries}, places)
    chance = np.random.default_rng([20_261_128, split])
    queue = {entry: chance.permutation(judges).tolist() for entry in entries}

    def first(many: Mapping[str, int]) -> list[int]:
        return sorted(at[entry, judge] for entry in entries for judge in queue[entry][: many[entry]])

    uniform = first(dict.fromkeys(entries, 3))
    means: dict[str, list[float]] = {}
    for review in uniform:
        means.setdefault(panel.reviews[review][0], []).append(panel.score(review))
    many = dict.fromkeys(entries, 2)
    extra = next_reviews(
        panel.columns(first(many)), panel.criteria, places=places, budget=len(entries), seed=split
    )
    many = {entry: min(count + extra.get(entry, 0), len(judges)) for entry, count in many.items()}
    found = [one.entry for one in panel.rank(first(many), draws=0).entries[:places]]
    return len(truth & _best(means, places)) / places, len(truth.intersection(found)) / places


def _best(scores: Mapping[str, Sequence[float]], places: int) -> set[str]:
    return set(sorted(scores, key=lambda entry: (-sum(scores[entry]) / len(scores[entry]), entry))[:places])


def run(quick: bool = False) -> list[Measure]:
    """The gain on every set there is, and the goals over all of them."""
    folder = os.environ.get("BENCHMARK_RATINGS")
    paths = [SKATING, *(sorted(Path(folder).glob("*.csv")) if folder else ())]
    splits = SPLITS // 4 if quick else SPLITS
    measures, gains = [], []
    for path in paths:
        name = path.parent.name if path == SKATING else path.stem
        say(f"ratings: {name}")
        value, se = gain(read(path), splits)
        gains.append(value)
        measures.append(Measure(NAME, f"    held back, {name}", value, "%", se=se, peers="entry mean 0"))
    # One set has no median: the goal is about several.
    median = float(np.median(gains)) if len(gains) > 2 else None
    return [
        Measure(
            NAME,
            f"J7 error on real reviews less, median of {len(gains)}",
            median,
            "%",
            least=8,
            peers="entry mean 0",
        ),
        Measure(NAME, "    the worst set", min(gains), "%", least=0),
        *measures,
        Measure(NAME, "J8 real waves replayed, mammograms", None, "", least=0.840),
        *_replayed(splits),
    ]


def _replayed(splits: int) -> list[Measure]:
    found = [replay(panel, split) for panel in read(SKATING) for split in range(splits)]
    pairs = np.array([pair for pair in found if pair is not None])
    two_waves = mean_of(pairs[:, 1])
    peers = f"mean {mean_of(pairs[:, 0])}"
    return [
        Measure(NAME, "    figure skating, best quarter", two_waves.value, "", se=two_waves.se, peers=peers)
    ]
