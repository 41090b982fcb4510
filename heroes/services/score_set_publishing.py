"""Publishing a score set's design into the rounds that use it; once somebody has marked, as a correction.

Nobody's raw mark is ever rewritten: marks carry over to a corrected set by their criterion's key where its scale is the
same, and judges are asked again for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from heroes.domain.digests import digest
from heroes.domain.score_sets import (
    Correction,
    Criterion,
    Point,
    correction,
    parse,
    to_plain,
    unfit,
)
from heroes.domain.scorecards import Scale, total
from heroes.models import result_pages as read
from heroes.models.entries import Entry, RoundEntry
from heroes.models.judging import Assignment, Mark
from heroes.models.people import User
from heroes.models.round_pages import last_number
from heroes.models.seasons import Category, Round, ScoreSet, ScoreSetDesign, Season
from heroes.models.seasons import Criterion as CriterionRow
from heroes.services import tallies
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.posting import Owed, owe_many
from heroes.services.refusals import Invalid, NeedsReason

_CARRY = (
    update(Assignment)
    .where(Assignment.id == bindparam("of_card"))
    .values(draft=bindparam("new_draft"), total=bindparam("new_total"), asked_again_at=bindparam("new_asked"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class Body:
    """All of a score set that judges meet, so that two can be compared."""

    criteria: tuple[Criterion, ...]
    comment_words: int = 0
    reason_for_extremes: bool = False

    @property
    def digest(self) -> str:
        """The fingerprint of all of it."""
        return digest([to_plain(self.criteria), self.comment_words, self.reason_for_extremes])

    def how_follows(self, before: "Body") -> Correction:
        """What is different from the body before."""
        found = correction(before.criteria, self.criteria)
        lines = list(found.lines)
        if before.comment_words != self.comment_words:
            lines.append(f"Words of a comment: {before.comment_words} becomes {self.comment_words}")
        if before.reason_for_extremes != self.reason_for_extremes:
            said = "is asked for now" if self.reason_for_extremes else "is no longer asked for"
            lines.append(f"A reason for the lowest and the highest mark {said}")
        return Correction(found.again, tuple(lines))


@dataclass(frozen=True, slots=True)
class Place:
    """A category's rounds that use a design, each with what it is judged by now and how many cards hold marks."""

    category: Category
    rounds: tuple[Round, ...]
    now: dict[int, Body]
    """Round's id -> the published set that it points at."""
    handed_in: dict[int, int]
    begun: dict[int, int]
    """Round's id -> scorecards with marks or a draft, those handed in included."""

    @property
    def is_locked(self) -> bool:
        """Whether somebody has marked, so that only a correction is left."""
        return any(self.begun.values())


def body_of_design(design: ScoreSetDesign) -> Body:
    """What publishing a design as it is would publish."""
    criteria = tuple(replace(one, scale="") for one in parse(design.criteria))
    return Body(criteria, design.comment_words, design.reason_for_extremes)


def places_of(ctx: Context, design: ScoreSetDesign) -> list[Place]:
    """Where a design is used, the categories in their order, in a few statements."""
    rows = ctx.session.execute(
        select(Category, Round, ScoreSet)
        .join(Round, Round.category_id == Category.id)
        .join(ScoreSet, ScoreSet.id == Round.score_set_id)
        .where(Round.design_id == design.id)
        .order_by(Category.position, Category.id, Round.position)
        .execution_options(populate_existing=True)
    ).all()
    bodies = _bodies(ctx, {row[2].id: row[2] for row in rows})
    counted = {
        row.round_id: (row.handed_in, row.begun)
        for row in ctx.session.execute(
            select(
                Assignment.round_id,
                func.count().filter(Assignment.submission > 0).label("handed_in"),
                func.count().label("begun"),
            )
            .where(
                Assignment.round_id.in_([row[1].id for row in rows]),
                or_(Assignment.submission > 0, Assignment.saved_at.is_not(None)),
            )
            .group_by(Assignment.round_id)
        )
    }
    places: dict[int, Place] = {}
    for category, round_, score_set in rows:
        place = places.get(category.id) or Place(category, (), {}, {}, {})
        handed_in, begun = counted.get(round_.id, (0, 0))
        places[category.id] = replace(
            place,
            rounds=(*place.rounds, round_),
            now=place.now | {round_.id: bodies[score_set.id]},
            handed_in=place.handed_in | {round_.id: handed_in},
            begun=place.begun | {round_.id: begun},
        )
    return list(places.values())


