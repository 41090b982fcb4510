"""Who judges what, and the marks they give."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heroes.models.base import Base, Exact, Instant, Json, one_of
from heroes.models.entries import Entry
from heroes.models.people import User
from heroes.models.seasons import Round

ASSIGNMENT_STATES = ("assigned", "submitted", "recused", "removed")


class Assignment(Base):
    """One judge asked to judge one entry in one round, with the scorecard's draft beside it.

    `draft`, `draft_comment` and `draft_notes` are what the judge is writing; `comment` and `notes` (criterion key ->
    reason) are those handed in last. `submission` counts how often the scorecard has been submitted; the marks that
    count are those of the highest. `total` is this judge's own, out of 100 over the criteria marked.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("round_id", "entry_id", "user_id"),
        CheckConstraint(one_of("state", ASSIGNMENT_STATES), name="state"),
        CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_at"),
        CheckConstraint("state <> 'submitted' OR submission >= 1", name="submitted_has_marks"),
        CheckConstraint("state <> 'recused' OR recused_reason IS NOT NULL", name="recused_why"),
        Index("ix_assignments_judge", "user_id", "state", "position"),
        Index("ix_assignments_entry", "entry_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(26), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="assigned")
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    draft: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    draft_comment: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    draft_notes: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    notes: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    asked_again_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a correction of the score set touched this scorecard after it was begun; nothing once it is handed in."""
    saved_at: Mapped[datetime | None] = mapped_column(Instant)
    submission: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    total: Mapped[Decimal | None] = mapped_column(Exact)
    recused_reason: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)

    round: Mapped[Round] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])


class Mark(Base):
    """One judge, one entry, one criterion. Append-only; no value is an abstention, and absent is not zero."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("assignment_id", "submission", "criterion_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    submission: Mapped[int]
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    value: Mapped[Decimal | None] = mapped_column(Exact)
    given_at: Mapped[datetime] = mapped_column(Instant)
