"""What lists sort by and pages add up is kept: scorecards in on the entry, and each round's totals"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KINDS = {"admitted": "COUNT(*)", "cards_asked": "SUM(cards_asked)", "cards_in": "SUM(cards_in)"}


def upgrade() -> None:
    """Add the column and the indexes, and count what is there."""
    op.add_column("entries", sa.Column("cards_in", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_entries_title", "entries", ["season_id", "title", "id"])
    op.create_index("ix_entries_fewest", "entries", ["season_id", "cards_in", "id"])
    op.execute(
        "UPDATE entries SET cards_in = (SELECT r.cards_in FROM round_entries r"
        " WHERE r.entry_id = entries.id AND r.round_id = entries.round_id)"
        " WHERE EXISTS (SELECT 1 FROM round_entries r"
        " WHERE r.entry_id = entries.id AND r.round_id = entries.round_id)"
    )
    for kind, counted in _KINDS.items():
        op.execute(
            "INSERT INTO tallies (category_id, kind, value, season_id, count)"  # noqa: S608 (our own words)
            f" SELECT c.id, '{kind}', CAST(r.id AS VARCHAR(20)), c.season_id, {counted}"
            " FROM round_entries e JOIN rounds r ON r.id = e.round_id JOIN categories c ON c.id = r.category_id"
            " GROUP BY c.id, r.id, c.season_id"
        )


def downgrade() -> None:
    """Forget them."""
    op.execute("DELETE FROM tallies WHERE kind IN ('admitted', 'cards_asked', 'cards_in')")
    op.drop_index("ix_entries_fewest", "entries")
    op.drop_index("ix_entries_title", "entries")
    # Not in a batch: that would make the table anew under everything that points to it.
    op.drop_column("entries", "cards_in")
