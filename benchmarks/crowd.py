"""A season with thousands of entries and three scorecards for each, made by bulk inserts in seconds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from benchmarks import season as base
from heroes.domain.digests import digest
from heroes.domain.questions import parse_form
from heroes.models.entries import AnswerSheet, Entry, RoundEntry, Tally
from heroes.models.judging import Assignment, Mark
from heroes.models.people import Organisation, User
from heroes.models.seasons import (
    Category,
    Criterion,
    FormVersion,
    Panel,
    PanelMember,
    Round,
    Season,
    SeasonCounter,
)
from heroes.services.accounts import add_user, start_session
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.opening import give_role
from heroes.services.transactions import transaction

HAND = 50
"""Scorecards that each judge is asked for: a larger season has more judges, not more for each to read."""
JUDGES = 60
"""At least so many judges."""
ORGANISATIONS = 400
CARDS = 3
BATCH = 1000
FIRST = ("Maureen", "Siân", "Dev", "Keith", "Helena", "Bashir", "Oluwaseun", "Priya", "Tomasz", "Fiona")
LAST = (
    "Okafor",
    "Pritchard",
    "Raman",
    "Ashdown",
    "Marsh",
    "Anwar",
    "Kowalczyk",
    "Bell",
    "Achebe",
    "Lindqvist",
    "Ó Dálaigh",
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the pages' benchmark needs to know: addresses, and the cookies of somebody of each kind."""

    slug: str
    entries: list[str]
    shortlistable: list[str]
    cards: list[str]
    owner: dict[bytes, bytes]
    judge: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """A category as entries are made for it."""

    category: Category
    form: FormVersion
    answers: dict[str, str]
    first: Round
    criteria: Sequence[Criterion]


