"""The page of roles says what the policy and the state table say, for every role and everything that can be done."""

import pytest
from html5lib import parse

from heroes.domain.entry_states import RULES, Act
from heroes.domain.permission_words import ACT_WORDS, DEED_WORDS
from heroes.domain.policy import DEEDS, Deed, may
from heroes.domain.roles import ROLE_WORDS, Role
from tests.counting import statements
from tests.world import World

PAGE = "/admin/small-2026/people/roles"
PEOPLE = [role for role in Role if role not in (Role.IMPORT, Role.SYSTEM)]


def cells(page: str) -> dict[str, dict[str, bool]]:
    """Row -> role's words -> yes or no, as the page's tables say it."""
    root = parse(page, namespaceHTMLElements=False)
    found = {}
    for table in root.iter("table"):
        heads = ["".join(th.itertext()) for th in table.iter("th") if th.get("scope") == "col"][1:]
        for row in table.iter("tr"):
            name = row.get("id")
            if name:
                said = [" ".join("".join(td.itertext()).split()) for td in row.iter("td")]
                assert set(said) <= {"yes", "– no", "–no"}
                found[name] = dict(zip(heads, (one == "yes" for one in said), strict=True))
    return found


def includes(role: Role) -> set[Role]:
    """A role with what it includes, said apart from the program."""
    more = {Role.OWNER: Role.ADMIN, Role.CHAIR: Role.JUDGE, Role.MANAGER: Role.MEMBER}
    return {role, more.get(role, role)}


def test_the_pages_cells_are_the_policy(lite_world: World) -> None:
    assert set(DEED_WORDS) == set(Deed) == set(DEEDS)
    assert set(ACT_WORDS) == set(Act)
    expected = {
        f"deeds-{deed.value}": {ROLE_WORDS[role]: may(deed, frozenset({role})) for role in PEOPLE}
        for deed in Deed
    } | {
        f"acts-{act.value}": {ROLE_WORDS[role]: bool(includes(role) & RULES[act].who) for role in PEOPLE}
        for act in Act
    }
    client = lite_world.client("audrey")
    with statements(lite_world) as sent:
        page = client.get(PAGE).get_data(as_text=True)
    assert cells(page) == expected
    assert len(sent) == 4


@pytest.mark.parametrize("role", PEOPLE)
def test_one_role_by_itself_lists_what_it_may(lite_world: World, role: Role) -> None:
    page = lite_world.client("adam").get(f"{PAGE}?role={role.value}").get_data(as_text=True)
    mine = {ACT_WORDS[act] for act in Act if includes(role) & RULES[act].who}
    mine |= {words for deed, words in DEED_WORDS.items() if may(deed, frozenset({role}))}
    listed = {
        "".join(strong.itertext())
        for item in parse(page, namespaceHTMLElements=False).iter("li")
        for strong in item.findall("strong")
    }
    assert listed == mine
