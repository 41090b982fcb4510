"""Assigning: never what must not be, as much as can be, as even as can be, as fitting as that allows."""

import random
import re
from collections import Counter
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroes.domain.assignment import Change, Pair, Plan, Shortfall, assign
from heroes.domain.assignment import liking as fine
from heroes.domain.assignment.links import bridges
from heroes.domain.digests import digest
from tests.assignment import Asked, a_problem, optimum, worth

problems = st.integers(0, 2**32).map(lambda seed: a_problem(random.Random(seed)))


def groups(pairs: list[Pair]) -> int:
    """Into how many parts the judges of these pairs fall, counted the slow way."""
    parts: list[set[tuple[str, str]]] = []
    for entry, judge in pairs:
        ends = {("entry", entry), ("judge", judge)}
        touched = [part for part in parts if part & ends]
        parts = [part for part in parts if not part & ends]
        parts.append(ends.union(*touched))
    return len(parts)


def evenness(asked: Asked, plan: Plan) -> tuple[float, ...]:
    """Everything that comes before affinity, which a plan reaches without looking at affinity."""
    return worth(asked, plan.pairs)[:3]


@pytest.mark.parametrize("block", range(10))
def test_five_hundred_small_problems_are_solved_as_well_as_can_be(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        asked = a_problem(random.Random(seed))
        plan, best = asked.plan(seed), optimum(asked)
        assert (seed, worth(asked, plan.pairs), plan.settled) == (seed, best, True)
        assert (seed, evenness(asked, asked.plan(seed, affinity=None))) == (seed, best[:3])


@pytest.mark.parametrize("seed", range(12))
def test_middling_problems_are_solved_as_well_as_can_be(seed: int) -> None:
    dice = random.Random(seed)
    entries, judges = [f"e{n}" for n in range(40)], [f"j{n}" for n in range(12)]
    pairs = [(e, j) for e in entries for j in judges]
    conflicts = {pair for pair in pairs if dice.random() < 0.2}
    asked = Asked(
        entries,
        judges,
        {e: dice.randint(1, 4) for e in entries},
        conflicts,
        {j: dice.randint(5, 12) for j in judges} if seed % 2 else {},
        {pair: dice.choice([0.1, 0.2, 0.25, 3.7, -1]) for pair in pairs},
        {pair for pair in pairs if pair not in conflicts and dice.random() < 0.05},
    )
    plan, best = asked.plan(seed), optimum(asked)
    assert evenness(asked, plan) == evenness(asked, asked.plan(seed, affinity=None)) == best[:3]
    assert plan.affinity == pytest.approx(best.affinity, abs=1e-9)


@given(problems, st.integers(0, 5), st.booleans())
def test_no_plan_assigns_a_conflict_exceeds_a_cap_or_falls_short_without_saying_so(
    asked: Asked, seed: int, plain: bool
) -> None:
    if plain:
        asked.affinity = {}
    plan = asked.plan(seed, affinity=None if plain else asked.affinity)
    assert len(set(plan.pairs)) == len(plan.pairs)
    assert not set(plan.pairs) & asked.conflicts
    assert plan.pairs == sorted(asked.existing) + plan.new
    assert plan.new == sorted(plan.new)
    assert {pair[0] for pair in plan.pairs} <= set(asked.entries)
    held = Counter(judge for _, judge in plan.pairs)
    assert plan.loads == {j: held[j] + asked.carried.get(j, 0) for j in asked.judges}
    grew = {judge for _, judge in plan.new}
    assert {j for j in grew if plan.loads[j] > asked.caps.get(j, 99)} == set()
    got = Counter(entry for entry, _ in plan.pairs)
    assert {s.entry: s.missing for s in plan.shortfalls} == {
        e: asked.wanted[e] - got[e] for e in asked.entries if asked.wanted[e] > got[e]
    }
    existed = Counter(entry for entry, _ in asked.existing)
    assert all(got[e] <= max(asked.wanted[e], existed[e]) for e in asked.entries)
    assert plan.affinity == sum(asked.affinity.get(pair, 0) for pair in plan.new)


@given(problems)
def test_every_shortfall_says_why_and_its_change_gives_one_review_more(asked: Asked) -> None:
    plan = asked.plan()
    for short in plan.shortfalls:
        free = {j for j in asked.judges if (short.entry, j) not in plan.pairs}
        barred = {j for j in free if (short.entry, j) in asked.conflicts}
        assert (set(short.barred), set(short.full)) == (barred, free - barred)
        assert all(plan.loads[j] >= asked.caps[j] for j in short.full)
        judge = short.change.judge
        changed: dict[str, Any] = {}
        if short.change.kind == "raise_cap":
            assert judge in short.full
            changed = {"caps": asked.caps | {judge: plan.loads[judge] + 1}}
        elif short.change.kind == "lift_conflict":
            assert not short.full
            changed = {"conflicts": asked.conflicts - {(short.entry, judge)}}
        else:
            assert judge is None
            asked.judges.append("a new one")
        more = len(asked.plan(**changed).new) - len(plan.new)
        assert more == 1 if judge else more >= 1
        asked.judges = [j for j in asked.judges if j != "a new one"]


@given(problems, st.booleans())
def test_links_join_all_judges_with_the_fewest_reviews(asked: Asked, plain: bool) -> None:
    plan = asked.plan(affinity=None if plain else asked.affinity)
    parts = groups(plan.pairs)
    assert plan.groups == parts
    able = {(e, j) for e in asked.entries for j in asked.judges} - asked.conflicts - set(plan.pairs)
    assert set(plan.links) <= able
    assert len(plan.links) == len(set(plan.links))
    assert groups(plan.pairs + plan.links) == parts - len(plan.links)
    if parts < 2:
        assert plan.links == []
    # Each link joins two parts, so none fewer would do; where parts remain, no allowed pair joins any two of them.
    known = {end for pair in plan.pairs for end in pair}
    for pair in able:
        if set(pair) <= known:
            assert groups([*plan.pairs, *plan.links, pair]) == groups(plan.pairs + plan.links)


@given(problems, st.randoms(use_true_random=False), st.integers(0, 3))
def test_a_plan_follows_from_its_seed_and_not_from_the_order_of_the_arguments(
    asked: Asked, dice: random.Random, seed: int
) -> None:
    def mixed(things: Any) -> list[Any]:
        return dice.sample(sorted(things), len(things))

    again = Asked(
        mixed(asked.entries),
        mixed(asked.judges),
        dict(mixed(asked.wanted.items())),
        set(mixed(asked.conflicts)),
        dict(mixed(asked.caps.items())),
        dict(mixed(asked.affinity.items())),
        set(mixed(asked.existing)),
        dict(mixed(asked.carried.items())),
    )
    plan = asked.plan(seed)
    assert (
        again.plan(seed, existing=mixed(asked.existing) * 2, conflicts=iter(mixed(asked.conflicts))) == plan
    )
    assert again.plan(seed, affinity=lambda e, j: asked.affinity.get((e, j), 0)) == plan


TWENTY, FIVE = [f"e{n}" for n in range(20)], [f"j{n}" for n in range(5)]


def test_another_seed_gives_another_plan() -> None:
    plans = {tuple(assign(TWENTY, FIVE, 2, seed=seed).pairs) for seed in (0, 1, "0", "deal")}
    assert len(plans) == 4


def test_a_plan_of_today_is_the_plan_of_ever_after() -> None:
    plan = assign(["a", "b", "c", "d"], ["x", "y", "z"], 2, seed=7)
    assert " ".join(entry + judge for entry, judge in plan.pairs) == "ay az bx by cx cy dx dz"


@pytest.mark.parametrize(
    "entries,judges,wanted",
    [([], [], 3), ([], FIVE, 3), (["a"], [], 0), (TWENTY, FIVE, 0), (TWENTY, FIVE, {})],
)
def test_nothing_to_do_is_an_empty_plan(entries: list[str], judges: list[str], wanted: Any) -> None:
    loads = dict.fromkeys(sorted(judges), 0)
    assert assign(entries, judges, wanted) == Plan([], [], loads, [], 0, [], 0.0, True)


def test_an_entry_without_a_panel_is_short_and_asks_for_somebody() -> None:
    assert assign(["a"], [], 2).shortfalls == [Shortfall("a", 2, (), (), Change("invite"))]


def test_a_shortage_is_shared_by_the_entries() -> None:
    plan = assign(TWENTY, FIVE, 3, caps=5)
    assert Counter(Counter(entry for entry, _ in plan.pairs).values()) == {1: 15, 2: 5}
    assert set(plan.loads.values()) == {5}
    assert {s.change.kind for s in plan.shortfalls} == {"raise_cap"}


def test_reviews_beyond_measure_are_a_shortfall_and_no_endless_work() -> None:
    plan = assign(["a", "b"], FIVE, {"a": 10**12, "b": 1})
    assert [(s.entry, s.missing, s.change.kind) for s in plan.shortfalls] == [("a", 10**12 - 5, "invite")]


def test_what_exists_is_kept_even_above_a_cap_and_gets_nothing_on_top() -> None:
    existing = [("a", "x"), ("b", "x"), ("gone", "x"), ("a", "left")]
    plan = assign(["a", "b", "c"], ["x", "y"], 1, existing=existing, caps={"x": 2}, carried={"y": 4})
    assert plan.pairs == [("a", "left"), ("a", "x"), ("b", "x"), ("gone", "x"), ("c", "y")]
    assert plan.loads == {"left": 1, "x": 3, "y": 5}
    assert plan.shortfalls == []


def test_what_is_carried_from_elsewhere_counts_for_evenness_and_caps() -> None:
    plan = assign(TWENTY, ["x", "y"], 1, carried={"x": 10, "stranger": 3})
    assert plan.loads == {"x": 15, "y": 15}
    assert assign(TWENTY, ["x", "y"], 1, carried={"x": 10}, caps={"x": 8}).loads == {"x": 10, "y": 20}


def test_scarce_judges_are_kept_for_the_entries_that_have_no_others() -> None:
    conflicts = {(e, j) for e in TWENTY[:5] for j in FIVE[1:]}
    plan = assign(TWENTY[:10], FIVE, 1, conflicts=conflicts, caps=5)
    assert {e for e, j in plan.pairs if j == "j0"} == set(TWENTY[:5])


def test_affinity_never_costs_a_review_or_evenness() -> None:
    plan = assign(TWENTY, FIVE, 2, affinity=lambda _, judge: 1e9 if judge == "j0" else -1e-9)
    assert set(plan.loads.values()) == {8}


def test_swaps_join_groups_when_they_cost_nothing() -> None:
    apart = {("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1, ("b", "y"): 1}
    apart |= {("c", "z"): 1, ("c", "w"): 1, ("d", "z"): 1, ("d", "w"): 1}
    people = ["x", "y", "z", "w"]
    liked = assign(["a", "b", "c", "d"], people, 2, affinity=apart)
    assert (liked.affinity, groups(liked.pairs), len(liked.links)) == (8, 2, 1)
    for seed in range(30):
        for affinity in (None, lambda *_: 1.5, lambda entry, judge: ord(entry) + 3 * ord(judge)):
            plan = assign(["a", "b", "c", "d"], people, 2, seed=seed, affinity=affinity)
            assert (groups(plan.pairs), plan.links, set(plan.loads.values())) == (1, [], {2})


def test_no_swap_joins_groups_by_a_conflict() -> None:
    conflicts = {(e, j) for e, j in product("abcd", "xyzw") if (e in "ab") != (j in "xy")}
    for seed in range(10):
        kept = assign("a b c d".split(), "x y z w".split(), 2, conflicts=conflicts, seed=seed)
        assert (kept.groups, kept.links) == (2, [])
        # One pair across is allowed, which no swap can use alone, but a link can.
        one = assign("a b c d".split(), "x y z w".split(), 2, conflicts=conflicts - {("a", "z")}, seed=seed)
        assert (one.groups, one.links, groups(one.pairs)) == (2, [("a", "z")], 2)
        two = conflicts - {("a", "z"), ("c", "y")}
        swapped = assign("a b c d".split(), "x y z w".split(), 2, conflicts=two, seed=seed)
        assert (swapped.groups, swapped.links) == (1, [])
        assert not set(swapped.pairs) & two
        assert set(swapped.pairs) >= {("a", "z"), ("c", "y")}


def test_panels_that_conflict_with_each_others_entries_have_no_links() -> None:
    conflicts = {(e, j) for e, j in (("a", "y"), ("b", "x"))}
    plan = assign(["a", "b"], ["x", "y"], 1, conflicts=conflicts)
    assert (plan.pairs, plan.links) == ([("a", "x"), ("b", "y")], [])


def test_a_link_goes_to_a_judge_with_room_where_there_is_one() -> None:
    existing = [("a", "x"), ("b", "y"), ("b", "z")]
    assert assign(["a", "b"], ["x", "y", "z"], 0, existing=existing, caps={"x": 1, "y": 1}).links == [
        ("a", "z")
    ]
    full = assign(["a", "b"], ["x", "y", "z"], 0, existing=existing, caps=1)
    assert len(full.links) == 1


def test_a_link_goes_to_the_lightest_judge_with_room() -> None:
    existing = [("a", "x"), ("b", "y"), ("b", "z"), ("c", "y")]
    for seed in range(10):
        plan = assign(["a", "b", "c"], ["x", "y", "z"], 0, existing=existing, caps={"x": 1}, seed=seed)
        assert plan.links == [("a", "z")]


def test_joining_stops_when_its_tries_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = (["a", "b", "c", "d"], ["x", "y", "z", "w"], 2)
    monkeypatch.setattr("heroes.domain.assignment.links.TRIES", 0)
    for affinity in (None, lambda *_: 1.5):
        monkeypatch.setattr("heroes.domain.assignment.links.TRIES", 0)
        apart = [s for s in range(30) if assign(*arguments, seed=s, affinity=affinity).groups == 2]
        assert apart
        monkeypatch.setattr("heroes.domain.assignment.links.TRIES", 1)
        assert {assign(*arguments, seed=s, affinity=affinity).groups for s in apart} == {1}


@pytest.mark.parametrize(
    "change,words",
    [
        (Change("raise_cap", "jill"), "Let Jill Judge take one more entry."),
        (Change("lift_conflict", "jack"), "Lift the conflict with jack."),
        (Change("invite"), "Invite one more judge who has no conflict with it."),
    ],
)
def test_a_change_has_words(change: Change, words: str) -> None:
    assert change.words({"jill": "Jill Judge"}) == words
    assert Change("raise_cap", "jill").words() == "Let jill take one more entry."


def test_a_large_plan_is_fair_and_fits_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heroes.domain.assignment.solving.SMALL", 1000)
    entries, judges = [f"e{n}" for n in range(400)], [f"j{n}" for n in range(40)]
    conflicts = {(f"e{n}", f"j{n * 7 % 40}") for n in range(400)}

    def kind(entry: str, judge: str) -> float:
        return float(int(entry[1:]) % 4 == int(judge[1:]) % 4)

    plan = assign(entries, judges, 3, conflicts=conflicts, affinity=kind, seed=1)
    assert set(plan.loads.values()) == {30}
    assert not set(plan.pairs) & conflicts
    assert not plan.settled
    # Every review could be one that fits; a blind deal gets a quarter of them.
    assert plan.affinity >= 1100


def test_a_plan_that_ran_out_of_steps_says_so_and_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fine, "STEPS", 0)
    asked = a_problem(random.Random(3))
    plan = asked.plan()
    assert not plan.settled
    assert evenness(asked, plan) == optimum(asked)[:3]


def test_tiny_and_huge_affinities_are_told_apart_from_nothing() -> None:
    tiny = assign(["a", "b"], ["x", "y"], 1, affinity={("a", "x"): 1e-300, ("b", "y"): 1e-300})
    assert tiny.pairs == [("a", "x"), ("b", "y")]
    huge = assign(["a", "b"], ["x", "y"], 1, affinity={("a", "y"): 1e300, ("b", "x"): 1})
    assert huge.pairs == [("a", "y"), ("b", "x")]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"reviews_per_entry": -1}, "reviews_per_entry: -1 for 'every entry'"),
    ({"reviews_per_entry": True}, "reviews_per_entry: True for 'every entry'"),
    ({"reviews_per_entry": 1.5}, "reviews_per_entry: 1.5 for 'every entry'"),
    ({"reviews_per_entry": {"a": -1}}, "reviews_per_entry: -1 for 'a'"),
    ({"reviews_per_entry": {"z": 1}}, "reviews_per_entry: 'z' is not among the entries"),
    ({"caps": -1}, "caps: -1 for 'every judge'"),
    ({"caps": {"x": False}}, "caps: False for 'x'"),
    ({"carried": {"x": "2"}}, "carried: '2' for 'x'"),
    ({"affinity": {("a", "x"): float("nan")}}, "affinity: nan for ('a', 'x')"),
    ({"affinity": {("a", "x"): True}}, "affinity: True for ('a', 'x')"),
    ({"affinity": lambda *_: float("inf")}, "affinity: inf for ("),
    ({"affinity": lambda *_: "much"}, "affinity: 'much' for ("),
    ({"affinity": 3}, "affinity: 3 is neither"),
    (
        {"existing": [("a", "x")], "conflicts": [("a", "x"), ("b", "x")]},
        "existing: ('a', 'x') is in conflict",
    ),
    ({"existing": ["ax"]}, "existing: 'ax' is not an (entry, judge) pair"),
    ({"conflicts": ["ax"]}, "conflicts: 'ax' is not an (entry, judge) pair"),
    ({"conflicts": [("a", 1)]}, "conflicts: ('a', 1) is not an (entry, judge) pair"),
    ({"conflicts": [("a", [])]}, "conflicts: ('a', []) is not an (entry, judge) pair"),
    ({"conflicts": [("a", "x", "y")]}, "conflicts: ('a', 'x', 'y') is not an (entry, judge) pair"),
    ({"entries": "ab"}, "entries: 'ab' is one text"),
    ({"judges": [1]}, "judges: 1 is not a text"),
]


