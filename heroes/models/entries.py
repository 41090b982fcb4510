"""Entries, their answers, their admission to rounds, and who is recused from them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heroes.domain.entry_states import State
from heroes.models.base import Base, Instant, Json, one_of
from heroes.models.people import Organisation, User
from heroes.models.seasons import Category, FormVersion, Round

SCREENINGS = ("unchecked", "eligible", "ineligible", "query")


class Entry(Base):
    """One entry. Only the door (heroes.services.door) writes `state` and the columns that say why it is so.

    `organisation_id` is the nominee's organisation (for conflicts and filters); `workspace_id` is the organisation
    that entered it, whose members are its entrants.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint("(state = 'awarded') = (level IS NOT NULL)", name="awarded_has_level"),
        CheckConstraint("(reference IS NULL) = (submitted_at IS NULL)", name="reference_with_submission"),
        CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')", name="submitted_has_reference"
        ),
        CheckConstraint("state <> 'draft' OR submitted_at IS NULL", name="draft_never_submitted"),
        CheckConstraint("(state = 'returned') = (due_at IS NOT NULL)", name="returned_has_due"),
        CheckConstraint(
            "state NOT IN ('returned', 'ineligible') OR state_reason IS NOT NULL",
            name="reason_where_required",
        ),
        CheckConstraint(
            "state <> 'withdrawn' OR state_as NOT IN ('admin', 'owner') OR state_reason IS NOT NULL",
            name="withdrawn_by_staff_has_reason",
        ),
        CheckConstraint(
            "state NOT IN ('shortlisted', 'awarded') OR"
            " (decided_digest IS NOT NULL AND decided_method IS NOT NULL AND decided_rules IS NOT NULL)",
            name="decided_on_results",
        ),
        CheckConstraint(one_of("screening", SCREENINGS), name="screening"),
        CheckConstraint("(screening = 'unchecked') = (screened_at IS NULL)", name="screened_by_somebody"),
        CheckConstraint(
            "screening NOT IN ('ineligible', 'query') OR screening_reason IS NOT NULL", name="screened_why"
        ),
        Index("ix_entries_queue", "season_id", "submitted_at", "id"),
        Index("ix_entries_state", "season_id", "state", "submitted_at", "id"),
        Index("ix_entries_category", "category_id", "state", "submitted_at", "id"),
        Index("ix_entries_organisation", "organisation_id", "submitted_at", "id"),
        Index("ix_entries_title", "season_id", "title", "id"),
        Index("ix_entries_fewest", "season_id", "cards_in", "id"),
        Index("ix_entries_screening", "season_id", "screening", "state", "submitted_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(26), unique=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    sheet_number: Mapped[int] = mapped_column(default=1)

    title: Mapped[str] = mapped_column(String(300), default="")
    nominee_role: Mapped[str] = mapped_column(String(300), default="")
    nominee_email: Mapped[str] = mapped_column(String(254), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    sector: Mapped[str] = mapped_column(String(80), default="")
    chapter: Mapped[str] = mapped_column(String(80), default="", server_default="")
    may_tell: Mapped[str] = mapped_column(String(10), default="")
    nominator_name: Mapped[str] = mapped_column(String(200), default="")
    nominator_email: Mapped[str] = mapped_column(String(254), default="")
    nominator_email_key: Mapped[str] = mapped_column(String(254), default="", index=True)
    relation: Mapped[str] = mapped_column(String(300), default="")
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    reminders: Mapped[bool] = mapped_column(default=True)
    reached: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The key of the last question, in the form's order, that has an answer: where a draft stopped."""

    state: Mapped[str] = mapped_column(String(20))
    state_since: Mapped[datetime] = mapped_column(Instant)
    state_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    state_as: Mapped[str] = mapped_column(String(20))
    state_reason: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    level: Mapped[str | None] = mapped_column(String(40))
    decided_digest: Mapped[str | None] = mapped_column(String(64))
    decided_method: Mapped[str | None] = mapped_column(String(40))
    decided_rules: Mapped[str | None] = mapped_column(String(20))
    decided_run_id: Mapped[int | None] = mapped_column(ForeignKey("results_runs.id"), index=True)
    """The stored run that was quoted; nothing for a decision by hand, before any mark."""
    version: Mapped[int] = mapped_column(default=1)

    screening: Mapped[str] = mapped_column(String(20), default="unchecked")
    screened_at: Mapped[datetime | None] = mapped_column(Instant)
    screened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    screening_reason: Mapped[str | None] = mapped_column(Text)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    cards_in: Mapped[int] = mapped_column(default=0, server_default="0")
    """Scorecards in for the round that it is in: what `RoundEntry` says, where the queue can sort by it."""

    category: Mapped[Category] = relationship(lazy="raise")
    form_version: Mapped[FormVersion] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise", foreign_keys=[organisation_id])
    state_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[state_by_id])


class AnswerSheet(Base):
    """One version of an entry's answers. Sent sheets are never edited; a returned entry gets a new number."""

    __tablename__ = "answer_sheets"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint("(sent_at IS NULL) = (digest IS NULL)", name="sent_has_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    number: Mapped[int]
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    answers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    people: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    digest: Mapped[str | None] = mapped_column(String(64))


class RoundEntry(Base):
    """An entry's admission to a round, with the counters that lists and charts read."""

    __tablename__ = "round_entries"
    __table_args__ = (
        CheckConstraint("cards_in >= 0 AND cards_asked >= 0", name="counts"),
        UniqueConstraint("round_id", "code"),
        Index("ix_round_entries_progress", "round_id", "cards_in", "entry_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, index=True)
    code: Mapped[str] = mapped_column(String(40))
    admitted_at: Mapped[datetime] = mapped_column(Instant)
    admitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cards_asked: Mapped[int] = mapped_column(default=0)
    cards_in: Mapped[int] = mapped_column(default=0)

    round: Mapped[Round] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")


class Recusal(Base):
    """Somebody who must not judge or decide an entry, and why. Taken back by `lifted_at`, never deleted."""

    __tablename__ = "recusals"
    __table_args__ = (CheckConstraint(one_of("source", ("judge", "admin", "organisation")), name="source"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, index=True)
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    recused_at: Mapped[datetime] = mapped_column(Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)


class Tally(Base):
    """Maintained totals of a category, so that no page counts its entries or scorecards.

    Entries by "state", "screening" and "received" ("yes"); by round, whose id is the value: entries "admitted",
    scorecards asked for ("cards_asked") and "cards_in", and the revision of its "marks": it grows with every change of
    what a result of the round would count or list.
    """

    __tablename__ = "tallies"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(20), primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    count: Mapped[int] = mapped_column(default=0)
