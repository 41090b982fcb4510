"""What a scorecard may hold: marks on their criteria's scales, abstentions, reasons, a comment. Absent is not zero."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from heroes.domain.entry_states import JUDGED, State
from heroes.domain.questions import clean_text, count_words

ABSTAINED = ""
"""How a draft keeps "I cannot judge this"; a criterion that is not in the draft has not been looked at yet."""

MOST_COMMENT = 10_000
MOST_NOTE = 2_000
NOTE = "note:"
"""How the field of a criterion's reason is called in errors, before the criterion's key."""
_MOST_MARK = 40
_CENT = Decimal("0.01")

Draft = dict[str, str]
"""Criterion key -> the mark as plain digits, or `ABSTAINED`."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What may be given on one criterion. One that does not count stands apart from every total."""

    key: str
    name: str
    weight: Decimal
    low: Decimal
    high: Decimal
    step: Decimal
    counts: bool = True

    @property
    def span(self) -> str:
        """What a mark on it means as a number, as text: a mark given on another span says something else."""
        return f"{plain(self.low)}:{plain(self.high)}:{plain(self.step)}"

    def is_end(self, text: str | None) -> bool:
        """Whether a clean mark is the lowest or the highest that can be given."""
        return bool(text) and Decimal(text or 0) in (self.low, self.high)


def read_mark(scale: Scale, text: str) -> Decimal:
    """The mark that a text stands for, or ValueError with one clear sentence."""
    try:
        value = Decimal(text) if len(text) <= _MOST_MARK else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    span = f"from {plain(scale.low)} to {plain(scale.high)}"
    # A huge exponent is a finite number that no arithmetic below should ever see.
    if not value.is_finite() or abs(value.adjusted()) > _MOST_MARK:
        raise ValueError(f"Give a number {span}.")
    if not scale.low <= value <= scale.high:
        raise ValueError(f"Give a mark {span}.")
    if (value - scale.low) % scale.step:
        raise ValueError(f"Give a mark {span} in steps of {plain(scale.step)}.")
    return value.normalize()


def plain(value: Decimal) -> str:
    """A number as people write it: 9, 8.5, 10."""
    return f"{value.normalize():f}"


def clean_draft(
    scales: Sequence[Scale], raw: Mapping[str, str | None], comment: str
) -> tuple[Draft, str, dict[str, str]]:
    """What can be kept as a draft: the marks as plain digits, the comment, and what does not fit by criterion key.

    A key that is missing, or None, has not been marked; `ABSTAINED` is kept as such. The error of a comment that is
    too long to keep stands under "comment".
    """
    draft: Draft = {}
    errors: dict[str, str] = {}
    for scale in scales:
        text = raw.get(scale.key)
        if text is None:
            continue
        text = text.strip()
        if text == ABSTAINED:
            draft[scale.key] = ABSTAINED
            continue
        try:
            draft[scale.key] = plain(read_mark(scale, text))
        except ValueError as error:
            errors[scale.key] = str(error)
    comment = clean_text(comment)
    if len(comment) > MOST_COMMENT:
        errors["comment"] = (
            f"This is longer than {MOST_COMMENT:,} characters, which is more than we can keep."
        )
    return draft, comment, errors


def clean_notes(scales: Sequence[Scale], raw: Mapping[str, str]) -> tuple[Draft, dict[str, str]]:
    """The reasons that can be kept, by criterion key, without empty ones; and which are too long, by field."""
    cleaned = {scale.key: clean_text(raw.get(scale.key, "")) for scale in scales}
    notes = {key: text for key, text in cleaned.items() if text}
    errors = {
        f"{NOTE}{key}": f"This is longer than {MOST_NOTE:,} characters, which is more than we can keep."
        for key, text in notes.items()
        if len(text) > MOST_NOTE
    }
    return notes, errors


