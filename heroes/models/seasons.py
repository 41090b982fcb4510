"""A season and all that is set up for it: categories, forms, score sets, panels, rounds and releases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heroes.models.base import Base, Exact, Instant, Json, one_of
from heroes.models.installation import Programme
from heroes.models.people import User


class Season(Base):
    """One year's run of a programme. All instants are UTC; `timezone` is where they are shown.

    Until `opened_at` it is being built: nobody but its staff knows of it, and every entry in it is a rehearsal
    (`rehearsing_since`), which opening takes away. `colours` is {"accent": "#rrggbb"} or empty, for the house's own.
    """

    __tablename__ = "seasons"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(60))
    reference_prefix: Mapped[str] = mapped_column(String(20), unique=True)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    grace_minutes: Mapped[int] = mapped_column(default=0)
    judging_starts_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    welcome: Mapped[str] = mapped_column(Text, default="")
    rules: Mapped[str] = mapped_column(Text, default="")
    privacy: Mapped[str] = mapped_column(Text, default="")
    milestones: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    terms: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What a judge agrees to before the first entry is shown, in Markdown."""
    terms_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    chapters: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    colours: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    logo_digest: Mapped[str | None] = mapped_column(ForeignKey("pictures.digest"))
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rehearsing_since: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)

    @property
    def rehearsed(self) -> bool:
        """Whether it is tried out before it is opened: then everything in it is open to those who may see it."""
        return self.opened_at is None and self.rehearsing_since is not None


class SeasonCounter(Base):
    """The next public reference of a season, apart from the season so that counting never clashes with editing."""

    __tablename__ = "season_counters"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), primary_key=True)
    next_reference: Mapped[int] = mapped_column(default=1)


