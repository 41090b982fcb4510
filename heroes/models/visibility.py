"""Who may see which rows: one SQL condition per role, through which every page, list, count and export loads.

A thing that no condition lets through is a 404. The conditions name only `Entry` and `Assignment` themselves and
reach everything else by correlated subqueries, so that they fit into any query over these tables.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, String, and_, not_, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from heroes.domain.policy import DEEDS, Deed
from heroes.models.entries import Entry, Recusal
from heroes.models.judging import Assignment
from heroes.models.people import Membership, PrivateLink, ProgrammeRole, User
from heroes.models.seasons import Panel, PanelMember, Round, Season

LIVE_ASSIGNMENTS = ("assigned", "submitted")
"""States of an assignment that its judge may still see."""


class EmailKey(GenericFunction[str]):
    """`slugs.email_key` as SQL: two spellings of an address meet in every database exactly where they do in Python.

    The databases' own lower() will not do: PostgreSQL's folds every letter of the alphabet, SQLite's only A to Z.
    """

    type = String()
    name = "email_key"
    inherit_cache = True


@compiles(EmailKey, "postgresql")
def _email_key_on_postgresql(element: EmailKey, compiler: SQLCompiler, **kw: Any) -> str:
    """Addresses are trimmed when they are kept; in the collation C lower() folds A to Z and nothing else."""
    return f'lower(normalize({compiler.process(element.clauses, **kw)}, NFC) COLLATE "C")'


Who = int | BindParameter[Any] | None


def seasons_for_public(user_id: Who = None, looks_into: Who = None) -> ColumnElement[bool]:
    """Open seasons, for everybody. One that is being built is there for staff of its programme only.

    `looks_into` is a season that the asker, who is staff, looks at with somebody else's eyes.
    """
    return _shown(Season, user_id, looks_into)


def seasons_for_panels() -> ColumnElement[bool]:
    """Seasons that their judges and chairs may know of: open ones, and those in rehearsal."""
    return or_(Season.opened_at.is_not(None), Season.rehearsing_since.is_not(None))


def _shown(season: Any, user_id: Who, looks_into: Who) -> ColumnElement[bool]:
    runs = (
        select(ProgrammeRole.user_id)
        .where(ProgrammeRole.user_id == user_id, ProgrammeRole.programme_id == season.programme_id)
        .exists()
    )
    return or_(season.opened_at.is_not(None), season.id == looks_into, runs)


def _in_shown_seasons(user_id: Who, looks_into: Who) -> ColumnElement[bool]:
    # The season gets another name here: outside, `Season` may be joined or not.
    season = Season.__table__.alias("shown_season")
    return Entry.season_id.in_(select(season.c.id).where(_shown(season.c, user_id, looks_into)))


def panels_at_work() -> Select[int]:
    """The panels of seasons that their judges may know of, by id."""
    panel, season = Panel.__table__.alias("working_panel"), Season.__table__.alias("working_season")
    return (
        select(panel.c.id)
        .join(season, season.c.id == panel.c.season_id)
        .where(or_(season.c.opened_at.is_not(None), season.c.rehearsing_since.is_not(None)))
    )


def panels_in_rehearsal() -> Select[int]:
    """The panels of seasons that are being rehearsed, whose rounds are open whatever their dates say."""
    panel, season = Panel.__table__.alias("trying_panel"), Season.__table__.alias("tried_season")
    return (
        select(panel.c.id)
        .join(season, season.c.id == panel.c.season_id)
        .where(season.c.opened_at.is_(None), season.c.rehearsing_since.is_not(None))
    )


def entries_for_staff(programme_ids: Iterable[int]) -> ColumnElement[bool]:
    """Staff see every entry of the programmes that they run or audit, and of no other."""
    return Entry.season_id.in_(select(Season.id).where(Season.programme_id.in_(sorted(programme_ids))))


def entries_for_links(
    link_ids: Iterable[int] | BindParameter[Any], user_id: Who = None, looks_into: Who = None
) -> ColumnElement[bool]:
    """A visitor sees the entries behind the private links they opened, as long as these are not revoked.

    In a season that is being built only its staff do (see `seasons_for_public`).
    """
    ids = link_ids if isinstance(link_ids, BindParameter) else sorted(link_ids)
    linked = select(PrivateLink.entry_id).where(
        PrivateLink.id.in_(ids),
        PrivateLink.purpose == "entry",
        PrivateLink.revoked_at.is_(None),
    )
    return and_(Entry.id.in_(linked), _in_shown_seasons(user_id, looks_into))


def entries_for_member(user_id: int | BindParameter[Any], looks_into: Who = None) -> ColumnElement[bool]:
    """A member sees the entries that their organisations entered, not those that merely name them.

    In a season that is being built only its staff do (see `seasons_for_public`).
    """
    workspaces = select(Membership.organisation_id).where(Membership.user_id == user_id)
    return and_(Entry.workspace_id.in_(workspaces), _in_shown_seasons(user_id, looks_into))


def assignments_for_judge(user_id: int | BindParameter[Any]) -> ColumnElement[bool]:
    """A judge sees their own live assignments while they sit on the round's panel and have no conflict.

    In a season that is not open they do so only while it is rehearsed.
    A conflict is a recusal that stands, working for the organisation that is nominated or that entered, being a
    member of the one that entered, or being the entry's nominator, starter or nominee.
    """
    on_panel = (
        select(PanelMember.user_id)
        .join(Round, Round.panel_id == PanelMember.panel_id)
        .where(
            Round.id == Assignment.round_id,
            PanelMember.user_id == user_id,
            PanelMember.panel_id.in_(panels_at_work()),
        )
        .correlate(Assignment)
        .exists()
    )
    return and_(
        Assignment.user_id == user_id,
        Assignment.state.in_(LIVE_ASSIGNMENTS),
        on_panel,
        not_(_recused(user_id)),
        not_(_connected(user_id)),
    )


def rounds_for_panel(user_id: int) -> ColumnElement[bool]:
    """The rounds whose leaderboard somebody may see without being staff: those of a panel that they chair."""
    sees = [role.value for role in sorted(DEEDS[Deed.SEE_LEADERBOARD])]
    return Round.panel_id.in_(
        select(PanelMember.panel_id)
        .join(User, User.id == PanelMember.user_id)
        .where(
            PanelMember.user_id == user_id,
            PanelMember.role.in_(sees),
            PanelMember.panel_id.in_(panels_at_work()),
            User.disabled_at.is_(None),
        )
    )


def _recused(user_id: int | BindParameter[Any]) -> ColumnElement[bool]:
    return (
        select(Recusal.user_id)
        .where(
            Recusal.user_id == user_id,
            Recusal.entry_id == Assignment.entry_id,
            Recusal.lifted_at.is_(None),
        )
        .correlate(Assignment)
        .exists()
    )


def _connected(user_id: int | BindParameter[Any]) -> ColumnElement[bool]:
    # The entry gets another name here: outside, `Entry` may be joined or not.
    entry = Entry.__table__.alias("judged_entry")
    workspaces = select(Membership.organisation_id).where(Membership.user_id == user_id)
    return (
        select(entry.c.id)
        .join(User, User.id == user_id)
        .where(
            entry.c.id == Assignment.entry_id,
            or_(
                User.employer_id == entry.c.organisation_id,
                User.employer_id == entry.c.workspace_id,
                entry.c.workspace_id.in_(workspaces),
                entry.c.started_by_id == user_id,
                User.email_key == entry.c.nominator_email_key,
                User.email_key == EmailKey(entry.c.nominee_email),
            ),
        )
        .correlate(Assignment)
        .exists()
    )
