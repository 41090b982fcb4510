"""Results bundles: a category's result as one signed file that anybody can work out again.

For commands, never for a web worker: what is exported is ranked again under other names (numpy and scipy).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from heroes import __version__
from heroes.adapters.signing import Signer, fingerprint
from heroes.domain import bundles
from heroes.domain.counting import RULES, Criterion, LeftOut, Mark, plain
from heroes.domain.counting.standings import INCOMPLETE
from heroes.domain.policy import Deed
from heroes.models import run_pages as runs
from heroes.models.runs import ResultsRun
from heroes.services import computing, looking, running
from heroes.services.auditing import note
from heroes.services.boards import Board, NotComputed, Where
from heroes.services.context import Context
from heroes.services.gathering import Gathered
from heroes.services.permission import staff_season
from heroes.services.refusals import NotNow
from heroes.services.standings import find_season, standings
from heroes.services.transactions import transaction


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle ready to be handed out."""

    data: bytes
    entries: int
    marks: int
    run: str | None
    """The handle of the run that it holds; None where none is stored, and it was computed for the bundle."""
    stale: bool
    """Whether marks have changed since that run."""
    key: str
    """The fingerprint of the key that it was signed with."""


def results(
    ctx: Context,
    signer: Signer,
    season: str,
    category: str,
    in_round: str | None = None,
    *,
    references: bool = False,
) -> Bundled:
    """The last done run of a category's round as a signed file, for staff who may export; written into the trail.

    Where there is no run the result is computed at once. Judges are pseudonyms that are different in every bundle, and
    so are the entries unless `references` are asked for. Raises `NotNow` where the result cannot be told under other
    names, and for somebody who still has to judge in the round. Ends the reading transaction.
    """
    found = staff_season(ctx, find_season(ctx, season).slug, Deed.EXPORT)
    season_id = found.id
    source, stale = _source(ctx, found.slug, category, in_round)
    # Ranking again takes seconds in a large season: nobody waits for it, and only the record is written under a lock.
    ctx.session.rollback()
    payload = _payload(source, bytes.fromhex(ctx.chance.token_hex(32)), references=references)
    signature = signer.sign(bundles.to_sign(payload))
    data = bundles.seal(bundles.Envelope(signer.public, signature, payload))
    key = fingerprint(signer.public)
    with transaction(ctx):
        note(
            ctx,
            "results.export",
            f"{source.category.slug}/{source.round.slug}",
            season_id=season_id,
            after={
                "digest": source.digest,
                "run": source.run,
                "sha256": hashlib.sha256(data).hexdigest(),
                "key": key,
                "references": references,
            },
        )
    marks = sum(mark.value is not None for mark in source.marks)
    return Bundled(data, len(source.ranks), marks, source.run, stale, key)


def _payload(source: bundles.Source, salt: bytes, *, references: bool) -> bytes:
    try:
        payload = bundles.build(source, salt, references=references)
        # What a stranger's reading would find is found here first: nobody is handed a file that does not hold good.
        difference = bundles.recompute(bundles.read(payload)).difference
    except (bundles.CannotBundle, bundles.BadBundle) as error:
        raise NotNow(str(error), "cannot_bundle") from error
    if difference is not None:
        raise NotNow(f"This result does not reproduce itself: {difference.sentence}.", "cannot_bundle")
    return payload


def _source(ctx: Context, season: str, category: str, in_round: str | None) -> tuple[bundles.Source, bool]:
    """What to bundle, and whether marks have changed since."""
    try:
        board = standings(ctx, season, category, in_round, page=1, per_page=1)
    except NotComputed:
        board = None
    if board is not None and board.run is not None:
        return _of_run(ctx, board, ctx.session.get_one(ResultsRun, board.run.id)), board.stale
    return _computed(ctx, looking.look(ctx, season, category, in_round)), False


def _of_run(ctx: Context, board: Board, run: ResultsRun) -> bundles.Source:
    if run.rules != RULES:
        raise NotNow(
            f"This run was computed under rules {run.rules}; this program knows {RULES}.", "other_rules"
        )
    criteria = tuple(plain.from_plain(Criterion, one) for one in run.summary["criteria"])
    lines = runs.whole_of(ctx.session, run.id)
    marks = tuple(
        Mark(line.data["entry"], judge, criterion.name, None if text is None else Decimal(text))
        for line in lines
        for judge, card in line.marks.items()
        for criterion, text in zip(criteria, card, strict=True)
    )
    ranks = {line.data["entry"]: line.data["rank"] for line in lines}
    gathered = Gathered(run.revision or 0, criteria, marks, dict.fromkeys(ranks, 0))
    method, _ = computing.method_for(gathered, run.asked if run.explicit else None, run.asked)
    return bundles.Source(
        **_about(ctx, (board.season, board.category, board.round, board.rounds), board.head),
        criteria=criteria,
        marks=marks,
        settings={
            "method": method,
            "places": run.places,
            "draws": run.draws,
            "seed": run.seed,
            "tie_seed": board.round.draw_seed,
            "across_groups": run.across_groups,
            "prior": True,
        },
        ranks=ranks,
        asked=board.standings.asked,
        reason=run.reason,
        set_aside=_never_ranked(board.standings.left_out),
        digest=run.digest or "",
        run=run.handle,
    )


def _computed(ctx: Context, looked: looking.Looked) -> bundles.Source:
    gathered, ranked = looked.computed.material.gathered, looked.computed.standings
    _, category, round_, _ = looked.where
    return bundles.Source(
        **_about(ctx, looked.where, looked.head),
        criteria=gathered.criteria,
        marks=gathered.marks,
        settings={
            "method": computing.method_for(gathered, None, round_.method)[0],
            "places": running.places_of(ctx, category, round_),
            "draws": computing.DRAWS,
            "seed": 0,
            "tie_seed": round_.draw_seed,
            "across_groups": False,
            "prior": True,
        },
        ranks={one.entry: one.rank for one in ranked.entries},
        asked=ranked.asked,
        reason=ranked.reason,
        set_aside=_never_ranked(ranked.left_out),
        digest=looked.computed.digest,
        run=None,
    )


def _never_ranked(left_out: Sequence[LeftOut]) -> list[LeftOut]:
    """Scorecards that a result was told of only in order to list them; the others are found again by ranking."""
    return [one for one in left_out if one.why != INCOMPLETE]


def _about(ctx: Context, where: Where, head: str) -> dict[str, Any]:
    season, category, round_, _ = where
    return {
        "program": __version__,
        "made_at": ctx.now.isoformat(timespec="seconds"),
        "season": bundles.Named(season.slug, season.name),
        "category": bundles.Named(category.slug, category.name),
        "round": bundles.Named(round_.slug, round_.name),
        "audit_head": head,
    }
