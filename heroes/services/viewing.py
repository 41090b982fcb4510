"""Looking at the site as somebody else: an admin begins and ends it, the trail keeps both, and nothing can be changed.

What is kept is on the session's row, so no cookie carries it and it ends with the session. Whether it still may be is
asked anew by every request.
"""

from dataclasses import dataclass

from sqlalchemy import exists, func, literal, select, union_all, update
from sqlalchemy.orm import contains_eager

from heroes.domain.actors import Actor
from heroes.domain.policy import Deed
from heroes.domain.questions import showable
from heroes.models.entries import Entry
from heroes.models.installation import Programme
from heroes.models.people import Membership, Organisation, PrivateLink, ProgrammeRole, User, UserSession
from heroes.models.result_pages import rounds_to_wait_for
from heroes.models.seasons import Panel, PanelMember, Round, Season
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.permission import must, staff_season
from heroes.services.refusals import Invalid, NotAllowed, NotFound, Refusal
from heroes.services.transactions import transaction

VISITOR = "a visitor without an account"
_TRIES = 20
_OWN_MARKS = (
    "You judge beside this person in a round that does not show you the others’ marks yet: they stay closed to you"
    " until your own scorecards are in, or until the round has closed. Choose somebody else, or ask another admin."
)


@dataclass(frozen=True, slots=True)
class Eyes:
    """With whose eyes a session looks: somebody's, or a visitor's, who may have the private link of one entry.

    A season that is being built is there for these eyes all the same: it is what staff look at before it opens.
    """

    season_id: int
    season_slug: str
    words: str
    being_built: bool
    user: User | None = None
    links: frozenset[int] = frozenset()

    def actor(self, address: str) -> Actor:
        """Who acts with these eyes: without the session, which stays the admin's."""
        if self.user is None:
            return Actor(links=self.links, address=address, looks_into=self.season_id)
        return Actor(
            user_id=self.user.id,
            name=self.user.name,
            email_key=self.user.email_key or "",
            address=address,
            looks_into=self.season_id,
        )


def eyes_of(ctx: Context, row: UserSession) -> Eyes | None:
    """With whose eyes the actor's session looks, if with anybody's and if that may still be. Reads only."""
    if row.viewing_season_id is None:
        return None
    season = ctx.session.scalars(
        select(Season)
        .join(Programme, Programme.id == Season.programme_id)
        .options(contains_eager(Season.programme))
        .where(Season.id == row.viewing_season_id)
    ).one()
    try:
        must(ctx, Deed.VIEW_AS, season.programme_id)
        if row.viewing_entry is not None:
            return _as_nominator(ctx, season, row.viewing_entry)
        if row.viewing_as_id is None:
            return _eyes(season, VISITOR)
        return _as_person(ctx, season, ctx.session.get_one(User, row.viewing_as_id))
    except Refusal:
        return None


def look_as_visitor(ctx: Context, season_slug: str) -> Eyes:
    """Look as a visitor who has neither an account nor a link."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.VIEW_AS)
        return _begin(ctx, season, _eyes(season, VISITOR), "visitor")


def look_as_person(ctx: Context, season_slug: str, user_handle: str) -> Eyes:
    """Look as a judge, or as somebody of an organisation.

    `NotFound` for whoever takes no part in the season's programme. `NotAllowed` for staff of any programme, for a
    disabled account, for whoever takes part in a programme that the actor does not run, and for a judge whose marks
    the actor may not see before their own are in.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.VIEW_AS)
        user = ctx.session.scalar(select(User).where(User.handle == user_handle))
        if user is None:
            raise NotFound
        return _begin(ctx, season, _as_person(ctx, season, user), f"user:{user.id}", user=user)


def look_as_judge_of(ctx: Context, season_slug: str, panel_slug: str) -> Eyes:
    """Look as a judge of a panel: the first by name whom the actor may look as. `Invalid` where there is nobody."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.VIEW_AS)
        members = ctx.session.scalars(
            select(User)
            .join(PanelMember, PanelMember.user_id == User.id)
            .join(Panel, Panel.id == PanelMember.panel_id)
            .where(Panel.season_id == season.id, Panel.slug == panel_slug)
            .order_by(PanelMember.role.desc(), User.name, User.id)
            .limit(_TRIES)
        ).all()
        for user in members:
            try:
                eyes = _as_person(ctx, season, user)
            except Refusal:
                continue
            return _begin(ctx, season, eyes, f"user:{user.id}", user=user)
        raise Invalid({"judge": "There is nobody on this panel whom you can look as."})


def look_as_nominator(ctx: Context, season_slug: str, reference: str) -> Eyes:
    """Look as whoever has the private link of an entry of the season, by its reference; `Invalid` if nobody has."""
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.VIEW_AS)
        wanted = showable(reference).strip().upper()
        found = ctx.session.scalar(
            select(Entry.handle).where(Entry.season_id == season.id, func.upper(Entry.reference) == wanted)
        )
        if found is None:
            raise Invalid({"entry": "No entry of this season has this reference."})
        try:
            eyes = _as_nominator(ctx, season, found)
        except NotFound:
            raise Invalid(
                {"entry": "Nobody has a private link to this entry. Look as somebody of its organisation."}
            ) from None
        return _begin(ctx, season, eyes, wanted, entry=found)


def stop(ctx: Context) -> str:
    """Look with one's own eyes again; returns the slug of the season that was looked at, empty if there was none."""
    with transaction(ctx):
        row = ctx.session.get(UserSession, ctx.actor.session_id) if ctx.actor.session_id else None
        if row is None or row.viewing_season_id is None:
            return ""
        season = ctx.session.get_one(Season, row.viewing_season_id)
        seen = f"user:{row.viewing_as_id}" if row.viewing_as_id is not None else "visitor"
        _keep(ctx, None, None, None)
        note(ctx, "view.stop", seen, season_id=season.id)
        return season.slug