def missing_reasons(
    scales: Sequence[Scale], draft: Mapping[str, str], notes: Mapping[str, str]
) -> dict[str, str]:
    """A sentence for each mark at an end of its scale that has no reason, by the field of the reason."""
    return {
        f"{NOTE}{scale.key}": f"Say in a sentence why it is {draft[scale.key]}."
        for scale in scales
        if scale.is_end(draft.get(scale.key)) and not notes.get(scale.key)
    }


def check(
    scales: Sequence[Scale], draft: Mapping[str, str], comment: str, comment_words: int
) -> dict[str, str]:
    """What stops a clean draft from being handed in: criterion key (or "comment") -> sentence.

    Every criterion needs a mark or an abstention, one of those that count at least a mark, and the comment its words.
    """
    errors = {
        scale.key: "Give a mark, or say that you cannot judge this."
        for scale in scales
        if scale.key not in draft
    }
    counting = [scale for scale in scales if scale.counts]
    if counting and not errors and all(draft[scale.key] == ABSTAINED for scale in counting):
        errors[counting[0].key] = (
            "Mark at least one criterion. If you cannot judge any, step back from this entry."
        )
    short = comment_words - count_words(comment)
    if short > 0:
        errors["comment"] = (
            f"{comment_words} words or more, please: {short} more {'word' if short == 1 else 'words'} needed."
        )
    return errors


def marks_of(scales: Sequence[Scale], draft: Mapping[str, str]) -> dict[str, Decimal | None]:
    """The marks of a complete draft; None for an abstention."""
    return {s.key: None if draft[s.key] == ABSTAINED else Decimal(draft[s.key]) for s in scales}


def total(scales: Sequence[Scale], marks: Mapping[str, Decimal | None]) -> Decimal:
    """One judge's total: each mark as a share of its scale, weighted over the criteria marked, out of 100.

    Rounded half up to 0.01. What stands apart is in it nowhere. At least one criterion that counts must be marked.
    """
    given = [(s, value) for s in scales if s.counts and (value := marks.get(s.key)) is not None]
    weight = sum((scale.weight for scale, _ in given), Decimal(0))
    points = sum(
        (scale.weight * (value - scale.low) / (scale.high - scale.low) for scale, value in given), Decimal(0)
    )
    return (points * 100 / weight).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class SoFar:
    """A running total: points out of those that can be had on the criteria marked so far."""

    got: Decimal
    of: Decimal
    done: int


def so_far(scales: Sequence[Scale], draft: Mapping[str, str]) -> SoFar:
    """The running total of a draft, out of 100 over all criteria; what is not marked is missing, not zero."""
    counting = [scale for scale in scales if scale.counts]
    # A set that is being built may have no weight yet.
    weight = sum((scale.weight for scale in counting), Decimal(0)) or Decimal(1)
    given = [(scale, Decimal(draft[scale.key])) for scale in counting if draft.get(scale.key)]
    got = sum((s.weight * (value - s.low) / (s.high - s.low) for s, value in given), Decimal(0))
    of = sum((s.weight for s, _ in given), Decimal(0))
    return SoFar(got * 100 / weight, (of * 100 / weight).quantize(_CENT, ROUND_HALF_UP), len(given))


def can_be_marked(state: State, *, after_shortlist: bool) -> bool:
    """Whether an entry takes marks, as far as its own state goes.

    In a first round every state that an entrant could not tell apart counts alike, so that a judge learns nothing
    about decisions from it; a round `after_shortlist` takes those that are still on the shortlist.
    """
    if after_shortlist:
        return state in (State.SHORTLISTED, State.AWARDED, State.NOT_AWARDED)
    return state in JUDGED


def minutes(words: int) -> int:
    """How long an entry takes to read and mark, roughly."""
    return words // 200 + 2


def behind(asked: int, submitted: int, opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether a judge is late: something is left after the close, or far more than the time that is left allows.

    Far more means that the share of scorecards in is over a third behind the share of the round that has passed.
    """
    if submitted >= asked or now <= opens_at:
        return False
    if now >= closes_at:
        return True
    passed = (now - opens_at) / (closes_at - opens_at)
    return passed - submitted / asked > 1 / 3
