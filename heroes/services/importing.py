"""Bringing in marks that were given elsewhere: one file, one transaction, one audit record."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from heroes.adapters.chance import handle
from heroes.domain.entry_states import JUDGED
from heroes.domain.mark_files import Fault, MarkFile, MarkRow, Scale, read_marks, step_of
from heroes.domain.scorecards import read_mark
from heroes.domain.slugs import email_key
from heroes.models import result_pages as read
from heroes.models.entries import Entry, Recusal, RoundEntry
from heroes.models.judging import Assignment
from heroes.models.people import User
from heroes.models.seasons import Category, Criterion, FormVersion, PanelMember, Round, Season
from heroes.services import door, rule_cards
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.imported_cards import Card, Imported, Room, card_scale, write_cards, write_entries
from heroes.services.imported_seasons import make_category, make_judge, make_season
from heroes.services.refusals import Invalid, NotFound, Refusal
from heroes.services.standings import find_season
from heroes.services.transactions import transaction


class BadFile(Refusal):
    """The file cannot be imported; nothing was written. `faults` are all its bad lines, in their order."""

    code = "bad_file"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of the lines."""
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__(f"{len(self.faults)} thing{'s' if len(self.faults) > 1 else ''} to put right.")


class _Rehearsed(Exception):
    """Ends a rehearsal: everything is taken back."""