def _bodies(ctx: Context, sets: dict[int, ScoreSet]) -> dict[int, Body]:
    found: dict[int, list[Criterion]] = {one: [] for one in sets}
    for row in ctx.session.scalars(
        select(CriterionRow).where(CriterionRow.score_set_id.in_(sets)).order_by(CriterionRow.position)
    ):
        found[row.score_set_id].append(_criterion(row))
    return {
        number: Body(tuple(found[number]), one.comment_words, one.reason_for_extremes)
        for number, one in sets.items()
    }


def _criterion(row: CriterionRow) -> Criterion:
    return Criterion(
        key=row.key,
        name=row.name,
        help=row.help,
        weight=row.weight,
        low=row.low,
        high=row.high,
        step=row.step,
        scale="",
        points=tuple(
            Point(
                Decimal(str(one["from"])),
                Decimal(str(one["to"])),
                one.get("word") or "",
                one.get("text") or "",
            )
            for one in row.points
        ),
        counts=row.counts,
        floor=row.floor,
    )


# ---- publishing ----


def publish(ctx: Context, season: Season, design: ScoreSetDesign, reason: str = "") -> int:
    """Publish a design into every round that uses it; returns how many categories got another set.

    Before anybody has marked, an unopened season's set is rewritten and an open one gets a set with a new number. After
    the first mark of an open season it is a correction, which raises `NeedsReason` without a reason. Raises `Invalid`
    for a design that cannot be judged by. Needs a running transaction of `building.edit`.
    """
    said = unfit(design)
    if said:
        raise Invalid({"criteria": " ".join(said)})
    _hold(ctx, design)
    return sum(_publish_in(ctx, season, design, place, reason.strip()) for place in places_of(ctx, design))


def ensure_sets(ctx: Context, season: Season) -> tuple[str, ...]:
    """Publish every design that a round of an unopened season uses, as part of a rehearsal or of opening it.

    Returns a sentence for each fault of a design that cannot be judged by, whose rounds stay as they are. Needs a
    running transaction.
    """
    faults: list[str] = []
    for design in ctx.session.scalars(
        select(ScoreSetDesign)
        .where(
            ScoreSetDesign.season_id == season.id,
            exists().where(Round.design_id == ScoreSetDesign.id),
        )
        .order_by(ScoreSetDesign.id)
    ).all():
        said = unfit(design)
        faults += [f"{design.name}: {one}" for one in said]
        if not said:
            publish(ctx, season, design)
    return tuple(faults)


def _hold(ctx: Context, design: ScoreSetDesign) -> None:
    """Have whoever marks in the design's rounds wait: the categories before their entries, as a decision does."""
    rounds = select(Round.id).where(Round.design_id == design.id)
    ctx.session.execute(
        select(Category.id)
        .where(Category.id.in_(select(Round.category_id).where(Round.design_id == design.id)))
        .order_by(Category.id)
        .with_for_update(key_share=True)
    )
    ctx.session.execute(
        select(Entry.id)
        .where(Entry.id.in_(select(RoundEntry.entry_id).where(RoundEntry.round_id.in_(rounds))))
        .order_by(Entry.id)
        .with_for_update(of=Entry, key_share=True)
    )


