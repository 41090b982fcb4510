"""How far a demo season can be in its year."""

STAGES = ("open", "judging", "shortlisted", "announced")
"""In their order."""
