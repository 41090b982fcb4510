"""Judges answer one question with yes or no; so many times yes, and an entry has qualified."""

from decimal import Decimal

from heroes.domain.round_kinds.kind import RoundKind

QUALIFYING = RoundKind(
    key="qualifying",
    name="Qualifying, yes or no",
    about="Judges answer one question with yes or no. An entry qualifies with as many times yes as you say.",
    advances=("hand", "yes"),
    settings=frozenset({"question", "reviews", "quorum", "blind", "marks_shown", "advance"}),
    method="mean",  # the share of those who said yes; there is no leniency to take out of a yes
    question="Does this entry meet what the category asks for?",
    words={Decimal(1): "Yes", Decimal(0): "No"},
)