def _begin(
    ctx: Context,
    season: Season,
    eyes: Eyes,
    subject: str,
    *,
    user: User | None = None,
    entry: str | None = None,
) -> Eyes:
    if ctx.actor.session_id is None:
        raise NotAllowed("Sign in first.")
    _keep(ctx, season.id, user.id if user is not None else None, entry)
    note(ctx, "view.start", subject, season_id=season.id, after={"as": eyes.words})
    return eyes


def _keep(ctx: Context, season_id: int | None, user_id: int | None, entry: str | None) -> None:
    ctx.session.execute(
        update(UserSession)
        .where(UserSession.id == ctx.actor.session_id)
        .values(viewing_season_id=season_id, viewing_as_id=user_id, viewing_entry=entry)
    )


def _eyes(season: Season, words: str, user: User | None = None, links: frozenset[int] = frozenset()) -> Eyes:
    return Eyes(season.id, season.slug, words, season.opened_at is None, user, links)


def _as_nominator(ctx: Context, season: Season, entry_handle: str) -> Eyes:
    found = ctx.session.execute(
        select(func.min(PrivateLink.id), Entry.reference, Entry.title)
        .join(Entry, Entry.id == PrivateLink.entry_id)
        .where(
            Entry.handle == entry_handle,
            PrivateLink.purpose == "entry",
            PrivateLink.revoked_at.is_(None),
        )
        .group_by(Entry.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    words = f"the nominator of {found.reference or found.title}"
    return _eyes(season, words, links=frozenset({found[0]}))


def _as_person(ctx: Context, season: Season, user: User) -> Eyes:
    """The eyes of somebody whom the actor may look as, in two statements; refused as `look_as_person` says."""
    places = _places(ctx, user.id)
    if season.programme_id not in {programme for _, programme in places}:
        raise NotFound
    if any(kind == "staff" for kind, _ in places):
        raise NotAllowed("Nobody looks with the eyes of somebody who runs or audits a programme.")
    if user.disabled_at is not None:
        raise NotAllowed("This account is disabled, so there is nothing that it sees.")
    for programme_id in {programme for _, programme in places} - {season.programme_id}:
        try:
            must(ctx, Deed.VIEW_AS, programme_id)
        except Refusal:
            raise NotAllowed(
                f"{user.name} also takes part in a programme that you do not run, and their pages show that, too."
            ) from None
    if _marks_beside(ctx, user.id):
        raise NotAllowed(_OWN_MARKS, "own_marks_first")
    kinds = {kind for kind, _ in places}
    roles = [
        words
        for kind, words in (("chair", "chair"), ("judge", "judge"), ("member", "of an organisation"))
        if kind in kinds
    ]
    return _eyes(season, f"{user.name}, {' and '.join(roles)}", user)


def _places(ctx: Context, user_id: int) -> set[tuple[str, int]]:
    """(staff, chair, judge or member, programme) of everything that somebody is, anywhere."""
    rows = ctx.session.execute(
        union_all(
            select(literal("staff"), ProgrammeRole.programme_id).where(ProgrammeRole.user_id == user_id),
            select(PanelMember.role, Season.programme_id)
            .join(Panel, Panel.id == PanelMember.panel_id)
            .join(Season, Season.id == Panel.season_id)
            .where(PanelMember.user_id == user_id),
            select(literal("member"), Organisation.programme_id)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.user_id == user_id),
        )
    )
    return {(str(kind), int(programme)) for kind, programme in rows}


def _marks_beside(ctx: Context, user_id: int) -> bool:
    """Whether a round that the actor judges in keeps others' marks from them, and this judge sits on its panel.

    Staff who judge do not see the others' marks before the round shows them (`standings`); nor through somebody's eyes.
    """
    rounds = rounds_to_wait_for(ctx.session, ctx.actor.user_id or 0, ctx.now)
    beside = (
        select(PanelMember.user_id)
        .join(Round, Round.panel_id == PanelMember.panel_id)
        .where(Round.id.in_(rounds), PanelMember.user_id == user_id)
    )
    return bool(rounds) and bool(ctx.session.scalar(select(exists(beside))))
