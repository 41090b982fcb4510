"""What somebody prefers for themselves."""

from heroes.models.people import User
from heroes.services.auditing import note
from heroes.services.context import Context
from heroes.services.refusals import NotAllowed
from heroes.services.transactions import transaction


def set_reminders(ctx: Context, on: bool) -> None:
    """Turn the actor's reminders about judging on or off."""
    if ctx.actor.user_id is None:
        raise NotAllowed("Sign in first.")
    with transaction(ctx):
        user = ctx.session.get_one(User, ctx.actor.user_id)
        if user.reminders == on:
            return
        user.reminders = on
        note(ctx, "account.reminders", f"user:{user.id}", after={"reminders": on})
