"""What may be seen and done, on random worlds: the program's answers against those of a slow, obvious oracle."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, select
from sqlalchemy.orm import Session

from heroes.adapters.chance import SeededChance
from heroes.domain.actors import Actor
from heroes.domain.policy import DEEDS, Deed, may
from heroes.domain.roles import Role
from heroes.migrations import steps
from heroes.models import (
    Assignment,
    Base,
    Category,
    Entry,
    FormVersion,
    Membership,
    Organisation,
    Panel,
    PanelMember,
    PrivateLink,
    Programme,
    ProgrammeRole,
    Recusal,
    Release,
    Round,
    ScoreSet,
    Season,
    User,
    visibility,
)
from heroes.models.database import install_rules, normal_url
from heroes.services.context import Context, Keys
from heroes.services.organisations import organisation_roles
from heroes.services.standing import programme_roles, standing_for
from tests.models import oracle
from tests.models.oracle import Row, Rows
from tests.servers import Databases

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SEEDS = range(8)
EMAILS = [f"p{number}@x.example" for number in range(10)]

MODELS = (
    *(Programme, Organisation, User, Season, Release, Panel, Category, FormVersion, ScoreSet, Round),
    *(ProgrammeRole, Membership, PanelMember, Entry, PrivateLink, Recusal, Assignment),
)
"""Every table of these worlds, parents first."""


def build(url: str) -> None:
    """An empty database with the tables in it."""
    engine = create_engine(normal_url(url))
    install_rules(engine)
    steps.upgrade(engine)
    engine.dispose()


@pytest.fixture
def connection(databases: Databases, database_kind: str) -> Iterator[Connection]:
    """A connection to an empty database with the tables in it; what it writes is never committed."""
    engine = create_engine(normal_url(databases.copy_of(database_kind, "empty-tables", build)))
    install_rules(engine)
    with engine.connect() as opened:
        yield opened
        opened.rollback()
    engine.dispose()


class Maker:
    """Makes a random world as plain rows. Everything that can be absent sometimes is."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rehearses = seed % 2 == 1
        self.rows: Rows = {model.__tablename__: [] for model in MODELS}

    def add(self, table: str, **values: Any) -> Row:
        """One more row; it gets the next number unless it has a key of its own."""
        rows = self.rows[table]
        row = {"id": len(rows) + 1} | values if "id" in Base.metadata.tables[table].c else dict(values)
        rows.append(row)
        return row

    def some(self, table: str, chance: float = 0.5) -> int | None:
        """The id of some row, or none."""
        return self.dice.choice(self.rows[table])["id"] if self.dice.random() < chance else None

    def pairs(self, left: str, right: str, chance: float) -> list[tuple[int, int]]:
        """Some of all pairs of two tables."""
        return [
            (a["id"], b["id"])
            for a in self.rows[left]
            for b in self.rows[right]
            if self.dice.random() < chance
        ]

    def make(self) -> Rows:
        """The whole world, parents first."""
        for number in range(2):
            self.add(
                "programmes",
                slug=f"p{number}",
                name="P",
                body="B",
                contact="",
                sectors=[],
                about="",
                version=1,
            )
        for number in range(4):
            programme = 1 + number % 2
            self.add(
                "organisations",
                programme_id=programme,
                handle=f"o{number}",
                name=f"O{number}",
                name_key=f"o{number}",
                sector="",
                has_workspace=True,
                created_at=NOW,
                version=1,
            )
        for number in range(9):
            self.add(
                "users",
                handle=f"u{number}",
                name=f"U{number}",
                email=EMAILS[number].capitalize() if number else None,
                email_key=EMAILS[number] if number else None,
                employer_id=self.some("organisations", 0.4),
                reminders=True,
                disabled_at=NOW if self.dice.random() < 0.1 else None,
                created_at=NOW,
                version=1,
            )
        self._seasons()
        self._people()
        self._entries()
        return self.rows

    def _seasons(self) -> None:
        for number in range(3):
            season = self.add(
                "seasons",
                programme_id=1 + number % 2,
                slug=f"s{number}",
                name="S",
                year=2026,
                timezone="UTC",
                reference_prefix=f"R{number}",
                opens_at=NOW,
                closes_at=NOW.replace(month=7),
                grace_minutes=0,
                judging_starts_at=NOW,
                welcome="",
                rules="",
                privacy="",
                milestones=[],
                opened_at=NOW if number < 2 else None,
                rehearsing_since=NOW if number == 2 and self.rehearses else None,
                version=1,
            )
            for kind in ("shortlist", "outcomes"):
                self.add("releases", season_id=season["id"], kind=kind, armed=False, version=1)
            for letter in "ab":
                self.add("panels", season_id=season["id"], slug=letter, name=letter)
                category = self.add(
                    "categories",
                    season_id=season["id"],
                    slug=letter,
                    name=letter,
                    position=1,
                    kind="person",
                    line="",
                    who="",
                    eligibility=[],
                    how_decided=[],
                    outcome={},
                    shortlist_release_id=2 * season["id"] - 1,
                    outcome_release_id=2 * season["id"],
                    version=1,
                )
                key = {"category_id": category["id"], "number": 1, "digest": "d", "published_at": NOW}
                self.add("form_versions", sections=[], **key)
                self.add("score_sets", comment_words=0, **key)
                for position in range(self.dice.randint(1, 2)):
                    self.add(
                        "rounds",
                        category_id=category["id"],
                        position=position,
                        slug=f"r{position}",
                        name="R",
                        opens_at=NOW,
                        closes_at=NOW.replace(month=8),
                        panel_id=self.dice.choice([p["id"] for p in self.rows["panels"][-2:]]),
                        score_set_id=category["id"],
                        reviews=1,
                        quorum=1,
                        blind=False,
                        method="mean",
                        version=1,
                    )

    def _people(self) -> None:
        for user, programme in self.pairs("users", "programmes", 0.25):
            role = self.dice.choice(["owner", "admin", "auditor"])
            self.add("programme_roles", user_id=user, programme_id=programme, role=role, given_at=NOW)
        for user, organisation in self.pairs("users", "organisations", 0.2):
            role = self.dice.choice(["manager", "member"])
            self.add("memberships", user_id=user, organisation_id=organisation, role=role, joined_at=NOW)
        for panel, user in self.pairs("panels", "users", 0.5):
            role = self.dice.choice(["chair", "judge"])
            self.add("panel_members", panel_id=panel, user_id=user, role=role, joined_at=NOW)

    def _entries(self) -> None:
        for number in range(14):
            category = self.dice.choice(self.rows["categories"])
            nominator = self.dice.choice([*EMAILS, "", "alice@home.example"])
            self.add(
                "entries",
                handle=f"e{number}",
                season_id=category["season_id"],
                category_id=category["id"],
                form_version_id=category["id"],
                nominee_email=self.dice.choice([*EMAILS, "", "P3@X.example"]),
                nominator_email=nominator,
                nominator_email_key=nominator,
                organisation_id=self.some("organisations", 0.7),
                workspace_id=self.some("organisations", 0.5),
                started_by_id=self.some("users", 0.3),
                begun_at=NOW,
                state="draft",
                state_since=NOW,
                state_as="nominator",
            )
            self._links(number + 1)
        for user, entry in self.pairs("users", "entries", 0.15):
            self.add(
                "recusals",
                user_id=user,
                entry_id=entry,
                source="admin",
                reason="r",
                recused_at=NOW,
                lifted_at=self.dice.choice([None, None, NOW]),
            )
        self._assignments()

    def _links(self, entry: int) -> None:
        for purpose in ("entry", "entry", "stop_reminders"):
            number = len(self.rows["private_links"])
            self.add(
                "private_links",
                purpose=purpose,
                nonce=f"n{number}",
                token_hash=f"h{number}",
                entry_id=entry,
                single_use=False,
                created_at=NOW,
                revoked_at=self.dice.choice([None, None, NOW]),
            )

    def _assignments(self) -> None:
        for user, entry in self.pairs("users", "entries", 0.5):
            category = self.rows["entries"][entry - 1]["category_id"]
            judged = self.dice.choice([r for r in self.rows["rounds"] if r["category_id"] == category])
            state = self.dice.choice(["assigned", "assigned", "submitted", "recused", "removed"])
            self.add(
                "assignments",
                handle=f"a{user}-{entry}",
                round_id=judged["id"],
                entry_id=entry,
                user_id=user,
                position=1,
                state=state,
                assigned_at=NOW,
                submission=1 if state == "submitted" else 0,
                submitted_at=NOW if state == "submitted" else None,
                recused_reason="r" if state == "recused" else None,
                draft={},
                comment="",
                revision=1,
            )


