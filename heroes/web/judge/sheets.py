"""A scorecard as its page shows it: each criterion with its worded scale and what is marked, typed or wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from heroes.domain.scorecards import ABSTAINED, NOTE, Scale, SoFar, plain, read_mark, so_far
from heroes.models.seasons import Criterion, ScoreSet
from heroes.services.scoring import Card, Words, scales_of
from heroes.web.kit.fields import Problem

ON_RADIOS = 21
"""A scale of more marks than this is typed; the kit's macro draws it by the same number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion. `chosen` is None where nothing is marked, "" for an abstention; `weight` is empty where it stands
    apart. `was` is a mark given before the scale was corrected, in words."""

    key: str
    name: str
    weight: str
    help: str
    points: tuple[Any, ...]
    step: Decimal
    span: str
    ends: tuple[str, str]
    chosen: str | None
    typed: bool
    error: str
    note: str
    note_error: str
    was: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All criteria with their marks, the comment, and the running total; `asks` for reasons for the extremes."""

    rows: tuple[Row, ...]
    comment: str
    comment_error: str
    comment_words: int
    asks: bool
    revision: int
    so_far: SoFar
    problems: tuple[Problem, ...]

    @property
    def counting(self) -> int:
        """How many criteria are in the total."""
        return sum(bool(row.weight) for row in self.rows)

    @property
    def open(self) -> list[str]:
        """The names of the criteria that have no mark yet."""
        return [row.name for row in self.rows if row.chosen is None]


@dataclass(frozen=True, slots=True)
class Posted:
    """What a scorecard's form carried: marks, words, and the span that each mark was given on."""

    raw: Mapping[str, str | None]
    words: Words
    on: Mapping[str, str]
    revision: int


Was = Mapping[str, tuple[Criterion, Decimal | None]]
"""Criterion key -> the criterion that was marked when the scorecard was handed in, and the mark."""


def draft_sheet(card: Card, was: Was | None = None) -> Sheet:
    """The scorecard as it was saved last."""
    one = card.assignment
    words = Words(one.draft_comment, one.draft_notes)
    return _sheet(card.criteria, card.row.score_set, one.draft, words, {}, one.revision, was or {})


def preview_sheet(score_set: ScoreSet, criteria: Sequence[Criterion]) -> Sheet:
    """A score set's empty scorecard, as its judges will meet it."""
    return _sheet(criteria, score_set, {}, Words(), {}, 0, {})


def posted_sheet(
    card: Card, posted: Posted, errors: Mapping[str, str], revision: int, was: Was | None = None
) -> Sheet:
    """The scorecard as somebody has just filled it in; a mark off its scale is quoted in its error.

    A mark that was given on a scale that has been corrected since is not put on this one.
    """
    fitting: dict[str, str] = {}
    said = dict(errors)
    for scale in card.scales:
        text = posted.raw.get(scale.key)
        if text is None or (text and posted.on.get(scale.key, scale.span) != scale.span):
            continue
        mark = _fitting(scale, text.strip())
        if mark is not None:
            fitting[scale.key] = mark
        elif scale.key in said:
            said[scale.key] = f"{said[scale.key]} You gave {text.strip()!r}."
    return _sheet(card.criteria, card.row.score_set, fitting, posted.words, said, revision, was or {})


def _fitting(scale: Scale, text: str) -> str | None:
    if text == ABSTAINED:
        return ABSTAINED
    try:
        return plain(read_mark(scale, text))
    except ValueError:
        return None


def _sheet(
    criteria: Sequence[Criterion],
    score_set: ScoreSet,
    marks: Mapping[str, str],
    words: Words,
    errors: Mapping[str, str],
    revision: int,
    was: Was,
) -> Sheet:
    scales = scales_of(criteria)
    rows = tuple(
        _row(criterion, scale, marks.get(criterion.key), words, errors, was)
        for criterion, scale in zip(criteria, scales, strict=True)
    )
    problems = []
    for row in rows:
        if row.error:
            problems.append(Problem(_anchor(row), f"{row.name}: {row.error}"))
        if row.note_error:
            problems.append(Problem(f"note-{row.key}", f"{row.name}: {row.note_error}"))
    if errors.get("comment"):
        problems.append(Problem("comment", f"Comment: {errors['comment']}"))
    return Sheet(
        rows,
        words.comment,
        errors.get("comment", ""),
        score_set.comment_words,
        score_set.reason_for_extremes,
        revision,
        so_far(scales, marks),
        tuple(problems),
    )


def _row(
    criterion: Criterion,
    scale: Scale,
    chosen: str | None,
    words: Words,
    errors: Mapping[str, str],
    was: Was,
) -> Row:
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
        key=criterion.key,
        name=criterion.name,
        weight=plain(criterion.weight) if criterion.counts else "",
        help=criterion.help,
        points=points,
        step=criterion.step,
        span=scale.span,
        ends=(plain(criterion.low), plain(criterion.high)),
        chosen=chosen,
        typed=(criterion.high - criterion.low) / criterion.step + 1 > ON_RADIOS,
        error=errors.get(criterion.key, ""),
        note=words.notes.get(criterion.key, ""),
        note_error=errors.get(f"{NOTE}{criterion.key}", ""),
        was=_was(scale, was.get(criterion.key)),
    )


def _was(scale: Scale, given: tuple[Criterion, Decimal | None] | None) -> str:
    if given is None or given[1] is None or scales_of([given[0]])[0].span == scale.span:
        return ""
    return f"{plain(given[1])} on a scale from {plain(given[0].low)} to {plain(given[0].high)}"


def _anchor(row: Row) -> str:
    """The id of the first control of a criterion."""
    return f"mark-{row.key}" if row.typed else f"mark-{row.key}-{plain(row.points[0].from_)}"
