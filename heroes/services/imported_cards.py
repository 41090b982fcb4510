"""The scorecards of an import: what the file comes to, and how it is written in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, inspect, select

from heroes.adapters.chance import handle
from heroes.domain.digests import digest
from heroes.domain.scorecards import Scale as CardScale
from heroes.domain.scorecards import total
from heroes.models.entries import AnswerSheet, Entry
from heroes.models.judging import Assignment, Mark
from heroes.models.people import User
from heroes.models.search import index_entry
from heroes.models.seasons import Category, Criterion, FormVersion, Round
from heroes.models.visibility import LIVE_ASSIGNMENTS
from heroes.services import tallies
from heroes.services.context import Context
from heroes.services.imported_seasons import seat
from heroes.services.rounds import admit_many

ABSTAINED = "Abstained on every criterion."
AT_ONCE = 5_000


@dataclass(slots=True)
class Imported:
    """What was brought in, or would be."""

    season: str
    digest: str
    categories: int = 0
    entries: int = 0
    judges: int = 0
    scorecards: int = 0
    marks: int = 0
    abstentions: int = 0
    left_out: int = 0
    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many seasons, categories, entries and judges were new."""


@dataclass(slots=True)
class Card:
    """One judge's marks for one entry, by criterion."""

    line: int
    marks: dict[str, Decimal | None] = field(default_factory=dict)


@dataclass(slots=True)
class Room:
    """One category as the import sees it: its round, and what names mean in it."""

    category: Category
    round: Round
    form: FormVersion
    criteria: dict[str, Criterion]
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    judges: dict[str, list[User]] = field(default_factory=dict)
    seated: set[int] = field(default_factory=set)
    new: list[Entry] = field(default_factory=list)
    is_new: bool = False
    cards: dict[tuple[int, int], Card] = field(default_factory=dict)
    """(position of the entry, judge's id) -> scorecard."""
    listed: list[Entry] = field(default_factory=list)
    positions: dict[int, int] = field(default_factory=dict)

    def position_of(self, entry: Entry) -> int:
        """The entry's place among those that the file names; new entries have no id to go by yet."""
        if id(entry) not in self.positions:
            self.positions[id(entry)] = len(self.listed)
            self.listed.append(entry)
        return self.positions[id(entry)]

    def is_fresh(self, entry: Entry) -> bool:
        """Whether the import itself makes this entry."""
        return not inspect(entry).persistent


def write_entries(ctx: Context, room: Room) -> None:
    """Give the new entries their sent answers, their words in the search, and their place in the round."""
    if not room.new:
        return
    sheets = []
    for entry in room.new:
        people = {"title": entry.title}
        sheets.append(
            {
                "entry_id": entry.id,
                "number": 1,
                "form_version_id": room.form.id,
                "answers": {},
                "people": people,
                "revision": 1,
                "saved_at": ctx.now,
                "sent_at": ctx.now,
                "digest": digest(
                    {
                        "category": room.category.slug,
                        "form": room.form.digest,
                        "people": people,
                        "answers": {},
                    }
                ),
            }
        )
        index_entry(ctx.session, entry.id, f"{entry.reference}\n{entry.title}")
    ctx.session.execute(insert(AnswerSheet), sheets)
    admit_many(ctx, room.category.season_id, [entry.id for entry in room.new], room.round)


def write_cards(ctx: Context, room: Room, report: Imported) -> None:
    """Seat the judges, hand in their scorecards and keep the round's counters. Needs a running transaction."""
    judges = {user.id: user for users in room.judges.values() for user in users}
    asked = {judge: judges[judge] for _, judge in room.cards}
    seat(ctx, room.round.panel_id, asked, room.seated)
    there = {
        (a.entry_id, a.user_id): a
        for a in ctx.session.scalars(select(Assignment).where(Assignment.round_id == room.round.id))
    }
    scales = [card_scale(c) for c in {c.key: c for c in room.criteria.values()}.values()]
    rows: list[dict[str, Any]] = []
    cards: list[Card] = []
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (position, judge), card in sorted(room.cards.items()):
        entry_id = room.listed[position].id
        marked = any(card.marks.get(scale.key) is not None for scale in scales if scale.counts)
        old = there.get((entry_id, judge))
        values = _assignment_values(ctx, card, marked, scales, old)
        was_asked = old is not None and old.state in LIVE_ASSIGNMENTS
        counts[entry_id][0] += marked - was_asked
        counts[entry_id][1] += marked
        report.scorecards += marked
        if old is None:
            values |= {"round_id": room.round.id, "entry_id": entry_id, "user_id": judge}
            rows.append(values | {"handle": handle(ctx.chance), "position": position + 1})
            cards.append(card)
        else:
            for column, value in values.items():
                setattr(old, column, value)
            _write_marks(ctx, room, [(old.id, old.submission, card)], report)
    if rows:
        ctx.session.flush()
        ctx.session.connection().execute(insert(Assignment), rows)
        found = ctx.session.execute(
            select(Assignment.handle, Assignment.id).where(Assignment.round_id == room.round.id)
        )
        made = {row.handle: row.id for row in found}
        _write_marks(
            ctx,
            room,
            [(made[row["handle"]], row["submission"], card) for row, card in zip(rows, cards, strict=True)],
            report,
        )
    counted = {entry_id: (more, came) for entry_id, (more, came) in counts.items()}
    tallies.count_many(ctx, room.category.season_id, room.category.id, room.round.id, counted)
    tallies.marks_changed(ctx, room.category.season_id, room.category.id, [room.round.id])


def _write_marks(ctx: Context, room: Room, cards: Sequence[tuple[int, int, Card]], report: Imported) -> None:
    rows = [
        {
            "assignment_id": assignment_id,
            "submission": submission,
            "criterion_id": room.criteria[key].id,
            "value": value,
            "given_at": ctx.now,
        }
        for assignment_id, submission, card in cards
        if submission
        for key, value in card.marks.items()
    ]
    report.marks += sum(row["value"] is not None for row in rows)
    report.abstentions += sum(value is None for _, _, card in cards for value in card.marks.values())
    for start in range(0, len(rows), AT_ONCE):
        ctx.session.execute(insert(Mark), rows[start : start + AT_ONCE])


def _assignment_values(
    ctx: Context, card: Card, marked: bool, scales: Sequence[CardScale], old: Assignment | None
) -> dict[str, Any]:
    """A submitted scorecard; a judge who marked nothing is kept as having stepped back, which is not zero."""
    values: dict[str, Any] = {
        "state": "submitted" if marked else "recused",
        "draft": {key: "" if value is None else format(value, "f") for key, value in card.marks.items()},
        "comment": "",
        "saved_at": ctx.now,
        "submission": (old.submission if old else 0) + marked,
        "submitted_at": ctx.now if marked else None,
        "total": total(scales, card.marks) if marked else None,
        "recused_reason": None if marked else ABSTAINED,
        "revision": (old.revision if old else 0) + 1,
    }
    if old is None:
        values |= {"assigned_at": ctx.now, "assigned_by_id": ctx.actor.user_id}
    return values


def card_scale(criterion: Criterion) -> CardScale:
    """The criterion as a scorecard checks marks against it."""
    return CardScale(
        criterion.key,
        criterion.name,
        criterion.weight,
        criterion.low,
        criterion.high,
        criterion.step,
        criterion.counts,
    )
