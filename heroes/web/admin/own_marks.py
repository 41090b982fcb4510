"""The admin room: what somebody who judges as well must not read before their own scorecards are in."""

from collections.abc import Collection

from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.web.kit.pipeline import context, viewer


def rounds_to_judge_first() -> frozenset[int]:
    """The open rounds in which this person judges and must not see the others' marks yet: they show afterwards."""
    person = viewer()
    if person is None or not person.found.judge:
        return frozenset()
    return read.rounds_to_wait_for(current_session(), person.user.id, context().now)


def entries_to_judge_first(entry_ids: Collection[int]) -> frozenset[int]:
    """Those of these entries that are in such a round."""
    rounds = rounds_to_judge_first()
    return read.entries_in_rounds(current_session(), rounds, entry_ids) if rounds else frozenset()
