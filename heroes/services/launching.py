"""Opening a season, and ending it: the two acts after which nothing is as it was."""

from collections import defaultdict

from sqlalchemy import delete, select

from heroes.domain.phrases import many
from heroes.domain.policy import Deed
from heroes.models.preflight_pages import set_up
from heroes.models.seasons import Category, Criterion, FormVersion, Round, RuleCard, ScoreSet, Season
from heroes.services import preflight, rehearsing, rule_cards
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid, NotNow
from heroes.services.transactions import transaction

MOST_REASON = 2_000


class NotReady(NotNow):
    """The pre-flight has red lines; `findings` are they."""

    def __init__(self, findings: tuple[preflight.Finding, ...]) -> None:
        """Keep them, for a page or a command to list."""
        super().__init__(
            f"{many(len(findings), 'thing keeps', 'things keep')} this season from being opened.", "red"
        )
        self.findings = findings


def open_season(ctx: Context, season_slug: str, typed: str) -> RuleCard:
    """Open a season: from now on everybody sees it, everything in it is real, and its rule card is public.

    `typed` is its name, as whoever opens it has typed it. The rehearsal goes away, and every form and score set is
    published as its first. Raises `Invalid` for another name, `NotReady` while the pre-flight has red lines, `NotNow`
    for a season that is open already. It happens whole or not at all.
    """
    with transaction(ctx):
        season = rehearsing.being_built(ctx, season_slug, Deed.OPEN_SEASON)
        _must_be_typed(season, typed)
        found = preflight.examine(set_up(ctx.session, season), ctx.now)
        if found.red:
            raise NotReady(found.red)
        gone = rehearsing.clear(ctx, season)
        rehearsing.publish(ctx, season)
        _count_from_one(ctx, season)
        season.opened_at, season.opened_by_id, season.rehearsing_since = ctx.now, ctx.actor.user_id, None
        ctx.session.flush()
        card = rule_cards.freeze(ctx, season)
        note(
            ctx,
            "season.open",
            season.slug,
            season_id=season.id,
            after={"rule_card": card.digest, "rehearsed_entries": gone},
        )
    return card


def _must_be_typed(season: Season, typed: str) -> None:
    if " ".join(typed.split()) != " ".join(season.name.split()):
        raise Invalid({"confirm": f"Type the name of the season as it stands here: {season.name}"})


def _count_from_one(ctx: Context, season: Season) -> None:
    """Forget what only the rehearsal was held with: the newest form and the score sets in use come first now."""
    session = ctx.session
    categories = select(Category.id).where(Category.season_id == season.id)
    forms = session.scalars(
        select(FormVersion).where(FormVersion.category_id.in_(categories)).order_by(FormVersion.number.desc())
    ).all()
    newest: dict[int, FormVersion] = {}
    for form in forms:
        newest.setdefault(form.category_id, form)
    session.execute(
        delete(FormVersion).where(
            FormVersion.category_id.in_(categories),
            FormVersion.id.not_in([form.id for form in newest.values()]),
        )
    )
    for form in newest.values():
        form.number, form.published_at = 1, ctx.now
    used = select(Round.score_set_id).where(Round.category_id.in_(categories))
    unused = select(ScoreSet.id).where(ScoreSet.category_id.in_(categories), ScoreSet.id.not_in(used))
    session.execute(delete(Criterion).where(Criterion.score_set_id.in_(unused)))
    session.execute(delete(ScoreSet).where(ScoreSet.category_id.in_(categories), ScoreSet.id.not_in(used)))
    kept: defaultdict[int, int] = defaultdict(int)
    for one in session.scalars(
        select(ScoreSet).where(ScoreSet.category_id.in_(categories)).order_by(ScoreSet.number)
    ):
        kept[one.category_id] += 1
        one.number, one.published_at, one.reason = kept[one.category_id], ctx.now, None
        session.flush()


def end_season(ctx: Context, season_slug: str, typed: str, reason: str) -> None:
    """End a season: what is decided stays, and only an owner can still correct it. For owners.

    Raises `Invalid` without its name and a reason, `NotNow` for a season that is not open or has ended.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.END_SEASON)
        rehearsing.hold(ctx, season)
        if season.opened_at is None:
            raise NotNow("This season has not been opened.", "not_open")
        if season.ended_at is not None:
            raise NotNow("This season has ended already.", "season_ended")
        reason = reason.strip()
        errors = {}
        if not reason:
            errors["reason"] = "Say in a sentence why it ends now."
        elif len(reason) > MOST_REASON:
            errors["reason"] = f"Keep this under {MOST_REASON:,} characters."
        try:
            _must_be_typed(season, typed)
        except Invalid as error:
            errors |= error.errors
        if errors:
            raise Invalid(errors)
        season.ended_at = ctx.now
        note(ctx, "season.end", season.slug, season_id=season.id, reason=reason)