@pytest.mark.parametrize("wrong,sentence", WRONG)
def test_what_is_wrong_is_named(wrong: dict[str, Any], sentence: str) -> None:
    given: dict[str, Any] = {"entries": ["a", "b"], "judges": ["x", "y"], "reviews_per_entry": 1}
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        assign(**given | wrong)


def test_what_only_rules_mention_says_nothing() -> None:
    plain = assign(["a", "b"], ["x", "y"], 1)
    noisy = assign(
        ["a", "b", "a"],
        ["x", "y"],
        1,
        conflicts=[("z", "x"), ["a", "q"]],  # type: ignore[list-item]
        caps={"q": 0},
        carried={"q": 9},
        affinity={("z", "q"): 5},
    )
    assert noisy.pairs == plain.pairs
    assert noisy.loads == plain.loads


def test_separate_pairs_are_joined_by_one_link_less_than_there_are() -> None:
    separate = [(f"e{n}", f"j{n}") for n in range(4)]
    plan = assign([f"e{n}" for n in range(4)], [f"j{n}" for n in range(4)], 1, existing=separate)
    assert len(plan.links) == 3
    assert all(groups(separate + list(some)) > 1 for some in combinations(plan.links, 2))


def fingerprint(plan: Plan) -> str:
    return digest([list(pair) for pair in plan.pairs])[:12]


