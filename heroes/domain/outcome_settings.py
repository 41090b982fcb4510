"""The builder's form of an outcome rule: what was typed as data, the shapes to begin with, and trying a rule out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from heroes.domain.outcomes import HUNDRED, MOST_KEY, BadRule, Measure, OutcomeRule, parse_outcome_rule, plain
from heroes.domain.proposing import Candidate, Proposal, propose
from heroes.domain.questions import clean_text
from heroes.domain.round_settings import BadSettings
from heroes.domain.slugs import slugify

MOST_LEVELS = 12
MOST_TRIES = 60
FIELDS = ("key", "name", "places", "at_least", "floor")
TRIES = "91, 84, 72.25, 70, 69.96, 66, 60, 84/50, 30"
"""The scores that are tried at first; 84/50 is a score of 84 with one criterion at 50 of 100."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A rule to begin with: its words, and what it fills in."""

    name: str
    line: str
    data: Mapping[str, Any]


def _level(name: str, **more: Any) -> dict[str, Any]:
    return {"key": slugify(name), "name": name, **more}


SHAPES: dict[str, Shape] = {
    "best": Shape(
        "The best so many",
        "A number of places, best first. Most awards work like this.",
        {"levels": [_level("Winner", places=1)], "minimum_field": 3},
    ),
    "places": Shape(
        "Levels with places",
        "A winner and so many highly commended, each with places of their own.",
        {"levels": [_level("Winner", places=1), _level("Highly commended", places=2)], "minimum_field": 3},
    ),
    "benchmark": Shape(
        "A benchmark",
        "Everybody who reaches it. Nobody competes, and whoever does not reach it hears what is missing.",
        {"levels": [_level("Accredited", at_least=70, floor=55)]},
    ),
    "levels": Shape(
        "Levels with thresholds",
        "Several benchmarks, each harder than the next.",
        {
            "levels": [
                _level("Distinction", at_least=90, floor=75),
                _level("Merit", at_least=80, floor=65),
                _level("Accredited", at_least=70, floor=55),
            ]
        },
    ),
    "both": Shape(
        "Both",
        "A winner who also has to reach something, and everybody else who reaches a benchmark.",
        {"levels": [_level("Winner", places=1, at_least=75), _level("Commended", at_least=65)]},
    ),
}
"""Shapes to begin with; each can be changed in every part."""


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's data as its form shows it: texts by field, and the levels as rows."""
    rule = parse_outcome_rule(data)
    rows = [
        {
            "key": level.key,
            "name": level.name,
            "places": "" if level.places is None else str(level.places),
            "at_least": _text(level.at_least),
            "floor": _text(level.floor),
        }
        for level in rule.levels
    ]
    found: dict[str, Any] = {
        "rows": rows,
        "shortlist_places": "" if rule.shortlist_places is None else str(rule.shortlist_places),
        "shortlist_at_least": _text(rule.shortlist_at_least),
        "minimum_field": str(rule.minimum_field) if rule.minimum_field else "",
        "floors": {key: _text(share) for key, share in rule.floors.items()},
    }
    return found | {
        flag: getattr(rule, flag) for flag in ("one_per_organisation", "one_per_person", "no_award")
    }


