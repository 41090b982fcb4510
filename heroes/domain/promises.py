"""What a judge confirms before joining a panel. A new wording gets a new version; the audit trail keeps which one."""

VERSION = "2026-1"

PROMISE: tuple[str, ...] = (
    "What I read stays with me: I do not pass on entries, names or marks, now or after the awards.",
    "I step back from an entry when I know its people, work with them, or could gain from the outcome.",
    "I mark what is on the page, by the criteria, and on my own.",
)
