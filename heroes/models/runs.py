"""Stored results runs: what a round's marks came to at one moment, and the lines of its entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from heroes.models.base import Base, Instant, Json, one_of
from heroes.models.seasons import Round, RuleCard

RUN_STATES = ("waiting", "computing", "done", "failed")


class ResultsRun(Base):
    """One results run of a round: asked for, computed by the worker, and never changed once it is done.

    `asked` is a method's id; `explicit` says that somebody chose it, else it is the round's own, which gives way to the
    plain mean on a complete panel. `wanted` names the whole wish, so that the same is not asked for twice. `revision`
    is that of the round's marks when they were read; `digest` names the marks that count, `result_digest` all that
    was made of them. `summary` holds what the result says beyond its lines. `quoted_at`: a decision rests on it.
    """

    __tablename__ = "results_runs"
    __table_args__ = (
        CheckConstraint(one_of("state", RUN_STATES), name="state"),
        CheckConstraint("progress >= 0 AND progress <= 100", name="progress"),
        CheckConstraint("(state IN ('done', 'failed')) = (finished_at IS NOT NULL)", name="finished_at"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed_why"),
        CheckConstraint(
            "state <> 'done' OR (revision IS NOT NULL AND method IS NOT NULL AND rules IS NOT NULL"
            " AND digest IS NOT NULL AND result_digest IS NOT NULL AND program IS NOT NULL)",
            name="done_is_whole",
        ),
        CheckConstraint("(state = 'computing') = (lease_until IS NOT NULL)", name="lease_while_computing"),
        CheckConstraint("places IS NULL OR places >= 1", name="places"),
        CheckConstraint("budget IS NULL OR budget >= 0", name="budget"),
        Index("ix_results_runs_round", "round_id", "state", "id"),
        Index("ix_results_runs_due", "state", "requested_at", "id"),
        Index(
            "uq_results_runs_waiting",
            "round_id",
            "wanted",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(26), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    wanted: Mapped[str] = mapped_column(String(120))
    explicit: Mapped[bool] = mapped_column(default=False)
    asked: Mapped[str] = mapped_column(String(40))
    places: Mapped[int | None]
    budget: Mapped[int | None]
    across_groups: Mapped[bool] = mapped_column(default=False)
    draws: Mapped[int] = mapped_column(default=1000)
    seed: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    state: Mapped[str] = mapped_column(String(20), default="waiting")
    progress: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(80), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[str | None] = mapped_column(Text)

    revision: Mapped[int | None]
    method: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    rules: Mapped[str | None] = mapped_column(String(20))
    digest: Mapped[str | None] = mapped_column(String(64))
    result_digest: Mapped[str | None] = mapped_column(String(64))
    program: Mapped[str | None] = mapped_column(String(40))
    entries: Mapped[int] = mapped_column(default=0)
    reviews: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    quoted_at: Mapped[datetime | None] = mapped_column(Instant)
    rule_card_id: Mapped[int | None] = mapped_column(ForeignKey("rule_cards.id"))
    """The rules that were in force when it was computed."""
    rule_card: Mapped[str | None] = column_property(
        select(RuleCard.digest).where(RuleCard.id == rule_card_id).scalar_subquery()
    )
    """The fingerprint of those rules."""

    round: Mapped[Round] = relationship(lazy="raise")


class RunTie(Base):
    """One tie-break of a run, as plain values: it lists its whole group, and the lines of the group point to it."""

    __tablename__ = "run_ties"

    run_id: Mapped[int] = mapped_column(ForeignKey("results_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class RunLine(Base):
    """One entry's line in a run, in the run's order. `data` is its standing as plain values, without its tie-breaks.

    `ties` are the numbers of those. `marks` are the marks that were read for it: judge's handle -> a text or nothing
    for each criterion in its order.
    """

    __tablename__ = "run_lines"
    __table_args__ = (
        Index("ix_run_lines_entry", "entry_id", "run_id"),
        Index("ix_run_lines_rank", "run_id", "rank", "points"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("results_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    rank: Mapped[int | None]
    points: Mapped[float | None] = mapped_column(Double)
    """The score out of 100, near enough to count who reaches one."""
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    ties: Mapped[list[int]] = mapped_column(Json, default=list)
    marks: Mapped[dict[str, list[str | None]]] = mapped_column(Json, default=dict)
    blend: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """In the last round of a category whose rounds are blended: its place and points over all of them, and the points
    of each round. `rank`, `points` and the order are then those of the blend; `data` stays the round's own."""
