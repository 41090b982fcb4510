"""Results bundles: a category's result as one signed file that anybody can work out again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from heroes import __version__
from heroes.adapters.signing import Signer, fingerprint
from heroes.domain import bundles
from heroes.domain.counting import Mark
from heroes.domain.policy import Deed
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import NotNow
from heroes.services.standings import Board, find_season, standings
from heroes.services.transactions import transaction


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle ready to be handed out."""

    data: bytes
    entries: int
    marks: int
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
    """The result of a category in a round as a signed file, for staff who may export; written into the trail.

    Judges are pseudonyms that are different in every bundle, and so are the entries unless `references` are asked
    for. Raises `NotNow` where the result cannot be told under other names. Ends the running reading transaction.
    """
    found = staff_season(ctx, find_season(ctx, season).slug, Deed.EXPORT)
    board = standings(ctx, found.slug, category, in_round)
    source = _source(ctx, board)
    season_id, subject = found.id, f"{found.slug}/{board.category.slug}/{board.round.slug}"
    # Ranking again takes seconds in a large season: nobody waits for it, and only the record is written under a lock.
    ctx.session.rollback()
    try:
        payload = bundles.build(source, bytes.fromhex(ctx.chance.token_hex(32)), references=references)
        # What a stranger's reading would find is found here first: nobody is handed a file that does not hold good.
        verdict = bundles.recompute(bundles.read(payload))
    except (bundles.CannotBundle, bundles.BadBundle) as error:
        raise NotNow(str(error), "cannot_bundle") from error
    if verdict.difference is not None:
        raise NotNow(
            f"This result does not reproduce itself: {verdict.difference.sentence}.", "cannot_bundle"
        )
    signature = signer.sign(bundles.to_sign(payload))
    data = bundles.seal(bundles.Envelope(signer.public, signature, payload))
    key = fingerprint(signer.public)
    with transaction(ctx):
        note(
            ctx,
            "results.export",
            subject,
            season_id=season_id,
            after={
                "digest": source.digest,
                "run": source.run,
                "sha256": hashlib.sha256(data).hexdigest(),
                "key": key,
                "references": references,
            },
        )
    return Bundled(data, len(source.entries), len(source.marks), key)


def _source(ctx: Context, board: Board) -> bundles.Source:
    return bundles.Source(
        program=__version__,
        made_at=ctx.now.isoformat(timespec="seconds"),
        season=bundles.Named(board.season.slug, board.season.name),
        category=bundles.Named(board.category.slug, board.category.name),
        round=bundles.Named(board.round.slug, board.round.name),
        criteria=board.criteria,
        entries=[line.standing.entry for line in board.lines],
        marks=list(_marks(board)),
        settings={},
        standings=board.standings,
        digest=board.digest,
        run=None,
        audit_head=board.head,
    )


def _marks(board: Board) -> Iterator[Mark]:
    for line in board.lines:
        for given in line.given:
            for criterion, value in zip(board.criteria, given.marks, strict=True):
                yield Mark(line.standing.entry, given.judge, criterion.name, value)
