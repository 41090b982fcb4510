"""The calibrated mean: what the scorecards say once each judge's leniency is taken out, and how sure that is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.standings import Adjusted, Explanation, Variances
from heroes.domain.results.columns import Codes, Floats, Marks, Scorecards, added, read_scorecards
from heroes.domain.results.linking import Linked, groups_of
from heroes.domain.results.model import Additive, Errors, Solution, errors_of
from heroes.domain.results.totals import Reviews, Scale, review_totals

LEAST_REVIEWS = 12
LEAST_JUDGES = 3


@dataclass(frozen=True, slots=True)
class Panelled:
    """A panel's scorecards that count. Positions are among the `entries` and `judges` that have one, sorted by id."""

    cards: Scorecards
    reviews: Reviews
    rows: Codes
    """Which scorecards count, as rows of `cards`."""
    entry: Codes
    judge: Codes
    at_entry: Codes
    """Positions of the present entries among the scorecards' entries; `at_judge` likewise."""
    at_judge: Codes
    linked: Linked

    entries: tuple[str, ...]
    """Those with a scorecard that counts."""
    judges: tuple[str, ...]
    """Those who gave one."""
    score: Floats
    """The scores of the scorecards that count, in the order of the rows."""
    many: Codes
    """How many scorecards each entry has."""
    fits: dict[tuple[bool, bool], "Fitted"] = field(default_factory=dict, compare=False)
    """The models that have been fitted, by (limits, prior): nobody has to fit one twice."""

    @property
    def why_no_model(self) -> str | None:
        """Why there is too little for a model, in a sentence; None where there is enough."""
        return why_no_model(len(self.rows), len(self.at_judge), int(self.many.max(initial=0)))

    @property
    def complete(self) -> bool:
        """Whether every judge marked every entry in full."""
        full = len(self.rows) == len(self.at_entry) * len(self.at_judge)
        return bool(full and len(self.rows) and not self.reviews.partial[self.rows].any())


def read_panelled(marks: Sequence[Mark] | Marks, criteria: Sequence[Criterion]) -> Panelled:
    """Check the marks, complete the scorecards and see who is linked. Raises as `read_scorecards` does."""
    cards = read_scorecards(marks, criteria)
    reviews = review_totals(cards)
    rows = np.flatnonzero(reviews.counts)
    at_entry, entry = np.unique(cards.entry[rows], return_inverse=True)
    at_judge, judge = np.unique(cards.judge[rows], return_inverse=True)
    entries = tuple(cards.entries[at] for at in at_entry.tolist())
    judges = tuple(cards.judges[at] for at in at_judge.tolist())
    return Panelled(
        cards,
        reviews,
        rows,
        entry,
        judge,
        at_entry,
        at_judge,
        groups_of(entry, judge, entries, judges),
        entries,
        judges,
        reviews.score[rows],
        np.bincount(entry, minlength=len(at_entry)),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Marks that have been checked and grouped once, for whoever asks several things about them."""

    marks: Sequence[Mark] | Marks
    panel: Panelled


def read(marks: Iterable[Mark] | Marks | Reading, criteria: Sequence[Criterion]) -> Reading:
    """Read marks once; `rank`, `next_reviews` and `fairness` take the reading in their place, and share its model.

    A reading is given back as it is. Raises InvalidMarks that names the first row that cannot be used.
    """
    if isinstance(marks, Reading):
        return marks
    kept = marks if isinstance(marks, Marks | list | tuple) else list(marks)
    return Reading(kept, read_panelled(kept, criteria))


def why_no_model(reviews: int, judges: int, most: int) -> str | None:
    """Why so many reviews by so many judges, at most so many of one entry, are too few for a model; None if not."""
    if judges < LEAST_JUDGES:
        return (
            "Fewer than three judges have marked, so their leniency cannot be told: the plain mean is used."
        )
    if reviews < LEAST_REVIEWS:
        return (
            f"There are {reviews} scorecards, and from {LEAST_REVIEWS} on leniency can be told:"
            " the plain mean is used."
        )
    if most < 2:
        return "No entry has two scorecards, so judges cannot be compared: the plain mean is used."
    return None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model of a panel: `back` takes what it was fitted on (scores, or their logits) to the common scale."""

    model: Additive
    solution: Solution
    errors: Errors
    prior: bool
    back: Callable[[Floats], Floats]
    scale: Scale

    @property
    def worth(self) -> Floats:
        """Per entry mu + q, in the units that the model was fitted on."""
        return self.solution.mu + self.solution.q

    @property
    def variances(self) -> Variances:
        """The fitted variances, in those units squared."""
        found = self.solution
        return Variances(
            entry=found.s2 / found.lq,
            judge=found.s2 / found.lb,
            residual=found.s2,
            mean=found.mu,
            lq=found.lq,
            lb=found.lb,
        )


def fit_panel(panel: Panelled, *, limits: bool = False, prior: bool = True) -> Fitted:
    """Fit the additive model to the scores, or with `limits` to their logits.

    For the logits, half a point of a scale from 1 to 10 is added beyond either end, so that full marks are finite.
    """
    known = panel.fits.get((limits, prior))
    if known is not None:
        return known
    scale = panel.reviews.scale
    into, back = _logit(scale) if limits else (_same, _same)
    model = Additive(panel.entry, panel.judge, len(panel.at_entry), len(panel.at_judge), into(panel.score))
    solution = model.fit(prior=prior)
    fitted = Fitted(model, solution, errors_of(model, solution), prior, back, scale)
    panel.fits[limits, prior] = fitted
    return fitted


def _same(values: Floats) -> Floats:
    return values


def _logit(scale: Scale) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    low, width = scale.low - scale.half_point, scale.high - scale.low + 2 * scale.half_point

    def into(values: Floats) -> Floats:
        share = (values - low) / width
        return np.asarray(np.log(share / (1 - share)))

    def back(values: Floats) -> Floats:
        return np.clip(low + width / (1 + np.exp(-values)), scale.low, scale.high)

    return into, back


def by_criterion(panel: Panelled, fitted: Fitted) -> Floats:
    """Entries x criteria on the common scale: each criterion calibrated with the lq and lb of the scores.

    So that, weighted, they come to the calibrated score exactly. NaN for a criterion that nobody marked.
    """
    return fitted.model.effects(fitted.solution, panel.reviews.filled[panel.rows])


def explanations(panel: Panelled, fitted: Fitted) -> list[Explanation]:
    """Per entry the parts of "why this score", on the common scale."""
    solution, many = fitted.solution, panel.many
    given = fitted.model.scores + fitted.model.centre
    freed = given - solution.b[panel.judge]
    mean = added(panel.entry, freed, len(many)) / many
    counts_as, average, score = fitted.back(freed), fitted.back(mean), fitted.back(fitted.worth)
    field = float(fitted.back(np.array([solution.mu]))[0])
    kept = many / (many + solution.lq)
    gave = panel.score
    leniency = gave - counts_as
    names = panel.judges
    parts = [
        Adjusted(names[judge], *numbers)
        for judge, *numbers in zip(
            panel.judge.tolist(), gave.tolist(), leniency.tolist(), counts_as.tolist(), strict=True
        )
    ]
    ends = np.cumsum(many).tolist()
    return [
        Explanation(tuple(parts[end - n : end]), one_average, field, one_kept, one_score)
        for end, n, one_average, one_kept, one_score in zip(
            ends, many.tolist(), average.tolist(), kept.tolist(), score.tolist(), strict=True
        )
    ]
