"""Seasons are built in the browser: designs of forms and score sets, rule cards, slots, undertakings and counts"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and columns. A season that is there was opened when it began to take entries."""
    op.create_table(
        "pictures",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pictures")),
    )
    op.create_table(
        "proofs",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_proofs")),
    )
    _design("form_designs", sa.Column("sections", _JSON, nullable=False))
    _design(
        "score_set_designs",
        sa.Column("comment_words", sa.Integer(), nullable=False),
        sa.Column("reason_for_extremes", sa.Boolean(), nullable=False),
        sa.Column("criteria", _JSON, nullable=False),
    )
    op.create_table(
        "rule_cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number = 1 OR reason IS NOT NULL", name=op.f("ck_rule_cards_changed_why")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_rule_cards_season_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_rule_cards_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_cards")),
        sa.UniqueConstraint("season_id", "number", name=op.f("uq_rule_cards_season_id_number")),
    )
    op.create_table(
        "slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_slots_minutes")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_slots_round_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_slots_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("round_id", "starts_at", "place", name=op.f("uq_slots_round_id_starts_at_place")),
        sa.UniqueConstraint("round_id", "entry_id", name=op.f("uq_slots_round_id_entry_id")),
    )
    op.create_index(op.f("ix_slots_entry_id"), "slots", ["entry_id"])
    op.create_table(
        "undertakings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("accepted_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_undertakings_user_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_undertakings_season_id")),
        sa.PrimaryKeyConstraint("user_id", "season_id", "digest", name=op.f("pk_undertakings")),
    )
    op.create_index(op.f("ix_undertakings_season_id"), "undertakings", ["season_id"])
    op.create_table(
        "visits",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_visits_count")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_visits_category_id")),
        sa.PrimaryKeyConstraint("category_id", "day", "step", name=op.f("pk_visits")),
    )
    for table, column in _plain_columns():
        op.add_column(table, column)
    for table, name, other in _POINTERS:
        op.add_column(
            table,
            sa.Column(
                name,
                sa.Integer(),
                sa.ForeignKey(f"{other}.id", name=op.f(f"fk_{table}_{name}")),
                nullable=True,
            ),
            inline_references=True,
        )
    op.add_column(
        "seasons",
        sa.Column(
            "logo_digest",
            sa.String(64),
            sa.ForeignKey("pictures.digest", name=op.f("fk_seasons_logo_digest")),
            nullable=True,
        ),
        inline_references=True,
    )
    for table, name in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    op.execute("UPDATE seasons SET opened_at = opens_at")
    _draw_designs()


def downgrade() -> None:
    """Forget them."""
    for table, name in _INDEXED:
        op.drop_index(op.f(f"ix_{table}_{name}"), table)
    # Not in a batch: that would make the tables anew under everything that points to them.
    op.drop_column("seasons", "logo_digest")
    for table, name, _ in _POINTERS:
        op.drop_column(table, name)
    for table, column in _plain_columns():
        op.drop_column(table, column.name)
    for table in (
        "visits",
        "undertakings",
        "slots",
        "rule_cards",
        "score_set_designs",
        "form_designs",
        "proofs",
        "pictures",
    ):
        op.drop_table(table)


def _draw_designs() -> None:
    """Give every category that is there the working copies that the builder edits, drawn from what is published."""
    connection = op.get_bind()
    t = {name: _table(name) for name in _COLUMNS}
    categories, forms, sets = t["categories"], t["form_versions"], t["score_sets"]
    drawn: dict[tuple[int, str], int] = {}
    seasons = connection.execute(sa.select(t["seasons"].c.id, t["seasons"].c.opens_at)).all()
    for season in seasons:
        rows = connection.execute(
            sa.select(categories).where(categories.c.season_id == season.id).order_by(categories.c.position)
        ).all()
        for category in rows:
            form = connection.execute(
                sa.select(forms)
                .where(forms.c.category_id == category.id)
                .order_by(forms.c.number.desc())
                .limit(1)
            ).one_or_none()
            if form is not None:
                key = (season.id, form.digest)
                if key not in drawn:
                    drawn[key] = _add(connection, t["form_designs"], season, category, sections=form.sections)
                connection.execute(
                    sa.update(categories)
                    .where(categories.c.id == category.id)
                    .values(form_design_id=drawn[key])
                )
            newest = connection.execute(
                sa.select(sets)
                .where(sets.c.category_id == category.id)
                .order_by(sets.c.number.desc())
                .limit(1)
            ).one_or_none()
            if newest is not None:
                design = _add(
                    connection,
                    t["score_set_designs"],
                    season,
                    category,
                    comment_words=newest.comment_words,
                    reason_for_extremes=False,
                    criteria=_criteria(connection, t["criteria"], newest.id),
                )
                for table, column in ((sets, sets.c.id), (t["rounds"], t["rounds"].c.score_set_id)):
                    connection.execute(sa.update(table).where(column == newest.id).values(design_id=design))


