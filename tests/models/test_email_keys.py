"""Two spellings of an address meet in the database exactly where they do in Python, whichever database it is."""

import pytest

from heroes.domain.slugs import email_key
from heroes.models import User
from heroes.models.judge_pages import card_row
from heroes.services.standing import standing_for
from tests.judging import asked, change, elsewhere
from tests.world import World

COMPOSED, APART = "zo\u00e9@judges.example", "zoe\u0301@judges.example"


@pytest.mark.parametrize(
    ("own", "nominee", "same"),
    [
        ("jill@judges.example", "JILL@Judges.Example", True),
        (COMPOSED, COMPOSED, True),
        (COMPOSED, APART, True),
        (APART, COMPOSED.replace("zo", "ZO"), True),
        (COMPOSED, COMPOSED.replace("\u00e9", "\u00c9"), False),
        ("\u00e9va@judges.example", "\u00c9VA@judges.example", False),
        ("islam@judges.example", "I\u017flam@judges.example", False),
        ("istanbul@judges.example", "\u0130stanbul@judges.example", False),
        ("\u03c3@judges.example", "\u03a3@judges.example", False),
    ],
)
def test_a_judge_who_is_nominated_is_known_by_the_same_key_everywhere(
    world: World, own: str, nominee: str, same: bool
) -> None:
    entry = elsewhere(world)
    one = asked(world, entry, "jill")
    change(world, world.session.get_one(User, world.people["jill"]), email=own, email_key=email_key(own))
    change(world, entry, nominee_email=nominee)

    hidden = card_row(world.session, world.people["jill"], one.handle) is None

    world.session.refresh(entry)
    assert (hidden, standing_for(world.ctx("jill"), entry).conflicted) == (same, same)
