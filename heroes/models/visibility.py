"""Who may see which rows: one SQL condition per role, through which every page, list, count and export loads.

A thing that no condition lets through is a 404. The conditions name only `Entry` and `Assignment` themselves and
reach everything else by correlated subqueries, so that they fit into any query over these tables.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, and_, not_, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from heroes.domain.policy import DEEDS, Deed
from heroes.models.entries import Entry, Recusal
from heroes.models.judging import Assignment
from heroes.models.people import Membership, PrivateLink, User
from heroes.models.seasons import PanelMember, Round, Season

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


def entries_for_staff(programme_ids: Iterable[int]) -> ColumnElement[bool]:
    """Staff see every entry of the programmes that they run or audit, and of no other."""
    return Entry.season_id.in_(select(Season.id).where(Season.programme_id.in_(sorted(programme_ids))))


def entries_for_links(link_ids: Iterable[int] | BindParameter[Any]) -> ColumnElement[bool]:
    """A visitor sees the entries behind the private links they opened, as long as these are not revoked."""
    ids = link_ids if isinstance(link_ids, BindParameter) else sorted(link_ids)
    return Entry.id.in_(
        select(PrivateLink.entry_id).where(
            PrivateLink.id.in_(ids),
            PrivateLink.purpose == "entry",
            PrivateLink.revoked_at.is_(None),
        )
    )


def entries_for_member(user_id: int | BindParameter[Any]) -> ColumnElement[bool]:
    """A member sees the entries that their organisations entered, not those that merely name them."""
    return Entry.workspace_id.in_(select(Membership.organisation_id).where(Membership.user_id == user_id))


def assignments_for_judge(user_id: int | BindParameter[Any]) -> ColumnElement[bool]:
    """A judge sees their own live assignments while they sit on the round's panel and have no conflict.

    A conflict is a recusal that stands, working for the organisation that is nominated or that entered, being a
    member of the one that entered, or being the entry's nominator, starter or nominee.
    """
    on_panel = (
        select(PanelMember.user_id)
        .join(Round, Round.panel_id == PanelMember.panel_id)
        .where(Round.id == Assignment.round_id, PanelMember.user_id == user_id)
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
        .where(PanelMember.user_id == user_id, PanelMember.role.in_(sees), User.disabled_at.is_(None))
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
