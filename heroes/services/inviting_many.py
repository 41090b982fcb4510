"""Inviting a pasted list of people: what each line would do, and then all of them in one transaction, or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from heroes.adapters.chance import handle
from heroes.domain.digests import digest
from heroes.domain.invitation_lists import PANEL_ROLES, STAFF_ROLES, Fault, Person, read_list
from heroes.domain.policy import Deed, may
from heroes.domain.roles import ROLE_WORDS
from heroes.domain.slugs import email_key, name_key
from heroes.models.installation import Programme
from heroes.models.people import Invitation, Membership, Organisation, ProgrammeRole, User
from heroes.models.seasons import Panel, PanelMember, Season
from heroes.services import limits
from heroes.services.context import Context
from heroes.services.inviting import MOST_AN_HOUR, Wanted, letter, note_invitation, revoke_links
from heroes.services.links import make_invitation_links
from heroes.services.permission import staff_season
from heroes.services.posting import owe_many
from heroes.services.refusals import Faster, Invalid
from heroes.services.standing import programme_roles
from heroes.services.transactions import transaction


class Outcome(StrEnum):
    """What becomes of one line."""

    SEND = "send"
    AGAIN = "again"
    OPEN = "open"
    HAS = "has"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list, what would become of it, and why."""

    line: int
    outcome: Outcome
    what: str
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would do. `left` is how many invitations the actor may still send in this hour."""

    season: Season
    steps: tuple[Step, ...]
    left: int
    digest: str

    def count(self, *outcomes: Outcome) -> int:
        """How many lines end in one of these."""
        return sum(step.outcome in outcomes for step in self.steps)

    @property
    def sends(self) -> int:
        """How many mails would go out."""
        return self.count(Outcome.SEND, Outcome.AGAIN)

    @property
    def error(self) -> str:
        """Why the list cannot be applied as it stands, in a sentence; empty if it can."""
        wrong = self.count(Outcome.WRONG)
        if not self.steps:
            return "Paste at least one line."
        if wrong:
            first = next(step for step in self.steps if step.outcome is Outcome.WRONG)
            more = f" {wrong - 1} more below." if wrong > 1 else ""
            return f"Line {first.line}: {first.what}{more}"
        if self.sends > self.left:
            return (
                f"This would send {self.sends} invitations, and you can send {self.left} more in this hour."
                " Take lines out, or wait."
            )
        return ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that is there already and that a list could meet, read in a few statements."""

    season: Season
    panels: dict[str, list[Panel]]
    organisations: dict[str, Organisation]
    accounts: dict[str, User]
    held: frozenset[tuple[int, str]]
    invited: dict[tuple[str, str], Invitation]


def check(ctx: Context, season_slug: str, text: str, *, again: bool = False) -> Plan:
    """What a list would do, line by line; nothing is written. For staff who may invite.

    `again` sends invitations that are still open once more, with a new link; else they are left as they are.
    """
    return _plan(ctx, season_slug, text, again)[0]


def apply(ctx: Context, season_slug: str, text: str, seen: str, *, again: bool = False) -> int:
    """Do what `check` has shown, whole or not at all, and return how many mails are on their way.

    `seen` is the digest of the plan that was shown. Raises `Invalid` for a list with anything wrong in it, and
    `Faster` where it would no longer do the same.
    """
    with transaction(ctx):
        season = staff_season(ctx, season_slug, Deed.INVITE_JUDGE)
        # Two lists of one programme wait for each other, so that nobody is invited twice to the same.
        ctx.session.execute(select(Programme.id).where(Programme.id == season.programme_id).with_for_update())
        plan, known = _plan(ctx, season_slug, text, again)
        if plan.error:
            raise Invalid({"list": plan.error})
        if plan.digest != seen:
            raise Faster(
                "Something about these people, or the list itself, has changed since it was checked."
            )
        if plan.sends:
            limits.hit(ctx, "invite", ctx.actor.label, MOST_AN_HOUR, by=plan.sends)
            _send(ctx, known, plan)
        return plan.sends


