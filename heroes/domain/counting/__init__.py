"""What counts: marks and criteria as they are handed over, which scorecards count, and a result as plain values.

Light on purpose: pages, services and the worker share these. What turns marks into a result is
`heroes.domain.results`, which needs numpy and scipy and is therefore never imported by a web worker.
"""

from heroes.domain.counting.marks import Criterion, InvalidMarks, Mark, Number
from heroes.domain.counting.methods import METHODS, RULES, TIE_BREAKS, MethodWords
from heroes.domain.counting.standings import (
    Adjusted,
    CriterionValue,
    Explanation,
    Group,
    JudgeStanding,
    JudgeTotal,
    LeftOut,
    Reliability,
    Standing,
    Standings,
    TieStep,
    Variances,
)

__all__ = [
    "METHODS",
    "RULES",
    "TIE_BREAKS",
    "Adjusted",
    "Criterion",
    "CriterionValue",
    "Explanation",
    "Group",
    "InvalidMarks",
    "JudgeStanding",
    "JudgeTotal",
    "LeftOut",
    "Mark",
    "MethodWords",
    "Number",
    "Reliability",
    "Standing",
    "Standings",
    "TieStep",
    "Variances",
]
