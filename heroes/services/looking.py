"""Results that are computed for a look and not stored: for commands, never for a web worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from heroes.domain import results
from heroes.domain.counting import METHODS, Standings
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.rule_pages import fingerprint
from heroes.services import running
from heroes.services.boards import Where, label
from heroes.services.computing import DRAWS, Claimed, Computed, one_moment, read_material, silent, work_out
from heroes.services.context import Context
from heroes.services.refusals import Invalid, Refusal
from heroes.services.standings import place_of


@dataclass(frozen=True, slots=True)
class Looked:
    """A result that is computed for a look and not stored, with what its entries and judges are called.

    `rule_card` is the fingerprint of the rules in force; none while the season is being built.
    """

    where: Where
    computed: Computed
    head: str
    rule_card: str | None
    titles: Mapping[str, str]
    names: Mapping[str, str]


def look(
    ctx: Context,
    season: str,
    category: str,
    in_round: str | None = None,
    method: str | None = None,
    places: int | None = None,
) -> Looked:
    """Compute a round's result at once and store nothing. Names, rights and refusals as in `standings.standings`."""
    if method is not None and method not in METHODS:
        raise Invalid({"method": f"There is no method “{method}”: there are {', '.join(METHODS)}."})
    where, _ = place_of(ctx, season, category, in_round)
    round_ = where[2]
    wish = running.Wish(method, places or running.places_of(ctx, where[1], round_))
    with one_moment(ctx):
        material = read_material(ctx, round_.id)
        entries = read.in_the_running(ctx.session, round_.id)
        names = runs.names_of(ctx.session, {mark.judge for mark in material.gathered.marks})
        length, head = read.audit_head(ctx.session, where[0].id)
        card = fingerprint(ctx.session, where[0].id)
    claimed = Claimed(0, 0, round_.id, round_.method, wish, DRAWS, 0, round_.draw_seed)
    try:
        computed = work_out(material, claimed, silent, reports=False)
    except (ValueError, ArithmeticError) as error:
        raise Refusal(str(error), "not_computed") from error
    titles = {label(entry): entry.title for entry in entries}
    return Looked(
        where, computed, f"{where[0].slug}:{length}:{head}", card[1] if card else None, titles, names
    )


@dataclass(frozen=True, slots=True)
class Blended:
    """One result of several rounds, with what each came to and its weight."""

    parts: tuple[tuple[Looked, Decimal], ...]
    standings: Standings
    titles: Mapping[str, str]


def look_blended(ctx: Context, season: str, category: str, parts: Sequence[tuple[str, Decimal]]) -> Blended:
    """Compute rounds at once, each by its own method, and blend them; stores nothing. Refusals as in `look`."""
    looked = [(look(ctx, season, category, in_round), weight) for in_round, weight in parts]
    if len({one.where[2].id for one, _ in looked}) < len(looked):
        raise Invalid({"blend": "A round is named twice."})
    found = results.blend(
        [
            results.Part(one.computed.standings, one.computed.material.gathered.criteria, weight)
            for one, weight in looked
        ]
    )
    titles = {entry: title for one, _ in looked for entry, title in one.titles.items()}
    return Blended(tuple(looked), found, titles)
