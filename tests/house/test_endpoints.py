"""Every endpoint declares who may use it, and a walk as every kind of person finds exactly those doors open."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from heroes.domain.roles import Role
from heroes.models.rooms import Rooms
from heroes.web.kit.access import Access, access_of
from heroes.web.kit.pipeline import allowed, check_every_endpoint_declares
from tests.world import World

WALKERS = ("stranger", "bob", "charlie", "jill", "audrey", "adam", "olive")
ROOMS = {
    "bob": {Access.SIGNED_IN, Access.ORGANISATION},
    "charlie": {Access.SIGNED_IN, Access.ORGANISATION},
    "jill": {Access.SIGNED_IN, Access.JUDGE},
    "audrey": {Access.SIGNED_IN, Access.STAFF},
    "adam": {Access.SIGNED_IN, Access.STAFF, Access.ADMIN},
    "olive": {Access.SIGNED_IN, Access.STAFF, Access.ADMIN, Access.OWNER},
    "stranger": set[Access](),
}


def rules(world: World) -> Iterator[Rule]:
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint not in ("static", "bootstrap.static"):
            yield rule


def address(rule: Rule) -> str:
    """The rule's address with something that does not exist, or the season that does, in its parameters."""
    known = {"season_slug": "small-2026", "category_slug": "frontline"}
    whole = re.sub(r"<int:\w+>", "7", rule.rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: known.get(m[1], "nothing"), whole)


def test_an_endpoint_that_declares_nothing_stops_the_start(lite_world: World) -> None:
    lite_world.app.view_functions["public.home"] = lambda: "open to whom?"

    with pytest.raises(RuntimeError, match=r"public\.home"):
        check_every_endpoint_declares(lite_world.app)


def test_every_kind_of_access_is_used_and_none_is_unknown(lite_world: World) -> None:
    used = {access_of(lite_world.app.view_functions[rule.endpoint]) for rule in rules(lite_world)}
    assert used <= set(Access)


@pytest.mark.parametrize("who", WALKERS)
def test_doors_that_are_not_somebodys_stay_shut(lite_world: World, who: str) -> None:
    """A stranger is sent to sign in; anybody else without the room gets the same 404 as for nothing at all."""
    client = lite_world.client(None if who == "stranger" else who)
    wrong = []
    for rule in rules(lite_world):
        access = access_of(lite_world.app.view_functions[rule.endpoint])
        if access is Access.EVERYBODY or access in ROOMS[who] or "GET" not in (rule.methods or ()):
            continue
        response = client.get(address(rule))
        expected = 302 if who == "stranger" else 404
        if response.status_code != expected:
            wrong.append((rule.rule, response.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", WALKERS)
def test_unsafe_methods_without_a_token_are_refused(lite_world: World, who: str) -> None:
    client = lite_world.client(None if who == "stranger" else who)
    accepted = []
    for rule in rules(lite_world):
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            response = client.open(address(rule), method=method)
            if response.status_code < 400:
                accepted.append((method, rule.rule, response.status_code))
    assert accepted == []


@pytest.mark.parametrize(
    ("access", "rooms", "answer"),
    [
        (Access.ORGANISATION, Rooms(), False),
        (Access.ORGANISATION, Rooms(organisations=frozenset({1})), True),
        (Access.JUDGE, Rooms(), False),
        (Access.JUDGE, Rooms(judge=True), True),
        (Access.STAFF, Rooms(staff=frozenset({Role.AUDITOR})), True),
        (Access.ADMIN, Rooms(staff=frozenset({Role.AUDITOR})), False),
        (Access.ADMIN, Rooms(staff=frozenset({Role.ADMIN})), True),
        (Access.ADMIN, Rooms(staff=frozenset({Role.OWNER})), True),
        (Access.OWNER, Rooms(staff=frozenset({Role.ADMIN})), False),
        (Access.OWNER, Rooms(staff=frozenset({Role.OWNER})), True),
        (Access.STAFF, Rooms(), False),
    ],
)
def test_the_outer_gate(access: Access, rooms: Rooms, answer: bool) -> None:
    assert allowed(access, rooms) is answer


def test_no_get_writes(lite_world: World) -> None:
    """Every GET runs in a transaction that cannot write; a view that tried would answer 503, and none does."""
    wrong = []
    for who in WALKERS:
        client = lite_world.client(None if who == "stranger" else who)
        for rule in rules(lite_world):
            if "GET" in (rule.methods or ()):
                response = client.get(address(rule))
                if response.status_code >= 500:
                    wrong.append((who, rule.rule, response.status_code))
    assert wrong == []