def _own_sets(ctx: Context, category: Category, design: ScoreSetDesign) -> Sequence[ScoreSet]:
    """The sets that were published from a design in a category, the newest first."""
    return ctx.session.scalars(
        select(ScoreSet)
        .where(ScoreSet.category_id == category.id, ScoreSet.design_id == design.id)
        .order_by(ScoreSet.number.desc())
    ).all()


def _publish_in(ctx: Context, season: Season, design: ScoreSetDesign, place: Place, reason: str) -> bool:
    wanted = body_of_design(design)
    own = _own_sets(ctx, place.category, design)
    ours = {one.id for one in own}
    if all(r.score_set_id in ours and place.now[r.id] == wanted for r in place.rounds):
        return False
    changing = [r for r in place.rounds if r.score_set_id not in ours or place.now[r.id] != wanted]
    marked = [r for r in changing if place.begun[r.id]]
    if marked and season.opened_at is not None and not reason:
        raise NeedsReason(
            [f"{place.category.name}, {r.name}: {line}" for r in marked for line in _lines(place, r, wanted)]
        )
    again = {r.id: wanted.how_follows(place.now[r.id]).again for r in changing}
    number = own[0] if own and season.opened_at is None and _is_free(ctx, own[0], place) else None
    if number is not None:
        _rewrite(ctx, number, wanted)
    else:
        number = add_set(ctx, place.category, wanted, design.id, reason if marked and reason else None)
    for round_ in changing:
        round_.score_set_id = number.id
    ctx.session.flush()
    touched = sum(_carry_over(ctx, season, place, r, number, again[r.id]) for r in marked)
    note(
        ctx,
        "scorecards.correct" if marked else "scorecards.publish",
        subject_of(design.key),
        season_id=season.id,
        after={
            "category": place.category.slug,
            "rounds": [r.slug for r in changing],
            "number": number.number,
            "digest": number.digest,
            "asked_again": touched,
        },
        reason=reason,
    )
    return True


def _lines(place: Place, round_: Round, wanted: Body) -> tuple[str, ...]:
    return wanted.how_follows(place.now[round_.id]).lines or ("it is judged by another score set",)


def subject_of(key: str) -> str:
    """What the audit trail calls the design with this key."""
    return f"scorecard {key}"


def _is_free(ctx: Context, score_set: ScoreSet, place: Place) -> bool:
    """Whether a set may be rewritten: nobody has marked under it, and no other round is judged by it."""
    if place.is_locked:
        return False
    mine = [r.id for r in place.rounds]
    return not ctx.session.scalar(
        select(
            or_(
                exists().where(
                    Mark.criterion_id == CriterionRow.id, CriterionRow.score_set_id == score_set.id
                ),
                exists().where(Round.score_set_id == score_set.id, Round.id.not_in(mine)),
            )
        )
    )


def _rewrite(ctx: Context, score_set: ScoreSet, wanted: Body) -> None:
    ctx.session.execute(delete(CriterionRow).where(CriterionRow.score_set_id == score_set.id))
    score_set.comment_words = wanted.comment_words
    score_set.reason_for_extremes = wanted.reason_for_extremes
    score_set.digest = wanted.digest
    score_set.published_at = ctx.now
    _add_criteria(ctx, score_set, wanted)


def add_set(
    ctx: Context, category: Category, wanted: Body, design_id: int | None, reason: str | None = None
) -> ScoreSet:
    """A new set of a category, with the next number. Needs a running transaction."""
    score_set = ScoreSet(
        category_id=category.id,
        number=last_number(ctx.session, category.id) + 1,
        comment_words=wanted.comment_words,
        reason_for_extremes=wanted.reason_for_extremes,
        digest=wanted.digest,
        published_at=ctx.now,
        design_id=design_id,
        reason=reason,
    )
    ctx.session.add(score_set)
    ctx.session.flush()
    _add_criteria(ctx, score_set, wanted)
    return score_set