def _plan(ctx: Context, season_slug: str, text: str, again: bool) -> tuple[Plan, _Known]:
    season = staff_season(ctx, season_slug, Deed.INVITE_JUDGE)
    roles = programme_roles(ctx, season.programme_id)
    found = read_list(text)
    known = _known(ctx, season, found.people)
    steps = [Step(fault.line, Outcome.WRONG, fault.what) for fault in found.faults]
    steps += [_step(known, person, again, staff=may(Deed.INVITE_STAFF, roles)) for person in found.people]
    steps.sort(key=lambda step: step.line)
    left = max(0, MOST_AN_HOUR - limits.used(ctx, "invite", ctx.actor.label))
    shown = digest([text, again, [[step.line, step.outcome.value, step.what] for step in steps]])
    return Plan(season, tuple(steps), left, shown), known


def _known(ctx: Context, season: Season, people: Sequence[Person]) -> _Known:
    session, programme_id = ctx.session, season.programme_id
    emails = {email_key(person.email) for person in people}
    panels: dict[str, list[Panel]] = {}
    for panel in session.scalars(select(Panel).where(Panel.season_id == season.id)):
        for key in {name_key(panel.name), name_key(panel.slug)}:
            panels.setdefault(key, []).append(panel)
    organisations = session.scalars(
        select(Organisation).where(
            Organisation.programme_id == programme_id,
            Organisation.name_key.in_({name_key(person.organisation) for person in people}),
        )
    )
    accounts = {
        user.email_key or "": user for user in session.scalars(select(User).where(User.email_key.in_(emails)))
    }
    invited = session.scalars(
        select(Invitation)
        .where(
            Invitation.programme_id == programme_id,
            Invitation.email_key.in_(emails),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.id)
    )
    return _Known(
        season,
        panels,
        {one.name_key: one for one in organisations},
        accounts,
        _held(ctx, season, [user.id for user in accounts.values()]),
        {(one.email_key, _place(one.role, one.panel_id, one.organisation_id)): one for one in invited},
    )


def _held(ctx: Context, season: Season, user_ids: Iterable[int]) -> frozenset[tuple[int, str]]:
    """(user, place) of everything that these people are in the season's programme."""
    ids, session = sorted(user_ids), ctx.session
    if not ids:
        return frozenset()
    roles = session.execute(
        select(ProgrammeRole.user_id, ProgrammeRole.role).where(
            ProgrammeRole.user_id.in_(ids), ProgrammeRole.programme_id == season.programme_id
        )
    )
    seats = session.execute(
        select(PanelMember.user_id, PanelMember.panel_id)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .where(PanelMember.user_id.in_(ids), Panel.season_id == season.id)
    )
    inside = session.execute(
        select(Membership.user_id, Membership.organisation_id).where(Membership.user_id.in_(ids))
    )
    return frozenset(
        [(user, _place(role, None, None)) for user, role in roles]
        + [(user, _place("", panel, None)) for user, panel in seats]
        + [(user, _place("", None, organisation)) for user, organisation in inside]
    )


def _place(role: str, panel_id: int | None, organisation_id: int | None) -> str:
    if panel_id is not None:
        return f"panel:{panel_id}"
    return f"organisation:{organisation_id}" if organisation_id is not None else f"staff:{role}"


def _step(known: _Known, person: Person, again: bool, *, staff: bool) -> Step:
    """What would become of a line that can be read."""
    if person.role in STAFF_ROLES and not staff:
        return Step(person.line, Outcome.WRONG, "Only an owner may invite staff.", person)
    wanted = _wanted(known, person)
    if isinstance(wanted, Fault):
        return Step(person.line, Outcome.WRONG, wanted.what, person)
    place = wanted.panel or wanted.organisation
    key = _key(wanted)
    account = known.accounts.get(email_key(person.email))
    if account is not None and (account.id, key) in known.held:
        where = f" of {place.name}" if place is not None else ""
        return Step(
            person.line, Outcome.HAS, f"{account.name} is there already{where}; nothing is sent.", person
        )
    before = known.invited.get((email_key(person.email), key))
    if before is not None:
        said = f"Invited before as {before.role}"
        if before.role != person.role:
            return Step(person.line, Outcome.WRONG, f"{said}. Take that invitation back first.", person)
        if again:
            return Step(
                person.line, Outcome.AGAIN, f"{said}: sent again, and the first link stops working.", person
            )
        return Step(person.line, Outcome.OPEN, f"{said}, and not taken up yet; nothing is sent.", person)
    role = ROLE_WORDS[person.role].lower()
    if person.organisation and place is None:
        said = f"Invited as {role}, {person.organisation}, an organisation that is new here."
    else:
        said = f"Invited as {role}, {place.name}." if place is not None else f"Invited as {role}."
    return Step(person.line, Outcome.SEND, said, person)


