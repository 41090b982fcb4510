"""Delivers the outbox: one mail at a time, nothing outside the house while a transaction is open."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from jinja2 import TemplateError

from heroes.adapters.letters import Letters
from heroes.adapters.mail import Post, Undelivered, message_of
from heroes.services import delivering
from heroes.services.context import Context

log = logging.getLogger("heroes.worker")


@dataclass(frozen=True, slots=True)
class Postman:
    """Takes mails from the outbox to the post."""

    make: Callable[[], Context]
    post: Post
    letters: Letters
    mail_from: str
    lease: timedelta = delivering.LEASE

    def deliver_one(self) -> bool:
        """Claim, write, send and settle one mail; False when nothing is due."""
        ctx = self.make()
        try:
            claimed = delivering.claim(ctx, lease=self.lease)
        finally:
            ctx.session.close()
        if claimed is None:
            return False
        try:
            if claimed.broken:
                raise Undelivered(claimed.broken, permanent=True)
            self.post.send(message_of(delivering.letter(claimed, self.letters, self.mail_from)))
        except Undelivered as error:
            self._failed(claimed, str(error), permanent=error.permanent)
        except (TemplateError, KeyError, ValueError, TypeError) as error:
            self._failed(claimed, f"this mail cannot be written: {error}", permanent=True)
        else:
            ctx = self.make()
            if not delivering.sent(ctx, claimed):
                log.warning("mail %s took longer than its lease; it is sent again", claimed.id)
            ctx.session.close()
        return True

    def _failed(self, claimed: delivering.Claimed, error: str, *, permanent: bool) -> None:
        log.warning("mail %s was not delivered: %s", claimed.id, delivering.masked(error))
        ctx = self.make()
        delivering.failed(ctx, claimed, error, permanent=permanent)
        ctx.session.close()
