"""Addresses and references that people read and type."""

import re
import unicodedata

FIXED_ROUTES = frozenset(
    """admin api account bootstrap entry favicon.ico healthz invitation judge link links look mine organisation picture
    readyz
    robots.txt sign-in sign-out static verify welcome""".split()
)
"""First path segments that belong to the program; a season may not take one as its slug."""

FIXED_SEASON_ROUTES = frozenset({"winners", "shortlist", "rules", "rule-card", "privacy", "nominate"})
"""Second path segments that belong to the program; a category may not take one as its slug."""

_ASCII_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")


def slug_error(slug: str, taken: frozenset[str] = FIXED_ROUTES) -> str | None:
    """Return a sentence if `slug` cannot be part of an address."""
    if not _SLUG.fullmatch(slug):
        return f"{slug!r} is not a slug: use lower-case letters, digits and hyphens, 80 at the most"
    return f"{slug!r} is the name of a fixed page" if slug in taken else None


def slugify(name: str) -> str:
    """A slug for a name: accents folded, everything else a hyphen; never empty."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:80].strip("-") or "untitled"


def name_key(name: str) -> str:
    """The form under which two spellings of one name meet: case, accents, punctuation and spacing folded."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join(kept.replace(" and ", " ").split())


def email_key(address: str) -> str:
    """The form under which two spellings of one address meet: outer space, and A to Z in either case.

    Other letters are not folded: two mailboxes that Unicode calls alike (an ſ for an s) belong to two people.
    """
    return unicodedata.normalize("NFC", address).strip().translate(_ASCII_LOWER)


def reference(prefix: str, number: int) -> str:
    """A short public reference such as CSH-26-0042."""
    return f"{prefix}-{number:04d}"
