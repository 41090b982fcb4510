"""Trying a season out before it is opened. Its entries live only in that season, and all of them go away again."""

from sqlalchemy import delete, func, null, select, update

from heroes.domain.policy import Deed
from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.entries import AnswerSheet, Entry, Recusal, RoundEntry, Tally
from heroes.models.judging import Assignment, Mark
from heroes.models.outbox import OutboxMail
from heroes.models.people import Invitation, Membership, Organisation, PrivateLink, User
from heroes.models.runs import ResultsRun, RunLine, RunTie
from heroes.models.search import forget_season
from heroes.models.seasons import Category, Release, Round, Season, SeasonCounter, Slot, Visits
from heroes.services import form_publishing, score_set_publishing
from heroes.services.auditing import REHEARSAL, note
from heroes.services.context import Context
from heroes.services.permission import staff_season
from heroes.services.posting import NOT_REHEARSED
from heroes.services.refusals import Invalid, NotNow
from heroes.services.transactions import transaction


def start(ctx: Context, season_slug: str) -> None:
    """Begin to try a season out, as it is set up now; once more brings what was changed since.

    From now on its staff and the judges on its panels use it as if it were open, whatever the dates say. Raises
    `Invalid` with every form and scorecard that nobody could use yet, `NotNow` for a season that is open.
    """
    with transaction(ctx):
        season = being_built(ctx, season_slug, Deed.REHEARSE)
        publish(ctx, season)
        season.rehearsing_since = season.rehearsing_since or ctx.now
        note(ctx, "season.rehearse", season.slug, season_id=season.id)


def stop(ctx: Context, season_slug: str, *, go_on: bool = False) -> int:
    """Take away everything that was tried, and end the rehearsal unless it is to `go_on`; returns how many entries."""
    with transaction(ctx):
        season = being_built(ctx, season_slug, Deed.REHEARSE)
        gone = clear(ctx, season)
        if not go_on:
            season.rehearsing_since = None
        note(
            ctx,
            "season.clear",
            season.slug,
            season_id=season.id,
            after={"entries": gone, "goes_on": go_on},
        )
    return gone


def being_built(ctx: Context, season_slug: str, deed: Deed) -> Season:
    """A season that is not open, held until the transaction ends. Raises `NotNow` for one that is."""
    season = staff_season(ctx, season_slug, deed)
    hold(ctx, season)
    if season.opened_at is not None:
        raise NotNow("This season is open: what happens in it is real.", "open_already")
    return season


def hold(ctx: Context, season: Season) -> None:
    """Read anew how far a season is, and keep it so, without another entry, until the transaction ends."""
    facts = ["opened_at", "ended_at", "rehearsing_since", "name", "version"]
    ctx.session.refresh(season, facts, with_for_update=True)


def publish(ctx: Context, season: Season) -> None:
    """Publish every form and scorecard as they stand. Raises `Invalid` with all that could not be used."""
    faults = dict(enumerate(score_set_publishing.ensure_sets(ctx, season)))
    errors = {f"scorecard-{number}": said for number, said in faults.items()}
    try:
        form_publishing.publish_all(ctx, season)
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors)


def tried(ctx: Context, season: Season) -> int:
    """How many entries there are in a season."""
    return ctx.session.scalar(select(func.count()).where(Entry.season_id == season.id)) or 0


def clear(ctx: Context, season: Season) -> int:
    """Delete every row that hangs on the season's entries, and count references anew; returns how many entries.

    The records of the audit trail stay, without their bodies. Needs a running transaction. Raises `NotNow` for a
    season that is open.
    """
    if season.opened_at is not None:
        raise NotNow("This season is open: what happens in it is real.", "open_already")
    session = ctx.session
    gone = tried(ctx, season)
    entries = select(Entry.id).where(Entry.season_id == season.id)
    categories = select(Category.id).where(Category.season_id == season.id)
    rounds = select(Round.id).where(Round.category_id.in_(categories))
    assignments = select(Assignment.id).where(Assignment.round_id.in_(rounds))
    runs = select(ResultsRun.id).where(ResultsRun.round_id.in_(rounds))
    forget_season(session, season.id)
    for statement in (
        update(Slot).where(Slot.round_id.in_(rounds)).values(entry_id=None),
        delete(Mark).where(Mark.assignment_id.in_(assignments)),
        delete(Assignment).where(Assignment.round_id.in_(rounds)),
        delete(RunLine).where(RunLine.run_id.in_(runs)),
        delete(RunTie).where(RunTie.run_id.in_(runs)),
        delete(RoundEntry).where(RoundEntry.round_id.in_(rounds)),
        delete(Recusal).where(Recusal.entry_id.in_(entries)),
        delete(PrivateLink).where(PrivateLink.entry_id.in_(entries)),
        delete(OutboxMail).where(
            OutboxMail.season_id == season.id, OutboxMail.template.not_in(NOT_REHEARSED)
        ),
        delete(AnswerSheet).where(AnswerSheet.entry_id.in_(entries)),
        delete(Entry).where(Entry.season_id == season.id),
        delete(ResultsRun).where(ResultsRun.round_id.in_(rounds)),
        delete(Tally).where(Tally.season_id == season.id),
        delete(Visits).where(Visits.category_id.in_(categories)),
        update(Release)
        .where(Release.season_id == season.id)
        .values(released_at=None, released_by_id=None, released_as=None, refusal=None, armed=False),
        update(SeasonCounter).where(SeasonCounter.season_id == season.id).values(next_reference=1),
        update(AuditRecord)
        .where(
            AuditRecord.chain_id.in_(select(AuditChain.id).where(AuditChain.season_id == season.id)),
            AuditRecord.on_behalf == REHEARSAL,
        )
        .values(body=null(), salt=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    if season.rehearsing_since is not None:
        _forget_organisations(ctx, season)
    session.expire_all()
    return gone


def _forget_organisations(ctx: Context, season: Season) -> None:
    """Delete the organisations that only the rehearsal has named."""
    used = (
        select(Entry.organisation_id).where(Entry.organisation_id.is_not(None)),
        select(Entry.workspace_id).where(Entry.workspace_id.is_not(None)),
        select(User.employer_id).where(User.employer_id.is_not(None)),
        select(Membership.organisation_id),
        select(Invitation.organisation_id).where(Invitation.organisation_id.is_not(None)),
    )
    ctx.session.execute(
        delete(Organisation)
        .where(
            Organisation.programme_id == season.programme_id,
            Organisation.created_at >= season.rehearsing_since,
            Organisation.has_workspace.is_(False),
            *(Organisation.id.not_in(one) for one in used),
        )
        .execution_options(synchronize_session=False)
    )