def worlds(connection: Connection) -> Iterator[tuple[int, Rows, Session]]:
    """Random worlds, one after the other: the seed, the rows, and the same rows in the database."""
    for seed in SEEDS:
        rows = Maker(seed).make()
        for model in MODELS:
            if rows[model.__tablename__]:
                connection.execute(insert(model), rows[model.__tablename__])
        with Session(connection, expire_on_commit=False) as session:
            yield seed, rows, session
        connection.rollback()


def context_of(session: Session, user: Row | None, opened: set[int]) -> Context:
    """The context in which somebody asks."""
    actor = Actor(links=frozenset(opened), address="192.0.2.1")
    if user is not None:
        actor = Actor(
            user_id=user["id"], name=user["name"], email_key=user["email_key"] or "", links=frozenset(opened)
        )
    return Context(session, actor, NOW, Keys(b"links", b"audit"), SeededChance(1))


def test_what_may_be_seen_is_what_the_oracle_says(connection: Connection) -> None:
    for seed, rows, session in worlds(connection):
        seen = 0
        for user in rows["users"]:
            programmes = {r["programme_id"] for r in rows["programme_roles"] if r["user_id"] == user["id"]}
            answers = {
                "staff": set(
                    session.scalars(select(Entry.id).where(visibility.entries_for_staff(programmes)))
                ),
                "member": set(
                    session.scalars(select(Entry.id).where(visibility.entries_for_member(user["id"])))
                ),
                "judge": set(
                    session.scalars(select(Assignment.id).where(visibility.assignments_for_judge(user["id"])))
                ),
            }
            truth = {
                "staff": {e["id"] for e in rows["entries"] if oracle.staff_sees_entry(rows, user, e)},
                "member": {e["id"] for e in rows["entries"] if oracle.member_sees_entry(rows, user, e)},
                "judge": {
                    a["id"] for a in rows["assignments"] if oracle.judge_sees_assignment(rows, user, a)
                },
            }
            assert answers == truth, f"user {user['id']} of world {seed}"
            seen += sum(map(len, truth.values()))
        assert seen > 0, "a world in which nobody sees anything proves nothing"