def test_larger_plans_of_today_are_the_plans_of_ever_after_too(monkeypatch: pytest.MonkeyPatch) -> None:
    entries, judges = [f"e{n}" for n in range(120)], [f"j{n}" for n in range(15)]
    conflicts = {(f"e{n}", f"j{n * 7 % 15}") for n in range(0, 120, 2)}
    rules: dict[str, Any] = {"conflicts": conflicts, "carried": {"j3": 9, "j4": 2}, "seed": 5}

    def liking(entry: str, judge: str) -> float:
        return float((int(entry[1:]) * 31 + int(judge[1:]) * 17) % 10) / 10

    plain = assign(entries, judges, 3, **rules)
    tight = assign(entries, judges, 3, caps=20, **rules)
    small = assign(entries, judges, 3, affinity=liking, **rules)
    monkeypatch.setattr("heroes.domain.assignment.solving.SMALL", 1000)
    large = assign(entries, judges, 3, affinity=liking, **rules)
    assert [fingerprint(plan) for plan in (plain, tight, small, large)] == [
        "5763d06488c1",
        "9a8fc192c016",
        "09f1c0ab6082",
        "c3fc73b50658",
    ]
    assert (small.settled, large.settled) == (True, False)
    assert 0.95 * small.affinity < large.affinity <= small.affinity


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=14).map(sorted))
def test_bridges_are_the_pairs_whose_loss_parts_a_group(edges: list[tuple[int, int]]) -> None:
    def parts(left: list[tuple[int, int]]) -> int:
        nodes = {(f"e{entry}", f"j{judge}") for entry, judge in left}
        alone = {end for e, j in edges for end in (f"e{e}", f"j{j}")} - {
            end for pair in nodes for end in pair
        }
        return groups(sorted(nodes)) + len(alone)

    whole = parts(edges)
    assert bridges(edges) == {edge for edge in edges if parts([e for e in edges if e != edge]) > whole}