def _add_criteria(ctx: Context, score_set: ScoreSet, wanted: Body) -> None:
    plain = to_plain(wanted.criteria)
    ctx.session.execute(
        insert(CriterionRow),
        [
            {
                "score_set_id": score_set.id,
                "position": position,
                "key": one.key,
                "name": one.name,
                "help": one.help,
                "weight": one.weight,
                "low": one.low,
                "high": one.high,
                "step": one.step,
                "points": raw["points"],
                "counts": one.counts,
                "floor": one.floor,
            }
            for position, (one, raw) in enumerate(zip(wanted.criteria, plain, strict=True), 1)
        ],
    )


# ---- what a correction does to scorecards ----


def _carry_over(
    ctx: Context, season: Season, place: Place, round_: Round, score_set: ScoreSet, again: Sequence[str]
) -> int:
    """Count a round's scorecards under its new set, and ask for what they lack; returns how many are asked again."""
    markings = read.markings_of(ctx.session, round_.id)
    scales = [
        Scale(one.key, one.name, one.weight, one.low, one.high, one.step, one.counts)
        for one in markings.criteria
    ]
    given: dict[int, dict[str, Decimal | None]] = {}
    for card, criterion, value in ctx.session.execute(
        select(Mark.assignment_id, Mark.criterion_id, Mark.value)
        .join(Assignment, Assignment.id == Mark.assignment_id)
        .where(Assignment.round_id == round_.id, Mark.submission == Assignment.submission)
    ):
        carried = given.setdefault(card, {})
        if criterion in markings.same:
            carried[markings.same[criterion].key] = value
    rows: list[dict[str, Any]] = []
    asked: list[int] = []
    for one in ctx.session.execute(
        select(
            Assignment.id,
            Assignment.user_id,
            Assignment.state,
            Assignment.draft,
            Assignment.total,
            Assignment.asked_again_at,
        ).where(
            Assignment.round_id == round_.id,
            or_(Assignment.submission > 0, Assignment.saved_at.is_not(None)),
        )
    ):
        marks = given.get(one.id, {})
        is_in = one.state == "submitted"
        lacks = any(s.key not in marks for s in scales) if is_in else any(k in one.draft for k in again)
        counted = any(s.counts and marks.get(s.key) is not None for s in scales)
        newly = lacks and (one.asked_again_at is None or bool(again))
        if newly and is_in:
            asked.append(one.user_id)
        rows.append(
            {
                "of_card": one.id,
                # A mark that was typed on another scale must never come to stand on this one.
                "new_draft": {k: text for k, text in one.draft.items() if k not in again},
                "new_total": (total(scales, marks) if counted else None) if is_in else one.total,
                "new_asked": (ctx.now if newly else one.asked_again_at) if lacks or not is_in else None,
            }
        )
    if rows:
        ctx.session.connection().execute(_CARRY, rows)
        ctx.session.expire_all()
    tallies.marks_changed(ctx, season.id, place.category.id, [round_.id])
    if season.opened_at is not None and round_.closes_at > ctx.now:
        _tell(ctx, season, place.category, round_, score_set, asked)
    return len(asked)


def _tell(
    ctx: Context,
    season: Season,
    category: Category,
    round_: Round,
    score_set: ScoreSet,
    asked: Sequence[int],
) -> None:
    judges = ctx.session.execute(
        select(User.id, User.email, User.name)
        .where(User.id.in_(set(asked)), User.email.is_not(None), User.disabled_at.is_(None))
        .order_by(User.id)
    )
    owe_many(
        ctx,
        "scorecard_again",
        [
            Owed(
                judge.email,
                f"scorecard_again:{round_.id}:{score_set.id}:{judge.id}",
                judge.name,
                season.id,
                None,
                {
                    "count": asked.count(judge.id),
                    "category": category.name,
                    "round": round_.name,
                    "said": score_set.reason or "",
                    "closes_at": round_.closes_at.isoformat(),
                },
            )
            for judge in judges
        ],
    )
