"""What a result of a round counts: its criteria, the marks that are in, and the entries it lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heroes.domain.counting import Criterion, Mark
from heroes.domain.counting.digests import fingerprint
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.seasons import Criterion as CriterionRow
from heroes.services.context import Context

Given = dict[str, dict[str, list[str | None]]]
"""Entry -> judge -> a text, or nothing, for each criterion in its order."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A round's marks at one revision; `entries` maps what results call an entry to its id, marked or not."""

    revision: int
    criteria: tuple[Criterion, ...]
    marks: tuple[Mark, ...]
    entries: Mapping[str, int]

    def digest(self, used: str) -> str:
        """The fingerprint of the marks that count under the method used."""
        return fingerprint(self.marks, self.criteria, used)

    @property
    def complete(self) -> bool:
        """Whether every judge marked every entry in full, so that no judge's leniency can favour anybody."""
        judges = {mark.judge for mark in self.marks}
        given = sum(mark.value is not None for mark in self.marks)
        return bool(given) and given == len(judges) * len(self.entries) * len(self.criteria)

    def given(self) -> Given:
        """The marks of each scorecard, as a run keeps them."""
        order = {criterion.name: position for position, criterion in enumerate(self.criteria)}
        texts: dict[object, str] = {}
        found: Given = {}
        for mark in self.marks:
            card = found.setdefault(mark.entry, {}).setdefault(mark.judge, [None] * len(order))
            if mark.value is not None:
                value = mark.value
                if value not in texts:
                    texts[value] = format(value, "f")
                card[order[mark.criterion]] = texts[value]
        return found


def gather(ctx: Context, round_id: int) -> Gathered:
    """Read what counts in a round now. Whoever needs it to be of one moment reads in a transaction that sees one.

    Marks are counted under the round's score set of now: those given under an earlier one carry over by their
    criterion's key where its scale is the same. What stands apart is no part of it.
    """
    session = ctx.session
    revision = runs.revision_of(session, round_id)
    markings = read.markings_of(session, round_id)
    rows = [row for row in markings.criteria if row.counts]
    criteria = named(rows)
    called = {row.id: criterion.name for row, criterion in zip(rows, criteria, strict=True)}
    names = {old: called[row.id] for old, row in markings.same.items() if row.counts}
    labels = read.labels_of(session, round_id)
    marks = tuple(
        Mark(labels[m.entry_id], m.handle, names[m.criterion_id], m.value)
        for m in read.counting_marks(session, round_id)
        if m.entry_id in labels and m.criterion_id in names
    )
    return Gathered(revision, criteria, marks, {label: entry_id for entry_id, label in labels.items()})


def named(rows: Sequence[CriterionRow]) -> tuple[Criterion, ...]:
    """Criteria as results know them: by name, and by name and key where two have the same name."""
    names = [row.name for row in rows]
    return tuple(
        Criterion(
            row.name if names.count(row.name) == 1 else f"{row.name} ({row.key})",
            row.weight,
            row.low,
            row.high,
        )
        for row in rows
    )
