"""Results are stored as runs, a decision quotes one, and a round's marks have a revision"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_INSTANT = sa.DateTime(timezone=True)
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make the tables and columns; a round with scorecards begins at the first revision, so that it is computed."""
    op.create_table(
        "results_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(26), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(120), nullable=False),
        sa.Column("explicit", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.String(40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("across_groups", sa.Boolean(), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("requested_at", _INSTANT, nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("started_at", _INSTANT, nullable=True),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rules", sa.String(20), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("result_digest", sa.String(64), nullable=True),
        sa.Column("program", sa.String(40), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("summary", _JSON, nullable=False),
        sa.Column("quoted_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'computing', 'done', 'failed')", name=op.f("ck_results_runs_state")
        ),
        sa.CheckConstraint("progress >= 0 AND progress <= 100", name=op.f("ck_results_runs_progress")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed')) = (finished_at IS NOT NULL)",
            name=op.f("ck_results_runs_finished_at"),
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)", name=op.f("ck_results_runs_failed_why")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR (revision IS NOT NULL AND method IS NOT NULL AND rules IS NOT NULL"
            " AND digest IS NOT NULL AND result_digest IS NOT NULL AND program IS NOT NULL)",
            name=op.f("ck_results_runs_done_is_whole"),
        ),
        sa.CheckConstraint(
            "(state = 'computing') = (lease_until IS NOT NULL)",
            name=op.f("ck_results_runs_lease_while_computing"),
        ),
        sa.CheckConstraint("places IS NULL OR places >= 1", name=op.f("ck_results_runs_places")),
        sa.CheckConstraint("budget IS NULL OR budget >= 0", name=op.f("ck_results_runs_budget")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_results_runs_round_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_results_runs_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_runs")),
        sa.UniqueConstraint("handle", name=op.f("uq_results_runs_handle")),
    )
    op.create_index("ix_results_runs_round", "results_runs", ["round_id", "state", "id"])
    op.create_index("ix_results_runs_due", "results_runs", ["state", "requested_at", "id"])
    op.create_index(
        "uq_results_runs_waiting",
        "results_runs",
        ["round_id", "wanted"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_table(
        "run_ties",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["results_runs.id"], name=op.f("fk_run_ties_run_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_ties")),
    )
    op.create_table(
        "run_lines",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("ties", _JSON, nullable=False),
        sa.Column("marks", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["results_runs.id"], name=op.f("fk_run_lines_run_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_run_lines_entry_id")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_run_lines")),
    )
    op.create_index("ix_run_lines_entry", "run_lines", ["entry_id", "run_id"])
    op.create_index("ix_run_lines_rank", "run_lines", ["run_id", "rank", "points"])
    op.add_column(
        "entries",
        sa.Column(
            "decided_run_id",
            sa.Integer(),
            sa.ForeignKey("results_runs.id", name=op.f("fk_entries_decided_run_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index(op.f("ix_entries_decided_run_id"), "entries", ["decided_run_id"])
    op.add_column("rounds", sa.Column("draw_seed", sa.Text(), nullable=True))
    op.execute(
        "INSERT INTO tallies (category_id, kind, value, season_id, count)"
        " SELECT c.id, 'marks', CAST(r.id AS VARCHAR(20)), c.season_id, 1"
        " FROM rounds r JOIN categories c ON c.id = r.category_id"
        " WHERE EXISTS (SELECT 1 FROM assignments a WHERE a.round_id = r.id AND a.submission > 0)"
    )


def downgrade() -> None:
    """Forget them. Decisions keep the digest, method and rules of what they were made on."""
    op.execute("DELETE FROM tallies WHERE kind = 'marks'")
    # Not in a batch: that would make the table anew under everything that points to it.
    op.drop_column("rounds", "draw_seed")
    op.drop_index(op.f("ix_entries_decided_run_id"), "entries")
    op.drop_column("entries", "decided_run_id")
    op.drop_table("run_lines")
    op.drop_table("run_ties")
    op.drop_table("results_runs")
