"""What every form of the builder does with a refusal: the page comes back with all that was typed, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from heroes.models.database import current_session
from heroes.services.refusals import Faster, Invalid, NeedsReason
from heroes.web.kit.fields import Problem


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form came back: errors by field, somebody who was faster, or a change of the rule card without a reason."""

    status: int = 200
    errors: dict[str, str] = field(default_factory=dict)
    faster: Faster | None = None
    changes: tuple[str, ...] = ()

    @property
    def problems(self) -> list[Problem]:
        """The errors as the page's summary lists them."""
        return [Problem(name, text) for name, text in self.errors.items()]

    @property
    def when(self) -> datetime | None:
        """When somebody was faster."""
        return self.faster.when if self.faster and isinstance(self.faster.when, datetime) else None


CALM = Trouble()
"""A page that is simply looked at."""


def save(do: Callable[[], object], page: Callable[[Trouble], Response], to: str) -> AnyResponse:
    """Do it and go on to `to`; a refusal gives the page again, which must fill itself in from what was typed.

    After `Faster` the page shows both versions and carries the newer version number, so that the next press is a
    decision made with open eyes.
    """
    try:
        do()
    except Invalid as error:
        trouble = Trouble(422, errors=error.errors)
    except NeedsReason as error:
        trouble = Trouble(422, changes=error.changes)
    except Faster as error:
        trouble = Trouble(409, faster=error)
    else:
        return redirect(to, 303)
    current_session().rollback()
    return page(trouble)


def seen_version(name: str = "version") -> int:
    """The version that the posted form was made from; 0 for anything that is no number."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def reason() -> str:
    """The reason that was typed for a change of the rule card."""
    return request.form.get("rule_reason", "")
