"""What the builder's form of a category means, or which of its fields do not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from heroes.domain.questions import clean_text
from heroes.domain.round_settings import BadSettings, read_instant
from heroes.domain.slugs import FIXED_SEASON_ROUTES, slug_error, slugify

CATEGORY_KINDS = {"person": "A person", "team": "A team", "organisation": "An organisation"}
"""What a category is for, in words."""
MOST_NAME = 200
MOST_LINE = 300
MOST_WORDS = 10_000
MOST_LINES = 30
MOST_LINE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class CategorySettings:
    """A category apart from its outcome rule; `slug` is empty where it is to be made of the name."""

    name: str
    slug: str
    kind: str
    line: str
    who: str
    eligibility: tuple[str, ...]
    how_decided: tuple[str, ...]
    opens_at: datetime | None
    closes_at: datetime | None
    form: str


def read_settings(raw: Mapping[str, str], zone: str) -> CategorySettings:
    """What a filled-in form means, or `BadSettings` with a sentence for every field that does not fit."""
    errors: dict[str, str] = {}
    name = " ".join(clean_text(raw.get("name", "")).split())
    if not name or len(name) > MOST_NAME:
        errors["name"] = f"Give it a name, up to {MOST_NAME} characters."
    slug = clean_text(raw.get("slug", "")).lower()
    if slug and slug_error(slug, FIXED_SEASON_ROUTES):
        errors["slug"] = "Use lower-case letters, digits and hyphens, and not the name of a fixed page."
    kind = raw.get("kind", "")
    if kind not in CATEGORY_KINDS:
        errors["kind"] = "Choose whom it is for."
    line = " ".join(clean_text(raw.get("line", "")).split())
    if len(line) > MOST_LINE:
        errors["line"] = f"Keep this under {MOST_LINE} characters."
    who = clean_text(raw.get("who", ""))
    if len(who) > MOST_WORDS:
        errors["who"] = f"Keep this under {MOST_WORDS:,} characters."
    lists = {field: _lines(raw.get(field, ""), field, errors) for field in ("eligibility", "how_decided")}
    opens_at, closes_at = (_instant(raw.get(field, ""), field, zone, errors) for field in ("opens", "closes"))
    if opens_at and closes_at and closes_at <= opens_at:
        errors["closes"] = "It must close after it opens."
    if errors:
        raise BadSettings(errors)
    return CategorySettings(
        name,
        slug,
        kind,
        line,
        who,
        lists["eligibility"],
        lists["how_decided"],
        opens_at,
        closes_at,
        raw.get("form", ""),
    )


def _lines(text: str, field: str, errors: dict[str, str]) -> tuple[str, ...]:
    found = tuple(line.strip() for line in clean_text(text).split("\n") if line.strip())
    if len(found) > MOST_LINES or any(len(line) > MOST_LINE_LENGTH for line in found):
        errors[field] = f"{MOST_LINES} lines of {MOST_LINE_LENGTH} characters at the most."
    return found


def _instant(text: str, field: str, zone: str, errors: dict[str, str]) -> datetime | None:
    if not text.strip():
        return None
    try:
        return read_instant(text, zone)
    except ValueError as error:
        errors[field] = str(error)
        return None


def slug_for(name: str) -> str:
    """The address of a name; one that is a fixed page's gets another."""
    slug = slugify(name)[:70].strip("-") or "category"
    return f"{slug}-award" if slug in FIXED_SEASON_ROUTES else slug
