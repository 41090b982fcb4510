"""A crowd: many entries at once by bulk inserts, with everything that lists and pages read of them.

What a person would write is short here, but every row that belongs to an entry is there: answers, admission,
scorecards, words to search for and totals. Only the history is left out.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, text, update

from heroes.domain.digests import digest
from heroes.models import (
    AnswerSheet,
    Assignment,
    Category,
    Entry,
    FormVersion,
    Organisation,
    PanelMember,
    Round,
    RoundEntry,
    Season,
    SeasonCounter,
    Tally,
)
from tests.world import OPEN, World

NAMES = ("Maureen Okafor", "Siân Pritchard", "Dev Raman", "Keith Ashdown", "Helena Marsh", "Bashir Anwar")
ANSWERS = {
    "sentence": "She rang forty-one people before anybody asked.",
    "story": "A main burst at teatime and she rang every customer on the register.",
    "where": "Leeds",
    "calls": "40",
    "agreed": "yes",
    "consent": "2026-1",
}
BATCH = 500


def add_one(world: World, state: str, *, category: str = "frontline", **columns: Any) -> Entry:
    """One entry in any state, with the evidence that the database asks for; `columns` change it."""
    handle = add_crowd(world, 1, category=category, judges=0, state=state, **columns)[0]
    return world.session.scalars(select(Entry).where(Entry.handle == handle)).one()


def add_crowd(
    world: World,
    entries: int,
    *,
    category: str = "frontline",
    judges: int = 3,
    state: str = "submitted",
    **columns: Any,
) -> list[str]:
    """Add so many entries to a category, all eligible and in its first round, and return their handles.

    Every entry is asked of `judges` judges; of the n-th, n % (judges + 1) scorecards are in.
    """
    session = world.session
    season = session.scalars(select(Season)).one()
    found = session.scalars(select(Category).where(Category.slug == category)).one()
    form = session.scalars(select(FormVersion).where(FormVersion.category_id == found.id)).one()
    first = session.scalars(
        select(Round).where(Round.category_id == found.id).order_by(Round.position).limit(1)
    ).one()
    members = session.scalars(
        select(PanelMember.user_id)
        .where(PanelMember.panel_id == first.panel_id)
        .order_by(PanelMember.user_id)
    ).all()[:judges]
    organisations = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
    counter = session.get_one(SeasonCounter, season.id)
    begin = session.scalar(select(func.max(Entry.id))) or 0
    handles = []
    for start in range(0, entries, BATCH):
        rows = [
            _entry(n, season, found, form, first, organisations, counter.next_reference + n, state) | columns
            for n in range(start, min(start + BATCH, entries))
        ]
        session.execute(insert(Entry), rows)
        session.flush()
        ids: dict[str, int] = dict(
            session.execute(select(Entry.handle, Entry.id).where(Entry.id > begin)).all()
        )
        handles += [row["handle"] for row in rows]
        _belongings(world, rows, ids, form, first, members, start)
    counter.next_reference += entries
    _count(world, found, entries, state, columns.get("screening", "eligible"))
    session.commit()
    return handles


def _entry(
    n: int,
    season: Season,
    category: Category,
    form: FormVersion,
    first: Round,
    organisations: Any,
    number: int,
    state: str,
) -> dict[str, Any]:
    at = OPEN - timedelta(minutes=n)
    name = NAMES[n % len(NAMES)]
    return {
        "handle": f"crowd{category.id:03d}{number:07d}",
        "season_id": season.id,
        "category_id": category.id,
        "form_version_id": form.id,
        "title": f"{name} {number}",
        "nominee_role": "Adviser",
        "organisation_name": "Larkfield Water" if n % 2 else "Fernhill Telecom",
        "organisation_id": organisations[(n + 1) % len(organisations)],
        "sector": "Water",
        "may_tell": "no",
        "nominator_name": "Rhian Cole",
        "nominator_email": f"rhian{number}@home.example",
        "nominator_email_key": f"rhian{number}@home.example",
        "relation": "Same team",
        "begun_at": at - timedelta(minutes=30),
        "state": state,
        "state_since": at,
        "state_as": "nominator",
        "reference": f"{season.reference_prefix}-{number:04d}",
        "submitted_at": at,
        "screening": "eligible",
        "screened_at": at,
        "round_id": first.id,
    } | _evidence(state)


def _evidence(state: str) -> dict[str, Any]:
    """What a state must be able to show for itself."""
    decided = {"decided_digest": digest([]), "decided_method": "mean", "decided_rules": "2026.1"}
    never = {
        "reference": None,
        "submitted_at": None,
        "screening": "unchecked",
        "screened_at": None,
        "round_id": None,
    }
    evidence: dict[str, dict[str, Any]] = {
        "draft": never,
        "returned": {
            "state_reason": "What happened next?",
            "due_at": OPEN + timedelta(days=7),
            "sheet_number": 2,
        },
        "ineligible": {"state_reason": "Not in the country.", "state_as": "admin"},
        "shortlisted": decided,
        "not_awarded": decided,
        "awarded": decided | {"level": "winner"},
    }
    return evidence.get(state, {})


def _belongings(
    world: World,
    rows: list[dict[str, Any]],
    ids: dict[str, int],
    form: FormVersion,
    first: Round,
    members: Any,
    start: int,
) -> None:
    session = world.session
    asked = len(members)
    sheets, cards, words = [], [], []
    admissions: list[dict[str, Any]] = []
    for place, row in enumerate(rows, start):
        entry_id = ids[row["handle"]]
        done = place % (asked + 1)
        people = {
            key: row[key] for key in ("title", "nominee_role", "organisation_name", "sector", "may_tell")
        }
        sheets.append(
            {
                "entry_id": entry_id, "number": 1, "form_version_id": form.id, "answers": ANSWERS, "people": people,
                "saved_at": row["begun_at"], "sent_at": row["submitted_at"],
                "digest": digest(people) if row["submitted_at"] else None,
            }
        )  # fmt: skip
        if row["state"] == "returned":
            sheets.append(sheets[-1] | {"number": 2, "sent_at": None, "digest": None})
        words.append({"id": entry_id, "body": f"{row['reference']}\n{row['title']}\n{ANSWERS['story']}"})
        if row["round_id"] is None:
            continue
        admissions.append(
            {
                "round_id": first.id, "entry_id": entry_id, "code": f"Crowd {entry_id}", "admitted_at": OPEN,
                "cards_asked": asked, "cards_in": done,
            }
        )  # fmt: skip
        for seat, user_id in enumerate(members):
            in_time = seat < done
            cards.append(
                {
                    "handle": f"card{entry_id:08d}{user_id:06d}", "round_id": first.id, "entry_id": entry_id,
                    "user_id": user_id, "position": place, "assigned_at": OPEN,
                    "state": "submitted" if in_time else "assigned", "submission": int(in_time),
                    "submitted_at": OPEN if in_time else None,
                }
            )  # fmt: skip
    session.execute(insert(AnswerSheet), sheets)
    if admissions:
        session.execute(insert(RoundEntry), admissions)
        session.execute(
            update(Entry), [{"id": row["entry_id"], "cards_in": row["cards_in"]} for row in admissions]
        )
        totals = {"admitted": len(admissions)} | {
            kind: sum(row[kind] for row in admissions) for kind in ("cards_asked", "cards_in")
        }
        _add(
            world, form.category_id, rows[0]["season_id"], {(k, str(first.id)): n for k, n in totals.items()}
        )
    if cards:
        session.execute(insert(Assignment), cards)
    body = ":body" if world.kind == "sqlite" else "to_tsvector('simple', :body)"
    session.execute(text(f"INSERT INTO entry_search (rowid, body) VALUES (:id, {body})"), words)


def _count(world: World, category: Category, entries: int, state: str, screening: str) -> None:
    more = Counter({("state", state): entries})
    if state != "draft":
        more["received", "yes"] = entries
    if state == "submitted":
        more["screening", screening] = entries
    _add(world, category.id, category.season_id, more)


def _add(world: World, category_id: int, season_id: int, more: Mapping[tuple[str, str], int]) -> None:
    found = {
        (t.kind, t.value): t
        for t in world.session.scalars(select(Tally).where(Tally.category_id == category_id))
    }
    for (kind, value), count in more.items():
        row = found.get((kind, value))
        if row is None:
            world.session.add(
                Tally(category_id=category_id, season_id=season_id, kind=kind, value=value, count=count)
            )
        else:
            row.count += count