def _text(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def typed(raw: Mapping[str, str]) -> dict[str, Any]:
    """What was posted, in the shape of `filled`, whether or not it is a rule."""
    rows = [
        {field: clean_text(raw.get(f"level-{n}-{field}", "")) for field in FIELDS}
        for n in range(1, MOST_LEVELS + 1)
    ]
    fields = ("shortlist_places", "shortlist_at_least", "minimum_field")
    found: dict[str, Any] = {
        "rows": [row for row in rows if any(row[field] for field in FIELDS[1:])],
        "floors": {
            name.removeprefix("floor-"): clean_text(value)
            for name, value in raw.items()
            if name.startswith("floor-") and value.strip()
        },
    }
    found |= {field: clean_text(raw.get(field, "")) for field in fields}
    return found | {
        flag: raw.get(flag) == "yes" for flag in ("one_per_organisation", "one_per_person", "no_award")
    }


def read_rule(form: Mapping[str, Any], measures: Sequence[Measure]) -> dict[str, Any]:
    """The rule's data of what was typed (see `typed`), or `BadSettings` with a sentence for each field.

    A level without a key gets one of its name; settings that say nothing are left out.
    """
    errors: dict[str, str] = {}
    keys = {row["key"] for row in form["rows"] if row["key"]}
    levels = []
    for n, row in enumerate(form["rows"], 1):
        if not row["name"]:
            errors[f"level-{n}-name"] = "Give the level a name, or empty the whole row."
        key = row["key"] or _free(row["name"], keys)
        keys.add(key)
        level: dict[str, Any] = {"key": key, "name": row["name"]}
        for field in FIELDS[2:]:
            _number(level, field, row[field], f"level-{n}-{field}", errors)
        levels.append(level)
    data: dict[str, Any] = {"levels": levels}
    for field in ("shortlist_places", "shortlist_at_least", "minimum_field"):
        _number(data, field, form[field], field, errors)
    floors: dict[str, Any] = {}
    for key, text in form["floors"].items():
        if key in {one.key for one in measures}:
            _number(floors, key, text, f"floor-{key}", errors)
    if floors:
        data["floors"] = floors
    data |= {flag: True for flag in ("one_per_organisation", "one_per_person") if form[flag]}
    if not form["no_award"]:
        data["no_award"] = False
    if errors:
        raise BadSettings(errors)
    try:
        parse_outcome_rule(data)
    except BadRule as error:
        raise BadSettings(_placed(str(error))) from error
    return data


def _free(name: str, taken: set[str]) -> str:
    stem = slugify(name)[: MOST_KEY - 3].strip("-")
    wanted, number = stem, 2
    while wanted in taken:
        wanted, number = f"{stem}-{number}", number + 1
    return wanted


def _number(into: dict[str, Any], name: str, text: str, field: str, errors: dict[str, str]) -> None:
    """Put a number where one was typed: a whole one where it is whole, so that data stays as people write it."""
    if not text:
        return
    try:
        number = Decimal(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) else None
    except InvalidOperation:
        number = None
    if number is None:
        errors[field] = "Give a number, such as 70 or 72.5."
    else:
        into[name] = int(number) if number == number.to_integral_value() else float(number)


def _placed(message: str) -> dict[str, str]:
    """The field of a rule's refusal, and what is said there."""
    found = re.fullmatch(r"levels, (\d+): (?:(places|at_least|floor|name|key): )?(.*)", message)
    if found:
        name = {"key": "name", None: "places"}.get(found[2], found[2])
        return {f"level-{found[1]}-{name}": _sentence(found[3])}
    found = re.fullmatch(r"floors: ([^:]+): (.*)", message)
    if found:
        return {f"floor-{found[1]}": _sentence(found[2])}
    field, _, said = message.partition(": ")
    name = "level-1-name" if field == "levels" else field
    return {name: _sentence(said or message)}


def _sentence(text: str) -> str:
    text = text.replace("at_least or floor", "a score or a floor")
    return f"{text[:1].upper()}{text[1:]}."


# ---- trying it out ----


@dataclass(frozen=True, slots=True)
class Tried:
    """An invented entry and what the rule proposes for it; `low` is its weakest criterion, where that is another."""

    name: str
    score: Decimal
    low: Decimal
    rank: int
    proposal: Proposal


def try_out(rule: OutcomeRule, measures: Sequence[Measure], text: str) -> list[Tried]:
    """What would be proposed for these scores, best first. Raises `BadSettings` at "tries".

    The weakest criterion is the one that has the highest floor; no other one keeps an invented entry from anything.
    """
    pairs = [_try(part) for part in re.split(r"[,;\s]+", text.strip()) if part]
    if not 1 <= len(pairs) <= MOST_TRIES:
        raise BadSettings({"tries": f"Give from 1 to {MOST_TRIES} scores."})
    judged = list(measures) or [Measure("one", "One criterion")]
    floors = rule.floors_of(rule.levels[-1], judged)
    weak = max(judged, key=lambda one: floors.get(one.key, Decimal(0)))
    scores = [score for score, _ in pairs]
    field = [
        Candidate(
            key=str(n),
            name=f"Entry {n}",
            rank=1 + sum(other > score for other in scores),
            score=score,
            shares={one.key: low if one is weak else HUNDRED for one in judged},
        )
        for n, (score, low) in enumerate(pairs, 1)
    ]
    found = propose(rule, field, judged)
    tried = [
        Tried(one.name, score, low, one.rank or 0, found[one.key])
        for one, (score, low) in zip(field, pairs, strict=True)
    ]
    return sorted(tried, key=lambda one: one.rank)


def _try(part: str) -> tuple[Decimal, Decimal]:
    texts = part.split("/")
    numbers = [Decimal(t) for t in texts if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", t)]
    if len(numbers) != len(texts) or len(numbers) > 2 or not all(0 <= n <= 100 for n in numbers):
        raise BadSettings({"tries": f"{part[:20]} is no score. Write 84, or 84/50 for one weak criterion."})
    return numbers[0], numbers[-1]
