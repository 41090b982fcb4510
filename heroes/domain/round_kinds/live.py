"""Those on the shortlist present to the panel, each in a time slot of their own; the marking is as on paper."""

from heroes.domain.round_kinds.kind import RoundKind

LIVE = RoundKind(
    key="live",
    name="Live presentation",
    about="Those on the shortlist present to the panel, each in a slot, and are marked on a scorecard.",
    advances=("hand",),
    settings=frozenset({"design", "reviews", "quorum", "blind", "marks_shown", "method", "share"}),
    slots=True,
    # Whoever is given a slot knows by it that they got there: so it comes after the shortlist, and never before.
    closing=True,
)
