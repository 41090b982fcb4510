"""The times of a live round: making them, giving them to entries, and telling an entrant whose time changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from heroes.domain.entry_states import State
from heroes.domain.policy import Deed
from heroes.domain.questions import clean_text
from heroes.domain.round_kinds import kind_of
from heroes.domain.round_settings import read_instant, said
from heroes.domain.scorecards import can_be_marked
from heroes.models import round_pages as read
from heroes.models.entries import Entry, RoundEntry
from heroes.models.seasons import Category, Panel, Release, Round, Season, Slot
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.posting import owe
from heroes.services.refusals import Invalid, NotFound, Refusal
from heroes.services.rounds import staff_round
from heroes.services.slot_clashes import clash_of, ends_at
from heroes.services.transactions import transaction

MOST_MINUTES = 600
MOST_AT_ONCE = 200
MOST_PLACE = 200
Where = tuple[str, str, str]
"""The slugs of season, category and round."""


@dataclass(frozen=True, slots=True)
class Times:
    """A live round's slots with what is in them, those who wait for one, and whether entrants know of theirs."""

    season: Season
    category: Category
    round: Round
    panel: Panel
    slots: tuple[tuple[Slot, Entry | None], ...]
    waiting: tuple[Entry, ...]
    told: bool

    @property
    def free(self) -> tuple[Slot, ...]:
        """Those that nobody has."""
        return tuple(slot for slot, entry in self.slots if entry is None)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A slot that is to be made."""

    starts_at: datetime
    minutes: int
    place: str


def times_of(ctx: Context, where: Where, deed: Deed = Deed.SEE_SEASON) -> Times:
    """The slots of a round, for staff. Raises `NotFound` for a round of a kind that has none."""
    season, category, round_ = staff_round(ctx, *where, deed)
    if not kind_of(round_.kind).slots:
        raise NotFound
    admitted = ctx.session.scalars(
        select(Entry)
        .join(RoundEntry, RoundEntry.entry_id == Entry.id)
        .where(RoundEntry.round_id == round_.id)
        .order_by(Entry.reference, Entry.id)
    ).all()
    slots = read.slots_of(ctx.session, round_.id)
    by_id = {entry.id: entry for entry in admitted}
    placed = {slot.entry_id for slot in slots}
    return Times(
        season,
        category,
        round_,
        ctx.session.get_one(Panel, round_.panel_id),
        tuple((slot, by_id.get(slot.entry_id or 0)) for slot in slots),
        tuple(e for e in admitted if e.id not in placed and _presents(e)),
        ctx.session.get_one(Release, category.shortlist_release_id).released_at is not None,
    )


def _presents(entry: Entry) -> bool:
    return can_be_marked(State(entry.state), after_shortlist=True)


def _held(ctx: Context, where: Where) -> Times:
    """The same, to change: nobody else plans for this round or its panel until the transaction ends."""
    season, _, round_ = staff_round(ctx, *where, Deed.ASSIGN)
    ctx.session.execute(select(Panel.id).where(Panel.id == round_.panel_id).with_for_update())
    ctx.session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())
    if season.ended_at is not None and season.ended_at <= ctx.now:
        raise Refusal("The season has ended, so its times stay as they are.", "season_ended")
    if round_.closes_at <= ctx.now:
        raise Refusal("This round has closed, so its times stay as they are.", "round_closed")
    return times_of(ctx, where, Deed.ASSIGN)


def _slot(times: Times, slot_id: str) -> tuple[Slot, Entry | None]:
    for slot, entry in times.slots:
        if str(slot.id) == slot_id:
            return slot, entry
    raise NotFound("This time is not there any more.")


# ---- making and taking away ----


def make(ctx: Context, where: Where, typed: Mapping[str, str]) -> int:
    """Make times one after the other from `starts` on, `minutes` each, `count` of them, at a `place`; return how many.

    All or none. Raises `Invalid` by field; at "starts" for one outside the round, or where the panel or the place is
    taken, naming by what.
    """
    with transaction(ctx):
        times = _held(ctx, where)
        wishes = _read(times, typed)
        taken = read.slots_in_season(ctx.session, times.season.id)
        for wish in wishes:
            clash = clash_of(wish, times.round.panel_id, taken, times.season)
            if clash:
                raise Invalid({"starts": clash})
        ctx.session.add_all(
            Slot(round_id=times.round.id, starts_at=one.starts_at, minutes=one.minutes, place=one.place)
            for one in wishes
        )
        _note(
            ctx,
            "slot.make",
            times,
            f"{times.category.slug}/{times.round.slug}",
            after={
                "from": wishes[0].starts_at,
                "minutes": wishes[0].minutes,
                "count": len(wishes),
                "place": wishes[0].place,
            },
        )
        return len(wishes)


def _read(times: Times, typed: Mapping[str, str]) -> list[_Wish]:
    errors: dict[str, str] = {}
    minutes = _whole(typed, "minutes", MOST_MINUTES, errors)
    count = _whole(typed, "count", MOST_AT_ONCE, errors)
    place = " ".join(clean_text(typed.get("place", "")).split())
    if len(place) > MOST_PLACE:
        errors["place"] = f"Say it in up to {MOST_PLACE} characters."
    starts_at = None
    try:
        starts_at = read_instant(typed.get("starts", ""), times.season.timezone)
    except ValueError as error:
        errors["starts"] = str(error)
    if errors or starts_at is None:
        raise Invalid(errors)
    wishes = [_Wish(starts_at + timedelta(minutes=minutes * n), minutes, place) for n in range(count)]
    zone, round_ = times.season.timezone, times.round
    if starts_at < round_.opens_at:
        raise Invalid({"starts": f"{round_.name} opens {said(round_.opens_at, zone)}. Begin then, or later."})
    if ends_at(wishes[-1]) > round_.closes_at:
        ends, closes = said(ends_at(wishes[-1]), zone), said(round_.closes_at, zone)
        raise Invalid({"count": f"The last would end {ends}, and {round_.name} closes {closes}."})
    return wishes


def _whole(typed: Mapping[str, str], field: str, most: int, errors: dict[str, str]) -> int:
    text = typed.get(field, "").strip()
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most:
        return int(text)
    errors[field] = f"Give a whole number from 1 to {most}."
    return 0


def remove(ctx: Context, where: Where, slot_id: str) -> None:
    """Take a free time away. Raises `Invalid` at "times" where an entry has it."""
    with transaction(ctx):
        times = _held(ctx, where)
        slot, entry = _slot(times, slot_id)
        if entry is not None:
            raise Invalid({"times": f"{entry.title} has this time. Take it back first."})
        ctx.session.execute(delete(Slot).where(Slot.id == slot.id))
        before = _as_said(slot)
        _note(ctx, "slot.remove", times, f"{times.category.slug}/{times.round.slug}", before=before)


# ---- giving and taking back ----


def assign(ctx: Context, where: Where, slot_id: str, entry_handle: str) -> None:
    """Give a free time to an entry that has none yet.

    Raises `Invalid` at "times" where the time is taken or the entry has one, naming it.
    """
    with transaction(ctx):
        times = _held(ctx, where)
        slot, there = _slot(times, slot_id)
        if not entry_handle:
            raise Invalid({"times": "Choose an entry."})
        for other, entry in times.slots:
            if entry is not None and entry.handle == entry_handle:
                raise Invalid({"times": f"{entry.title} has a time already: {_said(times, other)}."})
        _must_be_free(there)
        found = next((entry for entry in times.waiting if entry.handle == entry_handle), None)
        if found is None:
            raise Invalid({"times": "This entry does not present in this round, as things stand."})
        _give(ctx, times, slot, found)


def move(ctx: Context, where: Where, slot_id: str, to_slot_id: str) -> None:
    """Give the entry of one time another one that is free. Raises `Invalid` at "times" where it is not."""
    with transaction(ctx):
        times = _held(ctx, where)
        slot, entry = _slot(times, slot_id)
        to, there = _slot(times, to_slot_id)
        if entry is None:
            raise Invalid({"times": "Nobody has this time any more."})
        if to.id == slot.id:
            return
        _must_be_free(there)
        slot.entry_id = None
        ctx.session.flush()
        _give(ctx, times, to, entry, before=slot)


def clear(ctx: Context, where: Where, slot_id: str) -> None:
    """Take a time back from its entry, which then waits for another."""
    with transaction(ctx):
        times = _held(ctx, where)
        slot, entry = _slot(times, slot_id)
        if entry is None:
            return
        slot.entry_id = None
        _note(ctx, "slot.clear", times, _label(entry), entry=entry, before=_as_said(slot))
        _tell(ctx, times, entry, None)


def fill(ctx: Context, where: Where) -> int:
    """Give the free times that are still to come, in their order, to those who wait, by reference; return how many."""
    with transaction(ctx):
        times = _held(ctx, where)
        coming = [slot for slot in times.free if slot.starts_at > ctx.now]
        # As many as there are of both.
        pairs = list(zip(coming, times.waiting, strict=False))
        for slot, entry in pairs:
            _give(ctx, times, slot, entry)
        return len(pairs)


def _must_be_free(there: Entry | None) -> None:
    if there is not None:
        raise Invalid({"times": f"{there.title} has this time already."})


def _give(ctx: Context, times: Times, slot: Slot, entry: Entry, before: Slot | None = None) -> None:
    slot.entry_id = entry.id
    ctx.session.flush()
    _note(
        ctx,
        "slot.assign",
        times,
        _label(entry),
        entry=entry,
        before=_as_said(before) if before else None,
        after=_as_said(slot),
    )
    _tell(ctx, times, entry, slot)


def _tell(ctx: Context, times: Times, entry: Entry, slot: Slot | None) -> None:
    """Owe the entrant a mail, once they know that they are on the shortlist; before, it would tell them."""
    if not times.told or not _presents(entry):
        return
    when = {} if slot is None else {"starts_at": slot.starts_at.isoformat(), "minutes": slot.minutes}
    owe(
        ctx,
        "slot",
        entry.nominator_email,
        to_name=entry.nominator_name,
        key=f"slot:{entry.id}:{ctx.chance.token_hex(8)}",
        season_id=times.season.id,
        entry_id=entry.id,
        round=times.round.name,
        place=slot.place if slot else "",
        has_time=slot is not None,
        **when,
    )


def _note(
    ctx: Context,
    act: str,
    times: Times,
    subject: str,
    *,
    entry: Entry | None = None,
    before: object = None,
    after: object = None,
) -> None:
    entry_id = entry.id if entry else None
    note(ctx, act, subject, season_id=times.season.id, entry_id=entry_id, before=before, after=after)


def _label(entry: Entry) -> str:
    return entry.reference or entry.handle


def _as_said(slot: Slot) -> dict[str, object]:
    return {"starts": slot.starts_at, "minutes": slot.minutes, "place": slot.place}


def _said(times: Times, slot: Slot) -> str:
    return said(slot.starts_at, times.season.timezone) + (f" in {slot.place}" if slot.place else "")


# ---- what the others see ----


def slot_of(ctx: Context, round_: Round, entry_id: int) -> Slot | None:
    """The time of an entry in a round of a kind that has times. Callers have asked who may know."""
    if not kind_of(round_.kind).slots:
        return None
    return ctx.session.scalar(select(Slot).where(Slot.round_id == round_.id, Slot.entry_id == entry_id))


def own_slot(ctx: Context, entry: Entry, shortlist: Release) -> tuple[Round, Slot] | None:
    """When and where an entrant's own entry presents; nothing before the shortlist is out, for it would tell."""
    if shortlist.released_at is None or not _presents(entry):
        return None
    row = ctx.session.execute(
        select(Round, Slot).join(Slot, Slot.round_id == Round.id).where(Slot.entry_id == entry.id)
    ).first()
    return None if row is None else (row[0], row[1])