def _wanted(known: _Known, person: Person) -> Wanted | Fault:
    """Who is invited to what; the organisation is missing where it has still to be added."""
    programme = known.season.programme
    if person.role in PANEL_ROLES:
        found = known.panels.get(name_key(person.panel), [])
        if len({panel.id for panel in found}) != 1:
            several = "is the name of several panels" if found else "is no panel of this season"
            return Fault(person.line, f"“{person.panel}” {several}.")
        return Wanted(programme, person.role, person.email, person.name, panel=found[0])
    organisation = known.organisations.get(name_key(person.organisation)) if person.organisation else None
    return Wanted(programme, person.role, person.email, person.name, organisation)


def _key(wanted: Wanted) -> str:
    """Where it meets what is there already; nowhere for an organisation that has still to be added."""
    if wanted.role not in STAFF_ROLES and wanted.panel is None and wanted.organisation is None:
        return ""
    return _place(
        wanted.role.value,
        wanted.panel.id if wanted.panel is not None else None,
        wanted.organisation.id if wanted.organisation is not None else None,
    )


def _send(ctx: Context, known: _Known, plan: Plan) -> None:
    """Write every invitation of a plan, its link, its mail and its audit record."""
    _add_organisations(ctx, known, plan)
    invitations: list[tuple[Invitation, Wanted, str]] = []
    for step in plan.steps:
        if step.person is None or step.outcome not in (Outcome.SEND, Outcome.AGAIN):
            continue
        wanted = _wanted(known, step.person)
        assert isinstance(wanted, Wanted)
        if step.outcome is Outcome.AGAIN:
            invitation = known.invited[email_key(wanted.email), _key(wanted)]
            invitation.invited_at = ctx.now
            invitations.append((invitation, wanted, "invitation.resend"))
        else:
            invitations.append((_new(ctx, wanted), wanted, "invitation.send"))
    ctx.session.add_all([one for one, _, _ in invitations])
    ctx.session.flush()
    revoke_links(ctx, [one.id for one, _, act in invitations if act == "invitation.resend"])
    links = make_invitation_links(ctx, [one.id for one, _, _ in invitations])
    mails = [
        letter(ctx, one, wanted, known.accounts.get(one.email_key), link)
        for (one, wanted, _), link in zip(invitations, links, strict=True)
    ]
    owe_many(ctx, "invitation", mails)
    for one, wanted, act in invitations:
        note_invitation(ctx, act, one, wanted.panel)


def _new(ctx: Context, wanted: Wanted) -> Invitation:
    return Invitation(
        programme_id=wanted.programme.id,
        email=wanted.email,
        email_key=email_key(wanted.email),
        name=wanted.name,
        role=wanted.role.value,
        organisation_id=wanted.organisation.id if wanted.organisation else None,
        panel_id=wanted.panel.id if wanted.panel else None,
        invited_by_id=ctx.actor.user_id,
        invited_at=ctx.now,
    )


def _add_organisations(ctx: Context, known: _Known, plan: Plan) -> None:
    """Add the organisations that nobody has named before, once each, to what is known."""
    for step in plan.steps:
        name = step.person.organisation if step.person is not None and step.outcome is Outcome.SEND else ""
        key = name_key(name)
        if key and key not in known.organisations:
            known.organisations[key] = Organisation(
                programme_id=known.season.programme_id,
                handle=handle(ctx.chance),
                name=name,
                name_key=key,
                has_workspace=True,
                created_at=ctx.now,
            )
            ctx.session.add(known.organisations[key])
    ctx.session.flush()