def test_links_show_what_the_oracle_says(connection: Connection) -> None:
    for seed, rows, session in worlds(connection):
        dice = random.Random(seed)
        numbers = [link["id"] for link in rows["private_links"]]
        for opened in (set(), set(numbers), *({*dice.sample(numbers, 5), 9999} for _ in range(5))):
            for user in (None, *rows["users"]):
                shown = visibility.entries_for_links(opened, user["id"] if user else None)
                answer = set(session.scalars(select(Entry.id).where(shown)))
                assert answer == {
                    e["id"]
                    for e in rows["entries"]
                    if oracle.link_shows_entry(rows, opened, e)
                    and oracle.knows_season(rows, user, e["season_id"])
                }


def test_who_looks_into_a_season_that_is_being_built_sees_that_season(connection: Connection) -> None:
    for _, rows, session in worlds(connection):
        known = visibility.seasons_for_public(None, 3)
        assert set(session.scalars(select(Season.id).where(known))) == {s["id"] for s in rows["seasons"]}
        assert set(session.scalars(select(Season.id).where(visibility.seasons_for_public()))) == {1, 2}


def test_standing_is_what_the_oracle_says(connection: Connection) -> None:
    for seed, rows, session in worlds(connection):
        dice = random.Random(seed)
        numbers = [link["id"] for link in rows["private_links"]]
        entries = {e.id: e for e in session.scalars(select(Entry))}
        for user in (None, *rows["users"]):
            opened = set(dice.sample(numbers, 4)) if dice.random() < 0.5 else set()
            ctx = context_of(session, user, opened)
            for entry in rows["entries"]:
                standing = standing_for(ctx, entries[entry["id"]])
                said = ({role.value for role in standing.roles}, standing.conflicted)
                truth = (
                    oracle.roles_for_entry(rows, user, opened, entry),
                    oracle.has_conflict(rows, user, opened, entry),
                )
                assert said == truth, f"{user} at entry {entry['id']} of world {seed}"


def test_rooms_are_open_to_whom_the_oracle_says(connection: Connection) -> None:
    for _, rows, session in worlds(connection):
        for user in rows["users"]:
            ctx = context_of(session, user, set())
            enabled = user["disabled_at"] is None
            for programme in rows["programmes"]:
                truth = {
                    r["role"]
                    for r in rows["programme_roles"]
                    if enabled and (r["user_id"], r["programme_id"]) == (user["id"], programme["id"])
                }
                assert {role.value for role in programme_roles(ctx, programme["id"])} == truth
            for organisation in rows["organisations"]:
                truth = {
                    m["role"]
                    for m in rows["memberships"]
                    if enabled and (m["user_id"], m["organisation_id"]) == (user["id"], organisation["id"])
                }
                assert {role.value for role in organisation_roles(ctx, organisation["id"])} == truth


def test_every_deed_is_for_exactly_the_roles_that_the_oracle_names() -> None:
    table = {deed.value: {role.value for role in Role if may(deed, frozenset({role}))} for deed in Deed}
    assert table == {deed: set(roles.split()) for deed, roles in oracle.WHO_MAY.items()}
    assert set(DEEDS) == set(Deed)


def test_roles_add_up_and_none_takes_another_away() -> None:
    dice = random.Random(7)
    for _ in range(300):
        roles = frozenset(dice.sample(list(Role), dice.randint(0, 4)))
        for deed, allowed in oracle.WHO_MAY.items():
            assert may(Deed(deed), roles) == any(role.value in allowed.split() for role in roles)


def test_every_reason_is_somewhere_the_only_one() -> None:
    """So that a rule which is left out lets somebody through, whatever the other rules catch."""
    alone = set()
    for seed in SEEDS:
        rows = Maker(seed).make()
        for assignment in rows["assignments"]:
            user = oracle.the(rows, "users", assignment["user_id"])
            reasons = oracle.reasons_against(rows, user, assignment)
            assert (not reasons) == oracle.judge_sees_assignment(rows, user, assignment)
            if len(reasons) <= 1:
                alone |= reasons or {"none"}
    assert alone == {
        *(
            "none",
            "being built",
            "taken back",
            "stepped back",
            "off the panel",
            "recused",
            "started it",
            "nominated it",
        ),
        *("is nominated", "works for the nominee's", "works for the entrant's", "member of the entrant's"),
    }


def test_the_oracle_shares_no_line_with_the_program() -> None:
    assert "heroes" not in Path(oracle.__file__).read_text(encoding="utf-8").split('"""', 2)[2]
