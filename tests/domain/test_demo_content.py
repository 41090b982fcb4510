"""The demo season's texts: whole, within their limits, and with exactly the stories that the demo tells."""

import re
import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import check, parse_form
from heroes.domain.slugs import FIXED_ROUTES, FIXED_SEASON_ROUTES, slug_error

SEASONS = Path(__file__).resolve().parents[2] / "heroes" / "seasons"
DEMO = SEASONS / "demo"

COUNTS = {
    "frontline-hero": 16,
    "vulnerable-customer-champion": 7,
    "team-leader": 7,
    "newcomer": 6,
    "complaints-team": 6,
    "behind-the-scenes": 7,
    "responsible-technology": 2,
    "great-place-to-work": 5,
    "service-organisation": 6,
}
WRITTEN_ONLY = {"frontline-hero", "vulnerable-customer-champion", "newcomer"}
RELATIONS = {
    "Their manager",
    "A colleague",
    "A customer",
    "Somebody they lead",
    "Part of the team",
    "Part of the organisation",
    "Somebody else in the organisation",
}
ENTRY_KEYS = {
    "key",
    "nominee",
    "nominee_role",
    "organisation",
    "nominee_email",
    "nominator",
    "nominator_email",
    "relation",
    "surprise",
    "via",
    "quality",
    "arrival",
    "answers",
}
OPTIONAL_ENTRY_KEYS = {"final_quality", "state", "message", "reason", "full", "tie", "leak"}
BANNED = ("extra mile", "above and beyond", "rejected", "passionate about", "world-class", "second to none")
GENERIC = {"National", "Second"}  # first words of organisations that may stand in anybody's sentence


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


SEASON = read(SEASONS / "customer-service-heroes.toml")
PEOPLE = read(DEMO / "people.toml")
ORGANISATIONS = {o["key"]: o for o in read(DEMO / "organisations.toml")["organisation"]}
CATEGORIES = {c["slug"]: c for c in SEASON["category"]}
FORMS = {f["key"]: parse_form(f["section"]) for f in SEASON["form"]}
BY_CATEGORY = {slug: read(DEMO / "entries" / f"{slug}.toml")["entry"] for slug in CATEGORIES}
ENTRIES = [(slug, entry) for slug, entries in BY_CATEGORY.items() for entry in entries]
SENT = [(slug, entry) for slug, entry in ENTRIES if entry.get("state") != "draft"]
STANDING = {entry["key"]: (slug, entry) for slug, entry in ENTRIES if "state" not in entry}
COMMENTS = read(DEMO / "comments.toml")
SAID = [(key, comment) for key, comments in COMMENTS.items() for comment in comments]


def written(slug: str, entry: dict[str, Any], *, seen_by_judges: bool = False) -> dict[str, str]:
    """The long and short answers of an entry; for a judge, without the identifying ones."""
    form = FORMS[CATEGORIES[slug]["form"]]
    return {
        q.key: entry["answers"][q.key]
        for q in form.questions
        if q.kind in ("short", "long")
        and q.key in entry["answers"]
        and not (seen_by_judges and q.identifying)
    }


def words(slug: str, entry: dict[str, Any]) -> int:
    return sum(len(text.split()) for text in written(slug, entry).values())


