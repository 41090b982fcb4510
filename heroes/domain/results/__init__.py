"""From judges' marks to a ranking that anybody can recompute. A public interface.

    >>> standings = rank([Mark("a", "j", "Impact", Decimal(8))], [Criterion("Impact", Decimal(40))], method="mean")
    >>> standings.entries[0].score
    Decimal('8')

Plain values in, plain values out: no clock, no files; chance only from a seed. `rank` says who comes where, how sure
that is and why; `next_reviews` says where more reviews tell most; `fairness` asks who would win otherwise; `read` lets
these share one reading; `Marks.from_columns` takes large input; `blend` joins rounds; `digest` is the fingerprint of
what counted. docs/results-methods.md states every method with its formulas and limits.

What counts, and how gaps are treated: a scorecard with at least half of the weight answered counts. For each criterion
it leaves out it is taken to lie as far above or below that criterion's mean over all counted scorecards as its own
marks lie, on average, above or below theirs; the estimate is not held to the scale. With less than half answered it
does not count and is shown as not counted. A criterion that nobody marked is left out of the weights. `trimmed-mean`
takes marks one by one and treats gaps of a panel alike.

A limit of such filling: a higher mark raises its criterion's mean, so a colleague who left out another criterion looks
lower beside it and the estimate for that gap falls. Where a light criterion is raised and a heavy one is missing, the
entry's own score can drop a little. In complete panels a higher mark never harms.
"""

from heroes.domain.counting import (
    METHODS,
    RULES,
    Adjusted,
    Criterion,
    CriterionValue,
    Explanation,
    Group,
    InvalidMarks,
    JudgeStanding,
    JudgeTotal,
    LeftOut,
    Mark,
    Reliability,
    Standing,
    Standings,
    TieStep,
    Variances,
)
from heroes.domain.counting.standings import INCOMPLETE, NOT_JUDGED, PARTIAL, PROVISIONAL
from heroes.domain.results.blends import Part, blend
from heroes.domain.results.calibrated import Reading, read
from heroes.domain.results.columns import Marks
from heroes.domain.results.digest import digest
from heroes.domain.results.fairness import Fairness, fairness
from heroes.domain.results.standings import rank
from heroes.domain.results.waves import next_reviews

__all__ = [
    "INCOMPLETE",
    "METHODS",
    "NOT_JUDGED",
    "PARTIAL",
    "PROVISIONAL",
    "RULES",
    "Adjusted",
    "Criterion",
    "CriterionValue",
    "Explanation",
    "Fairness",
    "Group",
    "InvalidMarks",
    "JudgeStanding",
    "JudgeTotal",
    "LeftOut",
    "Mark",
    "Marks",
    "Part",
    "Reading",
    "Reliability",
    "Standing",
    "Standings",
    "TieStep",
    "Variances",
    "blend",
    "digest",
    "fairness",
    "next_reviews",
    "rank",
    "read",
]
