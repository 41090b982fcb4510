"""A season that is not open exists for nobody but its staff: with it and without it, every address answers alike.

One world has two seasons, one of them with everything in it: entries, scorecards, a shortlist that went out. Then its
opening is taken back. The other never had it. Both are asked for all its addresses by everybody it had a part for.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from heroes.domain.entry_states import Act
from heroes.models import Base, Entry, Organisation, OutboxMail, Panel, PanelMember, Programme, Release, User
from heroes.models.people import PrivateLink
from heroes.services import announcing, keeping, nominating, recusing, reminding, sharing
from heroes.services.accounts import add_user
from heroes.services.links import token_of
from heroes.services.opening import give_role
from heroes.services.season_files import load_season, read_season
from heroes.services.transactions import transaction
from tests.house.test_no_early_leak import TOKEN
from tests.judging import asked, change, handed_in
from tests.outcomes import eligible, moved, released
from tests.servers import Databases
from tests.world import HERE, JUDGED, JUDGING, OPEN, STORY, World, build, open_world

ADDRESS = "alice@home.example"
WALKERS = ("stranger", "bob", "chloe", "hana", "olga")
"""Nobody, an organisation's manager with a nominator's links, a chair of both seasons, a judge of the secret one only,
and the owner of another programme, who alone gets as far as the admin's pages."""
STAYS = (
    "installation",
    "programmes",
    "organisations",
    "users",
    "programme_roles",
    "memberships",
    "user_sessions",
)
"""The tables of a programme before its first season."""
NAMES = ("Small Heroes 2026", "Frontline Hero", "People panel", "SH-26")
"""What the secret season calls itself."""

Seen = dict[tuple[str, str, str], tuple[Any, ...]]


def open_season() -> dict[str, Any]:
    """The small season again, under other names and numbers."""
    data = copy.deepcopy(read_season(HERE / "data" / "small_season.toml"))
    data["season"] |= {"slug": "open-2026", "name": "The open one", "reference": "OP-26"}
    for number, category in enumerate(data["category"]):
        category |= {"slug": f"one-{number}", "name": f"Prize {number}"}
    for panel in data["panel"]:
        panel["name"] = f"Jury {panel['key']}"
    return data


@dataclass
class Scene:
    """A world, and what addresses of the secret season are made of; in a world without it they name nothing."""

    world: World
    entries: tuple[str, ...] = ("entry",)
    assignments: tuple[str, ...] = ("assignment",)
    links: tuple[int, ...] = ()
    link: str = "link"
    tokens: dict[str, str] = field(default_factory=dict)

    def people(self) -> None:
        """Two more people, and another season that is open."""
        ctx = self.world.ctx("system")
        with transaction(ctx):
            other = Programme(slug="other", name="Other", body="Others", sectors=[])
            ctx.session.add(other)
            for who in ("hana", "olga"):
                self.world.people[who] = add_user(ctx, who.title(), f"{who}@elsewhere.example").id
            ctx.session.flush()
            give_role(ctx, self.world.people["olga"], other.id, "owner")

    def secret(self) -> None:
        """Have everything happen in the season that is then taken for one that is being built."""
        world, session = self.world, self.world.session
        season = world.season()
        with transaction(world.ctx("system")):
            for panel in session.scalars(select(Panel)):
                given = {"user_id": world.people["hana"], "role": "judge", "joined_at": OPEN}
                session.add(PanelMember(panel_id=panel.id, **given))
        larkfield = session.scalars(select(Organisation).where(Organisation.handle == "orglarkfield")).one()
        story: dict[str, Any] = STORY | {"organisation_name": "Fernhill Telecom"}
        own = nominating.start(world.ctx("bob"), season.slug, "frontline", story, workspace=larkfield)
        nominating.send(world.ctx("bob"), own.entry.handle, 1)
        draft = world.nominate("teams")
        entry, judged = eligible(world, "Ada Ames", "teams"), eligible(world, "Ben Bode")
        world.clock.at = JUDGING
        cards = [asked(world, entry, who) for who in ("chloe", "hana")]
        cards += [handed_in(world, judged, who) for who in ("jack", "hana", "chloe")]
        stepped = asked(world, eligible(world, "Cyd Cole"), "chloe")
        recusing.step_back(world.ctx("chloe"), stepped.handle, "My neighbour.")
        world.clock.at = JUDGED
        world.computed()
        for one in session.scalars(select(Entry).where(Entry.reference.is_not(None), Entry.id != entry.id)):
            moved(world, one, Act.SHORTLIST if one.id == judged.id else Act.NOT_SHORTLIST, reason="so")
        released(world, "shortlist", anyway=True)
        session.execute(delete(OutboxMail))
        session.commit()
        release = session.scalars(select(Release).where(Release.kind == "outcomes")).one()
        change(world, release, armed=True)
        change(world, season, opened_at=None)
        found = session.scalars(select(PrivateLink).where(PrivateLink.purpose == "entry")).all()
        self.entries = tuple(one.handle for one in (own.entry, draft.entry, judged))
        self.assignments = tuple(card.handle for card in cards)
        self.links = tuple(link.id for link in found)
        self.link = token_of(world.house.keys.links, found[0].purpose, found[0].nonce)
        world.clock.at = OPEN

    def nothing(self) -> None:
        """Have no season at all."""
        with transaction(self.world.ctx("system")):
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in STAYS:
                    self.world.session.execute(delete(table))

    def after(self) -> None:
        """Open the other season, with a chair that both have."""
        world = self.world
        opened = load_season(world.ctx("system"), open_season(), shift=timedelta(days=-1))
        with transaction(world.ctx("system")):
            panels = world.session.scalars(select(Panel).where(Panel.season_id == opened.id)).all()
            for panel in panels:
                given = {"user_id": world.people["chloe"], "role": "chair", "joined_at": OPEN}
                world.session.add(PanelMember(panel_id=panel.id, **given))
        for who in WALKERS[1:]:
            with world.client(who).session_transaction() as cookie:
                self.tokens[who] = cookie["_user_id"]