def _add(
    connection: sa.Connection, table: sa.TableClause, season: sa.Row, category: sa.Row, **body: object
) -> int:
    head = {
        "season_id": season.id,
        "key": category.slug,
        "name": category.name,
        "edited_at": season.opens_at,
        "version": 1,
    }
    connection.execute(sa.insert(table).values(**head, **body))
    found = sa.select(table.c.id).where(table.c.season_id == season.id, table.c.key == category.slug)
    return int(connection.execute(found).scalar_one())


def _criteria(connection: sa.Connection, table: sa.TableClause, score_set_id: int) -> list[dict[str, object]]:
    rows = connection.execute(
        sa.select(table).where(table.c.score_set_id == score_set_id).order_by(table.c.position)
    )
    return [
        {
            "key": row.key,
            "name": row.name,
            "help": row.help,
            "weight": row.weight,
            "low": row.low,
            "high": row.high,
            "step": row.step,
            "scale": "scale",
            "points": row.points,
            "counts": True,
            "floor": None,
        }
        for row in rows
    ]


def _table(name: str) -> sa.TableClause:
    kinds: dict[str, Any] = {
        "sections": _JSON,
        "criteria": _JSON,
        "points": _JSON,
        "edited_at": _INSTANT,
        "opens_at": _INSTANT,
    }
    return sa.table(
        name,
        *(sa.column(column, kinds.get(column, sa.types.NullType())) for column in _COLUMNS[name].split()),
    )


_COLUMNS = {
    "seasons": "id opens_at",
    "categories": "id season_id slug name position form_design_id",
    "form_versions": "category_id number sections digest",
    "score_sets": "id category_id number comment_words design_id",
    "criteria": "score_set_id position key name help weight low high step points",
    "rounds": "score_set_id design_id",
    "form_designs": "id season_id key name sections edited_at version",
    "score_set_designs": "id season_id key name comment_words reason_for_extremes criteria edited_at version",
}
_POINTERS = (
    ("seasons", "opened_by_id", "users"),
    ("categories", "form_design_id", "form_designs"),
    ("score_sets", "design_id", "score_set_designs"),
    ("rounds", "design_id", "score_set_designs"),
    ("user_sessions", "viewing_season_id", "seasons"),
    ("user_sessions", "viewing_as_id", "users"),
    ("results_runs", "rule_card_id", "rule_cards"),
)
_INDEXED = (("categories", "form_design_id"), ("score_sets", "design_id"), ("rounds", "design_id"))


def _plain_columns() -> list[tuple[str, sa.Column[object]]]:
    return [
        ("programmes", sa.Column("words", _JSON, server_default="{}", nullable=False)),
        ("seasons", sa.Column("terms", sa.Text(), server_default="", nullable=False)),
        ("seasons", sa.Column("terms_changed_at", _INSTANT, nullable=True)),
        ("user_sessions", sa.Column("viewing_entry", sa.String(26), nullable=True)),
        ("seasons", sa.Column("chapters", _JSON, server_default="[]", nullable=False)),
        ("seasons", sa.Column("colours", _JSON, server_default="{}", nullable=False)),
        ("seasons", sa.Column("opened_at", _INSTANT, nullable=True)),
        ("seasons", sa.Column("rehearsing_since", _INSTANT, nullable=True)),
        (
            "score_sets",
            sa.Column("reason_for_extremes", sa.Boolean(), server_default=sa.false(), nullable=False),
        ),
        ("score_sets", sa.Column("reason", sa.Text(), nullable=True)),
        ("criteria", sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False)),
        ("criteria", sa.Column("floor", sa.String(40), nullable=True)),
        ("rounds", sa.Column("kind", sa.String(20), server_default="scorecard", nullable=False)),
        ("rounds", sa.Column("marks_shown", sa.String(20), server_default="own_in", nullable=False)),
        ("rounds", sa.Column("advance", _JSON, server_default="{}", nullable=False)),
        ("rounds", sa.Column("share", sa.Integer(), nullable=True)),
        ("run_lines", sa.Column("blend", _JSON, nullable=True)),
        ("entries", sa.Column("chapter", sa.String(80), server_default="", nullable=False)),
        ("entries", sa.Column("reached", sa.String(40), server_default="", nullable=False)),
        ("assignments", sa.Column("draft_notes", _JSON, server_default="{}", nullable=False)),
        ("assignments", sa.Column("notes", _JSON, server_default="{}", nullable=False)),
        ("assignments", sa.Column("asked_again_at", _INSTANT, nullable=True)),
    ]


def _design(name: str, *body: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        *body,
        sa.Column("edited_at", _INSTANT, nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f(f"fk_{name}_season_id")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["users.id"], name=op.f(f"fk_{name}_edited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("season_id", "key", name=op.f(f"uq_{name}_season_id_key")),
    )
