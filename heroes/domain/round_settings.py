"""A round's settings: as they are typed, what they mean, and what must hold between the rounds of one category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from heroes.domain.advance_rules import AdvanceRule, BadAdvance, parse_advance
from heroes.domain.clocks import in_utc
from heroes.domain.counting import METHODS
from heroes.domain.questions import clean_text
from heroes.domain.round_kinds import KINDS, RoundKind, kind_of

MARKS_SHOWN: dict[str, str] = {
    "own_in": "Once their own are in, or the round has closed",
    "closed": "Once the round has closed",
    "never": "Never",
}
"""When the judges and the chair of a panel see each other's marks."""
KEPT = "as-it-is"
"""Instead of a design's key: what a round is marked on stays, as for one that was imported with its criteria."""
MOST_JUDGES = 25
MOST_NAME = 200
MOST_QUESTION = 200
Errors = dict[str, str]


def others_marks_show(marks_shown: str, *, left: int, closed: bool) -> bool:
    """Whether somebody on a round's panel may see the others' marks now; `left` are their own scorecards to do."""
    if marks_shown == "own_in":
        return closed or not left
    return marks_shown == "closed" and closed


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """All that is set for a round. `panel` is a panel's slug, `design` a score set design's key, `KEPT`, or empty."""

    kind: RoundKind
    name: str
    opens_at: datetime
    closes_at: datetime
    panel: str
    design: str
    question: str
    reviews: int
    quorum: int
    blind: bool
    marks_shown: str
    method: str
    advance: AdvanceRule


class BadSettings(ValueError):
    """Settings that cannot be kept: field -> sentence."""

    def __init__(self, errors: Errors) -> None:
        """Keep the errors by field."""
        super().__init__(next(iter(errors.values())))
        self.errors = errors


def read_settings(raw: Mapping[str, str], zone: str) -> RoundSettings:
    """What a filled-in form means, or `BadSettings` with a sentence for every field that does not fit.

    A setting that the kind does not have is not read. Instants are wall-clock times in `zone`, to the minute.
    """
    errors: Errors = {}
    kind = KINDS.get(raw.get("kind", ""))
    if kind is None:
        raise BadSettings({"kind": "Choose a kind of round."})
    name = " ".join(clean_text(raw.get("name", "")).split())
    if not name or len(name) > MOST_NAME:
        errors["name"] = f"Give it a name, up to {MOST_NAME} characters."
    opens_at, closes_at = (_instant(raw, field, zone, errors) for field in ("opens", "closes"))
    if opens_at and closes_at and closes_at <= opens_at:
        errors["closes"] = "It must close after it opens."
    reviews = _count(raw, "reviews", errors)
    quorum = _count(raw, "quorum", errors)
    if reviews and quorum > reviews:
        errors["quorum"] = f"No entry is given to more than {reviews} judges, so it could never be reached."
    question = " ".join(clean_text(raw.get("question", "")).split()) if kind.question else ""
    if kind.question and not 0 < len(question) <= MOST_QUESTION:
        errors["question"] = f"Ask the question, in up to {MOST_QUESTION} characters."
    if kind.chooses_scorecard and not raw.get("design"):
        errors["design"] = "Choose the scorecard."
    if not raw.get("panel"):
        errors["panel"] = "Choose the panel."
    shown = raw.get("marks_shown", "own_in")
    if shown not in MARKS_SHOWN:
        errors["marks_shown"] = "Choose when others’ marks are seen."
    method = kind.method or raw.get("method", "")
    if method not in METHODS:
        errors["method"] = "Choose how marks become a result."
    advance = _advance(raw, kind, reviews, errors)
    if errors or opens_at is None or closes_at is None:
        raise BadSettings(errors)
    return RoundSettings(
        kind,
        name,
        opens_at,
        closes_at,
        raw["panel"],
        raw["design"] if kind.chooses_scorecard else "",
        question,
        reviews,
        quorum,
        raw.get("blind") == "yes",
        shown,
        method,
        advance,
    )


