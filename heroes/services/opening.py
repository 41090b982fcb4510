"""Setting up an installation: its row, a programme and the first owner."""

from sqlalchemy import select

from heroes.models.installation import Installation, Programme
from heroes.models.people import PrivateLink, ProgrammeRole
from heroes.services.accounts import add_user
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.links import make_link
from heroes.services.refusals import Invalid
from heroes.services.transactions import transaction


def ensure_installation(ctx: Context, *, demo: bool = False) -> Installation:
    """The installation's row, made at the first call."""
    with transaction(ctx):
        found = ctx.session.get(Installation, 1)
        if found is None:
            found = Installation(id=1, is_demo=demo, created_at=ctx.now)
            ctx.session.add(found)
            ctx.session.flush()
        return found


def begin(ctx: Context, slug: str, name: str, body: str, owner_name: str, owner_email: str) -> PrivateLink:
    """Make a programme and its first owner; the link signs the owner in once. Raises `Invalid` for a taken slug."""
    with transaction(ctx):
        ensure_installation(ctx)
        if ctx.session.scalar(select(Programme.id).where(Programme.slug == slug)):
            raise Invalid({"slug": f"There is already a programme {slug!r}."})
        programme = Programme(slug=slug, name=name, body=body, contact=owner_email, sectors=[])
        ctx.session.add(programme)
        owner = add_user(ctx, owner_name, owner_email)
        give_role(ctx, owner.id, programme.id, "owner")
        note(ctx, "programme.begin", slug, after={"name": name, "owner": owner_email})
        return make_link(ctx, "sign_in", user_id=owner.id)


def give_role(ctx: Context, user_id: int, programme_id: int, role: str) -> None:
    """Give a programme role. Needs a running transaction."""
    ctx.session.add(ProgrammeRole(user_id=user_id, programme_id=programme_id, role=role, given_at=ctx.now))
    ctx.session.flush()
