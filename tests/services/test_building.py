"""The frame of every change to a set-up: what somebody else changed meanwhile is said, and nothing of it is lost."""

import pytest
from sqlalchemy import update

from heroes.models import Season
from heroes.services.building import edit
from heroes.services.refusals import Faster
from tests.world import World


def test_a_row_that_changed_between_reading_and_writing_is_somebody_who_was_faster(world: World) -> None:
    ctx = world.ctx("adam")

    def change() -> None:
        with edit(ctx, "small-2026") as season:
            # As another connection would leave it behind this one's back.
            changed = update(Season).values(version=Season.version + 1, welcome="Theirs.")
            ctx.session.execute(changed.execution_options(synchronize_session=False))
            season.welcome = "Mine."

    with pytest.raises(Faster):
        change()
    assert world.season().welcome == "Tell us who picked up."