def _instant(raw: Mapping[str, str], field: str, zone: str, errors: Errors) -> datetime | None:
    try:
        return read_instant(raw.get(field, ""), zone)
    except ValueError as error:
        errors[field] = str(error)
        return None


def read_instant(text: str, zone: str) -> datetime:
    """The instant of a day and time as browsers send them, such as 2026-05-22T17:00; ValueError says what is wrong."""
    try:
        local = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 (the zone is the season's)
    except ValueError:
        raise ValueError("Give a day and a time.") from None
    try:
        return in_utc(local, zone)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{local:%H:%M} on this day does not exist in {zone}: the clocks go forward over it. Choose another time."
        ) from None


def _count(raw: Mapping[str, str], field: str, errors: Errors) -> int:
    text = raw.get(field, "").strip()
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_JUDGES:
        return int(text)
    errors[field] = f"Give a whole number from 1 to {MOST_JUDGES}."
    return 0


def _advance(raw: Mapping[str, str], kind: RoundKind, reviews: int, errors: Errors) -> AdvanceRule:
    by = raw.get("advance", "hand")
    if "advance" not in kind.settings:
        return AdvanceRule()
    if by not in kind.advances:
        errors["advance"] = "Choose how entries go on."
        return AdvanceRule()
    text = raw.get(f"advance_{by}", "").strip()
    data: dict[str, Any] = {"by": by}
    if by == "score":
        data["at_least"] = text
    elif by != "hand":
        whole = text.isascii() and text.isdigit() and len(text) < 7
        data["places" if by == "places" else "at_least"] = int(text) if whole else 0
    try:
        rule = parse_advance(data)
    except BadAdvance:
        errors[f"advance_{by}"] = _WANTED[by]
        return AdvanceRule()
    if by == "yes" and reviews and rule.at_least > reviews:
        errors["advance_yes"] = f"No entry is given to more than {reviews} judges."
    return rule


_WANTED = {
    "places": "Give a whole number from 1 to 10,000.",
    "score": "Give a score from 0 to 100.",
    "yes": "Give a whole number of judges, 1 or more.",
}


@dataclass(frozen=True, slots=True)
class InLine:
    """A round as its neighbours see it."""

    name: str
    kind: str
    opens_at: datetime
    closes_at: datetime


def out_of_order(rounds: Sequence[InLine], zone: str) -> dict[int, Errors]:
    """What does not hold between a category's rounds, in their order: index of a round -> field -> sentence.

    Each opens once the one before has closed, no two have the same name, and a kind that closes the judging is the
    last of several.
    """
    found: dict[int, Errors] = {}
    names: set[str] = set()
    for index, one in enumerate(rounds):
        errors: Errors = {}
        if one.name.casefold() in names:
            errors["name"] = "Another round of this category has this name."
        names.add(one.name.casefold())
        before = rounds[index - 1] if index else None
        if before is not None and one.opens_at < before.closes_at:
            errors["opens"] = (
                f"{before.name} closes {said(before.closes_at, zone)}. {one.name} must open then, or later."
            )
        if kind_of(one.kind).closing and (index == 0 or index < len(rounds) - 1):
            errors["kind"] = (
                f"{kind_of(one.kind).name} can only be the last of two or more rounds: who is given a time knows by it"
                " that they are on the shortlist."
            )
        if errors:
            found[index] = errors
    return found


def said(at: datetime, zone: str) -> str:
    """An instant in a sentence: Wed 1 July 2026, 17:00."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%B %Y, %H:%M}"


def share_trouble(shares: Sequence[int | None]) -> str:
    """What is wrong with how much each round of a category counts, in a sentence: all empty, or 100 together."""
    given = [share for share in shares if share is not None]
    if not given:
        return ""
    if any(not 1 <= share <= 100 for share in given):
        return "A share is a whole number from 1 to 100; leave it empty for a round that does not count."
    total = sum(given)
    return (
        "" if total == 100 else f"The shares add up to {total}. Together they must be 100, or all be empty."
    )