def import_marks(
    ctx: Context,
    data: bytes,
    *,
    name: str,
    season: str,
    category: str | None = None,
    in_round: str | None = None,
    create: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Bring in a file of marks: all of it, or nothing and `BadFile` with every bad line.

    `season`, `category` and `in_round` are slugs or exact names; without a round, each category's first. With `create`
    whatever has no name yet is made: season, categories with their criteria, entries (submitted through the door,
    screened eligible, admitted) and judges without e-mail. A dry run checks and does everything, then takes it back.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile([Fault(line, "file", "is not UTF-8 text")]) from error
    file = read_marks(text, category)
    if file.faults and not file.rows:
        raise BadFile(file.faults)
    fingerprint = hashlib.sha256(data).hexdigest()
    done: list[Imported] = []
    try:
        with transaction(ctx):
            done.append(_Importer(ctx, file, in_round, create).run(season, name, fingerprint))
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    return done[0]


class _Importer:
    def __init__(self, ctx: Context, file: MarkFile, in_round: str | None, create: bool) -> None:
        self.ctx = ctx
        self.file = file
        self.in_round = in_round
        self.create = create
        self.faults = list(file.faults)
        self.people: dict[str, list[User]] = {}

    def run(self, season: str, name: str, fingerprint: str) -> Imported:
        report = Imported(season, fingerprint, left_out=self.file.left_out)
        found = self._season(season, report)
        rooms = self._rooms(found, report)
        for row in self.file.rows:
            room = rooms.get(row.category)
            if room is not None:
                self._take(found, room, row, report)
        for room in rooms.values():
            if not room.is_new:
                self._must_be_unmarked(room)
        if self.faults:
            raise BadFile(self.faults)
        used = list({id(room): room for room in rooms.values()}.values())
        new = [entry for room in used for entry in room.new]
        if new:
            door.import_submitted(self.ctx, new)
        for room in used:
            write_entries(self.ctx, room)
            write_cards(self.ctx, room, report)
        report.season = found.slug
        report.categories = len(used)
        report.entries = sum(len(room.listed) for room in used)
        report.judges = len({judge for room in used for _, judge in room.cards})
        report.made["entries"] = len(new)
        self._note(found, name, report)
        self.ctx.session.flush()
        # The record of the import stands for this as well: one file is one record.
        rule_cards.keep(self.ctx, found, f"Marks were imported from {name}.", noted=False)
        return report

    def _note(self, season: Season, name: str, report: Imported) -> None:
        note(
            self.ctx,
            "import.marks",
            season.slug,
            season_id=season.id,
            acting_as="import",
            after={
                "file": name,
                "digest": report.digest,
                "categories": report.categories,
                "entries": report.entries,
                "judges": report.judges,
                "scorecards": report.scorecards,
                "marks": report.marks,
                "made": dict(report.made),
            },
        )

    # ---- names ----

    def _season(self, text: str, report: Imported) -> Season:
        try:
            found = find_season(self.ctx, text)
        except NotFound:
            if not self.create:
                raise
        else:
            if found.opened_at is None:
                raise Invalid(
                    {"season": f"{found.name} is not open yet: what is in it goes away when it is opened."}
                )
            return found
        report.made["seasons"] = 1
        return make_season(self.ctx, text)

    def _rooms(self, season: Season, report: Imported) -> dict[str, Room]:
        existing = self.ctx.session.scalars(select(Category).where(Category.season_id == season.id)).all()
        by_slug = {category.slug: category for category in existing}
        by_name: dict[str, list[Category]] = defaultdict(list)
        for category in existing:
            by_name[category.name].append(category)
        rooms: dict[str, Room] = {}
        by_id: dict[int, Room] = {}
        lines: dict[str, list[MarkRow]] = defaultdict(list)
        for row in self.file.rows:
            lines[row.category].append(row)
        for name, rows in lines.items():
            named = by_name.get(name, []) if name not in by_slug else [by_slug[name]]
            if len(named) > 1:
                self._fault_all(rows, "category", f"“{name}” is the name of several categories")
            elif named:
                room = by_id.get(named[0].id) or self._existing(named[0], rows)
                if room is not None:
                    rooms[name] = by_id[named[0].id] = room
            elif self.create:
                room = self._new_room(season, name, rows)
                if room is not None:
                    rooms[name] = room
                    report.made["categories"] += 1
            else:
                self._fault_all(rows, "category", f"there is no category “{name}” in {season.name}")
        return rooms

    def _fault_all(self, rows: Sequence[MarkRow], where: str, what: str) -> None:
        self.faults += [Fault(row.line, where, what) for row in rows]

    def _new_room(self, season: Season, name: str, rows: Sequence[MarkRow]) -> Room | None:
        scales: dict[str, Scale] = {
            row.criterion: self.file.scales[row.category, row.criterion] for row in rows
        }
        outside = [
            row
            for row in rows
            if row.value is not None
            and not scales[row.criterion].low <= row.value <= scales[row.criterion].high
        ]
        for row in outside:
            scale = scales[row.criterion]
            self.faults.append(
                Fault(row.line, "mark", f"{row.value} is outside the scale from {scale.low} to {scale.high}")
            )
        if outside:
            return None
        given: dict[str, list[Decimal]] = defaultdict(list)
        for row in rows:
            if row.value is not None:
                given[row.criterion].append(row.value)
        steps = {key: step_of(given[key] or [scale.low], scale.low) for key, scale in scales.items()}
        reviews = len({row.judge for row in rows})
        category, round_ = make_category(self.ctx, season, name, scales, steps, reviews)
        room = self._room(category, round_)
        room.is_new = True
        return room

    def _existing(self, category: Category, rows: Sequence[MarkRow]) -> Room | None:
        rounds = read.rounds_of(self.ctx.session, category.id)
        wanted = [r for r in rounds if self.in_round in (None, r.slug)] or [
            r for r in rounds if r.name == self.in_round
        ]
        if not wanted:
            self._fault_all(rows, "category", f"{category.name} has no round {self.in_round or ''}".rstrip())
            return None
        room = self._room(category, wanted[0])
        for entry in self.ctx.session.scalars(select(Entry).where(Entry.category_id == category.id)):
            for key in {entry.title, entry.reference or ""} - {""}:
                room.entries.setdefault(key, []).append(entry)
        seats = self.ctx.session.scalars(
            select(User)
            .join(PanelMember, PanelMember.user_id == User.id)
            .where(PanelMember.panel_id == wanted[0].panel_id)
        )
        for user in seats:
            room.seated.add(user.id)
            for key in {user.name, user.email or ""} - {""}:
                room.judges.setdefault(key, []).append(user)
        return room

    def _room(self, category: Category, round_: Round) -> Room:
        form = self.ctx.session.scalars(
            select(FormVersion)
            .where(FormVersion.category_id == category.id)
            .order_by(FormVersion.number.desc())
            .limit(1)
        ).one()
        criteria = {}
        for criterion in read.criteria_of(self.ctx.session, round_.score_set_id):
            criteria[criterion.name] = criteria[criterion.key] = criterion
        return Room(category, round_, form, criteria)

    # ---- rows ----

    def _take(self, season: Season, room: Room, row: MarkRow, report: Imported) -> None:
        criterion = self._criterion(room, row)
        entry = self._entry(season, room, row)
        judge = self._judge(season, room, row, report)
        if criterion is None or entry is None or judge is None:
            return
        card = room.cards.setdefault((entry, judge.id), Card(row.line))
        if criterion.key in card.marks:
            self._fault_all([row], "mark", f"{row.judge} has marked {row.entry} on {criterion.name} already")
            return
        card.marks[criterion.key] = row.value

    def _criterion(self, room: Room, row: MarkRow) -> Criterion | None:
        found = room.criteria.get(row.criterion)
        if found is None:
            why = "; its score set is published, so none can be added" if self.create else ""
            what = f"{room.category.name} has no criterion “{row.criterion}”{why}"
            self._fault_all([row], "criterion", what)
            return None
        if room.is_new:
            return found
        scale = self.file.scales[row.category, row.criterion]
        for name in sorted(self.file.said):
            if getattr(scale, name) != getattr(found, name):
                has = format(getattr(found, name).normalize(), "f")
                self._fault_all([row], name, f"the criterion’s {name} in {room.category.name} is {has}")
                return None
        if row.value is None:
            return found
        try:
            read_mark(card_scale(found), format(row.value, "f"))
        except ValueError as error:
            self._fault_all([row], "mark", f"{row.value} does not fit: {error}")
            return None
        return found

    def _entry(self, season: Season, room: Room, row: MarkRow) -> int | None:
        """The position of the row's entry among those that the import has listed."""
        named = room.entries.get(row.entry, [])
        if len(named) > 1:
            self._fault_all(
                [row], "entry", f"“{row.entry}” is the title of {len(named)} entries: use its reference"
            )
            return None
        if not named:
            if not self.create:
                self._fault_all([row], "entry", f"{room.category.name} has no entry “{row.entry}”")
                return None
            named = room.entries[row.entry] = [self._new_entry(season, room, row.entry)]
            room.new.append(named[0])
            return room.position_of(named[0])
        entry = named[0]
        if not room.is_fresh(entry) and entry.state not in JUDGED:
            self._fault_all([row], "entry", f"{row.entry} is {entry.state}, so it takes no marks")
            return None
        return room.position_of(entry)

    def _new_entry(self, season: Season, room: Room, title: str) -> Entry:
        return Entry(
            handle=handle(self.ctx.chance),
            season_id=season.id,
            category_id=room.category.id,
            form_version_id=room.form.id,
            title=title,
            begun_at=self.ctx.now,
            reminders=False,
            screening="eligible",
            screened_at=self.ctx.now,
            screening_reason="Imported",
            sheet_number=1,
        )

    def _judge(self, season: Season, room: Room, row: MarkRow, report: Imported) -> User | None:
        named = room.judges.get(row.judge, [])
        if not named and self.create:
            named = room.judges[row.judge] = self._anywhere(season, row.judge, report)
        if len(named) > 1:
            self._fault_all(
                [row], "judge", f"“{row.judge}” is the name of {len(named)} judges: use the e-mail"
            )
            return None
        if not named:
            self._fault_all(
                [row], "judge", f"nobody on the panel of {room.category.name} is called “{row.judge}”"
            )
            return None
        return named[0]

    def _anywhere(self, season: Season, name: str, report: Imported) -> list[User]:
        """The judges of any panel of the season with this name or e-mail, else a new one."""
        if name not in self.people:
            found = self.ctx.session.scalars(
                select(User)
                .join(PanelMember, PanelMember.user_id == User.id)
                .join(Round, Round.panel_id == PanelMember.panel_id)
                .join(Category, Category.id == Round.category_id)
                .where(
                    Category.season_id == season.id, (User.name == name) | (User.email_key == email_key(name))
                )
                .distinct()
            ).all()
            if not found:
                found = [make_judge(self.ctx, name)]
                report.made["judges"] += 1
            self.people[name] = list(found)
        return self.people[name]

    def _must_be_unmarked(self, room: Room) -> None:
        """Refuse scorecards that are in already, of judges who are recused, and of entries not admitted."""
        held = self.ctx.session.execute(
            select(Assignment.entry_id, Assignment.user_id, Assignment.state).where(
                Assignment.round_id == room.round.id, Assignment.state.in_(("submitted", "recused"))
            )
        ).all()
        recused = self.ctx.session.execute(
            select(Recusal.entry_id, Recusal.user_id)
            .join(Entry, Entry.id == Recusal.entry_id)
            .where(Entry.category_id == room.category.id, Recusal.lifted_at.is_(None))
        ).all()
        why = {
            (e, u): "has submitted a scorecard for it already" for e, u, state in held if state == "submitted"
        }
        why |= {(e, u): "has stepped back from it" for e, u, state in held if state == "recused"}
        why |= {(row.entry_id, row.user_id): "is recused from it" for row in recused}
        names = {user.id: user for users in room.judges.values() for user in users}
        admitted = set(
            self.ctx.session.scalars(select(RoundEntry.entry_id).where(RoundEntry.round_id == room.round.id))
        )
        for (position, judge), card in room.cards.items():
            entry = room.listed[position]
            fresh = room.is_fresh(entry)
            if not fresh and entry.id not in admitted:
                self.faults.append(
                    Fault(card.line, "entry", f"{entry.title} has not been admitted to this round")
                )
            said = None if fresh else why.get((entry.id, judge))
            if names[judge].employer_id is not None and names[judge].employer_id in (
                entry.organisation_id,
                entry.workspace_id,
            ):
                said = "works for the organisation that is nominated or that entered"
            if said:
                self.faults.append(Fault(card.line, "judge", f"{names[judge].name} {said}: {entry.title}"))