class Release(Base):
    """The shortlist or the outcomes of the categories that point here becoming public.

    Fails closed: without `released_at` nothing is out. A season has one of each kind; a category with its own
    points at another.
    """

    __tablename__ = "releases"
    __table_args__ = (
        CheckConstraint(one_of("kind", ("shortlist", "outcomes")), name="kind"),
        CheckConstraint("released_as IS NULL OR released_at IS NOT NULL", name="released_by_somebody"),
        Index(None, "planned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    armed: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    released_as: Mapped[str | None] = mapped_column(String(20))
    refusal: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class Category(Base):
    """What can be won. `outcome` is the outcome rule as plain data (see heroes.domain.outcomes)."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("season_id", "slug"),
        CheckConstraint(one_of("kind", ("person", "team", "organisation")), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    line: Mapped[str] = mapped_column(String(300), default="")
    who: Mapped[str] = mapped_column(Text, default="")
    eligibility: Mapped[list[str]] = mapped_column(Json, default=list)
    how_decided: Mapped[list[str]] = mapped_column(Json, default=list)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    form_design_id: Mapped[int | None] = mapped_column(ForeignKey("form_designs.id"), index=True)
    opens_at: Mapped[datetime | None] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    shortlist_release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    outcome_release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    version: Mapped[int] = mapped_column(default=1)

    season: Mapped[Season] = relationship(lazy="raise")
    shortlist_release: Mapped[Release] = relationship(lazy="raise", foreign_keys=[shortlist_release_id])
    outcome_release: Mapped[Release] = relationship(lazy="raise", foreign_keys=[outcome_release_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class FormDesign(Base):
    """The working copy of a form, edited in the builder and used by any number of categories.

    `sections` are plain data as `heroes.domain.questions.parse_form` reads it, whether or not it would be taken.
    """

    __tablename__ = "form_designs"
    __table_args__ = (UniqueConstraint("season_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    sections: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    edited_at: Mapped[datetime] = mapped_column(Instant)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class ScoreSetDesign(Base):
    """The working copy of a score set, used by any number of rounds.

    `criteria` is plain data: [{key, name, help, weight, low, high, step, scale, points, counts, floor}], numbers as
    texts so that they stay exact.
    """

    __tablename__ = "score_set_designs"
    __table_args__ = (UniqueConstraint("season_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    comment_words: Mapped[int] = mapped_column(default=0)
    reason_for_extremes: Mapped[bool] = mapped_column(default=False)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    edited_at: Mapped[datetime] = mapped_column(Instant)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class FormVersion(Base):
    """A published form; never edited. The category's current form is the one with the highest number.

    `sections` hold only the questions that this category asks.
    """

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("category_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    number: Mapped[int]
    sections: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(Instant)


class ScoreSet(Base):
    """A published set of criteria; never edited once a mark was given under it. Marks keep their set.

    A set that follows another after the first mark says why in `reason`.
    """

    __tablename__ = "score_sets"
    __table_args__ = (UniqueConstraint("category_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    number: Mapped[int]
    comment_words: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(Instant)
    design_id: Mapped[int | None] = mapped_column(ForeignKey("score_set_designs.id"), index=True)
    reason_for_extremes: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a mark at either end of its scale asks for a reason."""
    reason: Mapped[str | None] = mapped_column(Text)


class Criterion(Base):
    """One criterion. `points` are the worded scale points: [{from, to, word, text}].

    One that does not count stands apart from the total. `floor` is the share of its scale, out of 100, that an entry's
    mean must reach for any award.
    """

    __tablename__ = "criteria"
    __table_args__ = (UniqueConstraint("score_set_id", "key"), UniqueConstraint("score_set_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_sets.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    help: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[Decimal] = mapped_column(Exact)
    low: Mapped[Decimal] = mapped_column(Exact)
    high: Mapped[Decimal] = mapped_column(Exact)
    step: Mapped[Decimal] = mapped_column(Exact)
    points: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    counts: Mapped[bool] = mapped_column(default=True, server_default=true())
    floor: Mapped[Decimal | None] = mapped_column(Exact)


class Panel(Base):
    """A group of judges; it may serve several rounds."""

    __tablename__ = "panels"
    __table_args__ = (UniqueConstraint("season_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))


class PanelMember(Base):
    """A judge, or the chair, of one panel."""

    __tablename__ = "panel_members"
    __table_args__ = (CheckConstraint(one_of("role", ("chair", "judge")), name="role"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[datetime] = mapped_column(Instant)

    user: Mapped[User] = relationship(lazy="raise")
    panel: Mapped[Panel] = relationship(lazy="raise")


class Round(Base):
    """Dates + panel + score set of one category. The highest position is the last round."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("category_id", "slug"),
        UniqueConstraint("category_id", "position"),
        CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),
        CheckConstraint("quorum >= 1 AND reviews >= 1", name="somebody_judges"),
    )
    # What a round is, who sees whose marks, and how entries leave it are checked by the domain: a column that is added
    # to a table in use cannot bring a CHECK along on SQLite.

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id"), index=True)
    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_sets.id"))
    reviews: Mapped[int] = mapped_column(default=3)
    quorum: Mapped[int] = mapped_column(default=3)
    blind: Mapped[bool] = mapped_column(default=False)
    method: Mapped[str] = mapped_column(String(40), default="calibrated")
    draw_seed: Mapped[str | None] = mapped_column(Text)
    """Published before the judging: what a draw between entries level to the last is made from."""
    kind: Mapped[str] = mapped_column(String(20), default="scorecard", server_default="scorecard")
    marks_shown: Mapped[str] = mapped_column(String(20), default="own_in", server_default="own_in")
    advance: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    """How entries go on to the next round, as plain data (see heroes.domain.advance_rules)."""
    share: Mapped[int | None]
    """Percent of this round in the category's blended result; without any, the last round decides alone."""
    design_id: Mapped[int | None] = mapped_column(ForeignKey("score_set_designs.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    category: Mapped[Category] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class Slot(Base):
    """A time of a live round; at most one entry presents in it."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("round_id", "starts_at", "place"),
        UniqueConstraint("round_id", "entry_id"),
        CheckConstraint("minutes >= 1", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(200), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)


class RuleCard(Base):
    """One version of the rules that a season is judged by, as plain data with its digest; never edited.

    The first is made by opening. Every later one has a reason.
    """

    __tablename__ = "rule_cards"
    __table_args__ = (
        UniqueConstraint("season_id", "number"),
        CheckConstraint("number = 1 OR reason IS NOT NULL", name="changed_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Undertaking(Base):
    """Somebody agreed to a season's terms for judges, in exactly these words."""

    __tablename__ = "undertakings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), primary_key=True, index=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime] = mapped_column(Instant)


class Visits(Base):
    """How often a step of nominating was reached on a day: counts without anybody's name, cookie or address."""

    __tablename__ = "visits"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
