"""The ways to reach a result, by id: what they are called, and what is said about them. The recipe is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass

RULES = "2026.1"
"""The frozen recipe: what is computed under this id is computed the same for ever."""


@dataclass(frozen=True, slots=True)
class MethodWords:
    """A method as people read it; `warning` is said wherever it can be chosen."""

    name: str
    line: str
    warning: str = ""


TIE_BREAKS = (
    "By the trimmed mean only: the points first, each criterion rounded to a hundredth before they are added.",
    "The higher score on the heaviest criterion, then on the next by weight.",
    "The entry that more of the judges who marked both put higher.",
    "More reviews.",
    "The higher median of the judges’ scores.",
    "A draw, where its seed was published before the judging.",
    "Otherwise the entries share their place, and the chair decides. Never the time of entry, the name or a number.",
)
"""What this recipe does with entries of the same score, in its order."""

METHODS: Mapping[str, MethodWords] = {
    "calibrated": MethodWords(
        "Calibrated mean",
        "Each judge’s leniency is estimated from all their marks and taken out; few reviews move less.",
    ),
    "mean": MethodWords("Mean", "The mean of the judges’ totals. Fair where every judge scores every entry."),
    "trimmed-mean": MethodWords(
        "Trimmed mean", "Per criterion, one highest and one lowest mark are dropped from five judges on."
    ),
    "median": MethodWords(
        "Median",
        "The middle of the judges’ totals.",
        "With few reviews the median finds the best entries less often than the plain mean does.",
    ),
    "calibrated-limits": MethodWords(
        "Calibrated, with scale limits",
        "As the calibrated mean, with room made near the ends of the scale, for panels that give many top marks.",
    ),
    "final-panel": MethodWords(
        "Final panel", "The mean of a panel in which every judge scored every entry; no statistics needed."
    ),
}
"""Every method by the id that commands, stored results and Python share."""
