"""A scorecard as its page shows it: each criterion with its worded scale and what is marked, typed or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from heroes.domain.scorecards import ABSTAINED, Scale, SoFar, plain, read_mark, so_far
from heroes.models.seasons import Criterion
from heroes.services.scoring import Card
from heroes.web.kit.fields import Problem

ON_RADIOS = 21
"""A scale of more marks than this is typed; the kit's macro draws it by the same number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion. `chosen` is None where nothing is marked, "" for an abstention."""

    id: int
    key: str
    name: str
    weight: str
    help: str
    points: tuple[Any, ...]
    step: Decimal
    chosen: str | None
    typed: bool
    error: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All criteria with their marks, the comment, and the running total."""

    rows: tuple[Row, ...]
    comment: str
    comment_error: str
    revision: int
    so_far: SoFar
    problems: tuple[Problem, ...]


def draft_sheet(card: Card) -> Sheet:
    """The scorecard as it was saved last."""
    assignment = card.assignment
    return _sheet(card, assignment.draft, assignment.draft_comment, {}, assignment.revision)


def posted_sheet(
    card: Card, raw: Mapping[str, str | None], comment: str, errors: Mapping[str, str], revision: int
) -> Sheet:
    """The scorecard as somebody has just filled it in; a mark off its scale is quoted in its error."""
    fitting: dict[str, str] = {}
    said = dict(errors)
    for scale in card.scales:
        text = raw.get(scale.key)
        if text is None:
            continue
        mark = _fitting(scale, text.strip())
        if mark is not None:
            fitting[scale.key] = mark
        elif scale.key in said:
            said[scale.key] = f"{said[scale.key]} You gave {text.strip()!r}."
    return _sheet(card, fitting, comment, said, revision)


def _fitting(scale: Scale, text: str) -> str | None:
    if text == ABSTAINED:
        return ABSTAINED
    try:
        return plain(read_mark(scale, text))
    except ValueError:
        return None


def _sheet(
    card: Card, marks: Mapping[str, str], comment: str, errors: Mapping[str, str], revision: int
) -> Sheet:
    rows = tuple(
        _row(criterion, marks.get(criterion.key), errors.get(criterion.key, ""))
        for criterion in card.criteria
    )
    problems = [Problem(_anchor(row), f"{row.name}: {row.error}") for row in rows if row.error]
    if errors.get("comment"):
        problems.append(Problem("comment", f"Comment: {errors['comment']}"))
    return Sheet(
        rows,
        comment,
        errors.get("comment", ""),
        revision,
        so_far(card.scales, marks),
        tuple(problems),
    )


def _row(criterion: Criterion, chosen: str | None, error: str) -> Row:
    points = tuple(
        SimpleNamespace(
            from_=Decimal(str(point["from"])),
            to_=Decimal(str(point["to"])),
            word=point.get("word", ""),
            text=point.get("text", ""),
        )
        for point in criterion.points
    )
    # A scale without words (from an import) is one band from end to end.
    points = points or (SimpleNamespace(from_=criterion.low, to_=criterion.high, word="", text=""),)
    return Row(
        id=criterion.id,
        key=criterion.key,
        name=criterion.name,
        weight=plain(criterion.weight),
        help=criterion.help,
        points=points,
        step=criterion.step,
        chosen=chosen,
        typed=(criterion.high - criterion.low) / criterion.step + 1 > ON_RADIOS,
        error=error,
    )


def _anchor(row: Row) -> str:
    """The id of the first control of a criterion."""
    return f"mark-{row.key}" if row.typed else f"mark-{row.key}-{plain(row.points[0].from_)}"