def build(environ: dict[str, str], entries: int, *, categories: int | None = None) -> Crowd:
    """Fill an empty database with a season in its judging: so many entries, three times as many scorecards.

    They are spread over so many of its categories, by default over all.
    """
    slug = base.build(environ, "judging")
    with base.opened(environ) as (app, session):
        ctx = base.context()
        with transaction(ctx):
            season = session.scalars(select(Season)).one()
            owner = add_user(ctx, "Olive Owner", "olive@northgate.example")
            give_role(ctx, owner.id, season.programme_id, "owner")
            seats = max(JUDGES, entries * CARDS // HAND)
            judges = [add_user(ctx, f"Jo Judge {n}", f"jo{n}@judges.example") for n in range(seats)]
            _seat(ctx, season, judges)
            organisations = _organisations(ctx, season)
            places = _places(session)[:categories]
            handles, ready, cards = _fill(ctx, season, places, organisations, judges, entries)
        with transaction(ctx):
            signed_in = [
                _cookie(app, start_session(ctx, user, "password").token) for user in (owner, judges[0])
            ]
        _keep_counting(session.get_bind().engine)
        return Crowd(slug, handles, ready, cards, *signed_in)


def _seat(ctx: Context, season: Season, judges: Sequence[User]) -> None:
    for panel in ctx.session.scalars(select(Panel).where(Panel.season_id == season.id)):
        for judge in judges:
            ctx.session.add(PanelMember(panel_id=panel.id, user_id=judge.id, role="judge", joined_at=ctx.now))
    ctx.session.flush()


def _organisations(ctx: Context, season: Season) -> list[int]:
    rows = [
        {
            "programme_id": season.programme_id, "handle": f"org{n:08d}", "name": f"Organisation {n}",
            "name_key": f"organisation {n}", "sector": "Water", "created_at": ctx.now,
        }
        for n in range(ORGANISATIONS)
    ]  # fmt: skip
    ctx.session.execute(insert(Organisation), rows)
    return list(ctx.session.scalars(select(Organisation.id).order_by(Organisation.id)))


def _places(session: Session) -> list[Place]:
    places = []
    for category in session.scalars(select(Category).order_by(Category.position)).all():
        form = session.scalars(select(FormVersion).where(FormVersion.category_id == category.id)).one()
        first = session.scalars(
            select(Round).where(Round.category_id == category.id).order_by(Round.position).limit(1)
        ).one()
        criteria = session.scalars(
            select(Criterion).where(Criterion.score_set_id == first.score_set_id)
        ).all()
        answers = {q.key: base.answer(q, 0) for q in parse_form(form.sections).questions}
        places.append(Place(category, form, answers, first, criteria))
    return places


def _fill(
    ctx: Context,
    season: Season,
    places: Sequence[Place],
    organisations: Sequence[int],
    judges: Sequence[User],
    entries: int,
) -> tuple[list[str], list[str], list[str]]:
    handles, ready, cards = [], [], []
    for start in range(0, entries, BATCH):
        rows: dict[type, list[dict[str, Any]]] = {
            table: [] for table in (Entry, AnswerSheet, RoundEntry, Assignment, Mark)
        }
        words = []
        for n in range(start, min(start + BATCH, entries)):
            place = places[n % len(places)]
            entry = _entry(ctx, season, place, organisations[n % len(organisations)], n)
            done = n // len(places) % (CARDS + 1)
            seats = [judges[(n + seat * 7 + n // len(judges)) % len(judges)] for seat in range(CARDS)]
            rows[Entry].append(entry | {"cards_in": done})
            rows[AnswerSheet].append(_sheet(entry, place))
            rows[RoundEntry].append(_admission(ctx, entry, place, done))
            for seat, judge in enumerate(seats):
                card = _card(ctx, entry, place, judge, n * CARDS + seat + 1, in_time=seat < done)
                rows[Assignment].append(card)
                rows[Mark] += _marks(ctx, card, place) if seat < done else []
                if judge is judges[0] and seat >= done:
                    cards.append(card["handle"])
            words.append({"id": entry["id"], "body": _words(entry, place)})
            handles.append(entry["handle"])
            if done == CARDS:
                ready.append(entry["handle"])
            for act in ("entry.start", "entry.submit"):
                note(
                    ctx,
                    act,
                    entry["reference"],
                    season_id=season.id,
                    acting_as="nominator",
                    entry_id=entry["id"],
                )
        connection = ctx.session.connection()
        for table, values in rows.items():
            if values:
                connection.execute(insert(table), values)
        body = ":body" if connection.dialect.name == "sqlite" else "to_tsvector('simple', :body)"
        connection.execute(text(f"INSERT INTO entry_search (rowid, body) VALUES (:id, {body})"), words)
    ctx.session.get_one(SeasonCounter, season.id).next_reference += entries
    _tally(ctx, season, places, entries)
    return handles, ready, cards


def _entry(ctx: Context, season: Season, place: Place, organisation: int, n: int) -> dict[str, Any]:
    at = ctx.now - timedelta(days=40, minutes=n)
    return {
        "id": n + 1, "handle": f"crowd{n:08d}", "season_id": season.id, "category_id": place.category.id,
        "form_version_id": place.form.id, "title": f"{FIRST[n % 10]} {LAST[n % 11]} {n}",
        "nominee_role": "Adviser", "nominee_email": f"nominee{n}@organisation.example",
        "organisation_name": f"Organisation {n % ORGANISATIONS}", "organisation_id": organisation,
        "sector": "Water", "may_tell": "no", "nominator_name": f"Nora Nominator {n}",
        "nominator_email": f"nora{n}@home.example", "nominator_email_key": f"nora{n}@home.example",
        "relation": "Same team", "begun_at": at - timedelta(minutes=30), "state": "submitted", "state_since": at,
        "state_as": "nominator", "reference": f"{season.reference_prefix}-{n + 1:05d}", "submitted_at": at,
        "screening": "eligible", "screened_at": at, "round_id": place.first.id,
    }  # fmt: skip


def _sheet(entry: dict[str, Any], place: Place) -> dict[str, Any]:
    people = {key: entry[key] for key in ("title", "nominee_role", "organisation_name", "sector", "may_tell")}
    return {
        "entry_id": entry["id"], "number": 1, "form_version_id": place.form.id, "answers": place.answers,
        "people": people, "saved_at": entry["begun_at"], "sent_at": entry["submitted_at"], "digest": digest(people),
    }  # fmt: skip


def _admission(ctx: Context, entry: dict[str, Any], place: Place, done: int) -> dict[str, Any]:
    return {
        "round_id": place.first.id, "entry_id": entry["id"], "code": f"Crowd {entry['id']}",
        "admitted_at": ctx.now, "cards_asked": CARDS, "cards_in": done,
    }  # fmt: skip


def _card(
    ctx: Context, entry: dict[str, Any], place: Place, judge: User, number: int, *, in_time: bool
) -> dict[str, Any]:
    return {
        "id": number, "handle": f"card{number:09d}", "round_id": place.first.id, "entry_id": entry["id"],
        "user_id": judge.id, "position": number, "assigned_at": ctx.now,
        "state": "submitted" if in_time else "assigned", "submission": int(in_time),
        "saved_at": ctx.now if in_time else None, "submitted_at": ctx.now if in_time else None,
        "total": Decimal("71.5") if in_time else None, "comment": "Well told." if in_time else "",
    }  # fmt: skip


def _marks(ctx: Context, card: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    return [
        {
            "assignment_id": card["id"], "submission": 1, "criterion_id": criterion.id,
            "value": Decimal((card["id"] + criterion.position) % 6 + 4), "given_at": ctx.now,
        }
        for criterion in place.criteria
    ]  # fmt: skip


def _words(entry: dict[str, Any], place: Place) -> str:
    return "\n".join(
        [entry["reference"], entry["title"], entry["organisation_name"], *place.answers.values()]
    )


def _tally(ctx: Context, season: Season, places: Sequence[Place], entries: int) -> None:
    counted = Counter(n % len(places) for n in range(entries))
    done = Counter[int]()
    for n in range(entries):
        done[n % len(places)] += n // len(places) % (CARDS + 1)
    for number, count in counted.items():
        place = places[number]
        in_round = str(place.first.id)
        for kind, value, total in (
            ("state", "submitted", count),
            ("screening", "eligible", count),
            ("received", "yes", count),
            ("admitted", in_round, count),
            ("cards_asked", in_round, count * CARDS),
            ("cards_in", in_round, done[number]),
            ("marks", in_round, 1),
        ):
            ctx.session.add(
                Tally(category_id=place.category.id, season_id=season.id, kind=kind, value=value, count=total)
            )


def _cookie(app: Flask, token: str) -> dict[bytes, bytes]:
    """The cookie of a signed-in browser, as the application itself writes it."""
    writer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined] # Flask's own has one
    return {
        app.config["SESSION_COOKIE_NAME"].encode(): writer.dumps({"_user_id": token, "_fresh": True}).encode()
    }


def _keep_counting(engine: Engine) -> None:
    """After rows with numbers of our own: PostgreSQL counts on from them, and both learn how much there is."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            for table in ("entries", "assignments"):
                connection.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
        connection.execute(text("ANALYZE"))
        connection.commit()
