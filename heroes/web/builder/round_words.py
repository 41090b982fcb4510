"""A round's settings as the builder's pages say them, and as its form is filled in from what is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from heroes.domain.advance_rules import AdvanceRule, BadAdvance, parse_advance, sentence
from heroes.domain.counting import METHODS
from heroes.domain.round_kinds import RoundKind, kind_of
from heroes.domain.round_settings import KEPT, MARKS_SHOWN
from heroes.models.round_pages import RoundRow
from heroes.models.seasons import Round, Season

ADVANCE_WORDS = {
    "hand": "By hand",
    "places": "So many places",
    "score": "Everyone who reaches a score",
    "yes": "Everyone with so many times yes",
}
LABELS = {
    "name": "Name",
    "opens": "Opens",
    "closes": "Closes",
    "panel": "Panel",
    "design": "Scorecard",
    "question": "Question",
    "reviews": "Judges for each entry",
    "quorum": "Quorum",
    "blind": "Blind",
    "marks_shown": "Judges see others’ marks",
    "method": "Method",
    "advance": "Who goes on",
    "advance_places": "Places",
    "advance_score": "Score to reach",
    "advance_yes": "Judges who say yes",
}
"""Field of the round's form -> its label, in the order of the form."""
Typed = dict[str, str]


def rule_of(round_: Round) -> AdvanceRule:
    """How entries go on from a round; by hand where this version cannot read what is kept."""
    try:
        return parse_advance(round_.advance)
    except BadAdvance:
        return AdvanceRule()


def goes_on(round_: Round) -> str:
    """The sentence of a round's rule of going on."""
    return sentence(rule_of(round_))


def filled(row: RoundRow, zone: str) -> Typed:
    """The form as it stands for a round that is kept."""
    one, rule = row.round, rule_of(row.round)
    return {
        "kind": kind_of(one.kind).key,
        "name": one.name,
        "opens": local(one.opens_at, zone),
        "closes": local(one.closes_at, zone),
        "panel": row.panel.slug,
        "design": row.design.key if row.design else KEPT,
        "question": row.question,
        "reviews": str(one.reviews),
        "quorum": str(one.quorum),
        "blind": "yes" if one.blind else "",
        "marks_shown": one.marks_shown,
        "method": one.method,
        "advance": rule.by,
        "advance_places": str(rule.places) if rule.by == "places" else "",
        "advance_score": f"{rule.at_least.normalize():f}" if rule.by == "score" else "",
        "advance_yes": str(int(rule.at_least)) if rule.by == "yes" else "",
    }


def begun(kind: RoundKind, season: Season, before: RoundRow | None) -> Typed:
    """The form of a new round: three weeks, as the round before it is, a week after that has closed."""
    zone = season.timezone
    if before is None:
        opens = season.judging_starts_at
    else:
        there = before.round.closes_at.astimezone(ZoneInfo(zone)) + timedelta(days=7)
        opens = there.replace(hour=9, minute=0)
    typed = filled(before, zone) if before is not None else {}
    closes = (opens.astimezone(ZoneInfo(zone)) + timedelta(days=21)).replace(hour=17, minute=0)
    return {
        "reviews": "3",
        "quorum": "3",
        "marks_shown": "own_in",
        "method": "calibrated",
        "blind": "",
        "panel": "",
        "design": "",
        **typed,
        "kind": kind.key,
        "name": "",
        "question": kind.question,
        "opens": local(opens, zone),
        "closes": local(closes, zone),
        "advance": "yes" if "yes" in kind.advances else "hand",
        "advance_places": "",
        "advance_score": "",
        "advance_yes": "2" if "yes" in kind.advances else "",
    }


def local(at: datetime, zone: str) -> str:
    """An instant as a field for day and time holds it, on the clocks of the zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def differences(
    kept: Typed, typed: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str]]:
    """(label, what is kept, what was typed) for every field in which the two differ, both in words."""
    rows = []
    for field, label in LABELS.items():
        theirs, yours = kept.get(field, ""), typed.get(field, "").strip()
        if field in typed and theirs != yours:
            rows.append((label, _said(field, theirs, choices), _said(field, yours, choices)))
    return rows


def _said(field: str, value: str, choices: Mapping[str, Mapping[str, str]]) -> str:
    if field == "blind":
        return "Yes" if value == "yes" else "No"
    if field in ("opens", "closes"):
        return value.replace("T", " ")
    known = {
        "marks_shown": MARKS_SHOWN,
        "advance": ADVANCE_WORDS,
        "method": {key: words.name for key, words in METHODS.items()},
        **choices,
    }
    return known.get(field, {}).get(value, value) or "–"
