"""Judges read each entry in their own time and mark it criterion by criterion."""

from heroes.domain.round_kinds.kind import RoundKind

SCORECARD = RoundKind(
    key="scorecard",
    name="Scorecard",
    about="Judges read in their own time and mark every criterion of a scorecard.",
    advances=("hand", "places", "score"),
    settings=frozenset({"design", "reviews", "quorum", "blind", "marks_shown", "method", "advance", "share"}),
)