def every_string(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [s for v in value.values() for s in every_string(v)]
    if isinstance(value, list):
        return [s for v in value for s in every_string(v)]
    return [value] if isinstance(value, str) else []


# ---- the season


def test_season_has_the_nine_categories_in_order() -> None:
    assert list(CATEGORIES) == list(COUNTS)
    assert SEASON["format"] == 1


def test_slugs_are_free_addresses() -> None:
    assert slug_error(SEASON["season"]["slug"], FIXED_ROUTES) is None
    assert {slug: slug_error(slug, FIXED_SEASON_ROUTES) for slug in CATEGORIES} == dict.fromkeys(CATEGORIES)


def test_weights_of_each_category_sum_to_100() -> None:
    sums = {slug: sum(c["weight"] for c in category["criterion"]) for slug, category in CATEGORIES.items()}
    assert sums == dict.fromkeys(COUNTS, 100)


def test_every_criterion_says_what_to_look_for_in_one_sentence() -> None:
    scales = {scale["key"] for scale in SEASON["scale"]}
    for slug, category in CATEGORIES.items():
        assert len({c["key"] for c in category["criterion"]}) == len(category["criterion"]), slug
        for criterion in category["criterion"]:
            assert re.fullmatch(r"[a-z_]+", criterion["key"])
            assert re.fullmatch(r"[^.?]+[.?]", criterion["help"]), (slug, criterion["key"])
            assert criterion["scale"] in scales


def test_scale_has_one_word_for_each_mark() -> None:
    (scale,) = SEASON["scale"]
    covered = [mark for point in scale["points"] for mark in range(point["from"], point["to"] + 1)]
    assert covered == list(range(scale["low"], scale["high"] + 1))
    assert len({point["word"] for point in scale["points"]}) == len(scale["points"])


def test_rounds_and_panels() -> None:
    panels = [panel["key"] for panel in SEASON["panel"]]
    assert len(panels) == len(set(panels)) == 6
    assert {r["panel"] for c in CATEGORIES.values() for r in c["round"]} == set(panels)
    for slug, category in CATEGORIES.items():
        expected = ["written"] if slug in WRITTEN_ONLY else ["written", "final"]
        assert [r["slug"] for r in category["round"]] == expected
        assert {r["slug"]: (f"{r['opens']:%m-%d}", f"{r['closes']:%m-%d}") for r in category["round"]} == {
            name: {"written": ("06-11", "07-01"), "final": ("09-07", "09-18")}[name] for name in expected
        }
        assert category["round"][0]["blind"] == (category["kind"] != "organisation")
        assert category["form"] == ("hero" if category["kind"] == "person" else "organisation")


def test_outcome_rules_can_be_used() -> None:
    for category in CATEGORIES.values():
        rule = parse_outcome_rule(category["outcome"])
        assert (rule.shortlist_places, rule.shortlist_at_least, rule.minimum_field) == (6, 65, 3)
        assert rule.places["winner"] == 1


def test_dates_stand_in_order() -> None:
    season = SEASON["season"]
    names = ("opens", "closes", "judging_starts", "shortlist_release", "outcome_release")
    instants = [season[name] for name in names]
    assert instants == sorted(set(instants))
    milestones = [m["at"] for m in SEASON["milestone"]]
    assert milestones == sorted(set(milestones))
    assert set(instants) <= set(milestones)


def test_each_form_ends_with_a_consent_and_publishes_one_answer() -> None:
    for form in FORMS.values():
        assert form.questions[-1].kind == "consent"
        assert [q.key for q in form.questions if q.public] == ["summary"]
        assert {q.key for q in form.questions if q.required and q.identifying} >= {"summary"}


def test_texts_of_the_season_repeat_no_date() -> None:
    """The demo moves every instant; a date in a sentence would stay behind."""
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    dated = re.compile(rf"\b\d{{1,2}} (?:{months})\b|\b(?:in|until|since|of) (?:{months})\b")
    texts = every_string(SEASON) + [j["note"] for j in PEOPLE["judge"]]
    assert [text for text in texts if dated.search(text)] == []


# ---- people and organisations


def test_organisations() -> None:
    listed = read(DEMO / "organisations.toml")["organisation"]
    assert len(listed) == len(ORGANISATIONS) == len({o["name"] for o in listed}) == 24
    assert {o["sector"] for o in listed} == set(SEASON["programme"]["sectors"])
    assert sum(o.get("workspace", False) for o in listed) == 6


def test_judges_sit_on_panels_with_one_chair_each() -> None:
    judges = PEOPLE["judge"]
    panels = {panel["key"] for panel in SEASON["panel"]}
    assert len(judges) == len({j["key"] for j in judges}) == len({j["email"] for j in judges}) == 24
    assert Counter(j["panel"] for j in judges if j.get("chair")) == dict.fromkeys(panels, 1)
    assert {j["employer"] for j in judges if "employer" in j} <= set(ORGANISATIONS)
    temperaments = Counter(j["temperament"] for j in judges)
    assert set(temperaments) == {"steady", "harsh", "lenient", "late", "dropout", "wavering"}
    assert (temperaments["harsh"], temperaments["late"], temperaments["dropout"]) == (1, 1, 1)
    assert temperaments["steady"] > len(judges) / 2
    assert [j["panel"] for j in judges if j["temperament"] == "harsh"] == ["frontline"]


def test_enough_judges_are_left_for_every_entry() -> None:
    """Without the drop-out and without an employer's own entries, each round still has its quorum."""
    for slug, entry in ENTRIES:
        for one in CATEGORIES[slug]["round"]:
            free = [
                j
                for j in PEOPLE["judge"]
                if j["panel"] == one["panel"]
                and j["temperament"] != "dropout"
                and j.get("employer") != entry["organisation"]
            ]
            assert len(free) >= one["quorum"], (entry["key"], one["slug"])


def test_staff_and_members() -> None:
    assert Counter(s["role"] for s in PEOPLE["staff"]) == {"owner": 1, "admin": 2, "auditor": 1}
    workspaces = {key for key, o in ORGANISATIONS.items() if o.get("workspace")}
    assert {m["organisation"] for m in PEOPLE["member"]} == workspaces
    assert {m["organisation"] for m in PEOPLE["member"] if m["role"] == "manager"} == workspaces
    assert {m["role"] for m in PEOPLE["member"]} == {"manager", "member"}
    assert max(Counter(m["organisation"] for m in PEOPLE["member"]).values()) >= 2


def test_every_address_is_an_example() -> None:
    domains = [
        domain
        for data in (SEASON, PEOPLE, BY_CATEGORY)
        for text in every_string(data)
        for domain in re.findall(r"@([\w.-]+\w)", text)
    ]
    assert len(domains) > 150
    assert [domain for domain in domains if not domain.endswith(".example")] == []


# ---- entries


def test_numbers_of_entries() -> None:
    assert {slug: len(entries) for slug, entries in BY_CATEGORY.items()} == COUNTS
    assert {p.stem for p in (DEMO / "entries").iterdir()} == set(COUNTS)
    assert len({entry["key"] for _, entry in ENTRIES}) == len(ENTRIES)


def test_entries_have_their_fields_and_no_others() -> None:
    for _, entry in ENTRIES:
        assert set(entry) - OPTIONAL_ENTRY_KEYS == ENTRY_KEYS, entry["key"]
        assert entry["relation"] in RELATIONS
        assert 3.5 <= entry["quality"] <= 9.5
        assert 0 <= entry["arrival"] <= 1


def test_final_quality_only_where_there_is_a_final() -> None:
    assert {slug for slug, entry in ENTRIES if "final_quality" in entry}.isdisjoint(WRITTEN_ONLY)


def test_keys_resolve() -> None:
    members = {(m["email"], m["name"], m["organisation"]) for m in PEOPLE["member"]}
    for slug, entry in ENTRIES:
        assert entry["organisation"] in ORGANISATIONS
        asked = {q.key for q in FORMS[CATEGORIES[slug]["form"]].questions}
        assert set(entry["answers"]) <= asked, entry["key"]
        assert entry["via"] in ("public", "organisation")
        if entry["via"] == "organisation":
            entrant = (entry["nominator_email"], entry["nominator"], entry["organisation"])
            assert entrant in members, entry["key"]


def test_nobody_nominates_themselves() -> None:
    assert [e["key"] for _, e in ENTRIES if e["nominee_email"] == e["nominator_email"]] == []


def test_one_entry_per_organisation_in_team_and_organisation_categories() -> None:
    for slug, entries in BY_CATEGORY.items():
        if CATEGORIES[slug]["kind"] != "person":
            assert len({e["organisation"] for e in entries}) == len(entries), slug


@pytest.mark.parametrize("slug, entry", SENT, ids=[entry["key"] for _, entry in SENT])
def test_sent_entries_are_complete_and_within_their_limits(slug: str, entry: dict[str, Any]) -> None:
    assert check(FORMS[CATEGORIES[slug]["form"]], entry["answers"]) == {}


def test_word_limits_are_kept() -> None:
    for slug, entry in ENTRIES:
        limits = {q.key: q.words for q in FORMS[CATEGORIES[slug]["form"]].questions}
        for key, text in written(slug, entry).items():
            limit = limits[key]
            assert limit is not None
            assert len(text.split()) <= limit, (entry["key"], key)


def test_drafts_are_half_filled() -> None:
    for slug, entry in ENTRIES:
        if entry.get("state") == "draft":
            assert written(slug, entry)
            assert check(FORMS[CATEGORIES[slug]["form"]], entry["answers"]) != {}, entry["key"]


def test_fifteen_are_told_in_full_and_the_others_briefly() -> None:
    full = {entry["key"]: words(slug, entry) for slug, entry in ENTRIES if entry.get("full")}
    brief = {entry["key"]: words(slug, entry) for slug, entry in SENT if not entry.get("full")}
    assert len(full) == 15
    assert {key: n for key, n in full.items() if n < 300} == {}
    assert {key: n for key, n in brief.items() if not 80 <= n <= 240} == {}


def test_no_two_answers_are_equal_and_no_two_begin_alike() -> None:
    form_words = {"approver", "site", "hide"}
    answers = [
        (entry["key"], key, text)
        for slug, entry in ENTRIES
        for key, text in written(slug, entry).items()
        if key not in form_words
    ]
    assert len({text.casefold() for _, _, text in answers}) == len(answers)
    openings = Counter(" ".join(re.findall(r"\w+", text.casefold())[:5]) for _, _, text in answers)
    assert [opening for opening, n in openings.items() if n > 1] == []


def test_no_two_answers_share_a_long_run_of_words() -> None:
    runs: dict[tuple[str, ...], str] = {}
    for slug, entry in ENTRIES:
        for key, text in written(slug, entry).items():
            if key in ("approver", "site"):
                continue
            found = re.findall(r"\w+", text.casefold())
            for start in range(len(found) - 7):
                run = tuple(found[start : start + 8])
                assert runs.setdefault(run, entry["key"]) == entry["key"], (entry["key"], " ".join(run))


def test_texts_keep_to_the_voice() -> None:
    texts = [
        text.casefold() for data in (SEASON, PEOPLE, BY_CATEGORY, COMMENTS) for text in every_string(data)
    ]
    assert [(word, text) for text, word in ((t, b) for t in texts for b in BANNED) if word in text] == []


def test_most_arrive_at_the_end() -> None:
    late = sum(entry["arrival"] >= 0.9 for _, entry in ENTRIES) / len(ENTRIES)
    assert 0.42 <= late <= 0.48


# ---- the planted stories, and no others


def test_states() -> None:
    states = {entry["key"]: entry["state"] for _, entry in ENTRIES if "state" in entry}
    assert states == {
        "grace-adeyemi": "withdrawn",
        "shanthi-selvarajah": "returned",
        "louise-tattersall": "ineligible",
        "reece-halliday": "draft",
        "callum-drysdale": "draft",
        "hartsedge-data-desk": "draft",
        "fernhill-workplace": "draft",
    }
    assert {e["key"] for _, e in ENTRIES if "message" in e} == {"shanthi-selvarajah"}
    assert {e["key"] for _, e in ENTRIES if "reason" in e} == {"louise-tattersall"}


def test_two_frontline_heroes_tie() -> None:
    tied = [(slug, e["key"], e["tie"], e["quality"]) for slug, e in ENTRIES if "tie" in e]
    assert tied == [
        ("frontline-hero", "jo-mcallister", "a", 7.7),
        ("frontline-hero", "tomasz-wieczorek", "a", 7.7),
    ]


def test_sixth_place_in_frontline_hero_is_close_and_no_other_pair_ties_there() -> None:
    judged = [e for e in BY_CATEGORY["frontline-hero"] if "state" not in e]
    by_quality = sorted((e["quality"] for e in judged), reverse=True)
    assert by_quality[5] - by_quality[8] < 0.4
    assert by_quality[8] > 6.5
    equal = [{a["key"], b["key"]} for a, b in combinations(judged, 2) if a["quality"] == b["quality"]]
    assert equal == [{"jo-mcallister", "tomasz-wieczorek"}]


def test_one_category_is_below_its_smallest_field() -> None:
    eligible = Counter(
        slug for slug, e in ENTRIES if e.get("state") not in ("draft", "withdrawn", "ineligible")
    )
    below = {slug for slug, c in CATEGORIES.items() if eligible[slug] < c["outcome"]["minimum_field"]}
    assert below == {"responsible-technology"}
    assert eligible["responsible-technology"] == 2


def test_exactly_three_blind_entries_name_somebody() -> None:
    found = {}
    for slug, entry in ENTRIES:
        if not CATEGORIES[slug]["round"][0]["blind"]:
            continue
        text = "\n".join(written(slug, entry, seen_by_judges=True).values())
        organisation = ORGANISATIONS[entry["organisation"]]["name"]
        names = {organisation, entry["nominee"], *organisation.split()[:1]} - GENERIC
        if CATEGORIES[slug]["kind"] == "person":
            names |= set(re.findall(r"\w{3,}", entry["nominee"]))
        leaks = {name for name in names if re.search(rf"\b{re.escape(name)}\b", text)}
        if leaks:
            found[entry["key"]] = leaks
    planted = {entry["key"]: {entry["leak"]} for _, entry in ENTRIES if "leak" in entry}
    assert len(planted) == 3
    assert found == planted


# ---- what the judges say


def blind(slug: str) -> bool:
    return bool(CATEGORIES[slug]["round"][0]["blind"])


def test_every_standing_entry_has_comments_and_no_other_key_has() -> None:
    """Drafts and the withdrawn, ineligible or returned are not judged, so nobody comments on them."""
    assert set(COMMENTS) == set(STANDING)
    assert {key: len(said) for key, said in COMMENTS.items() if len(said) not in (2, 3)} == {}


def test_comments_have_fifteen_to_sixty_words() -> None:
    assert {c: len(c.split()) for _, c in SAID if not 15 <= len(c.split()) <= 60} == {}


def test_comments_are_plain_sentences() -> None:
    assert [c for _, c in SAID if "!" in c or c != " ".join(c.split()) or c[-1] not in ".?"] == []


def test_no_two_comments_are_equal_begin_alike_or_share_a_turn_of_phrase() -> None:
    assert len({c.casefold() for _, c in SAID}) == len(SAID)
    found = [re.findall(r"\w+", c.casefold()) for _, c in SAID]
    openings = Counter(tuple(one[:4]) for one in found)
    runs = Counter(run for one in found for run in {tuple(one[i : i + 6]) for i in range(len(one) - 5)})
    assert [" ".join(run) for counted in (openings, runs) for run, n in counted.items() if n > 1] == []


def test_figures_in_comments_stand_in_what_the_judge_could_read() -> None:
    """A share is written "in 100" even where the entry says "in a hundred"."""
    figure = re.compile(r"\d+(?:[.,:]\d+)*")
    strangers = {}
    for key, comment in SAID:
        slug, entry = STANDING[key]
        read_by_judge = "\n".join(written(slug, entry, seen_by_judges=blind(slug)).values())
        if unknown := set(figure.findall(comment)) - set(figure.findall(read_by_judge)) - {"100"}:
            strangers[comment] = unknown
    assert strangers == {}


def test_comments_in_blind_categories_name_no_nominee_and_no_organisation() -> None:
    """Not their own, and nobody else's either; a team's name counts in any case, a person's by each part."""
    names = {name for o in ORGANISATIONS.values() for name in (o["name"], o["name"].split()[0])} - GENERIC
    teams = set()
    for slug, entry in ENTRIES:
        if CATEGORIES[slug]["kind"] == "person":
            names |= {entry["nominee"], *re.findall(r"\w{3,}", entry["nominee"])}
        elif CATEGORIES[slug]["kind"] == "team":
            teams.add(entry["nominee"].casefold())
    named = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names)))
    heard = [(key, comment) for key, comment in SAID if blind(STANDING[key][0])]
    assert len(heard) > 100
    assert [(key, hit) for key, comment in heard for hit in named.findall(comment)] == []
    assert [(key, team) for key, comment in heard for team in teams if team in comment.casefold()] == []
