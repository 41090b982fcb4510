"""The house: every table of the whole path"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import heroes.models.base
from heroes.models.search import CREATE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The house: every table of the whole path"""
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column(
            "sectors",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
    )
    op.create_table(
        "rate_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("window", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_rate_counts")),
    )
    with op.batch_alter_table("rate_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_counts_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("has_workspace", sa.Boolean(), nullable=False),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_organisations_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("handle", name=op.f("uq_organisations_handle")),
        sa.UniqueConstraint("programme_id", "name_key", name=op.f("uq_organisations_programme_id_name_key")),
    )
    op.create_table(
        "seasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("reference_prefix", sa.String(length=20), nullable=False),
        sa.Column("opens_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("closes_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("judging_starts_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("welcome", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("privacy", sa.Text(), nullable=False),
        sa.Column(
            "milestones",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_seasons_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_seasons_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seasons")),
        sa.UniqueConstraint("reference_prefix", name=op.f("uq_seasons_reference_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_seasons_slug")),
    )
    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seasons_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "audit_chains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_audit_chains_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chains")),
        sa.UniqueConstraint("name", name=op.f("uq_audit_chains_name")),
        sa.UniqueConstraint("season_id", name=op.f("uq_audit_chains_season_id")),
    )
    op.create_table(
        "panels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_panels_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.UniqueConstraint("season_id", "slug", name=op.f("uq_panels_season_id_slug")),
    )
    op.create_table(
        "season_counters",
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("next_reference", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_season_counters_season_id")),
        sa.PrimaryKeyConstraint("season_id", name=op.f("pk_season_counters")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("demo_note", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(email IS NULL) = (email_key IS NULL)", name=op.f("ck_users_email_has_key")),
        sa.CheckConstraint(
            "password_hash IS NULL OR email IS NOT NULL", name=op.f("ck_users_password_needs_email")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["organisations.id"], name=op.f("fk_users_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sa.UniqueConstraint("handle", name=op.f("uq_users_handle")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_employer_id"), ["employer_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("panel_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("accepted_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role IN ('chair', 'judge')) = (panel_id IS NOT NULL)", name=op.f("ck_invitations_panel")
        ),
        sa.CheckConstraint(
            "(role IN ('manager', 'member')) = (organisation_id IS NOT NULL)",
            name=op.f("ck_invitations_organisation"),
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'auditor', 'chair', 'judge', 'manager', 'member')",
            name=op.f("ck_invitations_role"),
        ),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["users.id"], name=op.f("fk_invitations_accepted_by_id")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_invitations_panel_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_invitations_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_email_key"), ["email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_panel_id"), ["panel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('manager', 'member')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("user_id", "organisation_id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "panel_members",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('chair', 'judge')", name=op.f("ck_panel_members_role")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_panel_members_panel_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_panel_members_user_id")),
        sa.PrimaryKeyConstraint("panel_id", "user_id", name=op.f("pk_panel_members")),
    )
    with op.batch_alter_table("panel_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_members_user_id"), ["user_id"], unique=False)

    op.create_table(
        "programme_roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("given_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'auditor')", name=op.f("ck_programme_roles_role")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_programme_roles_programme_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_programme_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "programme_id", "role", name=op.f("pk_programme_roles")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("planned_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("armed", sa.Boolean(), nullable=False),
        sa.Column("released_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("released_as", sa.String(length=20), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('shortlist', 'outcomes')", name=op.f("ck_releases_kind")),
        sa.CheckConstraint(
            "released_as IS NULL OR released_at IS NOT NULL", name=op.f("ck_releases_released_by_somebody")
        ),
        sa.ForeignKeyConstraint(["released_by_id"], ["users.id"], name=op.f("fk_releases_released_by_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_releases_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_releases_planned_at"), ["planned_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_releases_season_id"), ["season_id"], unique=False)

    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("last_seen_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("line", sa.String(length=300), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column(
            "eligibility",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "how_decided",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("opens_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("closes_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("shortlist_release_id", sa.Integer(), nullable=False),
        sa.Column("outcome_release_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'team', 'organisation')", name=op.f("ck_categories_kind")),
        sa.ForeignKeyConstraint(
            ["outcome_release_id"], ["releases.id"], name=op.f("fk_categories_outcome_release_id")
        ),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_categories_season_id")),
        sa.ForeignKeyConstraint(
            ["shortlist_release_id"], ["releases.id"], name=op.f("fk_categories_shortlist_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("season_id", "slug", name=op.f("uq_categories_season_id_slug")),
    )
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_categories_season_id"), ["season_id"], unique=False)

    op.create_table(
        "form_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "sections",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_form_versions_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_versions")),
        sa.UniqueConstraint("category_id", "number", name=op.f("uq_form_versions_category_id_number")),
    )
    op.create_table(
        "score_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("comment_words", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_score_sets_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sets")),
        sa.UniqueConstraint("category_id", "number", name=op.f("uq_score_sets_category_id_number")),
    )
    op.create_table(
        "tallies",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_tallies_count")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_tallies_category_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_tallies_season_id")),
        sa.PrimaryKeyConstraint("category_id", "kind", "value", name=op.f("pk_tallies")),
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tallies_season_id"), ["season_id"], unique=False)

    op.create_table(
        "criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("weight", heroes.models.base.Exact(length=40), nullable=False),
        sa.Column("low", heroes.models.base.Exact(length=40), nullable=False),
        sa.Column("high", heroes.models.base.Exact(length=40), nullable=False),
        sa.Column("step", heroes.models.base.Exact(length=40), nullable=False),
        sa.Column(
            "points",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["score_set_id"], ["score_sets.id"], name=op.f("fk_criteria_score_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("score_set_id", "key", name=op.f("uq_criteria_score_set_id_key")),
        sa.UniqueConstraint("score_set_id", "position", name=op.f("uq_criteria_score_set_id_position")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("opens_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("closes_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_rounds_opens_before_it_closes")),
        sa.CheckConstraint("quorum >= 1 AND reviews >= 1", name=op.f("ck_rounds_somebody_judges")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_rounds_category_id")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_rounds_panel_id")),
        sa.ForeignKeyConstraint(["score_set_id"], ["score_sets.id"], name=op.f("fk_rounds_score_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("category_id", "position", name=op.f("uq_rounds_category_id_position")),
        sa.UniqueConstraint("category_id", "slug", name=op.f("uq_rounds_category_id_slug")),
    )
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rounds_panel_id"), ["panel_id"], unique=False)

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=26), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("sheet_number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("nominee_role", sa.String(length=300), nullable=False),
        sa.Column("nominee_email", sa.String(length=254), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("may_tell", sa.String(length=10), nullable=False),
        sa.Column("nominator_name", sa.String(length=200), nullable=False),
        sa.Column("nominator_email", sa.String(length=254), nullable=False),
        sa.Column("nominator_email_key", sa.String(length=254), nullable=False),
        sa.Column("relation", sa.String(length=300), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_since", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("state_by_id", sa.Integer(), nullable=True),
        sa.Column("state_as", sa.String(length=20), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("due_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("decided_digest", sa.String(length=64), nullable=True),
        sa.Column("decided_method", sa.String(length=40), nullable=True),
        sa.Column("decided_rules", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("screening", sa.String(length=20), nullable=False),
        sa.Column("screened_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("screened_by_id", sa.Integer(), nullable=True),
        sa.Column("screening_reason", sa.Text(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(screening = 'unchecked') = (screened_at IS NULL)", name=op.f("ck_entries_screened_by_somebody")
        ),
        sa.CheckConstraint(
            "(state = 'awarded') = (level IS NOT NULL)", name=op.f("ck_entries_awarded_has_level")
        ),
        sa.CheckConstraint(
            "(state = 'returned') = (due_at IS NOT NULL)", name=op.f("ck_entries_returned_has_due")
        ),
        sa.CheckConstraint(
            "screening IN ('unchecked', 'eligible', 'ineligible', 'query')", name=op.f("ck_entries_screening")
        ),
        sa.CheckConstraint(
            "screening NOT IN ('ineligible', 'query') OR screening_reason IS NOT NULL",
            name=op.f("ck_entries_screened_why"),
        ),
        sa.CheckConstraint(
            "state <> 'draft' OR submitted_at IS NULL", name=op.f("ck_entries_draft_never_submitted")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR state_as NOT IN ('admin', 'owner') OR state_reason IS NOT NULL",
            name=op.f("ck_entries_withdrawn_by_staff_has_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'shortlisted', 'awarded', 'withdrawn', 'ineligible', 'not_shortlisted', 'not_awarded')",
            name=op.f("ck_entries_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('returned', 'ineligible') OR state_reason IS NOT NULL",
            name=op.f("ck_entries_reason_where_required"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('shortlisted', 'awarded') OR (decided_digest IS NOT NULL AND decided_method IS NOT NULL AND decided_rules IS NOT NULL)",
            name=op.f("ck_entries_decided_on_results"),
        ),
        sa.CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')",
            name=op.f("ck_entries_submitted_has_reference"),
        ),
        sa.CheckConstraint(
            "(reference IS NULL) = (submitted_at IS NULL)", name=op.f("ck_entries_reference_with_submission")
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_entries_category_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_versions.id"], name=op.f("fk_entries_form_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_entries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_entries_round_id")),
        sa.ForeignKeyConstraint(["screened_by_id"], ["users.id"], name=op.f("fk_entries_screened_by_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_entries_season_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_entries_started_by_id")),
        sa.ForeignKeyConstraint(["state_by_id"], ["users.id"], name=op.f("fk_entries_state_by_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["organisations.id"], name=op.f("fk_entries_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("handle", name=op.f("uq_entries_handle")),
        sa.UniqueConstraint("reference", name=op.f("uq_entries_reference")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entries_category", ["category_id", "state", "submitted_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_entries_nominator_email_key"), ["nominator_email_key"], unique=False
        )
        batch_op.create_index(
            "ix_entries_organisation", ["organisation_id", "submitted_at", "id"], unique=False
        )
        batch_op.create_index("ix_entries_queue", ["season_id", "submitted_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "ix_entries_screening", ["season_id", "screening", "state", "submitted_at", "id"], unique=False
        )
        batch_op.create_index("ix_entries_state", ["season_id", "state", "submitted_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "answer_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "answers",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "people",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (digest IS NULL)", name=op.f("ck_answer_sheets_sent_has_digest")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_answer_sheets_entry_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_versions.id"], name=op.f("fk_answer_sheets_form_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_sheets")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_answer_sheets_entry_id_number")),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=26), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("assigned_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "draft",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("draft_comment", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("saved_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("submitted_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("total", heroes.models.base.Exact(length=40), nullable=True),
        sa.Column("recused_reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name=op.f("ck_assignments_submitted_at")
        ),
        sa.CheckConstraint(
            "state <> 'recused' OR recused_reason IS NOT NULL", name=op.f("ck_assignments_recused_why")
        ),
        sa.CheckConstraint(
            "state <> 'submitted' OR submission >= 1", name=op.f("ck_assignments_submitted_has_marks")
        ),
        sa.CheckConstraint(
            "state IN ('assigned', 'submitted', 'recused', 'removed')", name=op.f("ck_assignments_state")
        ),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["users.id"], name=op.f("fk_assignments_assigned_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assignments_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_assignments_round_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("handle", name=op.f("uq_assignments_handle")),
        sa.UniqueConstraint(
            "round_id", "entry_id", "user_id", name=op.f("uq_assignments_round_id_entry_id_user_id")
        ),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index("ix_assignments_entry", ["entry_id", "round_id"], unique=False)
        batch_op.create_index("ix_assignments_judge", ["user_id", "state", "position"], unique=False)

    op.create_table(
        "audit_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("acting_as", sa.String(length=20), nullable=False),
        sa.Column("on_behalf", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column(
            "body",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["audit_chains.id"], name=op.f("fk_audit_records_chain_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_audit_records_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
        sa.UniqueConstraint("chain_id", "number", name=op.f("uq_audit_records_chain_id_number")),
    )
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.create_index("ix_audit_records_entry", ["entry_id", "id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column(
            "values",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("lease_until", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL)", name=op.f("ck_outbox_sending_has_lease")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_at")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'stuck', 'cancelled')", name=op.f("ck_outbox_state")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_outbox_entry_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_outbox_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "due_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_outbox_season", ["season_id", "state", "id"], unique=False)

    op.create_table(
        "private_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("single_use", sa.Boolean(), nullable=False),
        sa.Column("created_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("used_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.Column("revoked_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('entry', 'sign_in', 'invitation', 'stop_reminders')",
            name=op.f("ck_private_links_purpose"),
        ),
        sa.CheckConstraint(
            "(entry_id IS NOT NULL AND user_id IS NULL AND invitation_id IS NULL) OR (entry_id IS NULL AND user_id IS NOT NULL AND invitation_id IS NULL) OR (entry_id IS NULL AND user_id IS NULL AND invitation_id IS NOT NULL)",
            name=op.f("ck_private_links_one_subject"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_private_links_entry_id")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_private_links_invitation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_private_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_private_links_token_hash")),
    )
    with op.batch_alter_table("private_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_private_links_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "recusals",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recused_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("lifted_at", heroes.models.base.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('judge', 'admin', 'organisation')", name=op.f("ck_recusals_source")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_recusals_entry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recusals_user_id")),
        sa.PrimaryKeyConstraint("user_id", "entry_id", name=op.f("pk_recusals")),
    )
    with op.batch_alter_table("recusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recusals_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "round_entries",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("admitted_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.Column("admitted_by_id", sa.Integer(), nullable=True),
        sa.Column("cards_asked", sa.Integer(), nullable=False),
        sa.Column("cards_in", sa.Integer(), nullable=False),
        sa.CheckConstraint("cards_in >= 0 AND cards_asked >= 0", name=op.f("ck_round_entries_counts")),
        sa.ForeignKeyConstraint(
            ["admitted_by_id"], ["users.id"], name=op.f("fk_round_entries_admitted_by_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_round_entries_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_entries_round_id")),
        sa.PrimaryKeyConstraint("round_id", "entry_id", name=op.f("pk_round_entries")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_round_entries_round_id_code")),
    )
    with op.batch_alter_table("round_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_entries_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_round_entries_progress", ["round_id", "cards_in", "entry_id"], unique=False)

    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value", heroes.models.base.Exact(length=40), nullable=True),
        sa.Column("given_at", heroes.models.base.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_marks_assignment_id")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_marks_criterion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint(
            "assignment_id",
            "submission",
            "criterion_id",
            name=op.f("uq_marks_assignment_id_submission_criterion_id"),
        ),
    )
    for statement in CREATE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("entry_search")
    op.drop_table("marks")
    with op.batch_alter_table("round_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_round_entries_progress")
        batch_op.drop_index(batch_op.f("ix_round_entries_entry_id"))

    op.drop_table("round_entries")
    with op.batch_alter_table("recusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recusals_entry_id"))

    op.drop_table("recusals")
    with op.batch_alter_table("private_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_private_links_entry_id"))

    op.drop_table("private_links")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_season")
        batch_op.drop_index(batch_op.f("ix_outbox_entry_id"))
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_records_entry")

    op.drop_table("audit_records")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index("ix_assignments_judge")
        batch_op.drop_index("ix_assignments_entry")

    op.drop_table("assignments")
    op.drop_table("answer_sheets")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_workspace_id"))
        batch_op.drop_index("ix_entries_state")
        batch_op.drop_index("ix_entries_screening")
        batch_op.drop_index(batch_op.f("ix_entries_round_id"))
        batch_op.drop_index("ix_entries_queue")
        batch_op.drop_index("ix_entries_organisation")
        batch_op.drop_index(batch_op.f("ix_entries_nominator_email_key"))
        batch_op.drop_index("ix_entries_category")

    op.drop_table("entries")
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rounds_panel_id"))

    op.drop_table("rounds")
    op.drop_table("criteria")
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tallies_season_id"))

    op.drop_table("tallies")
    op.drop_table("score_sets")
    op.drop_table("form_versions")
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_categories_season_id"))

    op.drop_table("categories")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_user_id"))

    op.drop_table("user_sessions")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_releases_season_id"))
        batch_op.drop_index(batch_op.f("ix_releases_planned_at"))

    op.drop_table("releases")
    op.drop_table("programme_roles")
    with op.batch_alter_table("panel_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_members_user_id"))

    op.drop_table("panel_members")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_organisation_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_programme_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_panel_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_email_key"))

    op.drop_table("invitations")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_employer_id"))

    op.drop_table("users")
    op.drop_table("season_counters")
    op.drop_table("panels")
    op.drop_table("audit_chains")
    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seasons_programme_id"))

    op.drop_table("seasons")
    op.drop_table("organisations")
    with op.batch_alter_table("rate_counts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rate_counts_ends_at"))

    op.drop_table("rate_counts")
    op.drop_table("programmes")
    op.drop_table("installation")
