"""The same act for many entries: first a preview that says which will move and why others cannot, then all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from heroes.domain.entry_states import RULES, Act, Given, State
from heroes.domain.workflow import SENTENCES, Refused, decide
from heroes.models.entries import Entry
from heroes.models.seasons import Category
from heroes.services import acting, door, screening
from heroes.services.acting import Loaded, load_many
from heroes.services.context import Context
from heroes.services.entry_facts import Background
from heroes.services.refusals import Invalid
from heroes.services.transactions import transaction

MOST_ROWS = 500


class BulkAct(StrEnum):
    """What may be done to many entries at once."""

    ELIGIBLE = "eligible"
    SHORTLIST = "shortlist"
    NOT_SHORTLIST = "not_shortlist"
    RECONSIDER = "reconsider"
    NOT_AWARD = "not_award"


@dataclass(frozen=True, slots=True)
class Line:
    """One chosen entry: it will move, or the sentence says why it cannot."""

    entry: Entry
    category: Category
    version: int
    refusal: str

    @property
    def moves(self) -> bool:
        """Whether the act will move it."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen to each chosen entry."""

    act: BulkAct
    lines: tuple[Line, ...]

    @property
    def moving(self) -> tuple[Line, ...]:
        """Those that will move, with the versions to send back."""
        return tuple(line for line in self.lines if line.moves)

    @property
    def staying(self) -> tuple[Line, ...]:
        """Those that cannot."""
        return tuple(line for line in self.lines if not line.moves)


def parsed(act: str) -> BulkAct:
    """The act by its name, or `Invalid`."""
    try:
        return BulkAct(act)
    except ValueError as error:
        raise Invalid({"act": "Choose what to do with them."}) from error


def preview(
    ctx: Context, season_slug: str, act: BulkAct, handles: Sequence[str], given: Given | None = None
) -> Preview:
    """Say for each chosen entry what would happen to it; writes nothing.

    Reads the same facts and asks the same rules as applying does. Raises `Invalid` for nothing or too much chosen.
    """
    handles = list(dict.fromkeys(handles))
    if not handles:
        raise Invalid({"entry": "Choose at least one entry."})
    if len(handles) > MOST_ROWS:
        raise Invalid({"entry": f"Choose at most {MOST_ROWS} entries at once."})
    found = load_many(ctx, season_slug, handles)
    sentences = _screening(ctx, found) if act is BulkAct.ELIGIBLE else _moving(ctx, found, Act(act), given)
    lines = tuple(
        Line(loaded.entry, loaded.setting.category, loaded.entry.version, sentences[loaded.entry.id])
        for loaded in found
    )
    return Preview(act, lines)


def _screening(ctx: Context, found: Sequence[Loaded]) -> dict[int, str]:
    sentences = {}
    for loaded in found:
        why = screening.refusal(loaded.entry, loaded.standing, ended=loaded.ended(ctx))
        already = loaded.entry.screening == "eligible"
        sentences[loaded.entry.id] = SENTENCES[why] if why else "It is eligible already." if already else ""
    return sentences


def _moving(ctx: Context, found: Sequence[Loaded], act: Act, given: Given | None) -> dict[int, str]:
    entries = [loaded.entry for loaded in found]
    settings = {loaded.entry.category_id: loaded.setting for loaded in found}
    background = Background(ctx, entries, frozenset({act}), settings)
    sentences = {}
    for loaded in found:
        standing = loaded.standing
        facts = background.facts(loaded.entry)
        verdict = decide(act, standing.roles, facts, given, conflicted=standing.conflicted)
        sentences[loaded.entry.id] = verdict.sentence if isinstance(verdict, Refused) else ""
    return sentences


def apply(
    ctx: Context, season_slug: str, act: BulkAct, versions: dict[str, int], given: Given | None = None
) -> int:
    """Move exactly these entries (handle -> the version that was previewed) and return how many.

    All or none: raises `Faster` if any has changed since, and what the door raises if a rule now refuses one.
    """
    if not versions or len(versions) > MOST_ROWS:
        raise Invalid({"entry": f"Choose from one to {MOST_ROWS} entries."})
    given = given or Given()
    if act is BulkAct.ELIGIBLE:
        screening.screen_many(ctx, season_slug, versions, "eligible", given.reason)
        return len(versions)
    with transaction(ctx):
        found = load_many(ctx, season_slug, list(versions), hold=True)
        entries = [loaded.entry for loaded in found]
        expected = {entry.id: versions[entry.handle] for entry in entries}
        if Act(act) is Act.NOT_SHORTLIST:
            for entry in entries:
                if entry.state == State.RETURNED:
                    acting.back_to_what_was_sent(ctx, entry)
        standings = {loaded.entry.id: loaded.standing for loaded in found}
        moved = door.move_many(ctx, entries, Act(act), given=given, expected=expected, standings=standings)
        for loaded, step in zip(found, moved, strict=True):
            acting.tell(ctx, loaded, step, given)
    return len(moved)


def asks_reason(act: BulkAct) -> bool:
    """Whether the act can need or take a reason, so that its preview asks for one."""
    return act is not BulkAct.ELIGIBLE and bool(RULES[Act(act)].needs)