def walked(scene: Scene, other: Scene) -> Seen:
    """Every address as everybody, with the handles of both worlds, which only in one of them name anything."""
    seen: Seen = {}
    values: dict[str, tuple[str, ...]] = {
        "season_slug": ("small-2026",),
        "category_slug": ("frontline",),
        "round_slug": ("written",),
        "org_handle": ("orglarkfield",),
        "user_handle": ("nobody",),
        "kind": ("shortlist",),
        "act": ("withdraw",),
        "accent": ("aa2233",),
        "digest": ("ab" * 32,),
        "filename": ("theme.css",),
        "key": ("hero",),
        "question": ("story",),
        "number": ("0",),
        "panel_slug": ("people",),
        "source": ("empty",),
    }
    secret = scene if scene.links else other
    for who in WALKERS:
        client = scene.world.client()
        with client.session_transaction() as cookie:
            cookie["links"] = list(secret.links) if who == "bob" else []
            if who in scene.tokens:
                cookie["_user_id"], cookie["_fresh"] = scene.tokens[who], True
        for path, methods in addresses(scene.world, secret, values):
            if path.startswith("/admin/") and who != "olga":
                continue
            for method in sorted(methods & {"GET", "POST"}):
                response = client.open(path, method=method, headers={"Sec-Fetch-Site": "same-origin"})
                seen[who, method, path] = (
                    response.status_code,
                    response.headers.get("Location"),
                    TOKEN.sub("TOKEN", response.get_data(as_text=True)).replace(path, "PATH"),
                )
    return seen


def addresses(
    world: World, secret: Scene, values: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, set[str]]]:
    """Every address of the program with everything that its parameters can be, and how it can be asked."""
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint in ("static", "bootstrap.static", "accounts.sign_out"):
            continue
        handles = secret.assignments if rule.rule.startswith("/judge/") else secret.entries
        given = {"handle": handles, "entry_handle": secret.entries[:1], "token": (secret.link,), **values}
        names = sorted(rule.arguments)
        if rule.rule.startswith("/admin/"):
            given = dict.fromkeys(names, ("1",)) | given
        assert set(names) <= given.keys(), f"{rule.rule}: say in this test what its parameters can be"
        for chosen in product(*(given[name] for name in names)):
            built = world.app.url_map.bind("localhost").build(
                rule.endpoint, dict(zip(names, chosen, strict=True)), method=None
            )
            yield built, set(rule.methods or ())


def owed(world: World) -> list[tuple[str, str]]:
    """Which mails the clock and a nominator's wish come to, over more than a year."""
    world.session.execute(update(User).values(reminders=True))  # the walk has pressed every button
    world.session.commit()
    for days in (0, 20, 40, 58, 250, 450):
        world.clock.at = OPEN + (JUDGED - OPEN) * days / 60
        ctx = world.ctx("system")
        for job in (
            announcing.release_due,
            reminding.remind_drafts,
            reminding.remind_judges,
            keeping.announce_erasures,
            keeping.erase_drafts,
        ):
            job(ctx)
    sharing.send_links(world.ctx(), ADDRESS)
    rows = world.session.execute(select(OutboxMail.template, OutboxMail.to_address)).all()
    return sorted((row.template, row.to_address) for row in rows)


def test_with_and_without_a_season_that_is_being_built_everything_answers_alike(
    databases: Databases, tmp_path: Path
) -> None:
    scenes, seen, mails = [], [], []
    for secret in (True, False):
        folder = tmp_path / str(secret)
        folder.mkdir()
        with open_world(databases.copy_of("sqlite", "small-world", build), "sqlite", folder) as world:
            scene = Scene(world)
            scene.people()
            scene.secret() if secret else scene.nothing()
            scene.after()
            scenes.append(scene)
            world.app.config["WTF_CSRF_CHECK_DEFAULT"] = False
            seen.append(walked(scene, scenes[0]))
            mails.append(owed(world))
    wrong = sorted(key for key in seen[0] if seen[0][key] != seen[1][key])
    assert wrong == []
    assert [key for key, answer in seen[0].items() if any(name in answer[2] for name in NAMES)] == []
    assert mails[0] == mails[1]
    statuses = {who: {answer[0] for (w, *_), answer in seen[0].items() if w == who} for who in WALKERS}
    assert all({200, 404} <= found for found in statuses.values())


def test_in_rehearsal_its_judges_see_it_too_and_nobody_else(lite_world: World) -> None:
    entry = eligible(lite_world, "Ada Ames")
    card = f"/judge/{asked(lite_world, entry, 'jack').handle}"
    season = lite_world.season()

    def statuses() -> dict[str, list[int]]:
        paths = ("/judge/", card, "/small-2026/", "/small-2026/frontline/", "/admin/small-2026/")
        return {
            who: [lite_world.client(who).get(path).status_code for path in paths]
            for who in ("jack", "bob", "audrey")
        }

    nothing = [404, 404, 404, 404, 404]
    change(lite_world, season, opened_at=None)
    assert statuses() == {"jack": nothing, "bob": nothing, "audrey": [404, 404, 200, 200, 200]}
    change(lite_world, season, rehearsing_since=OPEN)
    assert statuses() == {
        "jack": [200, 200, 404, 404, 404],
        "bob": nothing,
        "audrey": [404, 404, 200, 200, 200],
    }
