"""Mail that an act owes: one outbox row in the act's own transaction, written for people by the worker."""

from typing import Any

from heroes.domain.notices import NOTICES
from heroes.models.outbox import OutboxMail
from heroes.services.context import Context


def owe(
    ctx: Context,
    template: str,
    to_address: str,
    *,
    key: str,
    to_name: str = "",
    season_id: int | None = None,
    entry_id: int | None = None,
    **values: Any,
) -> None:
    """Owe one mail. The key makes it once only: the same key twice is an error of the caller.

    Values are plain JSON; a private link travels as `link_id`, never as its token. Nobody without an address is
    written to. Needs a running transaction.
    """
    if template not in NOTICES:
        raise ValueError(f"there is no mail {template!r}")
    if not to_address:
        return
    host = ctx.base_url.split("//", 1)[-1].split("/")[0].split(":")[0]
    ctx.session.add(
        OutboxMail(
            key=key,
            season_id=season_id,
            entry_id=entry_id,
            template=template,
            to_name=to_name,
            to_address=to_address,
            values=values,
            message_id=f"<{ctx.chance.token_hex(16)}@{host}>",
            due_at=ctx.now,
            created_at=ctx.now,
        )
    )
