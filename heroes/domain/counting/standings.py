"""A result as plain values: every entry's place, what it rests on, and how sure it is."""

from dataclasses import dataclass

from heroes.domain.counting.marks import Number

NOT_JUDGED = "not judged"
INCOMPLETE = "incomplete: fewer than half the weight marked"
PROVISIONAL = "provisional: fewer than 2 reviews"
PARTIAL = "partial: gaps filled from the other marks"
ACROSS_GROUPS = "assumes groups equally strong"
UNUSUAL = "has a review far from what the others suggest"
"""Flags of a standing."""


@dataclass(frozen=True, slots=True)
class TieStep:
    """One tie-break as it was applied to one group of tied entries."""

    rule: str
    """`points`, `criterion`, `majority`, `reviews`, `median`, `draw`, or `equal` when all are exhausted."""
    criterion: str | None
    order: tuple[tuple[str, ...], ...]
    """The tied entries, best first; those in one part are still level."""
    sentence: str

    @property
    def decided(self) -> bool:
        """Whether the step divided the group."""
        return len(self.order) > 1


@dataclass(frozen=True, slots=True)
class JudgeTotal:
    """One judge's scorecard for one entry; without half the weight answered it has no score."""

    judge: str
    score: Number | None
    total: Number | None
    partial: bool
    counted: bool
    """Whether the judge's marks went into the entry's score."""
    surprise: float | None = None
    """Its residual in standard deviations, corrected for leverage: beyond 3 a human should look. None without one."""


@dataclass(frozen=True, slots=True)
class CriterionValue:
    """The panel on one criterion, on that criterion's own scale."""

    criterion: str
    value: Number | None
    """None where nobody marked it; an estimate where this entry's judges left it out and others did not."""
    marks: int
    """Counted marks that were really given, before any were dropped."""
    dropped: tuple[Number, ...]
    """The lowest and the highest, where the method leaves them out."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One judge's score for an entry, and what it counts as once the judge's leniency is taken out."""

    judge: str
    gave: float
    leniency: float
    counts_as: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The parts of the sentence "why this score": kept x (average - field_mean) + field_mean = score."""

    reviews: tuple[Adjusted, ...]
    average: float
    """The mean of what the reviews count as."""
    field_mean: float
    kept: float
    """The share of the distance from the field's mean that so many reviews support: n / (n + lq); 1 without a model."""
    score: float


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry. Without a countable review, rank, score and total are None: never zero, never last.

    `score` is on the criteria's common scale (0 to 100 where they differ); `total` is the same times the weights' sum
    for calibrated methods, else the weighted sum of the marks as given. `low` and `high` are the ends of the 90 %
    interval of the rank, the better one first; chances are from 0 to 1. All five are None where no model could be
    fitted, `chance_of_place` and `band` ("in", "grey" or "out") also where no number of places was asked about.
    `chance_above_next`: that it is truly better than the entry listed after it.
    """

    entry: str
    rank: int | None
    score: Number | None
    total: Number | None
    reviews: int
    judges: tuple[JudgeTotal, ...] = ()
    criteria: tuple[CriterionValue, ...] = ()
    tie: tuple[TieStep, ...] = ()
    flags: tuple[str, ...] = ()
    raw_mean: Number | None = None
    low: int | None = None
    high: int | None = None
    chance_of_place: float | None = None
    chance_of_best: float | None = None
    chance_above_next: float | None = None
    band: str | None = None
    group: int = 0
    """Which of the disconnected groups it belongs to, from 1; 0 where there is one group only."""
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class JudgeStanding:
    """One judge beside the panel. `leniency`: how far above colleagues on the same entries, with its standard error.

    `fit` is the mean squared standardised residual (0.5 to 1.5 is good, over 2 is flagged, from 5 reviews on), `spread`
    the standard deviation of their own scores, `halo` the mean correlation between their criteria.
    """

    judge: str
    leniency: float | None
    leniency_se: float | None
    reviews: int
    fit: float | None
    flags: tuple[str, ...] = ()
    mean: float | None = None
    spread: float | None = None
    halo: float | None = None


@dataclass(frozen=True, slots=True)
class Variances:
    """Where scores differ: between entries, judges and single reviews, in squared points; `mean` is the field's.

    `lq` = residual / entry and `lb` = residual / judge are what the two lines of the result are solved with.
    """

    entry: float
    judge: float
    residual: float
    mean: float
    lq: float
    lb: float


@dataclass(frozen=True, slots=True)
class Group:
    """Entries and judges that no review links with the others."""

    entries: tuple[str, ...]
    judges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far a panel agrees. None where there are too few marks to say.

    `alpha` is Krippendorff's (interval), with a 95 % bootstrap over entries; `icc` is ICC(A,1) and `icc_k` ICC(A,k);
    `g_raw` and `g` say how much of the scores' differences are the entries' own, at `reviews` reviews each, before and
    after leniency is taken out; `reviews_for_80` is how many would bring `g_raw` to 0.8.
    """

    reviews: float
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    icc: float | None
    icc_k: float | None
    g_raw: float | None
    g: float | None
    reviews_for_80: float | None
    word: str
    """`firm` (alpha from .8), `tentative` (from .667), `weak`, or `unknown`."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A mark, or a whole scorecard where there is no criterion, that does not count, and why."""

    entry: str
    judge: str
    criterion: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Standings:
    """All entries, best first; those not judged come last, by id. Judges by id.

    `groups` is empty while reviews link everybody; else the disconnected groups, largest first, which at least
    `links_needed` reviews would join. `clear` says whether the first is a clear winner (chance of best from 0.8).
    """

    asked: str
    method: str
    reason: str | None
    """Why `method` is not what was asked; None if it is."""
    rules: str
    entries: tuple[Standing, ...]
    judges: tuple[JudgeStanding, ...] = ()
    variances: Variances | None = None
    groups: tuple[Group, ...] = ()
    links_needed: int = 0
    reliability: Reliability | None = None
    left_out: tuple[LeftOut, ...] = ()
    clear: bool | None = None
    warnings: tuple[str, ...] = ()
    """Sentences about the whole: a weak link between judges, a method that is less accurate."""
